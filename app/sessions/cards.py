"""Meetings as pages show them: what is a time in words, in the zone of the group."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.clock import now
from app.sessions.models import Coming
from app.sessions.queries import SessionLine
from app.sessions.times import when_in_words
from app.web.i18n import Locale, message

ANSWERS = {
    Coming.YES: message("I will come"),
    Coming.MAYBE: message("Maybe"),
    Coming.NO: message("I cannot come"),
}
"""What a learner may answer, in the order of the buttons."""
ANSWERED = {
    Coming.YES: message("You come"),
    Coming.MAYBE: message("You come, maybe"),
    Coming.NO: message("You do not come"),
}


@dataclass(frozen=True)
class SessionCard:
    """`answer` is what its reader answered, in words; `lang` is empty where the title is in the page's
    language."""

    url: str
    title: str
    lang: str
    when: str
    place: str
    link_host: str
    group: str
    answer: str
    is_cancelled: bool
    is_over: bool
    was_there: bool


def card_of(line: SessionLine, locale: Locale, *, with_group: bool = False) -> SessionCard:
    is_over = line.ends_at <= now()
    answer = ANSWERED[Coming(line.coming)].translated(locale.gettext) if line.coming and not is_over else ""
    return SessionCard(
        f"/cohorts/{line.cohort_public_id}/sessions/{line.public_id}",
        line.title,
        locale.lang(line.language),
        when_in_words(line.starts_at, line.ends_at, locale, ZoneInfo(line.time_zone)),
        line.place,
        host_of(line.url),
        line.cohort_name if with_group else "",
        answer,
        line.cancelled_at is not None,
        is_over,
        line.attended_at is not None,
    )


def host_of(url: str) -> str:
    """How a link is called."""
    return urlsplit(url).hostname or "" if url else ""

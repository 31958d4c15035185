"""What the pages of meetings show to a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.clock import now
from app.cohorts.queries import CohortLine
from app.learn.reader import Reader
from app.people.viewer import Viewer
from app.sessions.attendees import Attendee, Comers, comers
from app.sessions.attending import counts, is_shown
from app.sessions.cards import ANSWERS, SessionCard, card_of, host_of
from app.sessions.models import LiveSession
from app.sessions.queries import coming_sessions, past_sessions
from app.sessions.times import when_in_words
from app.things.catalogue import Catalogue
from app.web.i18n import Locale


@dataclass(frozen=True)
class SessionsView:
    cohort: CohortLine
    is_member: bool
    is_coach: bool
    may_manage: bool
    coming: Sequence[SessionCard]
    past: Sequence[SessionCard]
    next: str


def may_manage(viewer: Viewer, cohort: CohortLine) -> bool:
    """Of a cohort whose meetings the viewer sees."""
    return cohort.id in viewer.coached_ids or viewer.is_organizer


def sessions_view(
    reader: Reader, viewer: Viewer, cohort: CohortLine, after: tuple[datetime, int] | None
) -> SessionsView:
    db, locale = reader.db, reader.locale
    past = past_sessions(db, viewer, cohort, after)
    return SessionsView(
        cohort,
        cohort.id in (*viewer.cohort_ids, *viewer.coached_ids),
        cohort.id in viewer.coached_ids,
        may_manage(viewer, cohort),
        [] if after else [card_of(line, locale) for line in coming_sessions(db, viewer, cohort)],
        [card_of(line, locale) for line in past.items],
        past.next,
    )


@dataclass(frozen=True)
class AnswerButton:
    value: str
    word: str
    is_on: bool


@dataclass(frozen=True)
class ComingView:
    """Whether I come, with the buttons of who may say so; and who comes, in words, empty for who is not in
    the group."""

    url: str
    buttons: Sequence[AnswerButton]
    who: str


def coming_view(
    session: LiveSession, cohort: CohortLine, viewer: Viewer, found: Comers, locale: Locale
) -> ComingView:
    ended = session.ends_at <= now() or session.cancelled_at is not None
    mine = found.mine.coming if found.mine else None
    buttons = [
        AnswerButton(answer.value, word.translated(locale.gettext), mine == answer)
        for answer, word in ANSWERS.items()
    ]
    is_inside = found.mine is not None or cohort.id in viewer.coached_ids
    return ComingView(
        f"/cohorts/{cohort.public_id}/sessions/{session.public_id}/answer",
        buttons if found.mine is not None and not ended else (),
        _who(found, locale) if is_inside and session.cancelled_at is None else "",
    )


def _who(found: Comers, locale: Locale) -> str:
    if not found.names:
        return locale.gettext("Nobody has said yet that they come.")
    names = [*found.names, locale.gettext("others")] if found.more else list(found.names)
    said = locale.ngettext("%(names)s comes.", "%(names)s come.", len(names))
    return said % {"names": locale.enumeration(names)}


@dataclass(frozen=True)
class SessionView:
    """`may_enter` where its word counts now, for who learns in the group, and `may_show` where it still will;
    `mine` is how it is with them. `things` are (label, title, address)."""

    cohort: CohortLine
    session: LiveSession
    url: str
    when: str
    lang: str
    link_host: str
    agenda: Markup
    notes: Markup
    things: Sequence[tuple[str, str, str]]
    coming: ComingView
    mine: Attendee | None
    is_over: bool
    may_enter: bool
    may_show: bool
    may_manage: bool
    is_coach: bool


def session_view(reader: Reader, viewer: Viewer, cohort: CohortLine, session: LiveSession) -> SessionView:
    locale, at = reader.locale, now()
    found = comers(reader.db, session, viewer.person_id)
    is_open = session.cancelled_at is None and counts(session.starts_at, session.ends_at, at)
    return SessionView(
        cohort,
        session,
        f"/cohorts/{cohort.public_id}/sessions/{session.public_id}",
        when_in_words(session.starts_at, session.ends_at, locale, ZoneInfo(cohort.time_zone)),
        locale.lang(session.language),
        host_of(session.url),
        Markup(session.agenda_html),  # noqa: S704  cleaned when it was stored
        Markup(session.notes_html),  # noqa: S704  cleaned when it was stored
        things_of(reader.catalogue, cohort.programme_slug, session.things, locale),
        coming_view(session, cohort, viewer, found, locale),
        found.mine,
        session.ends_at <= at,
        found.mine is not None and found.mine.attended_at is None and is_open,
        is_shown(session.ends_at, at),
        may_manage(viewer, cohort),
        cohort.id in viewer.coached_ids,
    )


def things_of(
    catalogue: Catalogue, programme_slug: str, slugs: Sequence[str], locale: Locale
) -> list[tuple[str, str, str]]:
    """(label, title, address) of the Things that still exist, in the order of the programme."""
    programme = catalogue.programme(programme_slug)
    if programme is None:
        return []
    wanted = {thing.slug for slug in slugs if (thing := programme.thing(slug))}
    return [
        (thing.label, thing.text(locale.reading_order()).title, f"/programmes/{programme.slug}/{thing.slug}")
        for thing in programme.things
        if thing.slug in wanted
    ]

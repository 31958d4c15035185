"""What the pages of conversations show, each side in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.conversation_forms import NUMBERS, ActionForm, PointForm, SummaryForm, TimesForm, WishForm
from app.coaching.conversation_queries import (
    ActionLine,
    ConversationLine,
    PointLine,
    Seat,
    actions_of,
    agenda_of,
)
from app.coaching.models import Conversation, Step
from app.people.viewer import Viewer
from app.sessions.cards import host_of
from app.sessions.times import wall_clock, when_in_words, zone_in_words
from app.web.forms import Bound, blank
from app.web.i18n import Locale
from app.web.render import render


@dataclass(frozen=True)
class ConversationCard:
    """A conversation in a list or on home, in one sentence; `asks` where it is the reader's turn."""

    url: str
    title: str
    sentence: str
    group: str
    asks: bool


def card_for(line: ConversationLine, person_id: int, locale: Locale) -> ConversationCard:
    is_learner = line.learner_id == person_id
    other = line.other(person_id)
    title = locale.gettext("Conversation")
    if other:
        title = locale.gettext("Conversation with %(name)s") % {"name": other}
    mine = line.state == Step.PROPOSED if is_learner else line.state in (Step.ASKED, Step.OTHERS)
    return ConversationCard(
        line.address,
        title,
        _sentence(line, locale, is_learner=is_learner),
        line.cohort,
        mine and line.goes_on,
    )


def _is_over(ends_at: datetime | None, state: str) -> bool:
    return state == Step.AGREED and ends_at is not None and ends_at <= now()


def _sentence(line: ConversationLine, locale: Locale, *, is_learner: bool) -> str:
    _, state = locale.gettext, line.state
    if is_learner and line.to_do and _is_over(line.ends_at, state):
        todo = locale.ngettext(
            "You agreed on %(num)s thing to do.", "You agreed on %(num)s things to do.", line.to_do
        )
        return todo % {"num": line.to_do}
    if state == Step.AGREED and line.starts_at and line.ends_at:
        return when_in_words(line.starts_at, line.ends_at, locale, ZoneInfo(line.time_zone))
    words = {
        Step.ASKED: (_("You asked for it; a coach proposes times."), _("Asked for: propose times.")),
        Step.PROPOSED: (_("Which time suits you?"), _("You proposed times.")),
        Step.OTHERS: (_("You asked for other times."), _("Asks for other times.")),
        Step.DECLINED: (_("You declined it."), _("Not now, thank you.")),
        Step.CANCELLED: (_("It does not take place."), _("It does not take place.")),
        Step.AGREED: ("", ""),
    }
    return words[Step(state)][0 if is_learner else 1]


def cards_for(
    lines: Sequence[ConversationLine], person_id: int, locale: Locale
) -> tuple[ConversationCard, ...]:
    return tuple(card_for(line, person_id, locale) for line in lines)


@dataclass(frozen=True)
class ConversationForms:
    """The forms of a conversation's page, where one of them came back."""

    times: Bound[Any] | None = None
    choice: Bound[Any] | None = None
    others: Bound[Any] | None = None
    point: Bound[Any] | None = None
    summary: Bound[Any] | None = None
    action: Bound[Any] | None = None

    @property
    def errors(self) -> list[tuple[str, str]]:
        returned = (self.times, self.choice, self.others, self.point, self.summary, self.action)
        return [error for form in returned if form for error in form.errors.items()]


@dataclass(frozen=True)
class ConversationView:
    """`times` are (value, in words) of those that are still to come. `may_act` while the learner is in the
    group, and neither side has ended it."""

    conversation: Conversation
    url: str
    is_learner: bool
    other: str
    learner: str
    group: str
    group_url: str
    when: str
    times: Sequence[tuple[str, str]]
    link_host: str
    zone: str
    agenda: Sequence[PointLine]
    actions: Sequence[ActionLine]
    summary: Markup
    has_begun: bool
    may_act: bool
    may_write: bool


def conversation_view(db: Session, seat: Seat, locale: Locale) -> ConversationView:
    found, zone = seat.conversation, ZoneInfo(seat.cohort.time_zone)
    coach = seat.coach.name if seat.coach else ""
    length = timedelta(minutes=found.minutes)
    times = [datetime.fromisoformat(value) for value in found.times]
    has_begun = found.state == Step.AGREED and found.starts_at is not None and found.starts_at <= now()
    is_off = found.state in (Step.DECLINED, Step.CANCELLED)
    when = ""
    if found.state == Step.AGREED and found.starts_at and found.ends_at:
        when = when_in_words(found.starts_at, found.ends_at, locale, zone)
    group_url = f"/cohorts/{seat.cohort.public_id}"
    return ConversationView(
        found,
        f"/conversations/{found.public_id}",
        seat.is_learner,
        coach if seat.is_learner else seat.learner.name,
        seat.learner.name,
        seat.cohort.name,
        group_url if seat.is_learner else f"{group_url}/coach/learners/{seat.learner.handle}",
        when,
        [
            (at.isoformat(), when_in_words(at, at + length, locale, zone))
            for at in times
            if at > now() and found.state == Step.PROPOSED
        ],
        host_of(found.url),
        zone_in_words(zone, locale),
        agenda_of(db, found),
        actions_of(db, found),
        Markup(found.summary_html),  # noqa: S704  cleaned when it was stored
        has_begun,
        seat.goes_on and not is_off and not has_begun,
        seat.goes_on,
    )


def times_form(seat: Seat) -> Bound[TimesForm]:
    """As it was proposed last."""
    found, zone = seat.conversation, ZoneInfo(seat.cohort.time_zone)
    values: dict[str, Any] = {"minutes": found.minutes, "place": found.place, "url": found.url}
    for number, value in zip(NUMBERS, found.times, strict=False):
        on, at = wall_clock(datetime.fromisoformat(value), zone)
        values |= {f"on_{number}": on.isoformat(), f"at_{number}": f"{at:%H:%M}"}
    return blank(TimesForm, **values)


def conversation_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    seat: Seat,
    forms: ConversationForms | None = None,
    *,
    status: int = 200,
) -> Response:
    forms = forms or ConversationForms()
    context = {
        "view": conversation_view(db, seat, locale),
        "errors": forms.errors,
        "times_form": forms.times or times_form(seat),
        "choice_form": forms.choice or blank(WishForm),
        "others_form": forms.others or blank(WishForm),
        "point_form": forms.point or blank(PointForm),
        "summary_form": forms.summary or blank(SummaryForm, summary=seat.conversation.summary),
        "action_form": forms.action or blank(ActionForm, who="learner"),
        "me": viewer.person_id,
    }
    return render(request, "coaching/conversation.html", context, status=status)

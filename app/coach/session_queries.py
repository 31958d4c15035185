"""What a coach's pages of meetings show."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.clock import now
from app.coach.session_forms import SessionForm, minutes_between
from app.cohorts.queries import CohortLine
from app.cohorts.runs import programme_of_run
from app.people.viewer import initials, tone
from app.sessions.attendees import Attendee
from app.sessions.attending import OPENS_BEFORE
from app.sessions.models import Coming, LiveSession
from app.sessions.times import wall_clock
from app.things.catalogue import Catalogue
from app.web.forms import Bound, blank
from app.web.i18n import Locale, message

SAID = {
    Coming.YES: message("comes"),
    Coming.MAYBE: message("comes, maybe"),
    Coming.NO: message("does not come"),
}


def form_of(session: LiveSession, zone: ZoneInfo) -> Bound[SessionForm]:
    """A meeting to be changed, as it is."""
    on, at = wall_clock(session.starts_at, zone)
    return blank(
        SessionForm,
        title=session.title,
        on=on.isoformat(),
        at=f"{at:%H:%M}",
        minutes=minutes_between(session.starts_at, session.ends_at),
        place=session.place,
        url=session.url,
        agenda=session.agenda,
        things=session.things,
    )


def thing_choices(catalogue: Catalogue, cohort: CohortLine, locale: Locale) -> list[tuple[str, str]]:
    """(slug, label and title) of the Things of its run."""
    programme = catalogue.programme(cohort.programme_slug)
    order = locale.reading_order()
    things = programme_of_run(programme, cohort.run).things if programme else ()
    return [(thing.slug, f"{thing.label}. {thing.text(order).title}") for thing in things]


@dataclass(frozen=True)
class AttendeeRow:
    """A learner in the list of who was there; `action` takes the tap."""

    id: str
    name: str
    initials: str
    tone: int
    action: str
    answer: str
    is_present: bool
    may_mark: bool


def row_of(cohort: CohortLine, session: LiveSession, found: Attendee, locale: Locale) -> AttendeeRow:
    answer = SAID[Coming(found.coming)] if found.coming else None
    return AttendeeRow(
        f"attendee-{found.handle}",
        found.name,
        initials(found.name),
        tone(found.id),
        f"/cohorts/{cohort.public_id}/coach/sessions/{session.public_id}/attendance/{found.handle}",
        answer.translated(locale.gettext) if answer else "",
        found.attended_at is not None,
        may_mark(session),
    )


def may_mark(session: LiveSession) -> bool:
    return session.cancelled_at is None and now() >= session.starts_at - OPENS_BEFORE

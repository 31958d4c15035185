"""What a group's page and its invitation show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.cohorts.companions import NOBODY, With, companions_of
from app.cohorts.models import Cohort, Joining
from app.cohorts.promises import promise_in_words
from app.cohorts.queries import CohortLine, PersonLine, coaches_of, learners_of, members_count, own_cohort
from app.cohorts.requests import has_asked
from app.cohorts.services import is_over
from app.journals.streams import cohort_questions, cohort_stream, pod_stream
from app.learn.announcement_queries import AnnouncementCard, unread_cards
from app.learn.reader import Reader
from app.people.viewer import Viewer
from app.sessions.cards import SessionCard, card_of
from app.sessions.queries import next_session_of
from app.things.catalogue import ProgrammeText

PEOPLE_SHOWN = 24


@dataclass(frozen=True)
class CohortView:
    cohort: CohortLine
    programme: ProgrammeText | None
    is_coach: bool
    meeting: SessionCard | None
    announcements: Sequence[AnnouncementCard]
    coaches: tuple[PersonLine, ...]
    learners: tuple[PersonLine, ...]
    count: int
    promise: str
    """What the coaches promise to answer, where there are some."""
    with_me: With
    shows_pod: bool
    """Whether the posts are only those of the viewer's small group."""
    posts: Sequence[Markup]
    first_url: str
    next_url: str


POD = "pod"
"""What the stream shows where it does not show all."""


def cohort_view(
    reader: Reader, viewer: Viewer, public_id: str, after: tuple[datetime, int] | None, show: str = ""
) -> CohortView:
    """A group that the viewer learns in or coaches, with the posts of everyone or of their small group.
    Raises NotFound."""
    db = reader.db
    cohort = own_cohort(db, viewer, public_id)
    programme = reader.catalogue.programme(cohort.programme_slug)
    mine = next((one for one in viewer.enrolments if one.cohort and one.cohort.cohort_id == cohort.id), None)
    pod_id = mine.pod_id if mine else None
    if show == POD and pod_id is not None:
        page = pod_stream(db, viewer, cohort.id, pod_id, after=after)
    else:
        show, page = "", cohort_stream(db, viewer, cohort.id, after=after)
    url, query = f"/cohorts/{public_id}", f"show={show}&" if show else ""
    coaches = tuple(coaches_of(db, cohort.id))
    meeting = next_session_of(db, viewer, cohort)
    return CohortView(
        cohort,
        reader.fragments(programme).text if programme else None,
        cohort.id in viewer.coached_ids,
        card_of(meeting, reader.locale) if meeting else None,
        unread_cards(reader, viewer, [cohort]) if cohort.id in viewer.cohort_ids else (),
        coaches,
        tuple(learners_of(db, cohort.id, limit=PEOPLE_SHOWN)),
        members_count(db, cohort.id),
        promise_in_words(cohort, reader.locale) if coaches else "",
        companions_of(db, [mine]).get(mine.enrolment_id, NOBODY) if mine else NOBODY,
        show == POD,
        reader.excerpts(page.items),
        f"{url}?{query}".rstrip("?&"),
        f"{url}?{query}after={page.next}" if page.next else "",
    )


ANSWERED = {"open": False, "answered": True}


@dataclass(frozen=True)
class QuestionsView:
    """`show` is one of ANSWERED, or empty for all."""

    cohort: CohortLine
    may_ask: bool
    show: str
    posts: Sequence[Markup]
    first_url: str
    next_url: str | None


def questions_view(
    reader: Reader, viewer: Viewer, public_id: str, show: str, after: tuple[datetime, int] | None
) -> QuestionsView:
    """What was asked in a group that the viewer learns in or coaches. Raises NotFound."""
    cohort = own_cohort(reader.db, viewer, public_id)
    show = show if show in ANSWERED else ""
    page = cohort_questions(reader.db, viewer, cohort.id, answered=ANSWERED.get(show), after=after)
    url, query = f"/cohorts/{public_id}/questions", f"show={show}&" if show else ""
    return QuestionsView(
        cohort,
        cohort.id in viewer.cohort_ids,
        show,
        reader.excerpts(page.items, heading=2),
        f"{url}?{query}".rstrip("?&"),
        f"{url}?{query}after={page.next}" if page.next else None,
    )


@dataclass(frozen=True)
class InvitationView:
    """What somebody sees of a group before they join it."""

    cohort: Cohort
    programme: ProgrammeText | None
    programme_url: str
    coaches: Sequence[str]
    learners: int
    is_member: bool
    is_over: bool
    is_full: bool
    asks: bool
    """Whether somebody has to let them in."""
    has_asked: bool
    reads: str


def invitation_view(reader: Reader, cohort: Cohort) -> InvitationView:
    db, viewer = reader.db, reader.viewer
    programme = reader.catalogue.programme(cohort.programme_slug)
    coaches = [coach.name for coach in coaches_of(db, cohort.id)]
    learners = members_count(db, cohort.id)
    asks = cohort.joining == Joining.APPROVAL
    return InvitationView(
        cohort,
        reader.fragments(programme).text if programme else None,
        f"/programmes/{cohort.programme_slug}",
        coaches,
        learners,
        viewer is not None and cohort.id in viewer.cohort_ids,
        is_over(cohort),
        cohort.seats is not None and learners >= cohort.seats,
        asks,
        asks and viewer is not None and has_asked(db, viewer.person_id, cohort.id),
        _reads(reader, coaches),
    )


def _reads(reader: Reader, coaches: Sequence[str]) -> str:
    """Who will see what, before one joins."""
    locale = reader.locale
    others = locale.gettext("The others see your name and what you choose to share, never how far you are.")
    if not coaches:
        return others
    coach = locale.ngettext(
        "%(names)s, the coach, also sees which Things you have done, never what you keep for yourself.",
        "%(names)s, the coaches, also see which Things you have done, never what you keep for yourself.",
        len(coaches),
    )
    return f"{others} {coach % {'names': locale.enumeration(coaches)}}"

"""What home shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.conversation_page import ConversationCard, cards_for
from app.coaching.conversation_queries import conversations_at_home
from app.coaching.reviewed import waiting_by_cohort
from app.cohorts.companions import With, companions_of
from app.cohorts.courses import Course, courses_of
from app.cohorts.next_runs import NextRun, next_runs_to_join
from app.journals.cards import thing_of, title_of
from app.journals.streams import answers_to, news
from app.learn.announcement_queries import AnnouncementCard, unread_cards
from app.learn.offers import Offer, home_offers
from app.learn.plans import PlanLink, plan_link
from app.learn.reader import Reader
from app.learn.steps import NextStep, Standpoint, next_step
from app.learn.weeks import now_in_words
from app.people.viewer import Enrolled, Membership, Viewer, initials, tone
from app.progress.next_steps import next_to_do
from app.progress.packs import pack_of
from app.progress.rules import summary
from app.progress.words import summary_in_words
from app.sessions.cards import SessionCard, card_of
from app.sessions.queries import next_session
from app.web.i18n import Locale

NEWS_FOR = timedelta(days=30)
NEWS_LENGTH = 4
NEAR = timedelta(days=7)
AWAY = timedelta(weeks=3)


@dataclass(frozen=True)
class CourseView:
    """A programme that a person is in, with its board of tiles."""

    cohort: Membership | None
    title: str
    url: str
    tiles: Markup
    words: str
    now: str


@dataclass(frozen=True)
class WaitingGroup:
    """A coached group, with how many posts wait there for an answer."""

    group: Membership
    waiting: int


@dataclass(frozen=True)
class AnswerCard:
    """What somebody answered to a post of mine."""

    name: str
    initials: str
    tone: int
    title: str
    url: str
    ago: str
    is_feedback: bool


class Away(NamedTuple):
    """Whose enrolment it is, and to which runs they may move."""

    enrolment: str
    next_runs: tuple[NextRun, ...]


@dataclass(frozen=True)
class Home:
    step: NextStep | None
    away: Away | None
    """For who was away for weeks."""
    plan: PlanLink | None
    """Of the course that the next step is in."""
    meeting: SessionCard | None
    announcements: Sequence[AnnouncementCard]
    talks: Sequence[ConversationCard]
    offers: Sequence[Offer]
    courses: Sequence[CourseView]
    groups: tuple[WaitingGroup, ...]
    companions: Sequence[tuple[Membership, With]]
    """Who is with me, in each of my groups where somebody is."""
    answers: Sequence[AnswerCard]
    news: Sequence[Markup]


def home(reader: Reader, viewer: Viewer) -> Home:
    """Where somebody is, and what is next."""
    db = reader.db
    packs = [
        (course.enrolled, course, pack_of(course.enrolled, course.programme))
        for course in courses_of(reader.catalogue, viewer.enrolments)
        if course.enrolled
    ]
    waiting = waiting_by_cohort(db, viewer) if viewer.coached else {}
    groups = tuple(WaitingGroup(group, waiting.get(group.cohort_id, 0)) for group in viewer.coached)
    lines = news(db, viewer, limit=NEWS_LENGTH) if viewer.cohorts else ()
    return Home(
        next_step(reader, packs) or _coach_step(groups, reader.locale),
        _away(db, packs),
        _plan(reader, packs),
        _meeting(reader, viewer),
        unread_cards(reader, viewer, viewer.cohorts),
        cards_for(conversations_at_home(db, viewer), viewer.person_id, reader.locale),
        home_offers(db, packs[0] if packs else None, reader.locale),
        [_course(reader, *where) for where in packs],
        groups,
        _companions(reader, viewer),
        _answers(reader, viewer),
        reader.excerpts(lines),
    )


def _away(db: Session, packs: Sequence[Standpoint]) -> Away | None:
    """From the course that was last worked on."""
    enrolled, _, pack = packs[0] if packs else (None, None, {})
    if enrolled is None or not pack or now() - enrolled.last_active_at <= AWAY:
        return None
    runs = next_runs_to_join(db, enrolled.cohort.cohort_id) if enrolled.cohort else ()
    return Away(enrolled.public_id, tuple(runs))


def _plan(reader: Reader, packs: Sequence[Standpoint]) -> PlanLink | None:
    for enrolled, course, pack in packs:
        if next_to_do(course, pack) is not None:
            return plan_link(reader.db, enrolled, reader.locale)
    return None


def _meeting(reader: Reader, viewer: Viewer) -> SessionCard | None:
    """The next one within a week."""
    line = next_session(reader.db, viewer, now() + NEAR)
    return card_of(line, reader.locale, with_group=True) if line else None


def _companions(reader: Reader, viewer: Viewer) -> list[tuple[Membership, With]]:
    found = companions_of(reader.db, viewer.enrolments)
    in_groups = ((one.cohort, found.get(one.enrolment_id)) for one in viewer.enrolments)
    return [(group, with_me) for group, with_me in in_groups if group and with_me]


def _course(reader: Reader, enrolled: Enrolled, course: Course, pack: Mapping[str, str]) -> CourseView:
    prepared = reader.fragments(course.programme)
    return CourseView(
        enrolled.cohort,
        prepared.text.title,
        prepared.url,
        prepared.row(prepared.states(pack, course)),
        summary_in_words(summary(course.programme, pack), reader.locale),
        now_in_words(course, pack, reader.locale),
    )


def _coach_step(groups: Sequence[WaitingGroup], locale: Locale) -> NextStep | None:
    """For who only coaches: the group where most people wait."""
    if not groups:
        return None
    most = max(groups, key=lambda group: group.waiting)
    text = locale.gettext("Nobody waits for an answer.")
    if most.waiting:
        text = locale.ngettext(
            "%(num)s post waits for an answer, the oldest first.",
            "%(num)s posts wait for an answer, the oldest first.",
            most.waiting,
        ) % {"num": most.waiting}
    return NextStep(
        locale.gettext("Your group"),
        most.group.name,
        f"/cohorts/{most.group.public_id}/coach/today",
        text,
        locale.gettext("Who needs me"),
    )


def _answers(reader: Reader, viewer: Viewer) -> list[AnswerCard]:
    return [
        AnswerCard(
            answer.author_name,
            initials(answer.author_name),
            tone(answer.author_id),
            title_of(answer, thing_of(answer, reader.catalogue), reader.locale),
            f"/journals/{viewer.handle}/{answer.post_public_id}#answer-{answer.public_id}",
            reader.locale.ago(answer.at),
            answer.audience == "coaches",
        )
        for answer in answers_to(reader.db, viewer, now() - NEWS_FOR)
    ]

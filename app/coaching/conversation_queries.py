"""Reading conversations: the learner reads their own, and who coaches their group now those of that group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.clock import now
from app.coaching.models import AgendaPoint, AgreedAction, Conversation, Step
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import BigId
from app.errors import NotFound
from app.notices.models import CONVERSING, Notice
from app.people.models import Person
from app.people.viewer import Viewer
from app.statements import Statement

Part = TypeVar("Part", AgendaPoint, AgreedAction)
SHOWN = 50
AT_HOME = 5
IN_CALENDAR = 200
QUIET = timedelta(hours=12)
"""Within which nobody gets a second letter of what the same person does before they answered."""
TO_COACH = (Step.ASKED, Step.OTHERS)
"""What waits for a coach."""

_learner, _coach = aliased(Person), aliased(Person)
_GOING_ON = and_(Enrolment.ended_at.is_(None), Enrolment.cohort_id == Conversation.cohort_id)
"""The learner is still in the group."""


class ConversationLine(NamedTuple):
    """A conversation in a list. `to_do` is how many agreed actions are still the learner's."""

    public_id: str
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    place: str
    url: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    learner_id: int
    learner: str
    learner_handle: str
    coach_id: int | None
    coach: str | None
    cohort_public_id: str
    cohort: str
    time_zone: str
    goes_on: bool
    to_do: int

    @property
    def address(self) -> str:
        return f"/conversations/{self.public_id}"

    def other(self, person_id: int) -> str | None:
        """The name of whom this person talks with; None where no coach has taken it up."""
        return self.coach if person_id == self.learner_id else self.learner


_OPEN = (
    select(func.count())
    .where(
        AgreedAction.conversation_id == Conversation.id,
        AgreedAction.by_learner,
        AgreedAction.done_at.is_(None),
    )
    .correlate(Conversation)
    .scalar_subquery()
)
_LINES: Select[*tuple[Any, ...]] = (
    select(
        Conversation.public_id,
        Conversation.state,
        Conversation.starts_at,
        Conversation.ends_at,
        Conversation.place,
        Conversation.url,
        Conversation.sequence,
        Conversation.created_at,
        Conversation.changed_at,
        _learner.id,
        _learner.name,
        _learner.handle,
        _coach.id,
        _coach.name,
        Cohort.public_id,
        Cohort.name,
        Cohort.time_zone,
        _GOING_ON,
        _OPEN,
    )
    .join(Enrolment, Enrolment.id == Conversation.enrolment_id)
    .join(_learner, _learner.id == Enrolment.person_id)
    .join(Cohort, Cohort.id == Conversation.cohort_id)
    .outerjoin(_coach, _coach.id == Conversation.coach_id)
)
_person = bindparam("person", type_=BigId)
_COACHED = select(CohortCoach.cohort_id).where(
    CohortCoach.person_id == _person, CohortCoach.ended_at.is_(None)
)
_LATEST_FIRST = (Conversation.changed_at.desc(), Conversation.id.desc())


def _latest(*conditions: ColumnElement[bool]) -> Statement:
    return Statement(_LINES.where(*conditions).order_by(*_LATEST_FIRST).limit(SHOWN), row=ConversationLine)


_AS_LEARNER = _latest(Enrolment.person_id == _person)
_AS_COACH = _latest(
    Conversation.cohort_id.in_(_COACHED),
    or_(Conversation.coach_id == _person, Conversation.coach_id.is_(None)),
    _GOING_ON,
)
_ONE = Statement(_LINES.where(Conversation.id == bindparam("id", type_=BigId)), row=ConversationLine)
_OF_LEARNER = _latest(Conversation.enrolment_id == bindparam("enrolment", type_=BigId), _GOING_ON)
_AT_HOME = Statement(
    _LINES.where(
        Enrolment.person_id == _person,
        _GOING_ON,
        or_(
            Conversation.state == Step.PROPOSED.value,
            and_(
                Conversation.state == Step.AGREED.value,
                Conversation.ends_at > bindparam("now", type_=Conversation.ends_at.type),
            ),
            _OPEN > 0,
        ),
    )
    .order_by(*_LATEST_FIRST)
    .limit(AT_HOME),
    row=ConversationLine,
)
_DATED = Statement(
    _LINES.where(
        or_(
            Enrolment.person_id == _person,
            and_(Conversation.coach_id == _person, Conversation.cohort_id.in_(_COACHED), _GOING_ON),
        ),
        Conversation.starts_at >= bindparam("since", type_=Conversation.starts_at.type),
    )
    .order_by(Conversation.starts_at.desc(), Conversation.id.desc())
    .limit(IN_CALENDAR),
    row=ConversationLine,
)


def conversations_as_learner(db: Session, viewer: Viewer) -> list[ConversationLine]:
    return _AS_LEARNER.rows(db, {"person": viewer.person_id})


def conversations_as_coach(db: Session, viewer: Viewer) -> list[ConversationLine]:
    """Theirs, and those that no coach has taken up yet."""
    return _AS_COACH.rows(db, {"person": viewer.person_id}) if viewer.coached else []


def conversations_with(db: Session, enrolment_id: int) -> list[ConversationLine]:
    """Those of one learner in the group that they are in now, for its coaches."""
    return _OF_LEARNER.rows(db, {"enrolment": enrolment_id})


def conversations_at_home(db: Session, viewer: Viewer) -> list[ConversationLine]:
    """Where a learner has something to answer, to come to, or to do."""
    return _AT_HOME.rows(db, {"person": viewer.person_id, "now": now()}) if viewer.cohorts else []


def dated_conversations(db: Session, viewer: Viewer, since: datetime) -> list[ConversationLine]:
    """Those that have or had a time, for the calendar of either; also what does not take place any more."""
    return _DATED.rows(db, {"person": viewer.person_id, "since": since})


def conversation_line(db: Session, conversation_id: int) -> ConversationLine | None:
    """One, for the letter of whoever it is about."""
    found: list[ConversationLine] = _ONE.rows(db, {"id": conversation_id})
    return found[0] if found else None


class Seat(NamedTuple):
    """A conversation as one of its two sides has it. `goes_on` while the learner is in the group; afterwards
    it is there to be read."""

    conversation: Conversation
    enrolment: Enrolment
    learner: Person
    coach: Person | None
    cohort: Cohort
    is_learner: bool
    goes_on: bool


def seat_at(db: Session, viewer: Viewer, public_id: str, *, to_change: bool = False) -> Seat:
    """For its learner, and for who coaches the group. Raises NotFound for everybody else, and where it is to
    be changed and the learner is not in the group any more."""
    found = (
        select(Conversation, Enrolment, _learner, _coach, Cohort, _GOING_ON.label("goes_on"))
        .join(Enrolment, Enrolment.id == Conversation.enrolment_id)
        .join(_learner, _learner.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Conversation.cohort_id)
        .outerjoin(_coach, _coach.id == Conversation.coach_id)
        .where(Conversation.public_id == public_id)
    )
    row = db.execute(found.with_for_update(of=Conversation) if to_change else found).first()
    if row is None:
        raise NotFound
    conversation, enrolment, learner, coach, cohort, goes_on = row
    is_learner = learner.id == viewer.person_id
    coaches = cohort.id in viewer.coached_ids and goes_on
    if not (is_learner or coaches) or (to_change and not goes_on):
        raise NotFound
    return Seat(conversation, enrolment, learner, coach, cohort, is_learner, bool(goes_on))


_told, _answered = aliased(Notice), aliased(Notice)
_UNANSWERED = Statement(
    select(_told.id)
    .where(
        _told.person_id == bindparam("other", type_=BigId),
        _told.actor_id == _person,
        _told.kind.in_(CONVERSING),
        _told.at > bindparam("since", type_=Notice.at.type),
        ~exists().where(
            _answered.person_id == _person,
            _answered.actor_id == _told.person_id,
            _answered.kind.in_(CONVERSING),
            _answered.id > _told.id,
        ),
    )
    .limit(1)
)


def has_unanswered(db: Session, person_id: int, other_id: int) -> bool:
    """Whether this person told the other of a conversation in the last hours, and the other did nothing
    about one since."""
    whose = {"person": person_id, "other": other_id, "since": now() - QUIET}
    return bool(_UNANSWERED.rows(db, whose))


class PointLine(NamedTuple):
    public_id: str
    author_id: int | None
    author: str | None
    words: str


def agenda_of(db: Session, conversation: Conversation) -> Sequence[PointLine]:
    found = (
        select(AgendaPoint.public_id, AgendaPoint.author_id, Person.name, AgendaPoint.words)
        .outerjoin(Person, Person.id == AgendaPoint.author_id)
        .where(AgendaPoint.conversation_id == conversation.id)
        .order_by(AgendaPoint.at, AgendaPoint.id)
    )
    return [PointLine(*row) for row in db.execute(found)]


class ActionLine(NamedTuple):
    public_id: str
    by_learner: bool
    words: str
    due_on: date | None
    done_at: datetime | None


def actions_of(db: Session, conversation: Conversation) -> Sequence[ActionLine]:
    found = (
        select(
            AgreedAction.public_id,
            AgreedAction.by_learner,
            AgreedAction.words,
            AgreedAction.due_on,
            AgreedAction.done_at,
        )
        .where(AgreedAction.conversation_id == conversation.id)
        .order_by(AgreedAction.at, AgreedAction.id)
    )
    return [ActionLine(*row) for row in db.execute(found)]


def point_in(db: Session, conversation: Conversation, public_id: str) -> AgendaPoint:
    """Raises NotFound."""
    own = (AgendaPoint.conversation_id == conversation.id, AgendaPoint.public_id == public_id)
    return _or_not_found(db.scalars(select(AgendaPoint).where(*own)).first())


def action_in(db: Session, conversation: Conversation, public_id: str) -> AgreedAction:
    """Raises NotFound."""
    own = (AgreedAction.conversation_id == conversation.id, AgreedAction.public_id == public_id)
    return _or_not_found(db.scalars(select(AgreedAction).where(*own)).first())


def _or_not_found(found: Part | None) -> Part:
    if found is None:
        raise NotFound
    return found

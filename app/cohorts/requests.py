"""Asking to join a cohort that lets people in one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, JoinRequest
from app.cohorts.queries import coaches_of, members_count
from app.cohorts.services import ENDED, FULL, is_over
from app.errors import NotFound, Refused
from app.events.log import record
from app.notices.models import Kind
from app.notices.services import tell
from app.people.models import Person, Role
from app.people.viewer import Viewer
from app.statements import upsert

SHOWN = 100


class Asking(NamedTuple):
    """Somebody who asks to join."""

    id: int
    name: str
    handle: str
    asked_at: datetime


class Waiting(NamedTuple):
    """A cohort that people ask to join."""

    public_id: str
    name: str
    coached: bool
    people: int


def ask(db: Session, person_id: int, cohort: Cohort) -> None:
    """Tell the coaches, or the organizers where there is none, once a day at most; asking again changes
    nothing. Raises Refused where the cohort is full or over."""
    if is_over(cohort):
        raise Refused(ENDED, "code")
    if cohort.seats is not None and members_count(db, cohort.id) >= cohort.seats:
        raise Refused(FULL, "code")
    made = upsert(db, JoinRequest).values(cohort_id=cohort.id, person_id=person_id, asked_at=now())
    if db.execute(made.on_conflict_do_nothing().returning(JoinRequest.person_id)).first() is None:
        return
    record(db, person_id, "asked-to-join", "cohort", cohort.public_id)
    once = f"asks {cohort.id} {person_id} {now():%Y-%m-%d}"
    for who in _let_in_by(db, cohort):
        tell(db, who, Kind.JOIN_REQUEST, once=once, actor_id=person_id)


def _let_in_by(db: Session, cohort: Cohort) -> Sequence[int]:
    coaches = [coach.id for coach in coaches_of(db, cohort.id)]
    organizers = select(Person.id).where(
        Person.organization_id == cohort.organization_id,
        Person.role.in_([Role.ORGANIZER, Role.ADMINISTRATOR]),
    )
    return coaches or db.scalars(organizers.order_by(Person.id)).all()


def has_asked(db: Session, person_id: int, cohort_id: int) -> bool:
    own = (JoinRequest.cohort_id == cohort_id, JoinRequest.person_id == person_id)
    return db.scalar(select(JoinRequest.person_id).where(*own)) is not None


def take_back(db: Session, person_id: int, cohort: Cohort) -> None:
    if _forget(db, person_id, cohort.id):
        record(db, person_id, "took-back-request", "cohort", cohort.public_id)


def requests_of(db: Session, cohort_id: int) -> list[Asking]:
    """Who asks, the one who has waited longest first; the first hundred."""
    found = (
        select(Person.id, Person.name, Person.handle, JoinRequest.asked_at)
        .join(JoinRequest, JoinRequest.person_id == Person.id)
        .where(JoinRequest.cohort_id == cohort_id)
        .order_by(JoinRequest.asked_at, Person.id)
        .limit(SHOWN)
    )
    return [Asking(*row) for row in db.execute(found)]


def asking(db: Session, cohort_id: int, handle: str) -> int:
    """The id of somebody who asks to join, locked. Raises NotFound."""
    found = (
        select(JoinRequest)
        .join(Person, Person.id == JoinRequest.person_id)
        .where(JoinRequest.cohort_id == cohort_id, Person.handle == handle)
        .with_for_update(of=JoinRequest)
    )
    request = db.scalars(found).first()
    if request is None:
        raise NotFound
    return request.person_id


def decline(db: Session, person_id: int, cohort: Cohort, *, actor_id: int) -> None:
    """The asker is told, without a reason."""
    _forget(db, person_id, cohort.id)
    record(db, actor_id, "declined", "cohort", cohort.public_id, person=person_id)
    once = f"not let in {cohort.id} {now():%Y-%m-%d}"
    tell(db, person_id, Kind.NOT_LET_IN, once=once, actor_id=actor_id)


def tell_let_in(db: Session, person_id: int, cohort: Cohort, *, actor_id: int) -> None:
    record(db, actor_id, "let-in", "cohort", cohort.public_id, person=person_id)
    once = f"let in {cohort.id} {now():%Y-%m-%d}"
    tell(db, person_id, Kind.LET_IN, once=once, actor_id=actor_id)


def _forget(db: Session, person_id: int, cohort_id: int) -> bool:
    own = (JoinRequest.cohort_id == cohort_id, JoinRequest.person_id == person_id)
    return db.execute(delete(JoinRequest).where(*own).returning(JoinRequest.person_id)).first() is not None


def cohorts_asked(db: Session, viewer: Viewer) -> list[Waiting]:
    """Which cohorts people ask to join that the viewer coaches, or organizes."""
    count = select(func.count()).where(JoinRequest.cohort_id == Cohort.id).correlate(Cohort).scalar_subquery()
    coached = (
        select(CohortCoach.cohort_id)
        .where(
            CohortCoach.cohort_id == Cohort.id,
            CohortCoach.person_id == viewer.person_id,
            CohortCoach.ended_at.is_(None),
        )
        .correlate(Cohort)
        .exists()
    )
    organized = Cohort.organization_id == viewer.organization_id if viewer.is_organizer else coached
    found = (
        select(Cohort.public_id, Cohort.name, coached, count)
        .where(Cohort.id.in_(select(JoinRequest.cohort_id)), or_(coached, organized))
        .order_by(Cohort.name, Cohort.id)
        .limit(SHOWN)
    )
    return [Waiting(*row) for row in db.execute(found)]

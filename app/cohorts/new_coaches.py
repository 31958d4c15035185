"""Telling who learns in a cohort that somebody coaches it from now on, and reads what they share with its
coaches: in the background, some people at a time, while it is so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.cohorts.models import CohortCoach, Enrolment
from app.jobs.services import Task
from app.notices.models import Kind, Notice
from app.notices.services import tell

TELL_OF_COACH = Task("tell-of-coach")
BATCH = 50
"""People in one transaction."""


def tell_of_coach_later(db: Session, cohort_id: int, coach_id: int, since: datetime) -> None:
    """Nobody is told where nobody learns yet: who joins later reads who the coaches are."""
    learns = exists().where(Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None))
    if db.scalar(select(learns)):
        _later(db, cohort_id, coach_id, since.isoformat(), after=0)


def _later(db: Session, cohort_id: int, coach_id: int, since: str, *, after: int) -> None:
    key = f"coach {cohort_id} {coach_id} {since} {after}"
    TELL_OF_COACH.later(db, key=key, cohort_id=cohort_id, coach_id=coach_id, since=since, after=after)


def tell_of_coach(db: Session, *, cohort_id: int, coach_id: int, since: str, after: int) -> None:
    """Write notices for some of its learners; the next ones are a job of their own."""
    coach = db.get(CohortCoach, (cohort_id, coach_id))
    if coach is None or coach.ended_at is not None or coach.since.isoformat() != since:
        return
    learners = select(Enrolment.person_id).where(
        Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None), Enrolment.person_id > after
    )
    people = db.scalars(learners.order_by(Enrolment.person_id).limit(BATCH)).all()
    for person in people:
        tell(db, person, Kind.COACH, once=f"coach {cohort_id} {coach_id} {since}", actor_id=coach_id)
    if len(people) == BATCH:
        _later(db, cohort_id, coach_id, since, after=people[-1])


def forget_coach(db: Session, cohort_id: int, coach_id: int) -> None:
    """They read nothing of the group's any more: nobody is told that they do."""
    learners = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id)
    told = (Notice.kind == Kind.COACH.value, Notice.once.startswith(f"coach {cohort_id} {coach_id} "))
    db.execute(delete(Notice).where(Notice.person_id.in_(learners), *told))


def forget_coaches(db: Session, cohort_id: int, person_id: int) -> None:
    """The same for who no longer learns in the group."""
    told = (Notice.kind == Kind.COACH.value, Notice.once.startswith(f"coach {cohort_id} "))
    db.execute(delete(Notice).where(Notice.person_id == person_id, *told))

"""The learners of a mentor, with where those are who show it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment, Mentorship
from app.people.models import Person
from app.progress.models import ProgressState
from app.progress.queries import COURSE
from app.statements import Statement

_MENTORED = Statement(
    select(
        Mentorship.public_id,
        Mentorship.shows_tiles,
        Person.id.label("person_id"),
        Person.name,
        Person.handle,
        Enrolment.id.label("enrolment_id"),
        Enrolment.programme_slug,
        *COURSE,
    )
    .join(Enrolment, Enrolment.id == Mentorship.enrolment_id)
    .join(Person, Person.id == Enrolment.person_id)
    .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
    .where(
        Mentorship.mentor_id == bindparam("mentor"),
        Mentorship.ended_at.is_(None),
        Enrolment.ended_at.is_(None),
    )
    .order_by(Person.name_key, Mentorship.id)
)


def mentored_by(db: Session, person_id: int) -> list[Any]:
    """Each by name, with the row of packs and dates; what it says is only for who `shows_tiles`."""
    return _MENTORED.rows(db, {"mentor": person_id})

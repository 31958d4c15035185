"""Reading cohorts and enrolments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, ScalarSelect, String, bindparam, cast, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import rows
from app.errors import NotFound
from app.people.models import Person
from app.people.queries import LIVE_SESSION, token_hash
from app.people.viewer import Membership, Viewer

FIELD, RECORD = "\x1f", "\x1e"


def load_viewer(db: Session, token: str) -> Viewer | None:
    """The person behind a session token with all memberships, in one statement."""
    found = rows(db, _VIEWER, {"token_hash": token_hash(token), "now": now()})
    if not found:
        return None
    (row,) = found
    return Viewer(
        person_id=row.person_id,
        public_id=row.public_id,
        organization_id=row.organization_id,
        name=row.name,
        handle=row.handle,
        language=row.language,
        role=row.role,
        session_id=row.session_id,
        last_seen_at=row.last_seen_at,
        shared_computer=row.shared_computer,
        cohorts=_memberships(row.cohorts),
        coached=_memberships(row.coached),
    )


def _memberships_of(through: type[Enrolment] | type[CohortCoach]) -> ScalarSelect[str]:
    """The cohorts that a person is in now, as one text."""
    name = func.replace(Cohort.name, RECORD, " ")
    packed = cast(Cohort.id, String) + FIELD + Cohort.public_id + FIELD + name
    return (
        select(func.aggregate_strings(packed, RECORD))
        .join(through, through.cohort_id == Cohort.id)
        .where(through.person_id == Person.id, through.ended_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )


_VIEWER = LIVE_SESSION.add_columns(
    _memberships_of(Enrolment).label("cohorts"), _memberships_of(CohortCoach).label("coached")
)


def _memberships(packed: str | None) -> tuple[Membership, ...]:
    if not packed:
        return ()
    records = (record.split(FIELD, 2) for record in packed.split(RECORD))
    found = [Membership(int(cohort_id), public_id, name) for cohort_id, public_id, name in records]
    return tuple(sorted(found, key=lambda membership: (membership.name, membership.cohort_id)))


_BY_PUBLIC_ID = select(Cohort).where(Cohort.public_id == bindparam("public_id"))


def coached_cohort(db: Session, viewer: Viewer, public_id: str) -> Cohort:
    """A cohort that the viewer coaches. Raises NotFound."""
    if public_id not in {membership.public_id for membership in viewer.coached}:
        raise NotFound
    return db.scalars(_BY_PUBLIC_ID, {"public_id": public_id}).one()


def own_cohort(db: Session, viewer: Viewer, public_id: str) -> Cohort:
    """A cohort that the viewer learns in or coaches. Raises NotFound."""
    if public_id not in {membership.public_id for membership in (*viewer.cohorts, *viewer.coached)}:
        raise NotFound
    return db.scalars(_BY_PUBLIC_ID, {"public_id": public_id}).one()


def organized_cohort(db: Session, viewer: Viewer, public_id: str) -> Cohort:
    """A cohort of the organization, for its organizers. Raises NotFound."""
    cohort = db.scalars(
        select(Cohort).where(Cohort.public_id == public_id, Cohort.organization_id == viewer.organization_id)
    ).first()
    if cohort is None or not viewer.is_organizer:
        raise NotFound
    return cohort


def cohort_by_code(db: Session, code: str) -> Cohort | None:
    return db.scalars(select(Cohort).where(Cohort.code == normal_code(code))).first()


def normal_code(code: str) -> str:
    """Codes are read aloud and typed on phones: capitals, without spaces and dashes."""
    return "".join(character for character in code.upper() if character.isalnum())


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list."""

    id: int
    name: str
    name_key: str
    handle: str


_PERSON = (Person.id, Person.name, Person.name_key, Person.handle)
_COACHES = (
    select(*_PERSON)
    .join(CohortCoach, CohortCoach.person_id == Person.id)
    .where(CohortCoach.cohort_id == bindparam("cohort"), CohortCoach.ended_at.is_(None))
    .order_by(Person.name_key, Person.id)
)
_LEARNERS = (
    select(*_PERSON)
    .join(Enrolment, Enrolment.person_id == Person.id)
    .where(Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None))
)


def coaches_of(db: Session, cohort_id: int) -> list[PersonLine]:
    """The present coaches, by name."""
    return [PersonLine(*row) for row in rows(db, _COACHES, {"cohort": cohort_id})]


_COUNT = (
    select(func.count())
    .select_from(Enrolment)
    .where(Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None))
)


def members_count(db: Session, cohort_id: int) -> int:
    """How many learn in the cohort now."""
    ((count,),) = rows(db, _COUNT, {"cohort": cohort_id})
    return int(count)


def learners_of(
    db: Session, cohort_id: int, *, after: tuple[str, int] | None = None, limit: int = 60
) -> list[PersonLine]:
    """Who learns in the cohort, by name, from the row behind `after` (name key, id)."""
    statement = _LEARNERS
    if after:
        name_key, person_id = after
        statement = statement.where(
            (Person.name_key > name_key) | ((Person.name_key == name_key) & (Person.id > person_id))
        )
    statement = statement.order_by(Person.name_key, Person.id).limit(limit)
    return [PersonLine(*row) for row in rows(db, statement, {"cohort": cohort_id})]


_ACTIVE = (
    select(Enrolment)
    .where(
        Enrolment.person_id == bindparam("person"),
        Enrolment.programme_slug == bindparam("programme"),
        Enrolment.ended_at.is_(None),
    )
    .options(joinedload(Enrolment.cohort))
)
_ACTIVE_LOCKED = _ACTIVE.with_for_update(of=Enrolment)


def active_enrolment(
    db: Session, person_id: int, programme_slug: str, *, for_update: bool = False
) -> Enrolment | None:
    """The one enrolment that has not ended, with its cohort. `for_update` lets one writer at a time go on
    with it (PostgreSQL; on SQLite every writing transaction is alone)."""
    statement = _ACTIVE_LOCKED if for_update else _ACTIVE
    return db.scalars(statement, {"person": person_id, "programme": programme_slug}).first()


def own_enrolment(db: Session, viewer: Viewer, public_id: str) -> Enrolment:
    """One of the viewer's enrolments that has not ended, with its cohort. Raises NotFound."""
    enrolment = db.scalars(
        select(Enrolment)
        .where(
            Enrolment.public_id == public_id,
            Enrolment.person_id == viewer.person_id,
            Enrolment.ended_at.is_(None),
        )
        .options(joinedload(Enrolment.cohort))
    ).first()
    if enrolment is None:
        raise NotFound
    return enrolment


def cohorts_of_organization(db: Session, organization_id: int, *, limit: int = 200) -> Sequence[Row[Any]]:
    """(Cohort, number of learners, names of coaches), newest first."""
    learners = (
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.ended_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    coach = aliased(Person)
    coaches = (
        select(func.aggregate_strings(coach.name, ", "))
        .join(CohortCoach, CohortCoach.person_id == coach.id)
        .where(CohortCoach.cohort_id == Cohort.id, CohortCoach.ended_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    return db.execute(
        select(Cohort, learners.label("learners"), coaches.label("coaches"))
        .where(Cohort.organization_id == organization_id)
        .order_by(Cohort.created_at.desc(), Cohort.id.desc())
        .limit(limit)
    ).all()

"""Reading cohorts and enrolments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from app.cohorts.models import Cohort, CohortCoach, Enrolment, ThingNote
from app.db import BigId
from app.errors import NotFound
from app.people.models import Person
from app.people.viewer import Membership, Viewer
from app.statements import Statement


class CohortLine(NamedTuple):
    """A cohort on the pages of those who are in it."""

    id: int
    public_id: str
    programme_slug: str
    name: str
    mode: str
    starts_on: date | None
    ends_on: date | None
    code: str
    time_zone: str
    run: str | None
    reply_promise: str
    reply_days: int | None
    reply_text: str | None
    attention: str | None
    language: str | None
    meets_until: datetime | None
    announced_at: datetime | None
    organization_id: int


_BY_PUBLIC_ID = Statement(
    select(*(getattr(Cohort, name) for name in CohortLine._fields)).where(
        Cohort.public_id == bindparam("public_id")
    ),
    row=CohortLine,
)


def coached_cohort(db: Session, viewer: Viewer, public_id: str) -> CohortLine:
    """A cohort that the viewer coaches. Raises NotFound."""
    return _among(db, viewer.coached, public_id)


def own_cohort(db: Session, viewer: Viewer, public_id: str) -> CohortLine:
    """A cohort that the viewer learns in or coaches. Raises NotFound."""
    return _among(db, (*viewer.cohorts, *viewer.coached), public_id)


def _among(db: Session, memberships: Iterable[Membership], public_id: str) -> CohortLine:
    if public_id not in {membership.public_id for membership in memberships}:
        raise NotFound
    cohort: CohortLine = _BY_PUBLIC_ID.rows(db, {"public_id": public_id})[0]
    return cohort


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


_NOTE = Statement(
    select(ThingNote.body).where(
        ThingNote.cohort_id == bindparam("cohort"), ThingNote.thing_slug == bindparam("slug")
    )
)


def thing_note(db: Session, cohort_id: int, slug: str) -> str:
    """What the coaches of a cohort say above a Thing; Markdown, or ""."""
    found = _NOTE.rows(db, {"cohort": cohort_id, "slug": slug})
    return found[0].body if found else ""


class PersonLine(NamedTuple):
    """A person in a list."""

    id: int
    name: str
    name_key: str
    handle: str


_PERSON = (Person.id, Person.name, Person.name_key, Person.handle)
_COACHES = Statement(
    select(*_PERSON)
    .join(CohortCoach, CohortCoach.person_id == Person.id)
    .where(CohortCoach.cohort_id == bindparam("cohort"), CohortCoach.ended_at.is_(None))
    .order_by(Person.name_key, Person.id),
    row=PersonLine,
)
_LEARNERS = Statement(
    select(*_PERSON)
    .join(Enrolment, Enrolment.person_id == Person.id)
    .where(
        Enrolment.cohort_id == bindparam("cohort"),
        Enrolment.ended_at.is_(None),
        tuple_(Person.name_key, Person.id)
        > tuple_(bindparam("name_key", type_=Person.name_key.type), bindparam("person", type_=BigId)),
    )
    .order_by(Person.name_key, Person.id)
    .limit(bindparam("limit")),
    row=PersonLine,
)


_PEOPLE = Statement(
    select(*_PERSON)
    .where(
        or_(
            Person.id.in_(
                select(CohortCoach.person_id).where(
                    CohortCoach.cohort_id == bindparam("cohort"), CohortCoach.ended_at.is_(None)
                )
            ),
            Person.id.in_(
                select(Enrolment.person_id).where(
                    Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None)
                )
            ),
        )
    )
    .order_by(Person.name_key, Person.id)
    .limit(bindparam("limit")),
    row=PersonLine,
)


def people_of(db: Session, cohort_id: int, *, limit: int) -> list[PersonLine]:
    """Who coaches or learns in the cohort now, by name."""
    return _PEOPLE.rows(db, {"cohort": cohort_id, "limit": limit})


def coaches_of(db: Session, cohort_id: int) -> list[PersonLine]:
    """The present coaches, by name."""
    return _COACHES.rows(db, {"cohort": cohort_id})


_COUNT = Statement(
    select(func.count())
    .select_from(Enrolment)
    .where(Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None))
)


def members_count(db: Session, cohort_id: int) -> int:
    """How many learn in the cohort now."""
    ((count,),) = _COUNT.rows(db, {"cohort": cohort_id})
    return int(count)


def learners_of(
    db: Session, cohort_id: int, *, after: tuple[str, int] | None = None, limit: int = 60
) -> list[PersonLine]:
    """Who learns in the cohort, by name, from the row behind `after` (name key, id)."""
    name_key, person_id = after or ("", 0)
    parameters = {"cohort": cohort_id, "name_key": name_key, "person": person_id, "limit": limit}
    return _LEARNERS.rows(db, parameters)


def learners_named(db: Session, cohort_id: int, handles: Collection[str]) -> list[Enrolment]:
    """The enrolments of those of the cohort's learners who have these handles."""
    found = (
        select(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None), Person.handle.in_(set(handles))
        )
    )
    return list(db.scalars(found.with_for_update(of=Enrolment)))


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


GOING_ON = or_(Enrolment.stopped_at.is_(None), Enrolment.stopped_at < Enrolment.last_active_at)
"""Who has not stopped, or did something since: the opposite of `has_stopped`."""


def active_enrolment(
    db: Session, person_id: int, programme_slug: str, *, for_update: bool = False
) -> Enrolment | None:
    """The one enrolment that has not ended, with its cohort. `for_update` lets one writer at a time go on
    with it (PostgreSQL; on SQLite every writing transaction is alone)."""
    statement = _ACTIVE_LOCKED if for_update else _ACTIVE
    return db.scalars(statement, {"person": person_id, "programme": programme_slug}).first()


def own_enrolment(db: Session, viewer: Viewer, public_id: str) -> Enrolment:
    """One of the viewer's enrolments that has not ended, with its cohort. Raises NotFound."""
    enrolment = enrolment_by_public_id(db, public_id)
    if enrolment is None or enrolment.person_id != viewer.person_id:
        raise NotFound
    return enrolment


def all_enrolments(db: Session, viewer: Viewer, programme_slug: str | None = None) -> list[Enrolment]:
    """The viewer's, with their cohorts, also those that have ended; the newest first. Of one programme, or of
    all."""
    found = select(Enrolment).where(Enrolment.person_id == viewer.person_id)
    if programme_slug is not None:
        found = found.where(Enrolment.programme_slug == programme_slug)
    ordered = found.order_by(Enrolment.started_at.desc(), Enrolment.id.desc())
    return list(db.scalars(ordered.options(joinedload(Enrolment.cohort))))


def enrolment_by_public_id(db: Session, public_id: str) -> Enrolment | None:
    """One that has not ended, with its cohort."""
    found = select(Enrolment).where(Enrolment.public_id == public_id, Enrolment.ended_at.is_(None))
    return db.scalars(found.options(joinedload(Enrolment.cohort))).first()


def runs_of(db: Session, organization_id: int, programme_slug: str, *, limit: int = 500) -> Sequence[Cohort]:
    """The cohorts of a programme, newest first."""
    found = select(Cohort).where(
        Cohort.organization_id == organization_id, Cohort.programme_slug == programme_slug
    )
    return db.scalars(found.order_by(Cohort.created_at.desc(), Cohort.id.desc()).limit(limit)).all()


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

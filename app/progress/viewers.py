"""Who is looking: the login session, the person, where they belong and how far they are, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, false, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment, Mentorship
from app.people.models import Person
from app.people.queries import LIVE_SESSION, PERSON_SEEN, token_hash
from app.people.viewer import Enrolled, Membership, Viewer
from app.progress.models import ProgressState
from app.progress.queries import COURSE
from app.statements import Statement

_coached = aliased(Cohort)
_ENROLLED = (
    Enrolment.id.label("enrolment_id"),
    Enrolment.public_id.label("enrolment_public_id"),
    Enrolment.person_id.label("enrolled_id"),
    Enrolment.programme_slug,
    Enrolment.last_active_at,
    Enrolment.cohort_id,
    Cohort.public_id.label("cohort_public_id"),
    Cohort.name.label("cohort_name"),
    Cohort.meets_until.label("cohort_meets_until"),
    Enrolment.pod_id,
    Enrolment.buddies,
    Cohort.announced_at.label("cohort_announced_at"),
    *COURSE,
)


COURSE_NAMES = Enrolled._fields[-len(COURSE) :]


def _with_enrolments(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A row for each enrolment of a person that has not ended; one without where there is none."""
    return (
        statement.add_columns(*_ENROLLED)
        .outerjoin(Enrolment, and_(Enrolment.person_id == Person.id, Enrolment.ended_at.is_(None)))
        .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
    )


_MENTORING = (
    select(func.aggregate_strings(cast(Mentorship.id, String), " "))
    .where(Mentorship.mentor_id == Person.id, Mentorship.ended_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
"""The mentorships in which a person is the mentor, in one text: another join would multiply the rows."""


def viewer_statement(
    has_news: ColumnElement[bool], person: Select[*tuple[Any, ...]] = LIVE_SESSION
) -> Statement:
    """`has_news` is asked of each row's `Person`: an upper feature knows whether there is something new for
    them."""
    return Statement(
        _with_enrolments(person)
        .add_columns(
            _coached.id.label("coached_id"),
            _coached.public_id.label("coached_public_id"),
            _coached.name.label("coached_name"),
            _coached.meets_until.label("coached_meets_until"),
            has_news.label("has_news"),
            _MENTORING.label("mentoring"),
        )
        .outerjoin(CohortCoach, and_(CohortCoach.person_id == Person.id, CohortCoach.ended_at.is_(None)))
        .outerjoin(_coached, _coached.id == CohortCoach.cohort_id)
    )


_VIEWER = viewer_statement(false())
_ABSENT = viewer_statement(
    false(),
    select(
        literal(0).label("session_id"),
        Person.created_at.label("last_seen_at"),
        false().label("shared_computer"),
        *PERSON_SEEN,
    ).where(Person.id == bindparam("person")),
)
_ENROLMENTS = Statement(_with_enrolments(select(Person.id)).where(Person.id == bindparam("person")))


def load_viewer(db: Session, token: str, statement: Statement = _VIEWER) -> Viewer | None:
    """The person behind a session token. Who coaches and learns in several cohorts comes in as many rows as
    there are pairs of them."""
    return _viewer(statement.rows(db, {"token_hash": token_hash(token), "now": now()}))


def absent_viewer(db: Session, person_id: int) -> Viewer | None:
    """Somebody with all their rights of this moment who is not signed in: a feed is read with their eyes."""
    return _viewer(_ABSENT.rows(db, {"person": person_id}))


def _viewer(found: Sequence[Any]) -> Viewer | None:
    if not found:
        return None
    first, enrolments = found[0], _enrolments(found)
    coached = (
        Membership(row.coached_id, row.coached_public_id, row.coached_name, row.coached_meets_until)
        for row in found
        if row.coached_id is not None
    )
    return Viewer(
        person_id=first.person_id,
        public_id=first.public_id,
        organization_id=first.organization_id,
        name=first.name,
        handle=first.handle,
        language=first.language,
        role=first.role,
        session_id=first.session_id,
        last_seen_at=first.last_seen_at,
        shared_computer=first.shared_computer,
        has_news=bool(first.has_news),
        cohorts=_by_name(enrolled.cohort for enrolled in enrolments),
        coached=_by_name(coached),
        enrolments=enrolments,
        mentoring=tuple(map(int, first.mentoring.split())) if first.mentoring else (),
    )


def enrolments_of(db: Session, person_id: int) -> tuple[Enrolled, ...]:
    """Where somebody else learns now, as a viewer's `enrolments`."""
    return _enrolments(_ENROLMENTS.rows(db, {"person": person_id}))


def _enrolments(found: Iterable[Any]) -> tuple[Enrolled, ...]:
    enrolments = {}
    for row in found:
        if row.enrolment_id is None or row.enrolment_id in enrolments:
            continue
        cohort = None
        if row.cohort_id is not None:
            cohort = Membership(
                row.cohort_id,
                row.cohort_public_id,
                row.cohort_name,
                row.cohort_meets_until,
                row.cohort_announced_at,
            )
        enrolments[row.enrolment_id] = Enrolled(
            row.enrolment_id,
            row.enrolment_public_id,
            row.enrolled_id,
            row.programme_slug,
            row.last_active_at,
            cohort,
            row.pod_id,
            row.buddies,
            *(getattr(row, name) for name in COURSE_NAMES),
        )
    latest = sorted(
        enrolments.values(), key=lambda found: (found.last_active_at, found.enrolment_id), reverse=True
    )
    return tuple(latest)


def _by_name(memberships: Iterable[Membership | None]) -> tuple[Membership, ...]:
    found = {membership for membership in memberships if membership is not None}
    if len(found) < 2:
        return tuple(found)
    return tuple(sorted(found, key=lambda membership: (membership.name, membership.cohort_id)))

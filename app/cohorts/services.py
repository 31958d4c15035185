"""Making cohorts, joining them, enrolling."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.companions import end_companionship
from app.cohorts.mentoring import end_mentoring
from app.cohorts.models import (
    DEFAULT_ZONE,
    Cohort,
    CohortCoach,
    Enrolment,
    Invitation,
    Joining,
    JoinRequest,
    Mode,
)
from app.cohorts.new_coaches import forget_coach, tell_of_coach_later
from app.cohorts.queries import active_enrolment, members_count, normal_code
from app.cohorts.schedule import today_in
from app.errors import Refused
from app.events.log import record
from app.people.models import Person
from app.statements import Asked, Statement, insert_once, upsert
from app.web.i18n import message

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
ENDED = message("This group has ended. Ask whoever gave you the code for a new one.")
FULL = message("This group is full. Ask whoever gave you the code.")
CODE_TAKEN = message("Another group has this code. Choose a different one.")


def new_code(db: Session) -> str:
    """A join code that nobody has, without letters that read alike."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        if db.scalar(select(Cohort.id).where(Cohort.code == code)) is None:
            return code


def create_cohort(
    db: Session,
    *,
    organization_id: int,
    created_by_id: int | None,
    programme_slug: str,
    name: str,
    mode: Mode,
    code: str = "",
    joining: Joining = Joining.CODE,
    language: str | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    seats: int | None = None,
    default_visibility: str | None = None,
    minimum_words: int | None = None,
    time_zone: str = DEFAULT_ZONE,
    run: str | None = None,
    once: str | None = None,
) -> Cohort:
    """A cohort; the same `once` by the same person gives the same cohort. Raises Refused for a taken code."""
    code = normal_code(code)
    values = {
        "organization_id": organization_id,
        "created_by_id": created_by_id,
        "programme_slug": programme_slug,
        "name": name,
        "mode": mode.value,
        "code": code or new_code(db),
        "joining": joining.value,
        "language": language,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "seats": seats,
        "default_visibility": default_visibility,
        "minimum_words": minimum_words,
        "time_zone": time_zone,
        "run": run,
        "once": once or secrets.token_hex(16),
    }
    taken_by = db.execute(
        select(Cohort.created_by_id, Cohort.once).where(Cohort.code == values["code"])
    ).first()
    if taken_by is not None and tuple(taken_by) != (created_by_id, values["once"]):
        raise Refused(CODE_TAKEN, "code")
    try:
        with db.begin_nested():
            cohort, made = insert_once(db, Cohort, ("created_by_id", "once"), values)
    except IntegrityError as error:
        raise Refused(CODE_TAKEN, "code") from error
    if made:
        record(db, created_by_id, "created", "cohort", cohort.public_id)
    return cohort


def add_coach(db: Session, cohort: Cohort, person_id: int, *, actor_id: int | None) -> None:
    """Make a person coach of a cohort, and tell who learns in it; doing it again changes nothing."""
    at = now()
    statement = upsert(db, CohortCoach).values(cohort_id=cohort.id, person_id=person_id, since=at)
    changed = db.execute(
        statement.on_conflict_do_update(
            index_elements=["cohort_id", "person_id"],
            set_={"ended_at": None, "since": at},
            where=CohortCoach.ended_at.is_not(None),
        ).returning(CohortCoach.person_id)
    ).first()
    if changed:
        record(db, actor_id, "added-coach", "cohort", cohort.public_id, person=person_id)
        tell_of_coach_later(db, cohort.id, person_id, at)


def remove_coach(db: Session, cohort: Cohort, person_id: int, *, actor_id: int | None) -> None:
    """End a person's coaching; what they could read as a coach they can read no more."""
    db.execute(
        update(CohortCoach)
        .where(
            CohortCoach.cohort_id == cohort.id,
            CohortCoach.person_id == person_id,
            CohortCoach.ended_at.is_(None),
        )
        .values(ended_at=now())
    )
    forget_coach(db, cohort.id, person_id)
    record(db, actor_id, "removed-coach", "cohort", cohort.public_id, person=person_id)


def enrol(db: Session, person_id: int, programme_slug: str) -> Enrolment:
    """The person's enrolment in a programme, locked; begun alone where there is none."""
    found = active_enrolment(db, person_id, programme_slug, for_update=True)
    if found is not None:
        return found
    statement = upsert(db, Enrolment).values(person_id=person_id, programme_slug=programme_slug)
    made = db.execute(
        statement.on_conflict_do_nothing(
            index_elements=["person_id", "programme_slug"], index_where=Enrolment.ended_at.is_(None)
        ).returning(Enrolment.id)
    ).first()
    enrolment = active_enrolment(db, person_id, programme_slug, for_update=True)
    if enrolment is None:
        raise RuntimeError("an enrolment vanished while it was made")
    if made:
        record(db, person_id, "enrolled", "programme", programme_slug, enrolment_id=enrolment.id)
    return enrolment


def join(db: Session, person_id: int, cohort: Cohort) -> Enrolment:
    """Join a cohort; a lone enrolment, or one in another cohort, moves in with its progress. Days and pauses
    of another run stay behind.

    Raises Refused where the cohort is full or over. Seats hold under concurrency: the cohort's row is locked.
    """
    lock_cohort(db, cohort.id)
    enrolment = enrol(db, person_id, cohort.programme_slug)
    if enrolment.cohort_id == cohort.id:
        return enrolment
    if is_over(cohort):
        raise Refused(ENDED, "code")
    if cohort.seats is not None and members_count(db, cohort.id) >= cohort.seats:
        raise Refused(FULL, "code")
    if enrolment.cohort is not None:
        enrolment.timing = None
        end_companionship(db, enrolment)
        record(db, person_id, "left", "cohort", enrolment.cohort.public_id, enrolment_id=enrolment.id)
    enrolment.cohort_id = cohort.id
    enrolment.joined_at = now()
    _settle(db, person_id, cohort.id)
    record(db, person_id, "joined", "cohort", cohort.public_id, enrolment_id=enrolment.id)
    db.flush()
    db.expire(enrolment, ["cohort"])
    return enrolment


def _settle(db: Session, person_id: int, cohort_id: int) -> None:
    """Who joins asks no more, and needs no invitation to the address that they have shown to be theirs."""
    db.execute(
        delete(JoinRequest).where(JoinRequest.cohort_id == cohort_id, JoinRequest.person_id == person_id)
    )
    own = select(Person.email).where(Person.id == person_id, Person.email_verified_at.is_not(None))
    invited = update(Invitation).where(Invitation.cohort_id == cohort_id, Invitation.used_at.is_(None))
    db.execute(invited.where(Invitation.email == own.scalar_subquery()).values(used_at=now()))


def lock_cohort(db: Session, cohort_id: int) -> None:
    """Whoever changes who comes into a cohort holds it first: others wait, and none for each other."""
    db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())


def is_over(cohort: Cohort) -> bool:
    """Whether nobody can join it any more."""
    return cohort.archived_at is not None or has_ended(cohort, today_in(cohort.time_zone))


def has_ended(cohort: Cohort, today: date) -> bool:
    return cohort.ends_on is not None and cohort.ends_on < today


def end_enrolment(db: Session, enrolment: Enrolment) -> None:
    """Close an enrolment; it stays readable."""
    end_companionship(db, enrolment)
    end_mentoring(db, enrolment)
    enrolment.ended_at = now()
    record(db, enrolment.person_id, "ended", "enrolment", enrolment.public_id, enrolment_id=enrolment.id)
    db.flush()


BEFORE_ALL_DAYS = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """Where a learner is, for the columns that coaches' pages sort by: how many Things of the run are
    complete, and the first day on which one is due that is not."""

    things_complete: int
    due_on: date | None


_GOING_ON = update(Enrolment).where(Enrolment.id == bindparam("enrolment"), Enrolment.ended_at.is_(None))
_AT, _TODAY = (bindparam(name, type_=Enrolment.last_active_at.type) for name in ("at", "today"))
_DAYS = Enrolment.active_days + case((Enrolment.last_active_at < _TODAY, 1), else_=0)
_ACTIVITY = Statement(_GOING_ON.values(last_active_at=_AT, active_days=_DAYS))
_PLACE = Statement(
    _GOING_ON.values(
        last_active_at=func.coalesce(_AT, Enrolment.last_active_at),
        active_days=_DAYS,
        things_complete=bindparam("things_complete", type_=Enrolment.things_complete.type),
        due_on=bindparam("due_on", type_=Enrolment.due_on.type),
    )
)


def recording_activity(enrolment_id: int, at: datetime) -> Asked:
    """The learner did something; an enrolment that has ended keeps things as they are."""
    return _ACTIVITY, {"enrolment": enrolment_id, "at": at, "today": _midnight(at)}


def recording_place(enrolment_id: int, at: datetime | None, place: Place) -> Asked:
    """And it moved them on. `at` is None where it was somebody else's doing."""
    today = _midnight(at) if at else BEFORE_ALL_DAYS
    return _PLACE, {"enrolment": enrolment_id, "at": at, "today": today, **place._asdict()}


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)

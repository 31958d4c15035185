"""Who comes to a meeting, for its group; and who was there, for its coaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.db import BigId
from app.errors import NotFound
from app.people.models import Person
from app.sessions.models import Attendance, Coming, LiveSession
from app.statements import Statement
from app.web.paging import Page, encode_cursor

NAMES_SHOWN = 40
LEARNERS_A_PAGE = 200

_person, _cohort = bindparam("person", type_=BigId), bindparam("cohort", type_=BigId)


class Attendee(NamedTuple):
    """A learner of the group beside a meeting."""

    id: int
    enrolment_id: int
    name: str
    name_key: str
    handle: str
    coming: str | None
    attended_at: datetime | None
    how: str | None


_ATTENDEES: Select[*tuple[Any, ...]] = (
    select(
        Person.id,
        Enrolment.id.label("enrolment_id"),
        Person.name,
        Person.name_key,
        Person.handle,
        Attendance.coming,
        Attendance.attended_at,
        Attendance.how,
    )
    .join(Enrolment, Enrolment.person_id == Person.id)
    .outerjoin(
        Attendance,
        and_(Attendance.person_id == Person.id, Attendance.session_id == bindparam("session", type_=BigId)),
    )
    .where(Enrolment.cohort_id == _cohort, Enrolment.ended_at.is_(None))
)
_MINE_FIRST = Person.id != _person
_COMERS = Statement(
    _ATTENDEES.where(or_(Attendance.coming == Coming.YES.value, Person.id == _person))
    .order_by(_MINE_FIRST, Person.name_key, Person.id)
    .limit(NAMES_SHOWN + 2),
    row=Attendee,
)
_EVERYONE = Statement(
    _ATTENDEES.where(
        tuple_(Person.name_key, Person.id)
        > tuple_(bindparam("name_key", type_=Person.name_key.type), bindparam("after", type_=BigId))
    )
    .order_by(Person.name_key, Person.id)
    .limit(LEARNERS_A_PAGE + 1),
    row=Attendee,
)
_NOT_MARKED = Statement(
    _ATTENDEES.where(Attendance.coming == Coming.YES.value, Attendance.attended_at.is_(None)), row=Attendee
)
_ONE = Statement(_ATTENDEES.where(Person.handle == bindparam("handle")), row=Attendee)


class Comers(NamedTuple):
    """How it is with the person who asks, None where they do not learn in the group; the names of who comes,
    and whether there are more."""

    mine: Attendee | None
    names: Sequence[str]
    more: bool


def comers(db: Session, session: LiveSession, person_id: int) -> Comers:
    """What a group sees of a meeting: who comes, and nothing of who does not."""
    values = {"session": session.id, "cohort": session.cohort_id, "person": person_id}
    found: list[Attendee] = _COMERS.rows(db, values)
    mine = next((one for one in found if one.id == person_id), None)
    names = [one.name for one in sorted(found, key=_by_name) if one.coming == Coming.YES]
    return Comers(mine, names[:NAMES_SHOWN], len(names) > NAMES_SHOWN)


def _by_name(one: Attendee) -> tuple[str, int]:
    return one.name_key, one.id


def attendees(db: Session, session: LiveSession, after: tuple[str, int] | None = None) -> Page[Attendee]:
    """Everyone who learns in the group now, by name, for its coaches; from the row behind `after` (name key,
    id)."""
    name_key, last = after or ("", 0)
    values = {"session": session.id, "cohort": session.cohort_id, "name_key": name_key, "after": last}
    found: list[Attendee] = _EVERYONE.rows(db, values)
    more, found = len(found) > LEARNERS_A_PAGE, found[:LEARNERS_A_PAGE]
    return Page(found, encode_cursor(found[-1].name_key, found[-1].id) if more else "")


def attendee(db: Session, session: LiveSession, handle: str) -> Attendee:
    """One of them. Raises NotFound."""
    values = {"session": session.id, "cohort": session.cohort_id, "handle": handle}
    found: list[Attendee] = _ONE.rows(db, values)
    if not found:
        raise NotFound
    return found[0]


def comers_not_marked(db: Session, session: LiveSession) -> list[Attendee]:
    """Who said that they come, and is not marked as present."""
    return _NOT_MARKED.rows(db, {"session": session.id, "cohort": session.cohort_id})

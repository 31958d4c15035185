"""Telling a group of its meetings: that one is planned, changed or cancelled, and that one is near.

It is done in the background, some people at a time. What is told is the newest there is: a change that was
overtaken by another is not told any more, and what somebody has not read yet of the same meeting is read by
it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, exists, null, select, union
from sqlalchemy.orm import Session, joinedload

from app.clock import now
from app.cohorts.models import CohortCoach, Enrolment
from app.cohorts.schedule import read_timing, today_in
from app.db import BigId
from app.jobs.services import Task
from app.notices.models import Kind
from app.notices.services import outdate, tell
from app.sessions.models import Attendance, Coming, LiveSession
from app.statements import Statement

TELL = Task("tell-of-session")
REMIND = Task("remind-of-sessions")
EVERY_TEN_MINUTES = "*/10 * * * *"
BEFORE = timedelta(days=1)
"""How long before its start people are reminded of a meeting."""
RECENT = timedelta(hours=36)
"""Nobody is reminded of what they were told of so shortly before."""
BATCH = 50
"""People in one transaction."""

_cohort, _session = bindparam("cohort", type_=BigId), bindparam("session", type_=BigId)


def _in_cohort(membership: type[Enrolment] | type[CohortCoach], timing: Any) -> Select[Any]:
    """Who is behind `after`; of learners with what they have of their own time."""
    return select(membership.person_id.label("person_id"), timing.label("timing")).where(
        membership.cohort_id == _cohort,
        membership.ended_at.is_(None),
        membership.person_id > bindparam("after", type_=BigId),
    )


_members = union(_in_cohort(Enrolment, Enrolment.timing), _in_cohort(CohortCoach, null())).subquery()
_declined = exists().where(
    Attendance.session_id == _session,
    Attendance.person_id == _members.c.person_id,
    Attendance.coming == Coming.NO.value,
)
_in_order = (
    select(_members.c.person_id, _members.c.timing).order_by(_members.c.person_id).limit(bindparam("limit"))
)
_PEOPLE = {Kind.SESSION: Statement(_in_order), Kind.SOON: Statement(_in_order.where(~_declined))}


def reminded_already(starts_at: datetime) -> bool:
    """Whether a meeting that is told of now is too near to remind anybody of it."""
    return starts_at - now() < RECENT


def tell_later(db: Session, session: LiveSession, actor_id: int | None) -> None:
    """Tell its group of how it is with a meeting now, but for whoever did it. Nobody is told of what is
    over."""
    if session.ends_at > now():
        _tell_later(db, session, Kind.SESSION, actor_id)


def _tell_later(
    db: Session, session: LiveSession, kind: Kind, actor_id: int | None = None, after: int = 0
) -> None:
    arguments: dict[str, Any] = {"live_session_id": session.id, "kind": kind.value, "person_id": actor_id}
    once = once_of(session, kind)
    TELL.later(db, key=f"{once} {after}", once=once, after=after, **arguments)


def once_of(session: LiveSession, kind: Kind) -> str:
    """What names this news: the same of the same meeting is told a single time."""
    if kind is Kind.SOON:
        return f"reminder {session.public_id} {session.starts_at.isoformat()}"
    return f"session {session.public_id} {session.sequence}"


def tell_of_session(
    db: Session, *, live_session_id: int, kind: str, once: str, person_id: int | None, after: int
) -> None:
    """Write notices for some people of the group; the next ones are a job of their own."""
    session, what, at = _with_cohort(db, live_session_id), Kind(kind), now()
    if session is None or once != once_of(session, what) or session.ends_at <= at:
        return
    if what is Kind.SOON and (session.cancelled_at is not None or session.starts_at <= at):
        return
    group = {"cohort": session.cohort_id, "after": after, "limit": BATCH}
    found = _PEOPLE[what].rows(db, group | ({"session": session.id} if what is Kind.SOON else {}))
    people = [row.person_id for row in found if what is not Kind.SOON or not _rests(row.timing, session)]
    outdate(db, session.id, people, but=once)
    for told in people:
        tell(db, told, what, once=once, actor_id=person_id, session_id=session.id)
    if len(found) == BATCH:
        _tell_later(db, session, what, person_id, after=found[-1].person_id)


def _rests(timing: str | None, session: LiveSession) -> bool:
    """Whether a learner takes a break today: nobody reminds them of anything."""
    return read_timing(timing).paused_on(today_in(session.cohort.time_zone)) is not None


def _with_cohort(db: Session, session_id: int) -> LiveSession | None:
    found = select(LiveSession).where(LiveSession.id == session_id).options(joinedload(LiveSession.cohort))
    return db.scalars(found).first()


def remind_of_sessions(db: Session) -> None:
    """Begin to remind the groups that meet within a day, each once for each time that a meeting has."""
    at = now()
    near = select(LiveSession).where(
        LiveSession.starts_at > at,
        LiveSession.starts_at <= at + BEFORE,
        LiveSession.cancelled_at.is_(None),
        LiveSession.reminded_for.is_distinct_from(LiveSession.starts_at),
    )
    for session in db.scalars(near.order_by(LiveSession.id).with_for_update()):
        session.reminded_for = session.starts_at
        _tell_later(db, session, Kind.SOON)
    db.flush()

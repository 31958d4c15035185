"""The meetings at which somebody was."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.db import BigId
from app.sessions.models import Attendance, LiveSession
from app.statements import Statement


class Attended(NamedTuple):
    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    cohort_name: str

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def attended_in(db: Session, enrolment: Enrolment) -> list[Attended]:
    """In the time of an enrolment: those of its group, and of groups of its programme that they were in
    then."""
    until = enrolment.ended_at or now()
    meanwhile = and_(LiveSession.ends_at >= enrolment.started_at, LiveSession.starts_at <= literal(until))
    rows = db.execute(
        select(
            LiveSession.title,
            LiveSession.language,
            LiveSession.starts_at,
            LiveSession.ends_at,
            Cohort.time_zone,
            Cohort.name,
        )
        .join(Attendance, Attendance.session_id == LiveSession.id)
        .join(Cohort, Cohort.id == LiveSession.cohort_id)
        .where(
            Attendance.person_id == enrolment.person_id,
            Attendance.attended_at.is_not(None),
            LiveSession.cancelled_at.is_(None),
            Cohort.programme_slug == enrolment.programme_slug,
            or_(LiveSession.cohort_id == enrolment.cohort_id, meanwhile),
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
    )
    return [Attended(*row) for row in rows]


_IN_COHORT = Statement(
    select(LiveSession.starts_at, LiveSession.ends_at, func.count().label("people"))
    .join(Attendance, Attendance.session_id == LiveSession.id)
    .join(
        Enrolment,
        and_(Enrolment.person_id == Attendance.person_id, Enrolment.cohort_id == LiveSession.cohort_id),
    )
    .where(
        LiveSession.cohort_id == bindparam("cohort", type_=BigId),
        LiveSession.cancelled_at.is_(None),
        Attendance.attended_at.is_not(None),
    )
    .group_by(LiveSession.id, LiveSession.starts_at, LiveSession.ends_at)
)


def minutes_attended(db: Session, cohort_id: int) -> int:
    """Of all who learn or learned in a cohort, at its meetings."""
    rows = _IN_COHORT.rows(db, {"cohort": cohort_id})
    return sum(int((row.ends_at - row.starts_at).total_seconds()) // 60 * row.people for row in rows)

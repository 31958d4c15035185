"""The meetings of a run, for the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort
from app.sessions.models import LiveSession
from app.sessions.services import Plan, plan_session
from app.sessions.times import wall_clock

MOST_COPIED = 200


def meetings_to_copy(db: Session, cohort_id: int) -> Sequence[LiveSession]:
    """Those that were not cancelled."""
    found = select(LiveSession).where(LiveSession.cohort_id == cohort_id, LiveSession.cancelled_at.is_(None))
    return db.scalars(found.order_by(LiveSession.starts_at, LiveSession.id).limit(MOST_COPIED)).all()


def copy_meetings(db: Session, cohort: Cohort, made: Cohort, *, actor_id: int) -> int:
    """Into the next run, moved by as many days as its first one is; how many. The hour stays as clocks show
    it, and what would be over is left out. Nobody is told: only coaches are there, to look at them first."""
    if cohort.starts_on is None or made.starts_on is None:
        return 0
    moved, copied = made.starts_on - cohort.starts_on, 0
    for session in meetings_to_copy(db, cohort.id):
        starts_at = _moved(session.starts_at, moved, ZoneInfo(made.time_zone))
        if starts_at > now():
            plan = Plan(
                session.title,
                starts_at,
                starts_at + (session.ends_at - session.starts_at),
                session.place,
                session.url,
                session.agenda,
                session.things,
            )
            once = f"{made.public_id} {session.public_id}"
            language = session.language
            plan_session(db, made.id, plan, language=language, actor_id=actor_id, once=once, is_told=False)
            copied += 1
    return copied


def _moved(moment: datetime, by: timedelta, zone: ZoneInfo) -> datetime:
    """An hour later where clocks leave that one out."""
    day, at = wall_clock(moment, zone)
    return datetime.combine(day + by, at, zone).astimezone(UTC)

"""Reading what waits and what died."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.errors import NotFound
from app.jobs.models import Job, Priority
from app.statements import Statement

DEAD_SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """`due` jobs may be taken now, the first of them since `since`; `later` are for another time, or at
    work."""

    due: int
    since: datetime | None
    later: int


_DUE = Statement(
    select(
        *(
            exists()
            .where(
                Job.priority == priority,
                Job.due_at <= bindparam("now", type_=Job.due_at.type),
                Job.died_at.is_(None),
            )
            .label(priority.name)
            for priority in Priority
        )
    )
)


def due_priorities(db: Session) -> list[Priority]:
    """Those of which something is due, the most urgent first."""
    (found,) = _DUE.rows(db, {"now": now()})
    return [priority for priority, is_due in zip(Priority, found, strict=True) if is_due]


def waiting(db: Session) -> Waiting:
    alive = select(func.count(), func.min(Job.due_at)).where(Job.died_at.is_(None))
    due, since = db.execute(alive.where(Job.due_at <= now())).one()
    later, _ = db.execute(alive.where(Job.due_at > now())).one()
    return Waiting(due, since, later)


def dead_jobs(db: Session) -> list[Job]:
    """The last to die first."""
    found = select(Job).where(Job.died_at.is_not(None)).order_by(Job.died_at.desc(), Job.id.desc())
    return list(db.scalars(found.limit(DEAD_SHOWN)))


def count_dead(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Job).where(Job.died_at.is_not(None))) or 0


def dead_job(db: Session, public_id: str) -> Job:
    """Raises NotFound."""
    found = db.scalars(select(Job).where(Job.public_id == public_id, Job.died_at.is_not(None))).first()
    if found is None:
        raise NotFound
    return found

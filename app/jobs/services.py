"""Putting work into the queue, taking it, and what becomes of it.

A job is written in the transaction of whoever wants it done: it is there exactly when that commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import now
from app.db import new_public_id
from app.jobs.models import ALIVE, Job, Priority
from app.statements import Statement

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_ERROR = 500
DEAD_KEPT = timedelta(days=90)

_COLUMNS = ("public_id", "kind", "arguments", "priority", "key", "due_at", "attempts", "error", "created_at")
_ADD = Statement(
    lambda insert: insert(Job).on_conflict_do_nothing(index_elements=["key"], index_where=ALIVE),
    columns=_COLUMNS,
)
_random = SystemRandom()


class Hopeless(Exception):
    """This work fails however often it is tried."""


class Taken(NamedTuple):
    """A job that a worker holds until its lease ends."""

    id: int
    kind: str
    arguments: dict[str, Any]
    attempts: int
    lease: str


_longest_waiting = (
    select(Job.id)
    .where(
        Job.priority == bindparam("of"),
        Job.due_at <= bindparam("now", type_=Job.due_at.type),
        Job.died_at.is_(None),
    )
    .order_by(Job.due_at, Job.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKE = Statement(
    update(Job)
    .where(Job.id == _longest_waiting.scalar_subquery())
    .values(
        due_at=bindparam("ends", type_=Job.due_at.type),
        lease=bindparam("name"),
        attempts=Job.attempts + 1,
    )
    .returning(Job.id, Job.kind, Job.arguments, Job.attempts, Job.lease),
    row=Taken,
)
_own = (Job.id == bindparam("job"), Job.lease == bindparam("held"), Job.died_at.is_(None))
_HOLD = Statement(select(Job.id).where(*_own).with_for_update())
_FINISH = Statement(delete(Job).where(*_own))


@dataclass(frozen=True)
class Task:
    """A kind of work, and how often it is tried. What runs it is told in app/background.py."""

    name: str
    priority: Priority = Priority.NORMAL
    attempts: int = 12

    def later(
        self,
        db: Session,
        *,
        key: str | None = None,
        due_at: datetime | None = None,
        priority: Priority | None = None,
        **arguments: Any,
    ) -> bool:
        """Have it done after this transaction. Of the jobs with one `key` only one is alive at a time: False
        where there is one already."""
        at = now()
        job = {
            "public_id": new_public_id(),
            "kind": self.name,
            "arguments": arguments,
            "priority": self.priority if priority is None else priority,
            "key": key,
            "due_at": due_at or at,
            "attempts": 0,
            "error": "",
            "created_at": at,
        }
        return bool(_ADD.run(db, job))


def take(db: Session, priority: Priority, lease: timedelta) -> Taken | None:
    """The job of this priority that has waited longest, but for those that another worker is just taking."""
    at = now()
    values = {"of": priority, "now": at, "ends": at + lease, "name": new_public_id()}
    found: list[Taken] = _TAKE.rows(db, values)
    return found[0] if found else None


def leave(db: Session, job: Taken) -> None:
    """For another worker, of a version that knows what it is: as if it had not been taken."""
    values = {"lease": None, "attempts": job.attempts - 1, "due_at": now() + FIRST_PAUSE}
    db.execute(update(Job).where(Job.id == job.id, Job.lease == job.lease).values(values))


def hold(db: Session, job: Taken) -> bool:
    """Keep others from a job until the transaction ends; False where its lease was lost."""
    return bool(_HOLD.rows(db, {"job": job.id, "held": job.lease}))


def finish(db: Session, job: Taken) -> None:
    _FINISH.run(db, {"job": job.id, "held": job.lease})


def extend(db: Session, job: Taken, lease: timedelta) -> None:
    """Hold it longer."""
    db.execute(update(Job).where(Job.id == job.id, Job.lease == job.lease).values(due_at=now() + lease))


def put_back(db: Session, job: Taken, error: BaseException, *, attempts: int) -> bool:
    """Try it later, unless that is hopeless or was tried often enough: then it is dead, and this is False."""
    at = now()
    dead = isinstance(error, Hopeless) or job.attempts >= attempts
    values = {"lease": None, "error": in_words(error), "due_at": at + pause_after(job.attempts)}
    own = update(Job).where(Job.id == job.id, Job.lease == job.lease)
    db.execute(own.values(**values, died_at=at if dead else None))
    return not dead


def in_words(error: BaseException) -> str:
    """What an administrator reads of it."""
    text = " ".join(str(error).split())
    words = text if isinstance(error, Hopeless) and text else f"{type(error).__name__}: {text}"
    return words.rstrip(": ")[:LONGEST_ERROR]


def pause_after(attempt: int) -> timedelta:
    """Twice as long after each attempt, and by chance half as long again or half of it: what failed together
    does not come back together."""
    pause: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return pause * _random.uniform(0.5, 1.5)


def forget_dead(db: Session) -> None:
    """What nobody revived in a quarter of a year; errors may name people."""
    db.execute(delete(Job).where(Job.died_at <= now() - DEAD_KEPT))


def revive(db: Session, job: Job) -> None:
    """Try a dead job again from the beginning. Where another with its key is alive, that does its work."""
    try:
        with db.begin_nested():
            job.died_at, job.attempts, job.due_at, job.lease = None, 0, now(), None
            db.flush()
    except IntegrityError:
        db.delete(job)
        db.flush()


def bury(db: Session, job: Job) -> None:
    """Never do it."""
    db.delete(job)
    db.flush()

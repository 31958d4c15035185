"""Work that comes back: once for each time that it is due, however many workers look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.db import Database
from app.jobs.models import Schedule
from app.jobs.services import Task
from app.statements import upsert


@dataclass(frozen=True)
class Recurring:
    """A task at the times of a cron expression, in the site's time zone (DST as Debian's cron has it)."""

    task: Task
    cron: str


def fire_due(database: Database, schedules: Sequence[Recurring], zone: ZoneInfo) -> None:
    """Queue what is due by now. Times that passed while no worker ran are made up for once."""
    with database.transaction(write=False) as db:
        known = {row.name: row for row in db.scalars(select(Schedule))}
    for recurring in schedules:
        row = known.get(recurring.task.name)
        if row is None or row.cron != recurring.cron:
            with database.transaction() as db:
                _plan(db, recurring, zone)
        elif row.next_at <= now():
            with database.transaction() as db:
                if _moved_on(db, recurring, row.next_at, zone):
                    recurring.task.later(db, key=f"schedule:{recurring.task.name}")


def _plan(db: Session, recurring: Recurring, zone: ZoneInfo) -> None:
    """A new schedule, or one whose times have changed, begins from now."""
    planned = {"cron": recurring.cron, "next_at": next_time(recurring.cron, zone)}
    insert = upsert(db, Schedule).values(name=recurring.task.name, **planned)
    db.execute(insert.on_conflict_do_update(index_elements=["name"], set_=planned))


def _moved_on(db: Session, recurring: Recurring, seen: datetime, zone: ZoneInfo) -> bool:
    """Whether this worker, and no other, moved the schedule on from the time that it saw."""
    moved = (
        update(Schedule)
        .where(Schedule.name == recurring.task.name, Schedule.next_at == seen)
        .values(next_at=next_time(recurring.cron, zone))
        .returning(Schedule.name)
    )
    return db.execute(moved).first() is not None


def next_time(cron: str, zone: ZoneInfo) -> datetime:
    found: datetime = next(CronSim(cron, now().astimezone(zone)))
    return found

"""Work that waits to be done, and when work that comes back is due."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id

ALIVE = text("died_at IS NULL")


class Priority(IntEnum):
    """What goes first. For URGENT somebody waits at the screen; BULK goes to many people at once."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


class Job(Base):
    """One piece of work; the row goes when it is done.

    `due_at` is when a worker may take it: of one that was taken, when its lease ends and the worker counts as
    gone. `lease` names the attempt that holds it. A job that `died_at` some time is not tried again by
    itself.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_priority_due_at_id",
            "priority",
            "due_at",
            "id",
            sqlite_where=ALIVE,
            postgresql_where=ALIVE,
        ),
        Index("uq_job_key", "key", unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    priority: Mapped[int] = mapped_column()
    key: Mapped[str | None] = mapped_column(String(200))
    due_at: Mapped[datetime] = mapped_column()
    lease: Mapped[str | None] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    died_at: Mapped[datetime | None] = mapped_column()


class Schedule(Base):
    """When work that comes back is due next, for all workers together."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    cron: Mapped[str] = mapped_column(String(60))
    next_at: Mapped[datetime] = mapped_column()

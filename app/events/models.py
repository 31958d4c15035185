"""The append-only log of what people did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id

MODERATION = "moderation"
"""The type of the objects that the moderation's log is about."""
_MODERATION = text(f"object_type = '{MODERATION}'")
DEPARTURES = ("left", "removed-learner")
"""The verbs of events that say that somebody is in a cohort no more."""
_DEPARTED = text(f"verb IN {DEPARTURES}")


class Event(Base):
    """One fact. Ids are kept without foreign keys: the log outlives what it speaks of. The few facts about
    moderation, and about who left a cohort, are read on their own, by indexes that hold nothing else."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_enrolment_id_at", "enrolment_id", "at"),
        Index("ix_event_moderation", "id", postgresql_where=_MODERATION, sqlite_where=_MODERATION),
        Index("ix_event_departures", "object_id", postgresql_where=_DEPARTED, sqlite_where=_DEPARTED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), default=new_public_id)
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column()
    verb: Mapped[str] = mapped_column(String(40))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200))
    enrolment_id: Mapped[int | None] = mapped_column()
    edition: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

"""The outbox: which letters are to be sent, and were."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id


class Mail(Base):
    """One letter to one person; its text is made when it is sent, so that nothing secret or long past is
    kept.

    `details` are ids of what it speaks of. `once` is unique for good: a letter with it is written a single
    time. `language` is what the person read when the letter was asked for. A letter that was no longer due,
    because what it speaks of is over or may no longer be seen, has `ended_at` but no `sent_at`.
    """

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_ended_at", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    letter: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()

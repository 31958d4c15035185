"""When and where a group meets, who comes, and who was there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.cohorts.models import Cohort
from app.db import Base, new_public_id


class Coming(StrEnum):
    """What a learner answers to whether they come."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class How(StrEnum):
    """By what somebody counts as present: the coach's tap, the word of the day, or the QR code with it."""

    COACH = "coach"
    WORD = "word"
    CODE = "code"


class LiveSession(Base):
    """A group meets, in a place, on the web, or both.

    `sequence` rises with each change that people and calendars must learn of, and `changed_at` with any that
    they see (RFC 5545, 3.8.7). One that is cancelled stays, so that calendars are told. `reminded_for` is the
    start that nobody needs to be reminded of any more.
    """

    __tablename__ = "live_session"
    __table_args__ = (
        UniqueConstraint("created_by_id", "once"),
        Index("ix_live_session_cohort_id_starts_at_id", "cohort_id", "starts_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column()
    place: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(1000), default="")
    language: Mapped[str] = mapped_column(String(8))
    agenda: Mapped[str] = mapped_column(Text, default="")
    agenda_html: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    notes_html: Mapped[str] = mapped_column(Text, default="")
    things: Mapped[list[str]] = mapped_column(JSON, default=list)
    word: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    cancelled_at: Mapped[datetime | None] = mapped_column()
    reminded_for: Mapped[datetime | None] = mapped_column()
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    once: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")


class Attendance(Base):
    """What a person answered to whether they come, and since when and by what they count as present."""

    __tablename__ = "attendance"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("live_session.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    coming: Mapped[str | None] = mapped_column(String(8))
    attended_at: Mapped[datetime | None] = mapped_column()
    how: Mapped[str | None] = mapped_column(String(8))

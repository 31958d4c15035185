"""What an enrolment has done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id

KEY_IS_THE_TABLE = {"sqlite_with_rowid": False}


class Tick(Base):
    """A learner did an activity. The row stays when the activity leaves the Thing."""

    __tablename__ = "tick"
    __table_args__ = KEY_IS_THE_TABLE

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    thing_slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class ThingRecord(Base):
    """The dated facts of one enrolment about one Thing: writing about it, a coach's approval of that, and its
    completion."""

    __tablename__ = "thing_record"
    __table_args__ = KEY_IS_THE_TABLE

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    thing_slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    drafted_at: Mapped[datetime | None] = mapped_column()
    reflected_at: Mapped[datetime | None] = mapped_column()
    approved_at: Mapped[datetime | None] = mapped_column()
    completed_at: Mapped[datetime | None] = mapped_column()


class ProgressState(Base):
    """The state of every Thing of an enrolment in one row: {slug: state}, true for the catalogue `digest`.

    Written in the transaction of the facts that it packs; a reader with another digest derives it again, from
    the copy in `facts`. Their form: app/progress/packs.py.
    """

    __tablename__ = "progress_state"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64))
    pack: Mapped[dict[str, str]] = mapped_column(JSON)
    facts: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)


class Talk(Base):
    """A coach says that they talked about a Thing with a learner who does not write. Once that is confirmed,
    it counts as their reflection, whatever becomes of their posts."""

    __tablename__ = "talk"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    thing_slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None] = mapped_column()
    declined_at: Mapped[datetime | None] = mapped_column()

"""What people keep for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id


class Kept(Base):
    """A post or a Thing that a person wants to find again, with a note that nobody else ever reads. It stays
    when the post is gone, for the note's sake."""

    __tablename__ = "kept"
    __table_args__ = (
        UniqueConstraint("person_id", "post_id"),
        UniqueConstraint("person_id", "programme_slug", "thing_slug"),
        Index("ix_kept_person_id_at_id", "person_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    programme_slug: Mapped[str | None] = mapped_column(String(80))
    thing_slug: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None] = mapped_column()


class RecordedPost(Base):
    """A post that its author chose for the record of an enrolment, with its whole text or how it begins."""

    __tablename__ = "recorded_post"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    whole: Mapped[bool] = mapped_column()

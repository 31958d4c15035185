"""What readers report, what is hidden from them, and what its writer says to that."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.db import Base, new_public_id
from app.journals.models import Comment, Post
from app.people.models import Person


class Reason(StrEnum):
    """Why a reader wants somebody to look."""

    HURTS = "hurts"
    TELLS = "tells"
    WORRIES = "worries"
    SELLS = "sells"
    COPIES = "copies"
    OTHER = "other"


class Outcome(StrEnum):
    """What became of a report."""

    HIDDEN = "hidden"
    FINE = "fine"


class Report(Base):
    """A reader asks somebody to look at a post, or at a comment to it. The coaches of the post's cohort do;
    the organizers where it is `for_organizers`, with a copy that the reader hands over: they have no right to
    read the text itself. `about` names the text, which one person reports once.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("reporter_id", "about"),
        Index("ix_report_queue", "for_organizers", "closed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    about: Mapped[str] = mapped_column(String(24), index=True)
    for_organizers: Mapped[bool] = mapped_column()
    reason: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text, default="")
    copy_title: Mapped[str] = mapped_column(String(200), default="")
    copy: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(8))

    post: Mapped[Post] = relationship(lazy="raise_on_sql")
    comment: Mapped[Comment | None] = relationship(lazy="raise_on_sql")


class Hiding(Base):
    """A text is hidden from its readers, from `at` until `lifted_at`. Its writer may appeal to the organizers
    once, handing over a copy of the text; they decide, with an answer.
    """

    __tablename__ = "hiding"
    __table_args__ = (
        Index("ix_hiding_post_id_lifted_at", "post_id", "lifted_at"),
        Index("ix_hiding_appeals", "decided_at", "appealed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    by_organizer: Mapped[bool] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)
    lifted_at: Mapped[datetime | None] = mapped_column()
    appeal: Mapped[str | None] = mapped_column(Text)
    copy_title: Mapped[str] = mapped_column(String(200), default="")
    copy: Mapped[str] = mapped_column(Text, default="")
    appealed_at: Mapped[datetime | None] = mapped_column()
    answer: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column()

    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    post: Mapped[Post] = relationship(lazy="raise_on_sql")
    comment: Mapped[Comment | None] = relationship(lazy="raise_on_sql")

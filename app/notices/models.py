"""What happened that somebody wants to hear of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id


class Kind(StrEnum):
    """What a notice tells. How each reads, and whether it may still be seen, its feature knows."""

    ANSWER = "answer"
    REPLY = "reply"
    MENTION = "mention"
    REACTION = "reaction"
    QUESTION = "question"
    ACCEPTED = "accepted"
    REPORT = "report"
    MODERATION = "moderation"
    BLOG = "blog"


class Notice(Base):
    """Something to tell one person. Ids are kept without foreign keys, and no text: what it speaks of is
    looked up, and looked at with its reader's eyes, whenever it is shown or mailed. `once` makes what is
    told about one thing a single notice, however often it happens.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "once"),
        Index("ix_notice_person_id_at_id", "person_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column()
    post_id: Mapped[int | None] = mapped_column()
    comment_id: Mapped[int | None] = mapped_column()
    once: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None] = mapped_column()

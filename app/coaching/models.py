"""What coaches keep for themselves, and what they write to learners."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base, new_public_id


class AnswerTemplate(Base):
    """An answer that a coach gives often, for nobody's eyes but theirs: a text in each language in which they
    want one. Some words in it stand for others, see app/coaching/answer_templates.py."""

    __tablename__ = "answer_template"
    __table_args__ = (UniqueConstraint("person_id", "once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(80))
    text_en: Mapped[str] = mapped_column(Text, default="")
    text_nl: Mapped[str] = mapped_column(Text, default="")
    text_fr: Mapped[str] = mapped_column(Text, default="")
    once: Mapped[str | None] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)


class PutOff(Base):
    """A coach does not want to be told of a learner for this reason (see app/coaching/attention.py) before
    `until`."""

    __tablename__ = "put_off"

    coach_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rule: Mapped[str] = mapped_column(String(16), primary_key=True)
    until: Mapped[datetime] = mapped_column()


class Nudge(Base):
    """A short message from a coach to a learner, in the learner's language. `once` makes what is sent twice
    one message."""

    __tablename__ = "nudge"
    __table_args__ = (
        UniqueConstraint("person_id", "once"),
        Index("ix_nudge_person_id_at", "person_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    once: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)

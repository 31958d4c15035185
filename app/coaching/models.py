"""What coaches keep for themselves, and what they write to learners."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
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


class Step(StrEnum):
    """How far two people are with finding a time: a learner asks for one, the coach proposes some, the
    learner chooses one, or asks for others; either may end it."""

    ASKED = "asked"
    PROPOSED = "proposed"
    OTHERS = "others"
    AGREED = "agreed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Conversation(Base):
    """A coach and a learner talk. `times` are moments that the coach proposes, in ISO 8601; the one that the
    learner chose is `starts_at`, and stays when it does not take place, so that calendars can be told.
    `sequence` rises with each step that people and calendars must learn of. Without a `coach_id` nobody has
    taken up yet what a learner asked for; `words` are those of the last step."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("created_by_id", "once"),
        Index("ix_conversation_enrolment_id_changed_at", "enrolment_id", "changed_at"),
        Index("ix_conversation_cohort_id_state", "cohort_id", "state"),
        Index("ix_conversation_coach_id_starts_at", "coach_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    coach_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10))
    times: Mapped[list[str]] = mapped_column(JSON, default=list)
    minutes: Mapped[int] = mapped_column(default=30)
    place: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(1000), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8))
    starts_at: Mapped[datetime | None] = mapped_column()
    ends_at: Mapped[datetime | None] = mapped_column()
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_html: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    once: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class AgendaPoint(Base):
    """Something that either of them wants to talk about."""

    __tablename__ = "agenda_point"
    __table_args__ = (UniqueConstraint("conversation_id", "once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    words: Mapped[str] = mapped_column(String(400))
    once: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)


class AgreedAction(Base):
    """What they agreed that one of them does; both see it, and either ticks it off."""

    __tablename__ = "agreed_action"
    __table_args__ = (UniqueConstraint("conversation_id", "once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    by_learner: Mapped[bool] = mapped_column()
    words: Mapped[str] = mapped_column(String(400))
    due_on: Mapped[date | None] = mapped_column()
    done_at: Mapped[datetime | None] = mapped_column()
    once: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)


class CoachNote(Base):
    """What a coach notes about a learner for the coaches of the cohort, in Markdown."""

    __tablename__ = "coach_note"
    __table_args__ = (
        UniqueConstraint("author_id", "once"),
        Index("ix_coach_note_enrolment_id_at", "enrolment_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    once: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None] = mapped_column()


class CoachCheck(Base):
    """A coach has ticked an item of the list before the start by hand, see app/coaching/checklist.py."""

    __tablename__ = "coach_check"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    item: Mapped[str] = mapped_column(String(12), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


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

"""Cohorts, their coaches, and enrolments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.db import Base, EmailAddress, SortKey, new_public_id
from app.people.models import Person

DEFAULT_ZONE = "Europe/Brussels"


class Mode(StrEnum):
    SELF_PACED = "self-paced"
    COACH_LED = "coach-led"
    BLENDED = "blended"


class ReplyPromise(StrEnum):
    """What a group's coaches promise to answer; app/cohorts/promises.py says it in words."""

    FIRST = "first"
    EVERY = "every"
    NONE = "none"


class Joining(StrEnum):
    """How somebody who has a cohort's code joins it; who was invited by name needs no approval."""

    CODE = "code"
    APPROVAL = "approval"


class Cohort(Base):
    """A run of a programme for a group. `run` says how, as app/cohorts/runs.py has it. Its dates are days in
    `time_zone`. Its coaches answer what `reply_promise` says, within `reply_days` working days where that is
    a number; `reply_text` is the same in their own words. One that is archived is out of the organizer's way,
    and nobody joins it any more. `meets_until` is the end of its last meeting; the sessions feature keeps it,
    so that pages of groups without a coming one need not ask. `announced_at` is when it was last told
    something that still stands; pages of groups without any need not ask either. The next run of another is
    `copied_from_id` that one."""

    __tablename__ = "cohort"
    __table_args__ = (UniqueConstraint("created_by_id", "once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    programme_slug: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    mode: Mapped[str] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(8))
    starts_on: Mapped[date | None] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    joining: Mapped[str] = mapped_column(String(12), default=Joining.CODE)
    seats: Mapped[int | None] = mapped_column()
    default_visibility: Mapped[str | None] = mapped_column(String(12))
    minimum_words: Mapped[int | None] = mapped_column()
    time_zone: Mapped[str] = mapped_column(String(40), default=DEFAULT_ZONE)
    run: Mapped[str | None] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column()
    attention: Mapped[str | None] = mapped_column(Text)
    reply_promise: Mapped[str] = mapped_column(String(12), default=ReplyPromise.FIRST)
    reply_days: Mapped[int | None] = mapped_column()
    reply_text: Mapped[str | None] = mapped_column(String(400))
    meets_until: Mapped[datetime | None] = mapped_column()
    announced_at: Mapped[datetime | None] = mapped_column()
    copied_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("cohort.id", ondelete="SET NULL"), index=True
    )
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    once: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)


class CohortCoach(Base):
    """A person coaches a cohort until `ended_at`."""

    __tablename__ = "cohort_coach"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None] = mapped_column()

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Pod(Base):
    """A small group of learners in a cohort: those whose enrolment names it."""

    __tablename__ = "pod"
    __table_args__ = (UniqueConstraint("created_by_id", "once"), UniqueConstraint("cohort_id", "name_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(SortKey(60))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    once: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Enrolment(Base):
    """One person in one programme, alone or in a cohort; at most one that has not ended.

    `last_active_at` and `things_complete` are kept by the progress feature, so that a coach's grid can sort
    any number of learners by an index, and with them `active_days`, on how many days they did something, and
    `due_on`, the first day on which something of the run is due that they have not done. `timing` has their
    pauses and the days that they were given (see app/cohorts/schedule.py). Who `stopped_at` some moment has
    stopped until they do something again. `pod_id` is their small group in the cohort, and two or three with
    the same mark in `buddies` are each other's buddies; both end when they leave (app/cohorts/pods.py).
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index(
            "uq_enrolment_active",
            "person_id",
            "programme_slug",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_enrolment_silence", "cohort_id", "last_active_at", "id"),
        Index("ix_enrolment_progress", "cohort_id", "things_complete", "id"),
        Index("ix_enrolment_due", "cohort_id", "due_on"),
        Index("ix_enrolment_buddies", "buddies"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    programme_slug: Mapped[str] = mapped_column(String(80))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="SET NULL"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    joined_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    last_active_at: Mapped[datetime] = mapped_column(default=now)
    things_complete: Mapped[int] = mapped_column(default=0)
    active_days: Mapped[int] = mapped_column(default=1)
    due_on: Mapped[date | None] = mapped_column()
    timing: Mapped[str | None] = mapped_column(Text)
    stopped_at: Mapped[datetime | None] = mapped_column()
    pod_id: Mapped[int | None] = mapped_column(ForeignKey("pod.id", ondelete="SET NULL"), index=True)
    buddies: Mapped[str | None] = mapped_column(String(12))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    cohort: Mapped[Cohort | None] = relationship(lazy="raise_on_sql")

    @property
    def has_stopped(self) -> bool:
        return self.stopped_at is not None and self.stopped_at >= self.last_active_at


class Mentorship(Base):
    """A learner's mentor: asked for from `created_at`, there from `accepted_at` until `ended_at`. `asked_id`
    is who had the address that the learner typed. A mentor reads what is shared with this mentorship, and
    sees how far the learner is only where that `shows_tiles`; the next mentor is another mentorship.
    """

    __tablename__ = "mentorship"
    __table_args__ = (
        Index(
            "uq_mentorship_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    shows_tiles: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    accepted_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()

    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    mentor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[mentor_id])


class ThingNote(Base):
    """What the coaches of a cohort say above a Thing: Markdown."""

    __tablename__ = "thing_note"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    thing_slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Announcement(Base):
    """What a cohort is told by its coaches: {language: {title, body, html}}, the body in Markdown. Who reads
    none of these languages gets `language`, which is always among them."""

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("author_id", "once"),
        Index("ix_announcement_cohort_id_at_id", "cohort_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(String(8))
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    once: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None] = mapped_column()
    taken_back_at: Mapped[datetime | None] = mapped_column()


class AnnouncementRead(Base):
    """A learner has said that they read it."""

    __tablename__ = "announcement_read"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=now)


class JoinRequest(Base):
    """A person asks to join a cohort; who answers, or joins it otherwise, takes the row away."""

    __tablename__ = "join_request"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    asked_at: Mapped[datetime] = mapped_column(default=now)


class Invitation(Base):
    """A single-use link to join a cohort, mailed to `email`. `invited_at` is when its last letter was asked
    for, and `letters` how many were; that one is still to be written while `mailed_at` is empty."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("cohort_id", "email"),
        Index("ix_invitation_cohort_id_id", "cohort_id", "id"),
        Index("ix_invitation_invited_at", "invited_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    invited_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    email: Mapped[str] = mapped_column(EmailAddress(254))
    name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    letters: Mapped[int] = mapped_column(default=1)
    mailed_at: Mapped[datetime | None] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    invited_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

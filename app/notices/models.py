"""What happened that somebody wants to hear of, and how they want to hear of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
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
    ANOTHER_LOOK = "another_look"
    APPROVED = "approved"
    TALK = "talk"
    HANDED_OVER = "handed_over"
    MESSAGE = "message"
    STOPPED = "stopped"
    REPORT = "report"
    MODERATION = "moderation"
    BLOG = "blog"
    SESSION = "session"
    SOON = "soon"
    JOIN_REQUEST = "join_request"
    LET_IN = "let_in"
    NOT_LET_IN = "not_let_in"
    POD = "pod"
    BUDDY = "buddy"
    COACH = "coach"
    MENTOR_ASKED = "mentor_asked"
    MENTOR = "mentor"
    SHARED = "shared"
    ANNOUNCEMENT = "announcement"
    TIMES = "times"
    WANTS_TO_TALK = "wants_to_talk"
    CONVERSATION = "conversation"


POSTS = "posts"
"""What the newest posts of one's groups are called among the kinds: only digests tell of them."""
MONDAY = "monday"
"""What coaches are told on Mondays, of who needs them."""
REMINDER = "reminder"
"""What a learner is told who was away."""
PLAN = "plan"
"""What a learner is told at the times that they picked."""
CHOOSABLE: tuple[str, ...] = (*Kind, POSTS, MONDAY, REMINDER, PLAN)
CONVERSING = (Kind.TIMES, Kind.WANTS_TO_TALK, Kind.CONVERSATION)
DIRECT = (Kind.ANSWER, Kind.REPLY, Kind.ANOTHER_LOOK, Kind.SESSION, Kind.ANNOUNCEMENT, *CONVERSING)
"""Somebody answered this person, a meeting of theirs is planned, changed or cancelled, their group is told
something, or somebody wants to talk with them: letters of these kinds are not counted."""
PROMPT = (*DIRECT, Kind.SOON)
"""Where it is wanted at once, no digest tells of it: that would be too late."""
AT_ONCE: tuple[str, ...] = (
    *PROMPT,
    Kind.MESSAGE,
    Kind.JOIN_REQUEST,
    Kind.LET_IN,
    Kind.NOT_LET_IN,
    Kind.MENTOR_ASKED,
    REMINDER,
    PLAN,
)
"""What is mailed at once, unless somebody wishes otherwise."""


class Frequency(StrEnum):
    """How soon there is mail of a kind."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


UNREAD = text("read_at IS NULL")
ANNOUNCED = text("announcement_id IS NOT NULL")


class Notice(Base):
    """Something to tell one person. Ids are kept without foreign keys, and no text: what it speaks of is
    looked up, and looked at with its reader's eyes, whenever it is shown or mailed. `once` makes what is
    told about one thing a single notice, however often it happens. `mail_id` is the mail that tells it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "once"),
        Index("ix_notice_person_id_at_id", "person_id", "at", "id"),
        Index("ix_notice_unread", "person_id", "at", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index(
            "ix_notice_announcement_id", "announcement_id", sqlite_where=ANNOUNCED, postgresql_where=ANNOUNCED
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column()
    post_id: Mapped[int | None] = mapped_column()
    comment_id: Mapped[int | None] = mapped_column()
    session_id: Mapped[int | None] = mapped_column()
    announcement_id: Mapped[int | None] = mapped_column()
    once: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None] = mapped_column()
    mail_id: Mapped[int | None] = mapped_column(index=True)


class NoticeChoice(Base):
    """How often a person wants mail of a kind, where they have chosen it."""

    __tablename__ = "notice_choice"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    frequency: Mapped[str] = mapped_column(String(8))


class NoticeMail(Base):
    """A mail that tells of notices: of one at once, or a digest, which is one for each person and day of the
    site, as `once` names it. Of those that `counts` there are at most two in any seven days. A digest tells
    of the posts from `posts_from` until before `posts_until`, too.
    """

    __tablename__ = "notice_mail"
    __table_args__ = (UniqueConstraint("person_id", "once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column()
    once: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(default=now)
    counts: Mapped[bool] = mapped_column()
    posts_from: Mapped[datetime | None] = mapped_column()
    posts_until: Mapped[datetime | None] = mapped_column()

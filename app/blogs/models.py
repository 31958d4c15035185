"""Learners' own blogs elsewhere, and what was read in their feeds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.cohorts.models import Enrolment
from app.db import Base, new_public_id
from app.journals.models import Post
from app.people.models import Person

LONGEST_ADDRESS = 1000


class State(StrEnum):
    """Whether Dingen reads a blog: `proposed` by a coach, it waits for the learner's word; `stopped`, it is
    not asked any more until the learner says so."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    STOPPED = "stopped"


class Trouble(StrEnum):
    """Why a blog could not be read. app/blogs/words.py has the sentences."""

    ADDRESS = "address"
    NO_HOST = "no-host"
    PRIVATE = "private"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    SLOW = "slow"
    LARGE = "large"
    LOOP = "loop"
    BROKEN = "broken"
    STATUS = "status"
    NO_FEED = "no-feed"


class Takes(StrEnum):
    """Which posts of a blog come into the journal by themselves."""

    ALL = "all"
    THINGS = "things"


_TROUBLED = text("troubled_since IS NOT NULL")


class Blog(Base):
    """A learner's own blog. Its posts belong to `enrolment`, are shown to `visibility`, and come in by
    themselves where they are not older than `takes_from`.

    `busy_until` keeps others of the same host from being asked at the same time, or at once afterwards.
    `etag`, `last_modified` and `digest` are of the last answer, `moved_to` is where it said that it moved for
    good. `trouble` is why the last reading failed, and those before it since `troubled_since`.
    """

    __tablename__ = "blog"
    __table_args__ = (
        UniqueConstraint("person_id"),
        Index("ix_blog_state_next_due_at_id", "state", "next_due_at", "id"),
        Index("ix_blog_host_busy_until", "host", "busy_until"),
        Index("ix_blog_troubled_since", "troubled_since", sqlite_where=_TROUBLED, postgresql_where=_TROUBLED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int | None] = mapped_column(
        ForeignKey("enrolment.id", ondelete="SET NULL"), index=True
    )
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default=State.ACTIVE)
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    feed_url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="")
    host: Mapped[str] = mapped_column(String(255), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    visibility: Mapped[str] = mapped_column(String(12))
    takes: Mapped[str] = mapped_column(String(12), default=Takes.ALL)
    takes_from: Mapped[datetime | None] = mapped_column()
    full_text: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_due_at: Mapped[datetime] = mapped_column(default=now)
    busy_until: Mapped[datetime | None] = mapped_column()
    etag: Mapped[str] = mapped_column(String(300), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    moved_to: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="")
    read_at: Mapped[datetime | None] = mapped_column()
    new_posts: Mapped[int] = mapped_column(default=0)
    newest_at: Mapped[datetime | None] = mapped_column()
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(12))
    status: Mapped[int | None] = mapped_column()
    troubled_since: Mapped[datetime | None] = mapped_column()

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    proposed_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[proposed_by_id])
    enrolment: Mapped[Enrolment | None] = relationship(lazy="raise_on_sql")


class BlogEntry(Base):
    """A post on a blog. `key` is the hash of its guid, else of its address, whose own hash is `url_key`;
    `digest` is of what was read. Where it is `taken`, `post` is what it became here; that one is deleted, and
    this row stays, where the learner does not want it. What a person decided (`by_hand`) no reading changes.
    `gone_at` is when it was no longer on the blog."""

    __tablename__ = "blog_entry"
    __table_args__ = (
        UniqueConstraint("blog_id", "key"),
        Index("ix_blog_entry_blog_id_url_key", "blog_id", "url_key"),
        Index("ix_blog_entry_blog_id_published_at_id", "blog_id", "published_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    blog_id: Mapped[int] = mapped_column(ForeignKey("blog.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    url_key: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    title: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column()
    thing_slug: Mapped[str | None] = mapped_column(String(80))
    taken: Mapped[bool] = mapped_column(default=False)
    by_hand: Mapped[bool] = mapped_column(default=False)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    gone_at: Mapped[datetime | None] = mapped_column()

    blog: Mapped[Blog] = relationship(lazy="raise_on_sql")
    post: Mapped[Post | None] = relationship(lazy="raise_on_sql")

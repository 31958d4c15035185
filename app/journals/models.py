"""Posts and what people answer to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.cohorts.models import Enrolment
from app.db import Base, SortKey, new_public_id
from app.people.models import Person


class Visibility(StrEnum):
    """Who may read a post, from the author alone to the web."""

    PRIVATE = "private"
    MENTOR = "mentor"
    COACHES = "coaches"
    POD = "pod"
    COHORT = "cohort"
    MEMBERS = "members"
    PUBLIC = "public"


class Post(Base):
    """An entry in a journal; a reflection where `thing_slug` is set and it is no question about that Thing.

    `title`, `body`, `html` and its beginning as plain text, `excerpt`, are what readers see, empty until
    `published_at`; of one that was read on the author's own blog, `source_url` is where it stands, and `html`
    is not made of `body`. What the author is writing lives in `draft_title` and `draft_body`. `cohort_id` is
    the enrolment's, so that a list of a cohort's posts is one range of an index; who may read them is asked
    of the enrolment itself. Each save raises `version` and notes the window it came from
    (`saved_in`): one that names an older version and comes from another window is a conflict.
    `is_question` asks the readers something; what answers it is a Comment that was accepted. `asks_since` is
    when its author asked the coaches for an answer. One that is hidden (`hidden_at`) is there for its author
    and the coaches alone; app/moderation/ knows why.
    """

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("author_id", "once"),
        Index("ix_post_author_id_published_at", "author_id", "published_at"),
        Index("ix_post_thing", "enrolment_id", "thing_slug", "published_at"),
        Index("ix_post_cohort_id_published_at", "cohort_id", "published_at", "id"),
        Index("ix_post_cohort_thing", "cohort_id", "thing_slug", "published_at", "id"),
        Index(
            "ix_post_questions",
            "cohort_id",
            "published_at",
            "id",
            sqlite_where=text("is_question = 1"),
            postgresql_where=text("is_question"),
        ),
        Index("ix_post_mentorship_id_published_at", "mentorship_id", "published_at", "id"),
        Index("ix_post_thing_visibility", "programme_slug", "thing_slug", "visibility", "published_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="SET NULL"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="SET NULL"))
    programme_slug: Mapped[str | None] = mapped_column(String(80))
    thing_slug: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8), default="en")
    visibility: Mapped[str] = mapped_column(String(12))
    mentorship_id: Mapped[int | None] = mapped_column(ForeignKey("mentorship.id", ondelete="SET NULL"))
    is_question: Mapped[bool] = mapped_column(default=False)
    asks_since: Mapped[datetime | None] = mapped_column()
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
    source_url: Mapped[str | None] = mapped_column(String(1000))
    draft_title: Mapped[str | None] = mapped_column(String(200))
    draft_body: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    saved_in: Mapped[str | None] = mapped_column(String(36))
    once: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None] = mapped_column()
    edited_at: Mapped[datetime | None] = mapped_column()
    deleted_at: Mapped[datetime | None] = mapped_column()
    hidden_at: Mapped[datetime | None] = mapped_column()

    author: Mapped[Person] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment | None] = relationship(lazy="raise_on_sql")


class Revision(Base):
    """A text that readers of a post saw: each one that was published, the newest of which they see now."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_post_id_at_id", "post_id", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)


class Picture(Base):
    """A picture in a post, as WebP. Who may read the post may see it."""

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(default=now)

    post: Mapped[Post] = relationship(lazy="raise_on_sql")


class Audience(StrEnum):
    """Who reads an answer: feedback is for the author and the coaches, a comment for the post's readers."""

    COACHES = "coaches"
    READERS = "readers"


class Comment(Base):
    """An answer to a post: feedback or a comment, as its audience says.

    A reply belongs to an answer that is none (`parent_id`), and has its audience. Of the answers to a
    question at most one is accepted. It is `by_coach` where its author coached the post's group then.
    """

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("author_id", "once"),
        Index("ix_comment_post_id_at", "post_id", "at"),
        Index("ix_comment_author_id_at", "author_id", "at", "id"),
        Index(
            "ix_comment_accepted",
            "post_id",
            unique=True,
            sqlite_where=text("accepted_at IS NOT NULL"),
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="SET NULL"), index=True)
    by_coach: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    once: Mapped[str | None] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None] = mapped_column()
    accepted_at: Mapped[datetime | None] = mapped_column()
    deleted_at: Mapped[datetime | None] = mapped_column()
    hidden_at: Mapped[datetime | None] = mapped_column()

    author: Mapped[Person] = relationship(lazy="raise_on_sql")
    post: Mapped[Post] = relationship(lazy="raise_on_sql")


class ReactionKind(StrEnum):
    """What somebody says with one press."""

    THANKS = "thanks"
    SAME_HERE = "same-here"
    WILL_TRY = "will-try"


class Reaction(Base):
    """A word from a reader to the author of a post, or of an answer to it (`comment_id`); `by_coach` as for a
    Comment."""

    __tablename__ = "reaction"
    __table_args__ = (
        Index(
            "ix_reaction_post",
            "post_id",
            "kind",
            "person_id",
            unique=True,
            sqlite_where=text("comment_id IS NULL"),
            postgresql_where=text("comment_id IS NULL"),
        ),
        Index(
            "ix_reaction_comment",
            "comment_id",
            "kind",
            "person_id",
            unique=True,
            sqlite_where=text("comment_id IS NOT NULL"),
            postgresql_where=text("comment_id IS NOT NULL"),
        ),
        Index("ix_reaction_post_id_at", "post_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    by_coach: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=now)


class Promised(StrEnum):
    """Why the coaches of a group promised to answer a post when it was shared with them."""

    FIRST = "first"
    EVERY = "every"


def _review_index(name: str, *columns: str, where: str) -> Index:
    return Index(f"ix_review_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


class Review(Base):
    """How far the coaches of a group are with a post: a row as soon as they may read it, which stays when the
    post goes elsewhere. What follows from it is in app/journals/review_rules.py; `answered_at`,
    `resubmitted_at` and `awaits_since` follow from what else is recorded, kept by app/journals/reviews.py.
    `shared_at` is empty while only the author reads the post. An approval stays.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_shared", "cohort_id", "shared_at", "post_id"),
        _review_index("waiting", "cohort_id", "awaits_since", "post_id", where="awaits_since IS NOT NULL"),
        Index("ix_review_of", "enrolment_id", "awaits_since"),
        Index("ix_review_first", "enrolment_id", "cohort_id", "shared_at", "post_id"),
        _review_index(
            "unread",
            "cohort_id",
            "shared_at",
            "post_id",
            where="read_at IS NULL AND awaits_since IS NULL",
        ),
        _review_index("answered", "cohort_id", "answered_at", "post_id", where="answered_at IS NOT NULL"),
        _review_index(
            "looked", "cohort_id", "another_look_at", "post_id", where="another_look_at IS NOT NULL"
        ),
        _review_index(
            "claimed",
            "claimed_by_id",
            "cohort_id",
            "claimed_at",
            "post_id",
            where="claimed_by_id IS NOT NULL",
        ),
    )

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    cohort_id: Mapped[int] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    shared_at: Mapped[datetime | None] = mapped_column()
    promised: Mapped[str | None] = mapped_column(String(8))
    awaits_since: Mapped[datetime | None] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    answered_at: Mapped[datetime | None] = mapped_column()
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    claimed_at: Mapped[datetime | None] = mapped_column()
    another_look_at: Mapped[datetime | None] = mapped_column()
    resubmitted_at: Mapped[datetime | None] = mapped_column()
    approved_at: Mapped[datetime | None] = mapped_column()
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class FeedKey(Base):
    """A person's secret address of the feed at `path`. The word in it is kept nowhere, see
    app/journals/feed_keys.py; a revoked address is no more.
    """

    __tablename__ = "feed_key"
    __table_args__ = (UniqueConstraint("person_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SearchEntry(Base):
    """What a published post is found by: `words` has the forms of its words (app/words.py) and marks of whose
    it is, what it is about and who may have it shown (app/journals/search.py). PostgreSQL indexes them with
    GIN, SQLite with an FTS5 table that triggers keep in step; the migrations alone know of both. `place`
    orders entries as their posts were published; `rules` is the way in which the words were found.
    """

    __tablename__ = "search_entry"
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(unique=True)
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))
    rules: Mapped[int] = mapped_column()


class SearchWord(Base):
    """A word that some entry has or had that this circle (a mark, see app/journals/search_index.py) may read,
    to be found by its beginning. Who is in none of a word's circles must not learn that somebody wrote it:
    words of private posts are not here.
    """

    __tablename__ = "search_word"

    circle: Mapped[str] = mapped_column(String(24), primary_key=True)
    word: Mapped[str] = mapped_column(SortKey(40), primary_key=True)

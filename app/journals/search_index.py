"""What is in the index of posts, and how it follows them.

An entry has a post's words and marks: whose it is, which group's, what it is about, which circle reads it.
Entries are written with the posts, whoever changes a `Post`; who changes rows otherwise calls `index_posts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    cast,
    column,
    delete,
    event,
    exists,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapper, Session

from app.cohorts.models import Enrolment
from app.db import BigId
from app.jobs.models import Priority
from app.jobs.services import Task
from app.journals.models import Post, SearchEntry, SearchWord, Visibility
from app.markdown import plain_text
from app.words import SHORTEST_BEGINNING, forms_in

RULES = 1
"""Raised whenever words are found in another way: entries are then written anew in the background."""
CATCH_UP = Task("search.catch_up", Priority.BULK)
CAUGHT_AT_ONCE = 50
MEMBERS, WEB = "m_", "w_"
"""Marks of posts for everyone here, and for everyone."""

FTS = table("search_index", column("rowid", BigId))
ITSELF: Any = literal_column("search_index")
"""SQLite's index: the rows of FTS have an entry's place as their id, and match by the name of the table."""

_ID_BITS = 30
_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SHAPING = (
    "title",
    "html",
    "visibility",
    "mentorship_id",
    "cohort_id",
    "programme_slug",
    "thing_slug",
    "published_at",
    "deleted_at",
)


def mark(kind: str, *names: object) -> str:
    """A word that no text has: those have no underscore."""
    return "_".join((kind, *map(str, names)))


def circles_of(post: Any, pod_id: int | None = None) -> tuple[str, ...]:
    """The marks of who reads a post, its author apart; none where nobody else does. `pod_id` is the small
    group of its enrolment, for a post that is for it."""
    if post.visibility in (Visibility.MEMBERS, Visibility.PUBLIC):
        return (MEMBERS if post.visibility == Visibility.MEMBERS else WEB,)
    shared = post.mentorship_id is not None and post.visibility != Visibility.PRIVATE
    mentor = (mark("n", post.mentorship_id),) if shared else ()
    return (*mentor, *_in_cohort(post, pod_id))


def _in_cohort(post: Any, pod_id: int | None) -> tuple[str, ...]:
    if post.cohort_id is None:
        return ()
    if post.visibility == Visibility.COHORT:
        return (mark("c", post.cohort_id),)
    if post.visibility == Visibility.COACHES:
        return (mark("k", post.cohort_id),)
    if post.visibility == Visibility.POD:
        pods = (mark("o", pod_id),) if pod_id is not None else ()
        return (mark("k", post.cohort_id), *pods)
    return ()


def _marks(post: Any, circles: Iterable[str]) -> Iterable[str]:
    yield mark("a", post.author_id)
    if post.cohort_id is not None:
        yield mark("g", post.cohort_id)
    yield from circles
    if post.programme_slug:
        yield mark("p", post.programme_slug)
        yield mark("t", post.programme_slug, post.thing_slug)


def entry_of(post: Any, circles: Iterable[str]) -> dict[str, Any]:
    """What the index says of a published post, for these circles."""
    words = forms_in(f"{post.title} {plain_text(post.html)}")
    return {
        "post_id": post.id,
        "place": (int(post.published_at.timestamp()) << _ID_BITS) + post.id,
        "words": " ".join(sorted({*words, *_marks(post, circles)})),
        "rules": RULES,
    }


def longer_words(entry: Mapping[str, Any]) -> list[str]:
    """Those of an entry's words that can be found by their beginning; in order, since transactions that
    write the same new words wait for each other."""
    words = (word for word in entry["words"].split() if "_" not in word)
    return sorted(word for word in words if len(word) > SHORTEST_BEGINNING)


def _write(connection: Connection, post: Any) -> None:
    """Have the index say what a post's row says now."""
    if post.published_at is None or post.deleted_at is not None:
        connection.execute(delete(SearchEntry).where(SearchEntry.post_id == post.id))
        return
    pod = select(Enrolment.pod_id).where(Enrolment.id == post.enrolment_id)
    circles = circles_of(post, connection.scalar(pod) if post.visibility == Visibility.POD else None)
    entry, insert = entry_of(post, circles), _INSERTS[connection.dialect.name]
    written = insert(SearchEntry).values(**entry)
    connection.execute(written.on_conflict_do_update(index_elements=["post_id"], set_=entry))
    words = [{"circle": circle, "word": word} for circle in sorted(circles) for word in longer_words(entry)]
    if words:
        connection.execute(insert(SearchWord).values(words).on_conflict_do_nothing())


@event.listens_for(Post, "after_insert")
def _follow_insert(_: Mapper[Post], connection: Connection, post: Post) -> None:
    if post.published_at is not None:
        _write(connection, post)


@event.listens_for(Post, "after_update")
def _follow_update(_: Mapper[Post], connection: Connection, post: Post) -> None:
    state = inspect(post)
    if any(state.attrs[name].history.has_changes() for name in _SHAPING):
        _write(connection, post)


@event.listens_for(Enrolment, "after_update")
def _follow_pod(_: Mapper[Enrolment], connection: Connection, enrolment: Enrolment) -> None:
    if inspect(enrolment).attrs.pod_id.history.has_changes():
        theirs = (Post.enrolment_id == enrolment.id, Post.visibility == Visibility.POD)
        for post in connection.execute(_SOURCE.where(*theirs).order_by(Post.id).with_for_update()).all():
            _write(connection, post)


_SOURCE = select(
    Post.id,
    Post.author_id,
    Post.enrolment_id,
    Post.cohort_id,
    Post.programme_slug,
    Post.thing_slug,
    Post.visibility,
    Post.mentorship_id,
    Post.title,
    Post.html,
    Post.published_at,
    Post.deleted_at,
)


def index_posts(db: Session, *which: Any) -> int:
    """Write the entries of the posts that fit, for what was not changed through a `Post`; how many."""
    posts = db.execute(_SOURCE.where(*which).order_by(Post.id).with_for_update(skip_locked=True)).all()
    for post in posts:
        _write(db.connection(), post)
    return len(posts)


def catch_up(db: Session) -> None:
    """Write entries that are missing, or were written by other rules; some, and then some more."""
    current = exists().where(SearchEntry.post_id == Post.id, SearchEntry.rules == RULES)
    waiting = select(Post.id).where(Post.published_at.is_not(None), Post.deleted_at.is_(None), ~current)
    some = db.scalars(waiting.order_by(Post.id.desc()).limit(CAUGHT_AT_ONCE)).all()
    if some and index_posts(db, Post.id.in_(some)) and len(some) == CAUGHT_AT_ONCE:
        CATCH_UP.later(db)


def forget_words(db: Session) -> None:
    """Those that no entry of their circle has any more."""
    word, circle = cast(SearchWord.word, Text), SearchWord.circle
    if db.get_bind().dialect.name == "sqlite":
        used = exists().select_from(FTS).where(ITSELF.op("MATCH")('"' + word + '" AND "' + circle + '"'))
    else:
        both = cast("'" + word + "' & '" + circle + "'", TSQUERY)
        used = exists().where(SearchEntry.words.op("@@")(both))
    db.execute(delete(SearchWord).where(~used))

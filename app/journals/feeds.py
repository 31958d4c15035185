"""The newest posts with their texts, for feed readers. Those keep what they read on other machines: what is
for its writer alone, or hidden, is never in it, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.journals.models import Post, Visibility
from app.journals.queries import visible_to
from app.journals.streams import (
    BY_AUTHOR,
    IN_COHORT,
    VISIBLE,
    Lines,
    PostLine,
    eyes,
    newest,
    one_after_the_other,
)
from app.journals.thing_streams import ranges
from app.people.viewer import Viewer
from app.statements import Statement, numbered

FEED_LENGTH = 30
_TEXT = (Post.html, Post.edited_at)


class FeedLine(NamedTuple):
    """A post with its text."""

    line: PostLine
    html: str
    edited_at: datetime | None

    @property
    def updated(self) -> datetime:
        return self.edited_at or self.line.at


def _for_feeds(lines: Lines) -> Lines:
    kept = lines.where(Post.visibility != Visibility.PRIVATE, Post.hidden_at.is_(None))
    return newest(kept.add_columns(*_TEXT))


_JOURNAL = {
    True: Statement(_for_feeds(BY_AUTHOR.where(VISIBLE))),
    False: Statement(_for_feeds(BY_AUTHOR.where(visible_to(None)))),
}
_COHORT = Statement(_for_feeds(IN_COHORT))


@lru_cache(maxsize=64)
def _thing(slugs: int, groups: int, *, signed_in: bool) -> Statement:
    found = ranges(slugs, groups, everyone=True, signed_in=signed_in)
    return Statement(one_after_the_other(map(_for_feeds, found)))


def journal_feed(db: Session, viewer: Viewer | None, author_id: int) -> list[FeedLine]:
    """What the viewer may read of a person, now; None is the web."""
    return _read(_JOURNAL[viewer is not None], db, viewer, author=author_id)


def cohort_feed(db: Session, viewer: Viewer, cohort_id: int) -> list[FeedLine]:
    return _read(_COHORT, db, viewer, cohort=cohort_id)


def thing_feed(
    db: Session,
    viewer: Viewer | None,
    programme_slug: str,
    thing_slugs: tuple[str, ...],
    groups: tuple[int, ...] = (),
) -> list[FeedLine]:
    statement = _thing(len(thing_slugs), len(groups), signed_in=viewer is not None)
    about = {**numbered("thing", thing_slugs), **numbered("group", groups), "programme": programme_slug}
    return _read(statement, db, viewer, **about)


def _read(statement: Statement, db: Session, viewer: Viewer | None, **parameters: Any) -> list[FeedLine]:
    rows: Iterable[Any] = statement.rows(db, {**eyes(viewer), "limit": FEED_LENGTH, **parameters})
    found = {row.id: FeedLine(PostLine(*row[:-2]), *row[-2:]) for row in rows}
    newest_first = sorted(found.values(), key=lambda one: (one.line.at, one.line.id), reverse=True)
    return newest_first[:FEED_LENGTH]

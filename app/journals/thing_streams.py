"""What people wrote about one Thing: a few ranges of an index, put together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from app.journals.models import Post, Visibility
from app.journals.queries import visible_to
from app.journals.streams import (
    LINES,
    STREAM_LENGTH,
    VISIBLE,
    Lines,
    PostLine,
    behind_row,
    eyes,
    newest,
    one_after_the_other,
    page_of,
)
from app.people.viewer import Viewer
from app.statements import Statement, numbered, several
from app.web.paging import Page

OPEN = (Visibility.MEMBERS, Visibility.PUBLIC)


def ranges(slugs: int, groups: int, *, everyone: bool, signed_in: bool) -> Iterator[Lines]:
    """What there is to read about a Thing with so many slugs: in each of so many cohorts and, for `everyone`,
    what is open to all here; of the web, what is open to it. Each is one range of an index."""
    for slug in several("thing", slugs):
        about = LINES.where(Post.programme_slug == bindparam("programme"), Post.thing_slug == slug)
        if not signed_in:
            yield about.where(Post.visibility == Visibility.PUBLIC, visible_to(None))
            continue
        for group in several("group", groups):
            yield about.where(Post.cohort_id == group, VISIBLE)
        if everyone:
            for visibility in OPEN:
                yield about.where(Post.visibility == visibility, VISIBLE)


@lru_cache(maxsize=64)
def _stream(slugs: int, groups: int, *, everyone: bool, signed_in: bool, behind: bool) -> Statement:
    found = ranges(slugs, groups, everyone=everyone, signed_in=signed_in)
    return Statement(one_after_the_other(newest(lines, behind=behind) for lines in found), row=PostLine)


def thing_stream(
    db: Session,
    viewer: Viewer | None,
    programme_slug: str,
    thing_slugs: tuple[str, ...],
    *,
    groups: tuple[int, ...] = (),
    everyone: bool = True,
    after: Any = None,
    limit: int = STREAM_LENGTH,
) -> Page[PostLine]:
    """The posts about a Thing that the viewer may read, from the row behind `after`: those of these cohorts
    and, for `everyone`, those that are for all here."""
    statement = _stream(
        len(thing_slugs),
        len(groups),
        everyone=everyone,
        signed_in=viewer is not None,
        behind=after is not None,
    )
    parameters = {
        **eyes(viewer),
        **behind_row(after, limit),
        **numbered("thing", thing_slugs),
        **numbered("group", groups),
        "programme": programme_slug,
    }
    return page_of(each_once(statement.rows(db, parameters)), limit)


def each_once(lines: list[Any]) -> list[Any]:
    """Newest first. A post that is open to all stands in its cohort's range as well."""
    once = {line.id: line for line in lines}
    return sorted(once.values(), key=lambda line: (line.published_at, line.id), reverse=True)

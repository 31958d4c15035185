"""Finding posts by their words.

A search asks the index for what has the words and a mark of one of the viewer's circles, newest first, and
shows of that what the one predicate lets through: marks only spare it the posts that are for others anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, bindparam, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.db import BigId
from app.journals.models import Post, SearchEntry, SearchWord
from app.journals.search_index import FTS, ITSELF, MEMBERS, WEB, mark
from app.journals.streams import PostLine, eyes, readable_lines
from app.people.viewer import Viewer
from app.statements import Statement, numbered, several
from app.web.paging import Page, encode_cursor
from app.words import Query

FOUND_LENGTH = 20
AT_ONCE = 60
"""Entries that are looked at together."""
ROUNDS = 5
"""How often that is done for a page; where it is all for nothing, the next page goes on."""
NEWEST = 400
"""Entries that PostgreSQL looks through for words that stand nearly everywhere, before it asks its index,
which has to collect whatever fits."""
MOST_ALIKE = 40
"""Words with one beginning that are looked for."""
BEHIND_ALL = "\uffff"
"""Behind all words, and the beginning of none."""
_LAST = 2**62


@dataclass(frozen=True)
class Wanted:
    """What posts are looked for: all that is given must fit, of `things` (slugs) and `authors` one."""

    query: Query
    programme: str = ""
    things: tuple[str, ...] = ()
    cohort_id: int | None = None
    authors: tuple[int, ...] | None = None


class Found(NamedTuple):
    line: PostLine
    html: str
    place: int


def find_posts(
    db: Session, viewer: Viewer | None, wanted: Wanted, *, before: int | None = None
) -> Page[Found]:
    """The posts that fit and that the viewer may read, newest first, from behind the place `before`."""
    found: list[Found] = []
    after = before or _LAST
    for _ in range(ROUNDS):
        places, more = _places(db, viewer, wanted, after)
        found += _readable(db, viewer, places)
        after = places[-1] if more else 0
        if len(found) > FOUND_LENGTH or not more:
            break
    if len(found) > FOUND_LENGTH:
        after = found[FOUND_LENGTH - 1].place
    return Page(found[:FOUND_LENGTH], encode_cursor(after) if after else "")


def _places(db: Session, viewer: Viewer | None, wanted: Wanted, before: int) -> tuple[list[int], bool]:
    """The next entries with the words and a mark of the viewer's circles, and whether there may be more."""
    bind: Any = db.bind
    dialect = bind.dialect.name
    begins = wanted.query.beginning or BEHIND_ALL
    circles = _circles(viewer)
    values = {
        "match": _match(dialect, [circles, *_clauses(wanted), *wanted.query.words]),
        **numbered("circle", circles),
        "begins": begins,
        "ends": begins + BEHIND_ALL,
        "before": before,
        "limit": AT_ONCE,
    }
    if dialect == "postgresql":
        near = _among_newest(len(circles)).rows(db, {**values, "newest": NEWEST})
        if len(near) > FOUND_LENGTH:
            return [row.place for row in near], True
    rows = _by_index(dialect, len(circles)).rows(db, values)
    return [row.place for row in rows], len(rows) == AT_ONCE


def _readable(db: Session, viewer: Viewer | None, places: Sequence[int]) -> list[Found]:
    if not places:
        return []
    padded = [*places, *[0] * (AT_ONCE - len(places))]
    rows = _LINES_AT[viewer is None].rows(db, {**eyes(viewer), **numbered("place", padded)})
    return [Found(PostLine(*row[:-2]), *row[-2:]) for row in rows]


def _clauses(wanted: Wanted) -> list[Iterable[str]]:
    """Of each, an entry must have one mark."""
    clauses: list[Iterable[str]] = []
    if wanted.things:
        clauses.append([mark("t", wanted.programme, slug) for slug in wanted.things])
    elif wanted.programme:
        clauses.append([mark("p", wanted.programme)])
    if wanted.cohort_id is not None:
        clauses.append([mark("g", wanted.cohort_id)])
    if wanted.authors is not None:
        clauses.append([mark("a", author) for author in wanted.authors])
    return clauses


def _circles(viewer: Viewer | None) -> list[str]:
    if viewer is None:
        return [WEB]
    groups = [mark("c", cohort) for cohort in {*viewer.cohort_ids, *viewer.coached_ids}]
    coached = [mark("k", cohort) for cohort in viewer.coached_ids]
    pods = [mark("o", pod) for pod in viewer.pod_ids]
    mentored = [mark("n", mentorship) for mentorship in viewer.mentoring]
    return [mark("a", viewer.person_id), MEMBERS, WEB, *groups, *coached, *pods, *mentored]


_SYNTAX = {"sqlite": ('"', " OR ", ") AND ("), "postgresql": ("'", " | ", ") & (")}


def _match(dialect: str, clauses: Iterable[Iterable[str]]) -> str:
    """The clauses in the words of FTS5, or as a tsquery; the last stays open for words that begin alike.
    Nothing in them needs escaping: they are made of letters, digits, underscores and hyphens."""
    quote, either, all_of = _SYNTAX[dialect]
    each = (either.join(f"{quote}{word}{quote}" for word in sorted(clause)) for clause in clauses)
    return f"({all_of.join(each)}"


def _closed(dialect: str, circles: int) -> ColumnElement[str]:
    """A match with the shortest words that begin as its last one does, of those that the viewer's circles may
    read: which others there are must not be told, nor take their place. To look for a beginning itself, both
    indexes would collect all that has any such word."""
    quote, either, _ = _SYNTAX[dialect]
    begins, ends = bindparam("begins", type_=String), bindparam("ends", type_=String)
    alike = select(SearchWord.word).where(
        SearchWord.circle.in_(several("circle", circles)), SearchWord.word > begins, SearchWord.word < ends
    )
    by_length = alike.group_by(SearchWord.word).order_by(func.length(SearchWord.word), SearchWord.word)
    shortest = by_length.limit(MOST_ALIKE).subquery()
    word = cast(shortest.c.word, String)
    listed = select(func.aggregate_strings(literal(quote) + word + literal(quote), either)).scalar_subquery()
    more = func.coalesce(literal(either) + listed, "")
    return bindparam("match", type_=String) + more + literal(")")


_place = SearchEntry.place + literal_column("0", BigId)
"""Not the column: PostgreSQL is to begin with the words, and would walk along the places."""


@lru_cache(maxsize=64)
def _among_newest(circles: int) -> Statement:
    newest = (
        select(SearchEntry.place, SearchEntry.words)
        .where(SearchEntry.place < bindparam("before", type_=BigId))
        .order_by(SearchEntry.place.desc())
        .limit(bindparam("newest"))
        .subquery()
    )
    return Statement(
        select(newest.c.place)
        .where(newest.c.words.op("@@")(cast(_closed("postgresql", circles), TSQUERY)))
        .order_by(newest.c.place.desc())
        .limit(bindparam("limit"))
    )


@lru_cache(maxsize=64)
def _by_index(dialect: str, circles: int) -> Statement:
    closed = _closed(dialect, circles)
    place: ColumnElement[int]
    if dialect == "sqlite":
        place, fits = FTS.c.rowid, ITSELF.op("MATCH")(closed)
    else:
        place, fits = _place, SearchEntry.words.op("@@")(cast(closed, TSQUERY))
    found = select(place.label("place")).where(fits)
    behind = place < bindparam("before", type_=BigId)
    return Statement(found.where(behind).order_by(place.desc()).limit(bindparam("limit")))


_LINES_AT = {
    web: Statement(
        readable_lines(web=web)
        .add_columns(Post.html, SearchEntry.place)
        .join(SearchEntry, SearchEntry.post_id == Post.id)
        .where(SearchEntry.place.in_(several("place", AT_ONCE)))
        .order_by(SearchEntry.place.desc())
    )
    for web in (False, True)
}

"""The coach's inbox: what is shared with the coaches of a group, on shelves that each have their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, bindparam, literal, tuple_
from sqlalchemy.orm import Session

from app.coaching.reviewed import REVIEW, REVIEWED, ReviewLine, lines_in
from app.db import BigId
from app.journals.models import Post, Review
from app.journals.streams import VIEWER, Lines, PostLine, eyes, one_after_the_other
from app.people.viewer import Viewer
from app.statements import Statement
from app.web.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 20
Side = Literal["behind", "before", "first", "last"]


class Shelf(StrEnum):
    """What a coach looks at: who waits and then what is new, or one of these alone."""

    TO_READ = "to-read"
    WAITING = "waiting"
    ALL = "all"
    ANOTHER_LOOK = "another-look"
    MINE = "mine"
    ANSWERED = "answered"


class Place(NamedTuple):
    """Where a post stands on a shelf: in which of its lists, by which moment, and its id. It is kept while a
    coach reads: what is answered leaves the shelf, and the next is still the one behind it."""

    part: int
    at: datetime
    post_id: int

    @property
    def cursor(self) -> str:
        return encode_cursor(*self)


class InboxLine(NamedTuple):
    post: PostLine
    review: ReviewLine
    place: Place


@dataclass(frozen=True)
class _List:
    """Posts in the order of a moment of their reviews."""

    moment: Any
    newest_first: bool
    where: tuple[ColumnElement[bool], ...] = ()


_viewer = VIEWER[0]
_OPEN = Review.awaits_since.is_not(None)
_WAITING = _List(Review.awaits_since, newest_first=False, where=(_OPEN,))
_UNREAD = _List(Review.shared_at, newest_first=True, where=(~_OPEN, Review.read_at.is_(None)))
_SHELVES: dict[Shelf, tuple[_List, ...]] = {
    Shelf.TO_READ: (_WAITING, _UNREAD),
    Shelf.WAITING: (_WAITING,),
    Shelf.ALL: (_List(Review.shared_at, newest_first=True),),
    Shelf.ANOTHER_LOOK: (
        _List(
            Review.another_look_at,
            newest_first=False,
            where=(Review.another_look_at.is_not(None), Review.resubmitted_at.is_(None)),
        ),
    ),
    Shelf.MINE: (
        _List(
            Review.claimed_at,
            newest_first=False,
            where=(
                Review.claimed_by_id == _viewer,
                _OPEN | Review.another_look_at.is_not(None) | Review.answered_at.is_(None),
                Review.approved_at.is_(None),
            ),
        ),
    ),
    Shelf.ANSWERED: (
        _List(Review.answered_at, newest_first=True, where=(~_OPEN, Review.answered_at.is_not(None))),
    ),
}


def _side(shelf: Shelf, part: int, side: Side, lines: Lines) -> Lines:
    """The rows of one of a shelf's lists that stand behind a place, or before it nearest first, or from its
    beginning or its end."""
    found = _SHELVES[shelf][part]
    backwards = side in ("before", "last")
    if side in ("behind", "before"):
        row = tuple_(found.moment, Review.post_id)
        place = tuple_(bindparam("at", type_=found.moment.type), bindparam("last", type_=BigId))
        lines = lines.where(row < place if found.newest_first is not backwards else row > place)
    order: tuple[Any, ...] = (found.moment, Review.post_id)
    if found.newest_first is not backwards:
        order = (found.moment.desc(), Review.post_id.desc())
    return lines.where(*found.where).order_by(*order)


@lru_cache(maxsize=32)
def _page(shelf: Shelf, start: int, *, behind: bool) -> Statement:
    """The list that the page begins in, from a place where it is not its beginning, and those after it."""
    lists = []
    for part in range(start, len(_SHELVES[shelf])):
        moment = _SHELVES[shelf][part].moment
        lines = REVIEWED.add_columns(*REVIEW, literal(part).label("part"), moment.label("place_at"))
        side: Side = "behind" if behind and part == start else "first"
        lists.append(_side(shelf, part, side, lines).limit(bindparam("limit")))
    return Statement(one_after_the_other(lists))


def inbox(
    db: Session, viewer: Viewer, cohort_id: int, shelf: Shelf, *, cursor: str | None = None
) -> Page[InboxLine]:
    """A page of a shelf, in one statement."""
    place = place_in(shelf, cursor)
    parameters = {**_at(viewer, cohort_id, place), "limit": PAGE_SIZE + 1}
    statement = _page(shelf, place.part if place else 0, behind=place is not None)
    lines = [_line(row) for row in statement.rows(db, parameters)]
    ordered = []
    for part, found in enumerate(_SHELVES[shelf]):
        here = [line for line in lines if line.place.part == part]
        ordered += sorted(here, key=lambda line: line.place[1:], reverse=found.newest_first)
    more, ordered = len(ordered) > PAGE_SIZE, ordered[:PAGE_SIZE]
    return Page(ordered, ordered[-1].place.cursor if more else "")


def _line(row: Sequence[Any]) -> InboxLine:
    (post, review), (part, at) = lines_in(row)
    return InboxLine(post, review, Place(part, at, post.id))


def place_in(shelf: Shelf, cursor: str | None) -> Place | None:
    """None where there is no such place on the shelf."""
    found = decode_cursor(cursor, int, datetime, int)
    return Place(*found) if found and 0 <= found[0] < len(_SHELVES[shelf]) else None


def _at(viewer: Viewer, cohort_id: int, place: Place | None) -> dict[str, Any]:
    at, last = (place.at, place.post_id) if place else (None, None)
    return {**eyes(viewer), "cohort": cohort_id, "at": at, "last": last}


class Neighbour(NamedTuple):
    """The post beside another on a shelf."""

    public_id: str
    place: Place


class Neighbours(NamedTuple):
    previous: Neighbour | None
    next: Neighbour | None


@lru_cache(maxsize=32)
def _beside(shelf: Shelf, part: int | None) -> Statement:
    """Around a place in that list; without one, where the shelf begins. The first of each side is it."""
    parts = range(len(_SHELVES[shelf]))
    sides: list[tuple[int, Side]] = [(number, "first") for number in parts]
    if part is not None:
        sides = [(part, "behind"), *((number, "first") for number in parts if number > part)]
        sides += [(part, "before"), *((number, "last") for number in reversed(parts) if number < part)]
    lists = []
    for order, (number, side) in enumerate(sides):
        lines = REVIEWED.with_only_columns(
            literal(order).label("nth"),
            literal(side).label("side"),
            literal(number).label("part"),
            _SHELVES[shelf][number].moment.label("place_at"),
            Post.id,
            Post.public_id,
        ).where(Post.id != bindparam("this", type_=BigId))
        lists.append(_side(shelf, number, side, lines).limit(1))
    return Statement(one_after_the_other(lists))


def neighbours(
    db: Session, viewer: Viewer, cohort_id: int, shelf: Shelf, post_id: int, place: Place | None
) -> Neighbours:
    """What comes before and after a place on a shelf; who has no place begins at the beginning."""
    parameters = {**_at(viewer, cohort_id, place), "this": post_id}
    rows = sorted(_beside(shelf, place.part if place else None).rows(db, parameters))
    found: dict[bool, Neighbour] = {}
    for _, side, part, at, post, public_id in rows:
        found.setdefault(side in ("before", "last"), Neighbour(public_id, Place(part, at, post)))
    return Neighbours(found.get(True), found.get(False))

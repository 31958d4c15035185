"""Lists of posts, read as columns by statements that are built once.

Each first finds the ids of its few posts, then what is to be shown of them: sorting carries no texts along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.db import BigId
from app.journals.models import Comment, Post
from app.journals.queries import comment_visible_when, visible_to, visible_when
from app.people.models import Person
from app.people.viewer import Viewer
from app.web.paging import Page, encode_cursor

STREAM_LENGTH = 20
NOBODY = 0
NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), 0)
"""The place before every row, for (published at, id)."""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post in a list; of its author's drafts, what is written so far. `comments` counts the answers that
    the viewer may read."""

    id: int
    public_id: str
    author_id: int
    author_name: str
    author_handle: str
    programme_slug: str | None
    thing_slug: str | None
    visibility: str
    title: str
    html: str
    published_at: datetime | None
    at: datetime
    comments: int


def _many(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


def _id(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=BigId)


_VISIBLE = visible_when(
    _id("viewer"), _id("viewer_organization"), _many("viewer_cohorts"), _many("viewer_coached")
)
_COMMENTS = (
    select(func.count())
    .where(Comment.post_id == Post.id, comment_visible_when(_id("viewer"), _many("viewer_coached")))
    .correlate(Post)
    .scalar_subquery()
)
_LINES = select(
    Post.id,
    Post.public_id,
    Person.id,
    Person.name,
    Person.handle,
    Post.programme_slug,
    Post.thing_slug,
    Post.visibility,
    case((Post.published_at.is_(None), Post.draft_title), else_=Post.title),
    Post.html,
    Post.published_at,
    func.coalesce(Post.published_at, Post.saved_at),
    _COMMENTS,
).join(Person, Person.id == Post.author_id)
_NEWEST_FIRST = (Post.published_at.desc(), Post.id.desc())


def _newest(chosen: Select[int]) -> Select[int]:
    """Published posts behind a row, newest first."""
    at, last = bindparam("before_at", type_=Post.published_at.type), _id("before_id")
    return (
        chosen.where(
            Post.published_at.is_not(None),
            or_(Post.published_at < at, and_(Post.published_at == at, Post.id < last)),
        )
        .order_by(*_NEWEST_FIRST)
        .limit(bindparam("limit"))
    )


def _of_cohorts(cohorts: BindParameter[Any]) -> Select[int]:
    """What others than `except_author` wrote in the cohorts. Found from the enrolments: a group is small
    beside the site."""
    return (
        select(Post.id)
        .join(Enrolment, Enrolment.id == Post.enrolment_id)
        .where(Enrolment.cohort_id.in_(cohorts), Post.author_id != _id("except_author"), _VISIBLE)
    )


_COHORT_STREAM = _LINES.where(Post.id.in_(_newest(_of_cohorts(_many("cohorts"))))).order_by(*_NEWEST_FIRST)


def cohort_stream(
    db: Session,
    viewer: Viewer,
    cohort_ids: Sequence[int],
    *,
    except_author: int = NOBODY,
    after: Any = None,
    limit: int = STREAM_LENGTH,
) -> Page[PostLine]:
    """The posts of cohorts that the viewer may read, from the row behind `after` (published at, id)."""
    parameters = {
        **_eyes(viewer),
        **_behind(after, limit),
        "cohorts": cohort_ids,
        "except_author": except_author,
    }
    return _page(db.execute(_COHORT_STREAM, parameters), limit)


def journal_lines(
    db: Session, viewer: Viewer | None, author_id: int, *, after: Any = None, limit: int = STREAM_LENGTH
) -> Page[PostLine]:
    """A person's published posts that the viewer may read."""
    chosen = select(Post.id).where(Post.author_id == author_id, visible_to(viewer))
    statement = _LINES.where(Post.id.in_(_newest(chosen))).order_by(*_NEWEST_FIRST)
    parameters = {**_eyes(viewer), **_behind(after, limit)}
    return _page(db.execute(statement, parameters), limit)


_DRAFTS = (
    _LINES.where(Post.author_id == _id("viewer"), Post.published_at.is_(None), _VISIBLE)
    .order_by(Post.saved_at.desc(), Post.id.desc())
    .limit(bindparam("limit"))
)


def own_drafts(db: Session, viewer: Viewer, *, limit: int = 20) -> list[PostLine]:
    """Never published, most recently saved first."""
    return _lines(db.execute(_DRAFTS, {**_eyes(viewer), "limit": limit}))


def _about_thing() -> Select[Any]:
    """The viewer's own posts and drafts about a Thing, and the newest of others in the cohort."""
    thing = and_(Post.programme_slug == bindparam("programme"), Post.thing_slug.in_(_many("things")))
    mine = (
        select(Post.id)
        .where(Post.enrolment_id == _id("enrolment"), Post.author_id == _id("viewer"), thing, _VISIBLE)
        .order_by(Post.id.desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    others = _newest(_of_cohorts(_many("cohorts")).where(thing)).subquery()
    ids = union_all(select(mine.c.id), select(others.c.id))
    return _LINES.where(Post.id.in_(ids)).order_by(func.coalesce(Post.published_at, Post.saved_at).desc())


_ABOUT_THING = _about_thing()


@dataclass(frozen=True)
class ThingPosts:
    """What was written about a Thing: the viewer's posts and drafts, and what others in the group let them
    read, newest first."""

    mine: Sequence[PostLine] = ()
    others: Sequence[PostLine] = ()

    @property
    def draft(self) -> PostLine | None:
        return next((line for line in self.mine if line.published_at is None), None)

    @property
    def published(self) -> Sequence[PostLine]:
        return [line for line in self.mine if line.published_at is not None]


def thing_posts(
    db: Session,
    viewer: Viewer,
    programme_slug: str,
    thing_slugs: tuple[str, ...],
    *,
    enrolment_id: int,
    cohort_id: int | None,
    limit: int = 5,
) -> ThingPosts:
    parameters = {
        **_eyes(viewer),
        **_behind(None, limit - 1),
        "programme": programme_slug,
        "things": thing_slugs,
        "enrolment": enrolment_id,
        "cohorts": () if cohort_id is None else (cohort_id,),
        "except_author": viewer.person_id,
    }
    lines = _lines(db.execute(_ABOUT_THING, parameters))
    return ThingPosts(
        [line for line in lines if line.author_id == viewer.person_id],
        [line for line in lines if line.author_id != viewer.person_id],
    )


def _eyes(viewer: Viewer | None) -> dict[str, Any]:
    """Who looks, for statements that are built once; None is the web, which nothing but its own predicate
    lets see."""
    if viewer is None:
        return {"viewer": NOBODY, "viewer_organization": NOBODY, "viewer_cohorts": (), "viewer_coached": ()}
    return {
        "viewer": viewer.person_id,
        "viewer_organization": viewer.organization_id,
        "viewer_cohorts": viewer.cohort_ids,
        "viewer_coached": viewer.coached_ids,
    }


def _behind(after: Any, limit: int) -> dict[str, Any]:
    at, last = after or NEWEST
    return {"before_at": at, "before_id": last, "limit": limit + 1}


def _lines(rows: Iterable[Any]) -> list[PostLine]:
    return [PostLine(*row) for row in rows]


def _page(rows: Iterable[Any], limit: int) -> Page[PostLine]:
    lines = _lines(rows)
    more, lines = len(lines) > limit, lines[:limit]
    return Page(lines, encode_cursor(lines[-1].published_at, lines[-1].id) if more else "")

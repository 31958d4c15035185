"""Lists of posts, read as columns by statements that are built once.

Each first finds the ids of its few posts, then what is to be shown of them: sorting carries no texts along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.db import BigId, numbered, rows, several
from app.journals.models import Comment, Post
from app.journals.queries import (
    coaches_in,
    comment_visible_when,
    learns_in,
    visible_to,
    visible_when,
)
from app.people.models import Person
from app.people.viewer import Viewer
from app.web.paging import Page, encode_cursor

STREAM_LENGTH = 20
NOBODY = 0


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
    language: str
    title: str
    html: str
    published_at: datetime | None
    at: datetime
    comments: int


def _id(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=BigId)


_LEARNS_IN, _COACHES_IN = learns_in(_id("viewer")), coaches_in(_id("viewer"))
VIEWER: tuple[Any, Any, Any, Any] = (_id("viewer"), _id("viewer_organization"), _LEARNS_IN, _COACHES_IN)
_VISIBLE = visible_when(*VIEWER)
_COMMENTS = (
    select(func.count())
    .where(Comment.post_id == Post.id, comment_visible_when(_id("viewer"), _COACHES_IN))
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
    Post.language,
    case((Post.published_at.is_(None), Post.draft_title), else_=Post.title),
    Post.html,
    Post.published_at,
    func.coalesce(Post.published_at, Post.saved_at),
    _COMMENTS,
).join(Person, Person.id == Post.author_id)
_NEWEST_FIRST = (Post.published_at.desc(), Post.id.desc())


def _newest(chosen: Select[int], *, behind: bool = False) -> Select[int]:
    """Published posts, newest first; those `behind` a row, where asked."""
    chosen = chosen.where(Post.published_at.is_not(None))
    if behind:
        at, last = bindparam("before_at", type_=Post.published_at.type), _id("before_id")
        chosen = chosen.where(tuple_(Post.published_at, Post.id) < tuple_(at, last))
    return chosen.order_by(*_NEWEST_FIRST).limit(bindparam("limit"))


def _in_cohorts(cohorts: ColumnElement[bool]) -> Select[int]:
    """What is written there. Found from the enrolments: a group is small beside the site."""
    visible = visible_when(*VIEWER, cohort=Enrolment.cohort_id)
    return select(Post.id).join(Enrolment, Enrolment.id == Post.enrolment_id).where(cohorts, visible)


_BY_OTHERS = Post.author_id != _id("viewer")
_COHORT = _in_cohorts(Enrolment.cohort_id == _id("cohort"))
_JOURNAL = select(Post.id).where(Post.author_id == _id("author"))


def _shown(chosen: Select[int], *, behind: bool = False) -> Select[*tuple[Any, ...]]:
    return _LINES.where(Post.id.in_(_newest(chosen, behind=behind))).order_by(*_NEWEST_FIRST)


_COHORT_STREAM = {behind: _shown(_COHORT, behind=behind) for behind in (False, True)}
_NEWS = _shown(_in_cohorts(Enrolment.cohort_id.in_(_LEARNS_IN)).where(_BY_OTHERS))
_JOURNAL_STREAM = {behind: _shown(_JOURNAL.where(_VISIBLE), behind=behind) for behind in (False, True)}
_WEB_JOURNAL = {behind: _shown(_JOURNAL.where(visible_to(None)), behind=behind) for behind in (False, True)}


def cohort_stream(
    db: Session, viewer: Viewer, cohort_id: int, *, after: Any = None, limit: int = STREAM_LENGTH
) -> Page[PostLine]:
    """The posts of a cohort that the viewer may read, from the row behind `after` (published at, id)."""
    parameters = {**eyes(viewer), **_behind(after, limit), "cohort": cohort_id}
    return _page(rows(db, _COHORT_STREAM[after is not None], parameters), limit)


def news(db: Session, viewer: Viewer, *, limit: int) -> Sequence[PostLine]:
    """What others wrote last in the cohorts that the viewer learns in."""
    return _page(rows(db, _NEWS, {**eyes(viewer), **_behind(None, limit)}), limit).items


def journal_lines(
    db: Session, viewer: Viewer | None, author_id: int, *, after: Any = None, limit: int = STREAM_LENGTH
) -> Page[PostLine]:
    """A person's published posts that the viewer may read."""
    statements = _JOURNAL_STREAM if viewer else _WEB_JOURNAL
    parameters = {**eyes(viewer), **_behind(after, limit), "author": author_id}
    return _page(rows(db, statements[after is not None], parameters), limit)


def oldest_first(
    db: Session, viewer: Viewer, chosen: Select[int], parameters: Mapping[str, Any]
) -> list[PostLine]:
    """The published posts whose ids `chosen` gives; whoever chooses sees to it that they may be read."""
    statement = _LINES.where(Post.id.in_(chosen)).order_by(Post.published_at, Post.id)
    return _lines(rows(db, statement, {**eyes(viewer), **parameters}))


@dataclass(frozen=True)
class PostDetail:
    """A post on its own page."""

    line: PostLine
    edited_at: datetime | None
    cohort_id: int | None


def post_detail(db: Session, viewer: Viewer | None, handle: str, public_id: str) -> PostDetail | None:
    """A published post in a journal; None where the viewer may not read it."""
    found = rows(
        db,
        _LINES.add_columns(Post.edited_at, Enrolment.cohort_id)
        .outerjoin(Enrolment, Enrolment.id == Post.enrolment_id)
        .where(
            Person.handle == handle,
            Post.public_id == public_id,
            Post.published_at.is_not(None),
            visible_to(viewer),
        ),
        eyes(viewer),
    )
    return PostDetail(PostLine(*found[0][:-2]), *found[0][-2:]) if found else None


_DRAFTS = (
    _LINES.where(Post.author_id == _id("viewer"), Post.published_at.is_(None), _VISIBLE)
    .order_by(Post.saved_at.desc(), Post.id.desc())
    .limit(bindparam("limit"))
)


def own_drafts(db: Session, viewer: Viewer, *, limit: int = 20) -> list[PostLine]:
    """Never published, most recently saved first."""
    return _lines(rows(db, _DRAFTS, {**eyes(viewer), "limit": limit}))


@lru_cache(maxsize=8)
def _about_thing(slugs: int) -> Select[Any]:
    """The viewer's own posts and drafts about a Thing with so many slugs, and the newest of others in the
    cohort."""
    thing = and_(Post.programme_slug == bindparam("programme"), Post.thing_slug.in_(several("thing", slugs)))
    mine = (
        select(Post.id)
        .where(Post.enrolment_id == _id("enrolment"), Post.author_id == _id("viewer"), thing, _VISIBLE)
        .order_by(Post.id.desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    others = _newest(_COHORT.where(_BY_OTHERS, thing)).subquery()
    ids = union_all(select(mine.c.id), select(others.c.id))
    return _LINES.where(Post.id.in_(ids)).order_by(func.coalesce(Post.published_at, Post.saved_at).desc())


@dataclass(frozen=True)
class ThingPosts:
    """What was written about a Thing: the viewer's posts and drafts, and what others in the group let them
    read, newest first."""

    mine: Sequence[PostLine] = ()
    others: Sequence[PostLine] = ()


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
        **eyes(viewer),
        **_behind(None, limit - 1),
        **numbered("thing", thing_slugs),
        "programme": programme_slug,
        "enrolment": enrolment_id,
        "cohort": cohort_id,
    }
    lines = _lines(rows(db, _about_thing(len(thing_slugs)), parameters))
    return ThingPosts(
        [line for line in lines if line.author_id == viewer.person_id],
        [line for line in lines if line.author_id != viewer.person_id],
    )


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What somebody answered to a post, and to which."""

    public_id: str
    audience: str
    at: datetime
    author_id: int
    author_name: str
    post_public_id: str
    title: str
    programme_slug: str | None
    thing_slug: str | None


_ANSWERS = (
    select(
        Comment.public_id,
        Comment.audience,
        Comment.at,
        Person.id,
        Person.name,
        Post.public_id,
        Post.title,
        Post.programme_slug,
        Post.thing_slug,
    )
    .join(Post, Post.id == Comment.post_id)
    .join(Person, Person.id == Comment.author_id)
    .where(
        Post.author_id == _id("viewer"),
        Post.deleted_at.is_(None),
        Comment.author_id != _id("viewer"),
        Comment.deleted_at.is_(None),
        Comment.at >= bindparam("since", type_=Comment.at.type),
    )
    .order_by(Comment.at.desc(), Comment.id.desc())
    .limit(bindparam("limit"))
)


def answers_to(db: Session, viewer: Viewer, since: datetime, *, limit: int = 5) -> list[AnswerLine]:
    """What others answered to the viewer's posts, newest first."""
    found = rows(db, _ANSWERS, {"viewer": viewer.person_id, "since": since, "limit": limit})
    return [AnswerLine(*row) for row in found]


def eyes(viewer: Viewer | None) -> dict[str, Any]:
    """Who looks, for statements that are built once; None is the web, which nothing but its own predicate
    lets see."""
    if viewer is None:
        return {"viewer": NOBODY, "viewer_organization": NOBODY}
    return {"viewer": viewer.person_id, "viewer_organization": viewer.organization_id}


def _behind(after: Any, limit: int) -> dict[str, Any]:
    """One row more tells whether there is another page."""
    at, last = after or (None, None)
    return {"before_at": at, "before_id": last, "limit": limit + 1}


def _lines(found: Iterable[Any]) -> list[PostLine]:
    return [PostLine(*row) for row in found]


def _page(found: Iterable[Any], limit: int) -> Page[PostLine]:
    lines = _lines(found)
    more, lines = len(lines) > limit, lines[:limit]
    return Page(lines, encode_cursor(lines[-1].published_at, lines[-1].id) if more else "")

"""Lists of posts, read as columns by statements that are built once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.cohorts.models import Enrolment
from app.db import BigId
from app.journals.answers import open_to_readers
from app.journals.models import Comment, Post
from app.journals.queries import (
    coaches_in,
    comment_visible_when,
    eyes_of,
    visible_to,
    visible_when,
)
from app.people.models import Person
from app.people.viewer import Viewer
from app.statements import Statement, numbered, several
from app.web.paging import Page, encode_cursor

STREAM_LENGTH = 20
NOBODY = 0


class PostLine(NamedTuple):
    """A post in a list; of its author's drafts, what is written so far. `comments` counts the answers that
    the viewer may read. `is_answered` is None for what is no question; only its author and coaches see one
    that is hidden."""

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
    excerpt: str
    published_at: datetime | None
    at: datetime
    comments: int
    is_answered: bool | None
    hidden_at: datetime | None
    source_url: str | None
    for_mentor: bool = False


def _id(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=BigId)


_COACHES_IN = coaches_in(_id("viewer"))
VIEWER = eyes_of(_id("viewer"), _id("viewer_organization"))
VISIBLE = visible_when(*VIEWER)
_COMMENTS = (
    select(func.count())
    .where(Comment.post_id == Post.id, comment_visible_when(_id("viewer"), _COACHES_IN))
    .correlate(Post)
    .scalar_subquery()
)
_ACCEPTED = exists().where(
    Comment.post_id == Post.id,
    Comment.accepted_at.is_not(None),
    Comment.deleted_at.is_(None),
    Comment.hidden_at.is_(None),
    open_to_readers(),
)
_SHOWN = (
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
    Post.excerpt,
    Post.published_at,
    func.coalesce(Post.published_at, Post.saved_at),
    _COMMENTS,
    case((Post.is_question, _ACCEPTED)),
    Post.hidden_at,
    Post.source_url,
    Post.mentorship_id.is_not(None),
)
Lines = Select[*tuple[Any, ...]]
LINES: Lines = select(
    *(column.label(name) for name, column in zip(PostLine._fields, _SHOWN, strict=True))
).join(Person, Person.id == Post.author_id)
_NEWEST_FIRST = (Post.published_at.desc(), Post.id.desc())


def newest(chosen: Lines, *, behind: bool = False) -> Lines:
    """Published posts, newest first; those `behind` a row, where asked. The order is that of an index, so
    that only the rows of the page are looked at."""
    chosen = chosen.where(Post.published_at.is_not(None))
    if behind:
        at, last = bindparam("before_at", type_=Post.published_at.type), _id("before_id")
        chosen = chosen.where(tuple_(Post.published_at, Post.id) < tuple_(at, last))
    return chosen.order_by(*_NEWEST_FIRST).limit(bindparam("limit"))


def one_after_the_other(lists: Iterable[Lines]) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*(select(*lines.subquery().c) for lines in lists))


_BY_OTHERS = Post.author_id != _id("viewer")
IN_COHORT = LINES.where(Post.cohort_id == _id("cohort"), VISIBLE)
BY_AUTHOR = LINES.where(Post.author_id == _id("author"))


def _shown(chosen: Lines, *, behind: bool = False) -> Statement:
    return Statement(newest(chosen, behind=behind), row=PostLine)


_COHORT_STREAM = {behind: _shown(IN_COHORT, behind=behind) for behind in (False, True)}
_JOURNAL_STREAM = {behind: _shown(BY_AUTHOR.where(VISIBLE), behind=behind) for behind in (False, True)}
_WEB_JOURNAL = {behind: _shown(BY_AUTHOR.where(visible_to(None)), behind=behind) for behind in (False, True)}


def cohort_stream(
    db: Session, viewer: Viewer, cohort_id: int, *, after: Any = None, limit: int = STREAM_LENGTH
) -> Page[PostLine]:
    """The posts of a cohort that the viewer may read, from the row behind `after` (published at, id)."""
    parameters = {**eyes(viewer), **behind_row(after, limit), "cohort": cohort_id}
    return page_of(_COHORT_STREAM[after is not None].rows(db, parameters), limit)


_mate = aliased(Enrolment)
_BY_POD = Post.enrolment_id.in_(select(_mate.id).where(_mate.pod_id == _id("pod"), _mate.ended_at.is_(None)))
_POD_STREAM = {behind: _shown(IN_COHORT.where(_BY_POD), behind=behind) for behind in (False, True)}


def pod_stream(
    db: Session,
    viewer: Viewer,
    cohort_id: int,
    pod_id: int,
    *,
    after: Any = None,
    limit: int = STREAM_LENGTH,
) -> Page[PostLine]:
    """Those by the members of a small group."""
    parameters = {**eyes(viewer), **behind_row(after, limit), "cohort": cohort_id, "pod": pod_id}
    return page_of(_POD_STREAM[after is not None].rows(db, parameters), limit)


_ASKED = IN_COHORT.where(Post.is_question)
_QUESTIONS = {
    (answered, behind): _shown(lines, behind=behind)
    for behind in (False, True)
    for answered, lines in (
        (None, _ASKED),
        (True, _ASKED.where(_ACCEPTED)),
        (False, _ASKED.where(~_ACCEPTED)),
    )
}


def cohort_questions(
    db: Session,
    viewer: Viewer,
    cohort_id: int,
    *,
    answered: bool | None = None,
    after: Any = None,
    limit: int = STREAM_LENGTH,
) -> Page[PostLine]:
    """The questions in a cohort that the viewer may read; only those with or without an accepted answer,
    where asked."""
    parameters = {**eyes(viewer), **behind_row(after, limit), "cohort": cohort_id}
    return page_of(_QUESTIONS[answered, after is not None].rows(db, parameters), limit)


@lru_cache(maxsize=16)
def _news(cohorts: int) -> Statement:
    """The newest of each of so many cohorts: each is one range of an index."""
    of_each = [
        newest(LINES.where(Post.cohort_id == cohort, VISIBLE, _BY_OTHERS))
        for cohort in several("cohort", cohorts)
    ]
    return Statement(one_after_the_other(of_each), row=PostLine)


def news(db: Session, viewer: Viewer, *, limit: int) -> Sequence[PostLine]:
    """What others wrote last in the cohorts that the viewer learns in."""
    parameters = {**eyes(viewer), **numbered("cohort", viewer.cohort_ids), "limit": limit}
    lines: list[PostLine] = _news(len(viewer.cohort_ids)).rows(db, parameters)
    return sorted(lines, key=lambda line: (line.at, line.id), reverse=True)[:limit]


def journal_lines(
    db: Session, viewer: Viewer | None, author_id: int, *, after: Any = None, limit: int = STREAM_LENGTH
) -> Page[PostLine]:
    """A person's published posts that the viewer may read."""
    statements = _JOURNAL_STREAM if viewer else _WEB_JOURNAL
    parameters = {**eyes(viewer), **behind_row(after, limit), "author": author_id}
    return page_of(statements[after is not None].rows(db, parameters), limit)


def readable_lines(*, web: bool) -> Lines:
    """The posts that the viewer of `eyes` may read, for statements that choose among them."""
    return LINES.where(visible_to(None) if web else VISIBLE)


def _detail(visible: ColumnElement[bool]) -> Statement:
    return Statement(
        LINES.add_columns(Post.html, Post.edited_at, Enrolment.cohort_id)
        .outerjoin(Enrolment, Enrolment.id == Post.enrolment_id)
        .where(
            Person.handle == bindparam("handle"),
            Post.public_id == bindparam("public_id"),
            Post.published_at.is_not(None),
            visible,
        )
    )


_DETAIL = {True: _detail(VISIBLE), False: _detail(visible_to(None))}


@dataclass(frozen=True)
class PostDetail:
    """A post on its own page."""

    line: PostLine
    html: str
    edited_at: datetime | None
    cohort_id: int | None


def post_detail(db: Session, viewer: Viewer | None, handle: str, public_id: str) -> PostDetail | None:
    """A published post in a journal; None where the viewer may not read it."""
    found = _DETAIL[viewer is not None].rows(db, {**eyes(viewer), "handle": handle, "public_id": public_id})
    return PostDetail(PostLine(*found[0][:-3]), *found[0][-3:]) if found else None


_DRAFTS = Statement(
    LINES.where(Post.author_id == _id("viewer"), Post.published_at.is_(None), VISIBLE)
    .order_by(Post.saved_at.desc(), Post.id.desc())
    .limit(bindparam("limit")),
    row=PostLine,
)


def own_drafts(db: Session, viewer: Viewer, *, limit: int = 20) -> list[PostLine]:
    """Never published, most recently saved first."""
    return _DRAFTS.rows(db, {**eyes(viewer), "limit": limit})


@lru_cache(maxsize=8)
def _about_thing(slugs: int) -> Statement:
    """The viewer's own posts and drafts about a Thing with so many slugs, and the newest of others in the
    cohort."""
    thing = and_(Post.programme_slug == bindparam("programme"), Post.thing_slug.in_(several("thing", slugs)))
    mine = (
        LINES.where(
            Post.enrolment_id == _id("enrolment"),
            Post.author_id == _id("viewer"),
            thing,
            Post.deleted_at.is_(None),
        )
        .order_by(Post.id.desc())
        .limit(bindparam("limit"))
    )
    others = newest(IN_COHORT.where(_BY_OTHERS, thing))
    return Statement(one_after_the_other((mine, others)), row=PostLine)


@dataclass(frozen=True)
class ThingPosts:
    """What was written about a Thing: the viewer's reflections and drafts, what others in the group let them
    read, newest first, and what both ask."""

    mine: Sequence[PostLine] = ()
    others: Sequence[PostLine] = ()
    questions: Sequence[PostLine] = ()


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
        **behind_row(None, limit - 1),
        **numbered("thing", thing_slugs),
        "programme": programme_slug,
        "enrolment": enrolment_id,
        "cohort": cohort_id,
    }
    lines: list[PostLine] = _about_thing(len(thing_slugs)).rows(db, parameters)
    written = [line for line in lines if line.is_answered is None]
    return ThingPosts(
        [line for line in written if line.author_id == viewer.person_id],
        [line for line in written if line.author_id != viewer.person_id],
        [line for line in lines if line.is_answered is not None and line.published_at is not None],
    )


class AnswerLine(NamedTuple):
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


_ANSWERS = Statement(
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
        Comment.hidden_at.is_(None),
        Comment.at >= bindparam("since", type_=Comment.at.type),
    )
    .order_by(Comment.at.desc(), Comment.id.desc())
    .limit(bindparam("limit")),
    row=AnswerLine,
)


def answers_to(db: Session, viewer: Viewer, since: datetime, *, limit: int = 5) -> list[AnswerLine]:
    """What others answered to the viewer's posts, newest first."""
    return _ANSWERS.rows(db, {"viewer": viewer.person_id, "since": since, "limit": limit})


def eyes(viewer: Viewer | None) -> dict[str, Any]:
    """Who looks, for statements that are built once; None is the web, which nothing but its own predicate
    lets see."""
    if viewer is None:
        return {"viewer": NOBODY, "viewer_organization": NOBODY}
    return {"viewer": viewer.person_id, "viewer_organization": viewer.organization_id}


def behind_row(after: Any, limit: int) -> dict[str, Any]:
    """One row more tells whether there is another page."""
    at, last = after or (None, None)
    return {"before_at": at, "before_id": last, "limit": limit + 1}


def page_of(lines: list[PostLine], limit: int) -> Page[PostLine]:
    more, lines = len(lines) > limit, lines[:limit]
    return Page(lines, encode_cursor(lines[-1].published_at, lines[-1].id) if more else "")

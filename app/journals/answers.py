"""Reading what was answered to a post, and what readers said with one press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from app.errors import NotFound
from app.journals.models import Audience, Comment, Post, Reaction, ReactionKind, Visibility
from app.journals.queries import comment_visible_to, visible_to
from app.people.models import Person
from app.people.viewer import Viewer
from app.web.i18n import message
from app.web.paging import Page, encode_cursor

MOST_NAMES = 5
"""Of those who said the same, as many are named."""


class CommentLine(NamedTuple):
    """An answer that the viewer may read, with what is known of the answer that it replies to. It `is_open`
    where everyone reads it who reads the post."""

    id: int
    public_id: str
    audience: str
    html: str
    at: datetime
    edited_at: datetime | None
    is_open: bool
    is_accepted: bool
    author_id: int
    author_name: str
    author_handle: str
    parent_id: int | None
    parent_is_deleted: bool
    hidden_at: datetime | None


@dataclass(frozen=True)
class Thread:
    """An answer with its replies. `answer` is None where it was deleted, or is not for this viewer."""

    answer: CommentLine | None
    replies: Sequence[CommentLine]

    @property
    def lines(self) -> Sequence[CommentLine]:
        return (self.answer, *self.replies) if self.answer else self.replies

    @property
    def is_deleted(self) -> bool:
        return self.answer is None and self.replies[0].parent_is_deleted


_parent = aliased(Comment)


def threads_of(db: Session, viewer: Viewer | None, post_id: int) -> list[Thread]:
    """What was answered to a readable post, as far as the viewer may read it: the accepted answer first, else
    oldest first."""
    began = func.coalesce(_parent.at, Comment.at)
    first = func.coalesce(Comment.parent_id, Comment.id)
    is_accepted = and_(Comment.accepted_at.is_not(None), Post.is_question, open_to_readers())
    lines = [
        CommentLine._make(row)
        for row in db.execute(
            select(
                Comment.id,
                Comment.public_id,
                Comment.audience,
                Comment.html,
                Comment.at,
                Comment.edited_at,
                open_to_readers(),
                is_accepted,
                Person.id,
                Person.name,
                Person.handle,
                Comment.parent_id,
                _parent.deleted_at.is_not(None),
                Comment.hidden_at,
            )
            .join(Comment.post)
            .join(Comment.author)
            .outerjoin(_parent, _parent.id == Comment.parent_id)
            .where(Comment.post_id == post_id, comment_visible_to(viewer))
            .order_by(began, first, Comment.parent_id.is_not(None), Comment.at, Comment.id)
        )
    ]
    return sorted(_threads(lines), key=lambda thread: not (thread.answer and thread.answer.is_accepted))


def _threads(lines: Sequence[CommentLine]) -> list[Thread]:
    answers = {line.id: line for line in lines if line.parent_id is None}
    replies: dict[int, list[CommentLine]] = {}
    for line in lines:
        of_answer = replies.setdefault(line.parent_id or line.id, [])
        if line.parent_id is not None:
            of_answer.append(line)
    return [Thread(answers.get(first), found) for first, found in replies.items()]


def open_to_readers() -> ColumnElement[bool]:
    """Answers that everyone reads who reads the post; only these can be accepted."""
    return or_(Comment.audience == Audience.READERS, Post.visibility == Visibility.COACHES)


def readable_comment(db: Session, viewer: Viewer, post: Post, public_id: str) -> Comment:
    """An answer to a readable post, with its author. Raises NotFound where the viewer may not read it."""
    comment = db.scalars(
        select(Comment)
        .join(Comment.post)
        .options(joinedload(Comment.author))
        .where(Comment.public_id == public_id, Comment.post_id == post.id, comment_visible_to(viewer))
    ).first()
    if comment is None:
        raise NotFound
    return comment


def thread_begun_by(db: Session, comment: Comment) -> Comment:
    """The answer that a reply belongs to; an answer itself."""
    return comment if comment.parent_id is None else db.get_one(Comment, comment.parent_id)


def acceptable_comment(db: Session, viewer: Viewer, post: Post, public_id: str) -> Comment:
    """An answer that may be accepted, to a question of the viewer's or in a group that they coach. Raises
    NotFound."""
    comment = db.scalars(
        select(Comment)
        .join(Comment.post)
        .where(
            Comment.public_id == public_id,
            Comment.post_id == post.id,
            Comment.parent_id.is_(None),
            Comment.hidden_at.is_(None),
            open_to_readers(),
            comment_visible_to(viewer),
        )
    ).first()
    cohort_id = post.enrolment.cohort_id if post.enrolment else None
    may_accept = post.author_id == viewer.person_id or cohort_id in viewer.coached_ids
    if comment is None or not (post.is_question and may_accept):
        raise NotFound
    return comment


class OwnAnswer(NamedTuple):
    """What the viewer answered. Of a post that they may no longer read, nothing is told."""

    id: int
    public_id: str
    html: str
    at: datetime
    post_public_id: str
    post_handle: str
    is_readable: bool
    title: str
    programme_slug: str | None
    thing_slug: str | None


def own_answers(
    db: Session, viewer: Viewer, *, after: tuple[datetime, int] | None, limit: int = 20
) -> Page[OwnAnswer]:
    """All that the viewer answered, newest first, from the row behind `after` (at, id)."""
    seen = visible_to(viewer)
    found = (
        select(
            Comment.id,
            Comment.public_id,
            Comment.html,
            Comment.at,
            Post.public_id,
            Person.handle,
            seen,
            case((seen, Post.title), else_=""),
            case((seen, Post.programme_slug)),
            case((seen, Post.thing_slug)),
        )
        .join(Comment.post)
        .join(Post.author)
        .where(Comment.author_id == viewer.person_id, Comment.deleted_at.is_(None))
        .order_by(Comment.at.desc(), Comment.id.desc())
        .limit(limit + 1)
    )
    if after:
        found = found.where(tuple_(Comment.at, Comment.id) < after)
    lines = [OwnAnswer._make(row) for row in db.execute(found)]
    more, lines = len(lines) > limit, lines[:limit]
    return Page(lines, encode_cursor(lines[-1].at, lines[-1].id) if more else "")


SAID = {
    ReactionKind.THANKS: message("Thanks"),
    ReactionKind.SAME_HERE: message("Same here"),
    ReactionKind.WILL_TRY: message("I’ll try this"),
}
"""What each press says."""


class Reacted(NamedTuple):
    """Somebody who said something with one press: to the post, or to an answer."""

    comment_id: int | None
    kind: str
    person_id: int
    name: str


def reactions_to(db: Session, viewer: Viewer, post_id: int) -> list[Reacted]:
    """For the post and each answer the viewer and the first others of each kind, one more than are named."""
    place = (
        func.row_number()
        .over(
            partition_by=(Reaction.comment_id, Reaction.kind),
            order_by=(case((Reaction.person_id == viewer.person_id, 0), else_=1), Reaction.at, Reaction.id),
        )
        .label("place")
    )
    found = (
        select(Reaction.comment_id, Reaction.kind, Reaction.person_id, Person.name, place)
        .join(Person, Person.id == Reaction.person_id)
        .where(Reaction.post_id == post_id)
        .subquery()
    )
    rows = db.execute(select(found).where(found.c.place <= MOST_NAMES + 1).order_by(found.c.place))
    return [Reacted._make(row[:4]) for row in rows]

"""Keeps what is recorded of each post and the coaches of its group in step with both; see review_rules.py.

Whoever changes a `Post` need not think of it; who changes rows otherwise, answers or reacts calls
`keep_reviews`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, event, exists, func, inspect, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapper, Session, aliased

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, ReplyPromise
from app.journals.models import Comment, Post, Promised, Reaction, Review
from app.journals.queries import SHARED_WITH_COACH
from app.journals.review_rules import waits
from app.people.viewer import Viewer

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SHAPING = (
    *("visibility", "enrolment_id", "cohort_id", "published_at", "edited_at", "asks_since"),
    *("deleted_at", "hidden_at"),
)
_KEPT = ("shared_at", "promised", "awaits_since", "read_at", "answered_at", "resubmitted_at")

_commented_at = (
    select(func.max(Comment.at))
    .where(Comment.post_id == Post.id, Comment.by_coach, Comment.deleted_at.is_(None))
    .correlate(Post)
    .scalar_subquery()
)
_reacted_at = (
    select(func.max(Reaction.at))
    .where(Reaction.post_id == Post.id, Reaction.comment_id.is_(None), Reaction.by_coach)
    .correlate(Post)
    .scalar_subquery()
)
_accepted = exists().where(
    Comment.post_id == Post.id, Comment.accepted_at.is_not(None), Comment.deleted_at.is_(None)
)
OPEN_WISH = case((and_(Post.is_question, _accepted), None), else_=Post.asks_since)
"""Since when an answer is asked for; a question that found one asks no more."""
_shared = and_(Post.published_at.is_not(None), Post.visibility.in_(SHARED_WITH_COACH))
_there = and_(Post.deleted_at.is_(None), Post.hidden_at.is_(None))
_FACTS = select(
    Post.id.label("post_id"),
    Post.cohort_id.label("in_cohort"),
    Post.enrolment_id.label("of_enrolment"),
    Post.thing_slug,
    Post.is_question,
    Post.edited_at,
    OPEN_WISH.label("asks_since"),
    _shared.label("is_shared"),
    _there.label("is_there"),
    _commented_at.label("commented_at"),
    _reacted_at.label("reacted_at"),
    Review.cohort_id,
    *(getattr(Review, name) for name in (*_KEPT, "another_look_at", "approved_at")),
).outerjoin(Review, Review.post_id == Post.id)


class Facts(NamedTuple):
    """As the rules want them."""

    shared_at: datetime | None
    promised: str | None
    asks_since: datetime | None
    read_at: datetime | None
    answered_at: datetime | None
    another_look_at: datetime | None
    resubmitted_at: datetime | None
    approved_at: datetime | None


def keep_reviews(db: Session, *which: Any, moved: bool = False) -> None:
    """Of the posts that fit, for what was not changed through a `Post`. For those that `moved` along into a
    group nothing was promised there."""
    db.flush()
    connection = db.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(Post.id).where(*which).order_by(Post.id).with_for_update(key_share=True))
    _keep(connection, which, moved=moved)


@event.listens_for(Post, "after_insert")
def _follow_insert(_: Mapper[Post], connection: Connection, post: Post) -> None:
    if post.published_at is not None and post.cohort_id is not None:
        _keep(connection, (Post.id == post.id,))


@event.listens_for(Post, "after_update")
def _follow_update(_: Mapper[Post], connection: Connection, post: Post) -> None:
    state = inspect(post)
    if any(state.attrs[name].history.has_changes() for name in _SHAPING):
        _keep(connection, (Post.id == post.id,))


def _keep(connection: Connection, which: Iterable[Any], *, moved: bool = False) -> None:
    rows = connection.execute(_FACTS.where(*which).order_by(Post.id)).all()
    reviewed = {row.post_id for row in rows if row.cohort_id is not None and row.cohort_id == row.in_cohort}
    begun: set[int] = set()
    for row in rows:
        elsewhere = row.cohort_id is not None and row.cohort_id != row.in_cohort
        if elsewhere and (row.shared_at or row.awaits_since):
            _write(connection, row.post_id, row.cohort_id, {"shared_at": None, "awaits_since": None})
        if row.post_id in reviewed and not elsewhere:
            kept = _kept(connection, row, row, moved=moved)
            changed = {name: value for name, value in kept.items() if value != getattr(row, name)}
            if changed:
                _write(connection, row.post_id, row.cohort_id, changed)
        elif row.post_id not in reviewed | begun and row.is_shared and row.in_cohort and row.of_enrolment:
            begun.add(row.post_id)
            _begin(connection, row, _kept(connection, row, None, moved=moved))


def _kept(connection: Connection, row: Any, review: Any | None, *, moved: bool) -> dict[str, Any]:
    """What the row of a review has to say; None for one that is not there yet."""
    shared_at, promised = (review.shared_at, review.promised) if review else (None, None)
    if not row.is_shared:
        shared_at = None
    elif shared_at is None:
        shared_at = now()
        promised = promised or (None if moved else _promised(connection, row))
    answered_at = max(filter(None, (row.commented_at, row.reacted_at)), default=None)
    another_look_at, resubmitted_at = (
        (review.another_look_at, review.resubmitted_at) if review else (None, None)
    )
    if another_look_at and resubmitted_at is None and row.edited_at and row.edited_at > another_look_at:
        resubmitted_at = row.edited_at
    facts = Facts(
        shared_at if row.is_there else None,
        promised,
        row.asks_since,
        review.read_at if review and review.read_at else answered_at,
        answered_at,
        another_look_at,
        resubmitted_at,
        review.approved_at if review else None,
    )
    waiting = waits(facts)
    return {
        "shared_at": shared_at,
        "promised": promised,
        "awaits_since": waiting[0] if waiting else None,
        "read_at": facts.read_at,
        "answered_at": answered_at,
        "resubmitted_at": resubmitted_at,
    }


def _promised(connection: Connection, row: Any) -> Promised | None:
    """What the group's coaches promise to somebody who shares this now."""
    other, post = aliased(Review), aliased(Post)
    answered = or_(other.answered_at.is_not(None), other.approved_at.is_not(None))
    had_first = (
        exists()
        .where(
            other.enrolment_id == row.of_enrolment,
            other.cohort_id == Cohort.id,
            other.post_id != row.post_id,
            other.promised == Promised.FIRST,
            post.id == other.post_id,
            or_(answered, and_(other.shared_at.is_not(None), post.deleted_at.is_(None))),
        )
        .correlate(Cohort)
    )
    coached = exists().where(CohortCoach.cohort_id == Cohort.id, CohortCoach.ended_at.is_(None))
    promise, had = connection.execute(
        select(case((coached, Cohort.reply_promise), else_=ReplyPromise.NONE), had_first).where(
            Cohort.id == row.in_cohort
        )
    ).one()
    if promise == ReplyPromise.NONE:
        return None
    if not had:
        return Promised.FIRST
    is_reflection = row.thing_slug and not row.is_question
    return Promised.EVERY if promise == ReplyPromise.EVERY and is_reflection else None


def _begin(connection: Connection, row: Any, kept: Mapping[str, Any]) -> None:
    begun = _INSERTS[connection.dialect.name](Review).values(
        post_id=row.post_id, cohort_id=row.in_cohort, enrolment_id=row.of_enrolment, **kept
    )
    connection.execute(begun.on_conflict_do_nothing())


def _write(connection: Connection, post_id: int, cohort_id: int, values: Mapping[str, Any]) -> None:
    which = (Review.post_id == post_id, Review.cohort_id == cohort_id)
    connection.execute(update(Review).where(*which).values(**values))


def is_waiting(db: Session, post: Post) -> bool:
    """Whether its author waits for the coaches of its group."""
    which = (Review.post_id == post.id, Review.cohort_id == post.cohort_id, Review.awaits_since.is_not(None))
    return db.scalar(select(Review.post_id).where(*which)) is not None


def is_approved(db: Session, enrolment_id: int, thing_slugs: Sequence[str]) -> bool:
    """Whether a coach approved a post about the Thing that is still there."""
    approved = (
        select(Review.post_id)
        .join(Post, Post.id == Review.post_id)
        .where(
            Review.enrolment_id == enrolment_id,
            Review.approved_at.is_not(None),
            Post.thing_slug.in_(thing_slugs),
            ~Post.is_question,
            Post.deleted_at.is_(None),
        )
    )
    return db.scalar(approved.limit(1)) is not None


def answers_as_coach(viewer: Viewer, post: Post) -> bool:
    """Whether what the viewer says to a post is said by a coach of its group; nobody answers themselves."""
    return post.cohort_id in viewer.coached_ids and post.author_id != viewer.person_id

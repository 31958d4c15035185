"""Posts with what is recorded of them and the coaches of their group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager

from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import BigId
from app.errors import NotFound
from app.journals.models import Post, Review
from app.journals.queries import coaches_in, visible_to
from app.journals.reviews import OPEN_WISH
from app.journals.streams import LINES, VIEWER, VISIBLE, Lines, PostLine, eyes
from app.people.models import Person
from app.people.viewer import Viewer
from app.statements import Statement

_viewer = VIEWER[0]
_claimer, _judge, _claiming = aliased(Person), aliased(Person), aliased(CohortCoach)
_CLAIMS = and_(
    _claiming.cohort_id == Review.cohort_id,
    _claiming.person_id == Review.claimed_by_id,
    _claiming.ended_at.is_(None),
)
"""Who coaches no more answers nothing any more."""


class ReviewLine(NamedTuple):
    """How far the coaches are with a post, as app/journals/review_rules.py understands it."""

    shared_at: datetime | None
    promised: str | None
    asks_since: datetime | None
    read_at: datetime | None
    answered_at: datetime | None
    another_look_at: datetime | None
    resubmitted_at: datetime | None
    approved_at: datetime | None
    awaits_since: datetime | None
    claimed_by_id: int | None
    claimed_by: str | None


REVIEWED: Lines = (
    LINES.join(Review, (Review.post_id == Post.id) & (Review.cohort_id == bindparam("cohort", type_=BigId)))
    .join(Enrolment, Enrolment.id == Review.enrolment_id)
    .outerjoin(_claiming, _CLAIMS)
    .outerjoin(_claimer, _claimer.id == _claiming.person_id)
    .where(
        VISIBLE,
        Post.published_at.is_not(None),
        Post.hidden_at.is_(None),
        Post.author_id != _viewer,
        Review.shared_at.is_not(None),
        Enrolment.ended_at.is_(None),
    )
)
_COLUMNS = (
    Review.shared_at,
    Review.promised,
    OPEN_WISH,
    Review.read_at,
    Review.answered_at,
    Review.another_look_at,
    Review.resubmitted_at,
    Review.approved_at,
    Review.awaits_since,
    _claimer.id,
    _claimer.name,
)
REVIEW: tuple[Any, ...] = tuple(
    column.label(f"review_{name}") for name, column in zip(ReviewLine._fields, _COLUMNS, strict=True)
)


def lines_in(row: Sequence[Any]) -> tuple[tuple[PostLine, ReviewLine], Sequence[Any]]:
    """Of a row of REVIEWED with REVIEW, and what else it has."""
    posts, reviews = len(PostLine._fields), len(PostLine._fields) + len(ReviewLine._fields)
    return (PostLine(*row[:posts]), ReviewLine(*row[posts:reviews])), row[reviews:]


class InboxDetail(NamedTuple):
    """A post in the inbox, on its own page; `author_language` is what its author reads, if they said."""

    post: PostLine
    review: ReviewLine
    html: str
    edited_at: datetime | None
    author_language: str | None


_DETAIL = Statement(
    REVIEWED.add_columns(*REVIEW, Post.html, Post.edited_at, Person.language).where(
        Post.public_id == bindparam("public_id")
    )
)


def inbox_detail(db: Session, viewer: Viewer, cohort_id: int, public_id: str) -> InboxDetail:
    """A post in the inbox of a group that the viewer coaches. Raises NotFound."""
    found = _DETAIL.rows(db, {**eyes(viewer), "cohort": cohort_id, "public_id": public_id})
    if not found:
        raise NotFound
    lines, more = lines_in(found[0])
    return InboxDetail(*lines, *more)


class OwnReview(NamedTuple):
    """How far coaches are with the viewer's own post, within how many working days of their group they answer
    it, and who judged it."""

    review: ReviewLine
    judged_by: str | None
    reply_days: int | None
    time_zone: str


_OWN = Statement(
    select(*REVIEW, _judge.name, Cohort.reply_days, Cohort.time_zone)
    .select_from(Post)
    .join(Review, (Review.post_id == Post.id) & (Review.cohort_id == Post.cohort_id))
    .join(Cohort, Cohort.id == Review.cohort_id)
    .join(Enrolment, Enrolment.id == Review.enrolment_id)
    .outerjoin(_claiming, _CLAIMS)
    .outerjoin(_claimer, _claimer.id == _claiming.person_id)
    .outerjoin(_judge, _judge.id == Review.judged_by_id)
    .where(
        Post.id == bindparam("post", type_=BigId),
        Post.author_id == _viewer,
        Post.hidden_at.is_(None),
        Review.shared_at.is_not(None),
        Enrolment.ended_at.is_(None),
        exists().where(CohortCoach.cohort_id == Cohort.id, CohortCoach.ended_at.is_(None)),
    )
)


def own_review(db: Session, viewer: Viewer, post_id: int) -> OwnReview | None:
    """None where no coach reads the post."""
    found = _OWN.rows(db, {"viewer": viewer.person_id, "post": post_id})
    reviewed = len(ReviewLine._fields)
    return OwnReview(ReviewLine(*found[0][:reviewed]), *found[0][reviewed:]) if found else None


_COUNTS = Statement(
    select(Review.cohort_id, func.count())
    .join(Enrolment, Enrolment.id == Review.enrolment_id)
    .where(
        Review.cohort_id.in_(coaches_in(_viewer)),
        Review.awaits_since.is_not(None),
        Enrolment.ended_at.is_(None),
        Enrolment.person_id != _viewer,
    )
    .group_by(Review.cohort_id)
)


def waiting_by_cohort(db: Session, viewer: Viewer) -> dict[int, int]:
    """How many posts wait for an answer in each cohort that the viewer coaches."""
    return dict(map(tuple, _COUNTS.rows(db, eyes(viewer))))


def reviewed_post(db: Session, viewer: Viewer, cohort_id: int, public_id: str) -> tuple[Post, Review]:
    """A post in the inbox of a group that the viewer coaches, with its author, enrolment and cohort; locked,
    for who says something to it. Raises NotFound."""
    statement = (
        select(Post, Review)
        .join(Review, (Review.post_id == Post.id) & (Review.cohort_id == Post.cohort_id))
        .join(Post.author)
        .join(Post.enrolment)
        .join(Enrolment.cohort)
        .options(contains_eager(Post.author), contains_eager(Post.enrolment).contains_eager(Enrolment.cohort))
        .where(
            Post.public_id == public_id,
            Post.cohort_id == cohort_id,
            Post.author_id != viewer.person_id,
            Post.published_at.is_not(None),
            Post.hidden_at.is_(None),
            Enrolment.ended_at.is_(None),
            visible_to(viewer),
        )
        .with_for_update(of=[Post, Review], key_share=True)
        .execution_options(populate_existing=True)
    )
    found = db.execute(statement).first()
    if found is None:
        raise NotFound
    return found.Post, found.Review

"""The posts that somebody chose for the record of an enrolment: only their own, written in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.db import BigId
from app.journals.models import Post
from app.keeping.models import RecordedPost
from app.statements import Statement

MOST_POSTS = 300


class OwnPost(NamedTuple):
    """`whole` is None for one that was not chosen."""

    id: int
    public_id: str
    title: str
    excerpt: str
    html: str
    language: str
    programme_slug: str | None
    thing_slug: str | None
    published_at: datetime
    whole: bool | None


_POSTS = Statement(
    select(
        Post.id,
        Post.public_id,
        Post.title,
        Post.excerpt,
        Post.html,
        Post.language,
        Post.programme_slug,
        Post.thing_slug,
        Post.published_at,
        RecordedPost.whole,
    )
    .outerjoin(
        RecordedPost,
        and_(RecordedPost.post_id == Post.id, RecordedPost.enrolment_id == Post.enrolment_id),
    )
    .where(
        Post.enrolment_id == bindparam("enrolment", type_=BigId),
        Post.author_id == bindparam("author", type_=BigId),
        Post.published_at.is_not(None),
        Post.deleted_at.is_(None),
    )
    .order_by(Post.published_at, Post.id)
    .limit(MOST_POSTS),
    row=OwnPost,
)


def own_posts_in(db: Session, enrolment: Enrolment) -> list[OwnPost]:
    """What its person published in an enrolment, the oldest first."""
    return _POSTS.rows(db, {"enrolment": enrolment.id, "author": enrolment.person_id})


class ChosenPost(NamedTuple):
    """`of` is the programme of the record."""

    of: str
    public_id: str
    title: str
    programme_slug: str | None
    thing_slug: str | None
    whole: bool


def all_chosen(db: Session, person_id: int) -> list[ChosenPost]:
    """For all records of a person, the oldest first."""
    found = (
        select(
            Enrolment.programme_slug,
            Post.public_id,
            Post.title,
            Post.programme_slug,
            Post.thing_slug,
            RecordedPost.whole,
        )
        .join(RecordedPost, RecordedPost.enrolment_id == Enrolment.id)
        .join(Post, Post.id == RecordedPost.post_id)
        .where(
            Enrolment.person_id == person_id,
            Post.author_id == person_id,
            Post.enrolment_id == Enrolment.id,
            Post.published_at.is_not(None),
            Post.deleted_at.is_(None),
        )
        .order_by(Enrolment.id, Post.published_at, Post.id)
    )
    return [ChosenPost(*row) for row in db.execute(found)]


def choose_posts(db: Session, enrolment: Enrolment, public_ids: Collection[str], *, whole: bool) -> None:
    """These of one's own posts, and no others."""
    db.refresh(enrolment, ["id"], with_for_update=True)
    chosen = [post for post in own_posts_in(db, enrolment) if post.public_id in public_ids]
    db.execute(delete(RecordedPost).where(RecordedPost.enrolment_id == enrolment.id))
    if chosen:
        rows = [{"enrolment_id": enrolment.id, "post_id": post.id, "whole": whole} for post in chosen]
        db.execute(insert(RecordedPost), rows)

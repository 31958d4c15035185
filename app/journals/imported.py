"""Posts that their author wrote on a blog elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.events.log import record
from app.journals.models import Post, Visibility
from app.journals.reviews import keep_reviews
from app.journals.search_index import index_posts
from app.journals.services import About, follow, show
from app.markdown import plain_text
from app.progress.services import record_reflection

LONGEST_TITLE = 200


@dataclass(frozen=True)
class Written:
    """A post as it stands elsewhere; `html` is clean."""

    url: str
    title: str
    html: Markup
    at: datetime
    language: str


def import_post(
    db: Session,
    author_id: int,
    written: Written,
    *,
    visibility: Visibility,
    enrolment: Enrolment | None,
    about: About | None,
) -> Post:
    """A post of its own in the author's journal, dated as it is there."""
    post = Post(
        author_id=author_id,
        enrolment_id=enrolment.id if enrolment else None,
        cohort_id=enrolment.cohort_id if enrolment else None,
        programme_slug=about.programme.slug if about else None,
        thing_slug=about.thing.slug if about else None,
        language=written.language,
        visibility=visibility.value,
        source_url=written.url,
        version=0,
    )
    db.add(post)
    db.flush()
    show(db, post, written.title, plain_text(written.html), written.at, html=written.html)
    record(db, author_id, "imported", "post", post.public_id, enrolment_id=post.enrolment_id)
    if about:
        record_reflection(db, about.enrolment, about.programme, about.thing)
    db.flush()
    return post


def update_imported(db: Session, post: Post, written: Written, at: datetime, *, edited: bool) -> None:
    """Show what stands there now; unless it was `edited` there, readers are not told of a change."""
    post.source_url = written.url
    body = plain_text(written.html)
    if (written.title, body, str(written.html)) != (post.title, post.body, post.html):
        show(db, post, written.title, body, at, html=written.html, edited=edited)
    db.flush()


def move_imported(db: Session, post: Post, before: About | None, about: About | None) -> None:
    """What it is about changes; progress follows on both sides."""
    post.programme_slug = about.programme.slug if about else None
    post.thing_slug = about.thing.slug if about else None
    db.flush()
    follow(db, before)
    if about:
        record_reflection(db, about.enrolment, about.programme, about.thing)


def show_imported_to(db: Session, post_ids: Sequence[int], visibility: Visibility) -> None:
    """From now on, wherever they are shown."""
    db.execute(update(Post).where(Post.id.in_(post_ids)).values(visibility=visibility.value))
    index_posts(db, Post.id.in_(post_ids))
    keep_reviews(db, Post.id.in_(post_ids))

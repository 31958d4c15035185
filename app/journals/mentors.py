"""What a learner shares with their mentor, and what becomes of it when that ends."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.cohorts.mentoring import end_mentorship, mentor_of
from app.cohorts.models import Enrolment, Mentorship
from app.db import BigId
from app.journals.models import Post, Visibility
from app.journals.streams import LINES, STREAM_LENGTH, VISIBLE, PostLine, behind_row, eyes, newest, page_of
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.statements import Statement
from app.web.paging import Page

_shared = select(Mentorship.id).where(
    Mentorship.mentor_id == bindparam("viewer", type_=BigId), Mentorship.ended_at.is_(None)
)
_SHARED = {
    behind: Statement(
        newest(LINES.where(Post.mentorship_id.in_(_shared), VISIBLE), behind=behind), row=PostLine
    )
    for behind in (False, True)
}


def shared_with(db: Session, viewer: Viewer, *, after: tuple[object, object] | None = None) -> Page[PostLine]:
    """What learners share with the viewer as their mentor, newest first."""
    parameters = {**eyes(viewer), **behind_row(after, STREAM_LENGTH)}
    return page_of(_SHARED[after is not None].rows(db, parameters), STREAM_LENGTH)


def shares_by_choice(db: Session, enrolment: Enrolment | None) -> bool:
    """Whether the writer's last post that others read went to the mentor of now as well; off at first, and
    with each new mentor."""
    mentorship = mentor_of(db, enrolment)
    if mentorship is None:
        return False
    apart = (Visibility.PRIVATE, Visibility.MENTOR)
    last = (
        select(Post.mentorship_id)
        .where(
            Post.enrolment_id == mentorship.enrolment_id,
            Post.published_at >= mentorship.accepted_at,
            Post.visibility.not_in(apart),
            ~Post.is_question,
            Post.deleted_at.is_(None),
        )
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(1)
    )
    return db.scalar(last) == mentorship.id


def tell_mentor(db: Session, post: Post) -> None:
    """A mentor hears of a post that is shared with them, once."""
    mentor = db.scalar(
        select(Mentorship.mentor_id).where(Mentorship.id == post.mentorship_id, Mentorship.ended_at.is_(None))
    )
    if mentor is not None:
        once = f"shared {post.id} {post.mentorship_id}"
        tell(db, mentor, Kind.SHARED, once=once, actor_id=post.author_id, post_id=post.id)


def part_from_mentor(db: Session, mentorship: Mentorship, *, actor_id: int) -> None:
    """End it; no post says any more that a mentor reads it."""
    end_mentorship(db, mentorship, actor_id=actor_id)
    db.execute(update(Post).where(Post.mentorship_id == mentorship.id).values(mentorship_id=None))

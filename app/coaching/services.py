"""What coaches do with a post beside answering it. Its author hears of what concerns them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.queries import PersonLine
from app.errors import NotFound, Refused
from app.events.log import record
from app.journals.models import Audience, Post, Review
from app.journals.queries import visible_to
from app.journals.reviews import keep_reviews
from app.journals.services import About, add_comment
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.progress.services import record_approval
from app.web.i18n import message

APPROVED = message("This is approved already. You can still answer.")


def mark_read(db: Session, viewer: Viewer, cohort_id: int, public_ids: Collection[str]) -> int:
    """Of these posts those that the viewer may read and no coach has read; how many."""
    readable = select(Post.id).where(
        Post.public_id.in_(public_ids), Post.cohort_id == cohort_id, visible_to(viewer)
    )
    unread = (Review.cohort_id == cohort_id, Review.post_id.in_(readable), Review.read_at.is_(None))
    marked = update(Review).where(*unread).values(read_at=now(), read_by_id=viewer.person_id)
    return len(
        db.execute(marked.returning(Review.post_id).execution_options(synchronize_session=False)).all()
    )


def hand_over(
    db: Session,
    viewer: Viewer,
    post: Post,
    review: Review,
    coaches: Mapping[str, PersonLine],
    *,
    to: str,
    held: str,
) -> PersonLine | None:
    """Say which of the group's coaches, by handle, answers a post; nobody, for whoever comes first. Raises
    NotFound for who is none of them, Refused where somebody else has it meanwhile than who `held` it."""
    if to and to not in coaches:
        raise NotFound
    holder = next((coach for coach in coaches.values() if coach.id == review.claimed_by_id), None)
    now_held, coach = holder.handle if holder else "", coaches.get(to)
    if now_held == to:
        return coach
    if now_held != held:
        if holder is None:
            raise Refused(message("Meanwhile it was given back."), "coach")
        raise Refused(message("Meanwhile %(name)s has it.", name=holder.name), "coach")
    review.claimed_by_id, review.claimed_at = (coach.id, now()) if coach else (None, None)
    db.flush()
    _log(db, viewer, "claimed" if coach else "released", post, **({"by": coach.id} if coach else {}))
    if coach is not None:
        once = f"handed {post.id} {coach.id} {now():%Y-%m-%d}"
        tell(db, coach.id, Kind.HANDED_OVER, once=once, actor_id=viewer.person_id, post_id=post.id)
    return coach


def want_another_look(
    db: Session, viewer: Viewer, post: Post, review: Review, *, words: str, once: str | None
) -> None:
    """Tell the author, in feedback, what to look at again; the same `once` again changes nothing. Raises
    Refused for what is approved."""
    if review.approved_at is not None:
        raise Refused(APPROVED)
    said = add_comment(
        db, viewer, post, body=words, audience=Audience.COACHES, once=once, told_as=Kind.ANOTHER_LOOK
    )
    if review.another_look_at is not None and said.at <= review.another_look_at:
        return
    review.another_look_at, review.resubmitted_at = now(), None
    _judge(db, viewer, post, review)
    _log(db, viewer, "wanted-another-look", post)


def approve(
    db: Session,
    viewer: Viewer,
    post: Post,
    review: Review,
    about: About | None,
    *,
    words: str = "",
    once: str | None = None,
) -> None:
    """For good; with `words` for the author, where there are some. Again changes nothing."""
    if words:
        add_comment(db, viewer, post, body=words, audience=Audience.COACHES, once=once)
    if review.approved_at is not None:
        return
    review.approved_at, review.another_look_at, review.resubmitted_at = now(), None, None
    _judge(db, viewer, post, review)
    _log(db, viewer, "approved", post)
    if about is not None:
        record_approval(db, about.enrolment, about.programme, about.thing, approved=True)
    tell(
        db,
        post.author_id,
        Kind.APPROVED,
        once=f"approved {post.id}",
        actor_id=viewer.person_id,
        post_id=post.id,
    )


def _judge(db: Session, viewer: Viewer, post: Post, review: Review) -> None:
    review.judged_by_id = viewer.person_id
    review.read_at = review.read_at or now()
    review.read_by_id = review.read_by_id or viewer.person_id
    keep_reviews(db, Post.id == post.id)


def _log(db: Session, viewer: Viewer, verb: str, post: Post, **data: object) -> None:
    enrolment = post.enrolment_id
    record(db, viewer.person_id, verb, "post", post.public_id, enrolment_id=enrolment, **data)

"""Talking about posts: replies, questions that are answered, reactions, and who hears of them."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment
from app.cohorts.queries import coaches_of
from app.events.log import record
from app.journals.mentions import linked_in, people_named, tell_mentioned
from app.journals.models import Comment, Post, Reaction, ReactionKind
from app.journals.queries import SHARED_WITH_COACH, readers_among
from app.journals.reviews import answers_as_coach, keep_reviews
from app.markdown import render_post
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.statements import upsert

MOST_TOLD = 20
"""Of those who wrote in a thread, the last."""


def tell_coaches(db: Session, post: Post) -> None:
    """The coaches of a group hear of a question in it that they may read."""
    if post.cohort_id is None or post.visibility not in SHARED_WITH_COACH:
        return
    for coach in coaches_of(db, post.cohort_id):
        tell(
            db,
            coach.id,
            Kind.QUESTION,
            once=f"question {post.id}",
            actor_id=post.author_id,
            post_id=post.id,
        )


def tell_pod(db: Session, post: Post, enrolment: Enrolment) -> None:
    """The small group of who asks it hears of a question that is for them."""
    mates = select(Enrolment.person_id).where(
        Enrolment.pod_id == enrolment.pod_id, Enrolment.ended_at.is_(None), Enrolment.id != enrolment.id
    )
    for person_id in db.scalars(mates):
        tell(
            db,
            person_id,
            Kind.QUESTION,
            once=f"question {post.id}",
            actor_id=post.author_id,
            post_id=post.id,
        )


def tell_thread(db: Session, post: Post, parent: Comment, reply: Comment) -> set[int]:
    """Those who wrote in a thread and may read the reply hear of it; the author of the post hears of every
    answer anyway. Returns who was told."""
    in_thread = (Comment.id == parent.id) | (Comment.parent_id == parent.id)
    wrote = db.scalars(
        select(Comment.author_id)
        .where(in_thread, Comment.deleted_at.is_(None))
        .group_by(Comment.author_id)
        .order_by(func.max(Comment.id).desc())
        .limit(MOST_TOLD)
    )
    told = readers_among(db, set(wrote) - {post.author_id, reply.author_id}, post.id, reply.id)
    for person_id in told:
        tell(
            db,
            person_id,
            Kind.REPLY,
            once=f"reply {reply.id}",
            actor_id=reply.author_id,
            post_id=post.id,
            comment_id=reply.id,
        )
    return told


def edit_comment(db: Session, post: Post, comment: Comment, body: str) -> None:
    """Change an answer; the same text again changes nothing."""
    if body == comment.body:
        return
    people, before = people_named(db, comment.author_id, body), linked_in(comment.html)
    comment.body, comment.html = body, str(render_post(body, post.language, mention=people.link))
    comment.edited_at = now()
    db.flush()
    record(db, comment.author_id, "edited", "comment", comment.public_id)
    tell_mentioned(db, people, post, comment, before=before, told={post.author_id})


def accept(db: Session, viewer: Viewer, post: Post, comment: Comment, *, accepted: bool) -> None:
    """Say which answer a question found, in place of any other; or take that back."""
    db.execute(select(Post.id).where(Post.id == post.id).with_for_update())
    db.refresh(comment, ["accepted_at"])
    if (comment.accepted_at is not None) == accepted:
        return
    of_post = (Comment.post_id == post.id, Comment.accepted_at.is_not(None))
    db.execute(update(Comment).where(*of_post).values(accepted_at=None))
    comment.accepted_at = now() if accepted else None
    keep_reviews(db, Post.id == post.id)
    verb = "accepted" if accepted else "withdrew-acceptance"
    record(db, viewer.person_id, verb, "comment", comment.public_id)
    if accepted:
        tell(
            db,
            comment.author_id,
            Kind.ACCEPTED,
            once=f"accepted {comment.id}",
            actor_id=viewer.person_id,
            post_id=post.id,
            comment_id=comment.id,
        )


def react(
    db: Session, viewer: Viewer, post: Post, kind: ReactionKind, *, on: bool, comment: Comment | None = None
) -> None:
    """Say something with one press, or take it back; the author hears of it once. To a post, a coach of its
    group answers so."""
    to = comment or post
    where = {
        "post_id": post.id,
        "comment_id": comment.id if comment else None,
        "person_id": viewer.person_id,
        "kind": kind.value,
    }
    if on:
        said = upsert(db, Reaction).values(**where, by_coach=answers_as_coach(viewer, post))
        statement = said.on_conflict_do_nothing()
    else:
        statement = delete(Reaction).where(
            *(getattr(Reaction, name) == value for name, value in where.items())
        )
    changed = db.execute(statement.returning(Reaction.by_coach)).first()
    if changed is None:
        return
    if changed.by_coach and comment is None:
        keep_reviews(db, Post.id == post.id)
    what = "comment" if comment else "post"
    verb = "reacted" if on else "withdrew-reaction"
    record(db, viewer.person_id, verb, what, to.public_id, kind=kind.value)
    if on:
        tell(
            db,
            to.author_id,
            Kind.REACTION,
            once=f"reaction {'comment ' if comment else ''}{to.id} {viewer.person_id}",
            actor_id=viewer.person_id,
            post_id=post.id,
            comment_id=comment.id if comment else None,
        )

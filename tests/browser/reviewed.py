"""What the stage has of the inbox: posts in its states, an answer given often, and a talk to confirm."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.coaching.models import AnswerTemplate
from app.coaching.reviewed import reviewed_post
from app.coaching.services import want_another_look
from app.cohorts.models import Enrolment
from app.journals.models import Post, Review, Visibility
from app.journals.services import publish_post, start_post
from app.people.models import Person
from app.progress.models import Talk
from app.progress.viewers import absent_viewer


def review(db: Session, people: Mapping[str, Person]) -> dict[str, str]:
    """Beside the demo's own; returns what addresses are made of."""
    learner, coach = (absent_viewer(db, people[who].id) for who in ("learner", "coach"))
    assert learner is not None and coach is not None
    enrolment = db.get_one(Enrolment, learner.enrolments[0].enrolment_id)
    shown = Visibility.COACHES
    post = start_post(
        db, learner.person_id, once="wanted", language="en", visibility=shown, enrolment=enrolment
    )
    publish_post(
        db, post, title="Half a sentence", body="It began with", visibility=shown, version=post.version
    )
    assert post.cohort_id is not None
    words = "How does it **end**?"
    want_another_look(
        db, coach, *reviewed_post(db, coach, post.cohort_id, post.public_id), words=words, once="1"
    )
    db.add(Talk(enrolment_id=enrolment.id, thing_slug="short-video", by_id=coach.person_id))
    reviewed = select(Post.public_id).join(Review, Review.post_id == Post.id)
    approved = reviewed.where(Review.approved_at.is_not(None), Post.author_id == learner.person_id)
    awaited = reviewed.where(Review.awaits_since.is_not(None), Review.cohort_id == post.cohort_id)
    template = select(AnswerTemplate.public_id).where(AnswerTemplate.person_id == coach.person_id)
    return {
        "wanted_post": post.public_id,
        "approved_post": db.scalars(approved.limit(1)).one(),
        "awaited_post": db.scalars(awaited.order_by(Review.awaits_since).limit(1)).one(),
        "template": db.scalars(template.order_by(AnswerTemplate.id).limit(1)).one(),
    }

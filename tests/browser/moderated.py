"""What the stage has of moderation: texts that are reported, hidden, appealed for and shown again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.journals.feed_keys import keep_key
from app.journals.models import Audience, Comment, Post, Visibility
from app.journals.services import add_comment, publish_post, start_post
from app.moderation.hidings import hiding_for_desk, own_hiding
from app.moderation.models import Hiding, Report
from app.moderation.services import appeal, decide, hide
from app.moderation.texts import hidable_text, readable_text
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.viewers import absent_viewer


def moderate(db: Session, people: Mapping[str, Person], own_post: str) -> dict[str, str]:
    """Beside the demo's own two reports; returns what addresses are made of."""
    learner, coach, organizer = (_eyes(db, people[who]) for who in ("learner", "coach", "organizer"))
    keep_key(db, learner, f"/journals/{learner.handle}/feed.atom")
    names = {}
    for name in ("hidden_post", "appealed_post", "shown_post"):
        post = _hidden(db, learner, coach, name)
        names[name] = post.public_id
        if name != "hidden_post":
            text = readable_text(db, learner, learner.handle, post.public_id)
            appeal(db, learner, own_hiding(db, learner, text), "It is a quotation from a play.")
    hidings = dict(
        db.execute(select(Post.public_id, Hiding.public_id).join(Hiding, Hiding.post_id == Post.id)).all()
    )
    asked = hiding_for_desk(db, organizer, hidings[names["shown_post"]])
    decide(db, organizer, asked, shown=True, answer="So it is.")
    reported = dict(db.execute(select(Report.for_organizers, Report.public_id)).all())
    colleague = db.execute(
        select(Person, Post.public_id)
        .join(Post, Post.author_id == Person.id)
        .join(Report, Report.post_id == Post.id)
        .where(Report.for_organizers.is_(False))
    ).one()
    post = readable_text(db, learner, learner.handle, own_post).post
    given = select(Comment.public_id).where(Comment.post_id == post.id, Comment.author_id == coach.person_id)
    theirs = add_comment(db, _eyes(db, colleague[0]), post, body="Me too.", audience=Audience.READERS)
    return names | {
        "appealed": hidings[names["appealed_post"]],
        "coach_report": reported[False],
        "desk_report": reported[True],
        "colleague": colleague[0].handle,
        "colleague_post": colleague[1],
        "comment": db.scalars(given.limit(1)).one(),
        "peer_comment": theirs.public_id,
    }


def _eyes(db: Session, person: Person) -> Viewer:
    viewer = absent_viewer(db, person.id)
    assert viewer is not None
    return viewer


def _hidden(db: Session, learner: Viewer, coach: Viewer, name: str) -> Post:
    group = Visibility.COHORT
    enrolment = db.get_one(Enrolment, learner.enrolments[0].enrolment_id)
    post = start_post(db, learner.person_id, once=name, language="en", visibility=group, enrolment=enrolment)
    publish_post(
        db, post, title="A sharp word", body="Off with his head.", visibility=group, version=post.version
    )
    text, _ = hidable_text(db, coach, learner.handle, post.public_id)
    hide(db, coach, text, "It frightens people.", by_organizer=False)
    return post

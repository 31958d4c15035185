"""What the demo's coaches do in their inbox, and what they keep for their answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.coaching.answer_templates import keep_template
from app.coaching.reviewed import reviewed_post
from app.coaching.services import approve, hand_over, want_another_look
from app.cohorts.queries import coaches_of
from app.demo.cast import DemoReview, DemoTalk, DemoTemplate
from app.journals.services import About
from app.progress.talks import mark_talk

if TYPE_CHECKING:
    from app.demo.seed import Story


def plan_inbox(story: Story) -> None:
    for review in story.cast.reviews:
        story.at(review.day, "16:00", review.to + review.thing, partial(_review, story, review))
    for talk in story.cast.talks:
        story.at(talk.day, "16:30", talk.to + talk.thing, partial(_talk, story, talk))
    for template in story.cast.templates:
        story.at(30, "17:00", template.title, partial(_keep, story, template))


def _review(story: Story, told: DemoReview) -> None:
    viewer, post = story.viewer(told.by), story.written[told.to, told.thing][0]
    if post.cohort_id is None:
        return
    found, review = reviewed_post(story.db, viewer, post.cohort_id, post.public_id)
    if told.verdict == "another-look":
        want_another_look(story.db, viewer, found, review, words=told.words, once=None)
    elif told.verdict == "approved":
        approve(story.db, viewer, found, review, _about(story, told), words=told.words)
    else:
        coaches = {coach.handle: coach for coach in coaches_of(story.db, post.cohort_id)}
        hand_over(story.db, viewer, found, review, coaches, to=story.people[told.coach].handle, held="")


def _about(story: Story, told: DemoReview | DemoTalk) -> About | None:
    programme = story.programme_of(told.to)
    thing = programme.thing(told.thing)
    return About(story.enrolments[told.to], programme, thing) if thing else None


def _talk(story: Story, told: DemoTalk) -> None:
    about = _about(story, told)
    if about is not None:
        mark_talk(story.db, story.viewer(told.by), about.enrolment, about.programme, about.thing)


def _keep(story: Story, told: DemoTemplate) -> None:
    keep_template(story.db, story.viewer(told.by), title=told.title, texts=told.texts, once=told.title)

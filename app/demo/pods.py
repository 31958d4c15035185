"""Small groups, buddies and mentors of the demo, and who is stuck."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.cohorts.companions import companions_in
from app.cohorts.dealing import Mix, deal, pair
from app.cohorts.mentoring import accept, ask_mentor, mentorship_of, show_tiles
from app.cohorts.pods import make_pods, pair_up
from app.cohorts.queries import active_enrolment
from app.demo.cast import DemoMentor, DemoShared, DemoStuck
from app.journals.asking import ask_about
from app.journals.models import Visibility
from app.journals.readers import circle_of
from app.journals.services import About, publish_post, start_post

if TYPE_CHECKING:
    from app.demo.seed import Story

GROUP, COACH, DAY, SIZE = "riverside", "cora", 9, 4
NAMES = ("Otters", "Herons", "Beavers", "Swifts", "Foxes", "Hares", "Owls", "Bees")


def plan_companions(story: Story) -> None:
    """The coach of one group puts its learners together; two and two of a small group are buddies."""
    story.at(DAY, "11:00", GROUP, lambda: _put_together(story))
    for stuck in story.cast.stuck:
        story.at(stuck.day, "15:00", stuck.by + stuck.thing, partial(_ask, story, stuck))
    for mentor in story.cast.mentors:
        story.at(mentor.day, "12:00", mentor.learner, partial(_find_mentor, story, mentor))
        for shared in mentor.shared:
            story.at(shared.day, "17:00", shared.title, partial(_share, story, mentor, shared))


def _put_together(story: Story) -> None:
    cohort, coach = story.cohorts[GROUP], story.people[COACH]
    people = [member.dealt for member in companions_in(story.db, cohort.id).members]
    groups = deal(people, SIZE, Mix.MIXED)
    wanted = [(name, [one.handle for one in group]) for name, group in zip(NAMES, groups, strict=False)]
    make_pods(story.db, cohort.id, wanted, actor_id=coach.id, once="demo")
    pairs = [[one.handle for one in two] for group in groups for two in pair(group)]
    pair_up(story.db, cohort.id, pairs, actor_id=coach.id, once="demo")


def _ask(story: Story, stuck: DemoStuck) -> None:
    programme = story.programme_of(stuck.by)
    enrolment = active_enrolment(story.db, story.people[stuck.by].id, programme.slug)
    thing = programme.thing(stuck.thing)
    if thing is not None and enrolment is not None:
        ask_about(
            story.db,
            About(enrolment, programme, thing),
            circle_of(story.db, enrolment),
            body=stuck.text,
            visibility=stuck.to,
            language=story.people[stuck.by].language or programme.language,
            once=f"stuck-{stuck.by}",
        )


def _find_mentor(story: Story, told: DemoMentor) -> None:
    mentorship = ask_mentor(story.db, story.enrolments[told.learner], "")
    mentorship.enrolment = story.enrolments[told.learner]
    accept(story.db, story.viewer(told.mentor), mentorship)
    show_tiles(story.db, mentorship, shown=told.shows_tiles)


def _share(story: Story, told: DemoMentor, shared: DemoShared) -> None:
    enrolment = story.enrolments[told.learner]
    mentorship = mentorship_of(story.db, enrolment.id)
    post = start_post(
        story.db,
        enrolment.person_id,
        once=f"shared-{shared.day}-{told.learner}",
        language=story.people[told.learner].language or "en",
        visibility=Visibility.MENTOR,
        enrolment=enrolment,
    )
    publish_post(
        story.db,
        post,
        title=shared.title,
        body=shared.text,
        visibility=Visibility.MENTOR,
        version=post.version,
        mentorship_id=mentorship.id if mentorship else None,
    )

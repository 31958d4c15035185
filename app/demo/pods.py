"""Small groups and buddies of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cohorts.companions import companions_in
from app.cohorts.dealing import Mix, deal, pair
from app.cohorts.pods import make_pods, pair_up

if TYPE_CHECKING:
    from app.demo.seed import Story

GROUP, COACH, DAY, SIZE = "riverside", "cora", 9, 4
NAMES = ("Otters", "Herons", "Beavers", "Swifts", "Foxes", "Hares", "Owls", "Bees")


def plan_pods(story: Story) -> None:
    """The coach of one group puts its learners together; two and two of a small group are buddies."""
    story.at(DAY, "11:00", GROUP, lambda: _put_together(story))


def _put_together(story: Story) -> None:
    cohort, coach = story.cohorts[GROUP], story.people[COACH]
    people = [member.dealt for member in companions_in(story.db, cohort.id).members]
    groups = deal(people, SIZE, Mix.MIXED)
    wanted = [(name, [one.handle for one in group]) for name, group in zip(NAMES, groups, strict=False)]
    make_pods(story.db, cohort.id, wanted, actor_id=coach.id, once="demo")
    pairs = [[one.handle for one in two] for group in groups for two in pair(group)]
    pair_up(story.db, cohort.id, pairs, actor_id=coach.id, once="demo")

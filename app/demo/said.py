"""What the demo's learners say of Things and of themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from app.demo.cast import DemoLine, DemoPerson
from app.growth.models import Moment, Use
from app.growth.services import Sense, Sureness, add_line, look_back, rate_oneself, say_use
from app.growth.words import MINUTES
from app.things.catalogue import Thing

if TYPE_CHECKING:
    from app.demo.seed import Story

USES = (Use.DID, Use.DID, Use.SOON, Use.SOON, Use.NO)
LONGER = {"asking-ai": 2.0, "checking-claims": 1.6}
"""Things that take people longer than their files say."""
ENOUGH, LEFT_FOR_LATER = 4, {"lena"}
"""Who did so many Things has looked back at them; whoever tries the demo as a learner has not."""


def plan_answers(story: Story) -> None:
    for person in story.cast.people:
        if person.cohort:
            _plan_person(story, person)
    for line in story.cast.lines:
        person = next(one for one in story.cast.people if one.key == line.by)
        story.at(person.did[line.thing], "19:30", line.line, partial(_write, story, line))


def _plan_person(story: Story, person: DemoPerson) -> None:
    if _chance(person.key) % 5:
        story.at(person.joined, "19:00", person.key, partial(_rate, story, person, Moment.START))
    for slug, days in person.did.items():
        if _chance(person.key + slug) % 4:
            story.at(days, "18:00", person.key + slug, partial(_use, story, person, slug))
    if len(person.did) >= ENOUGH and person.key not in LEFT_FOR_LATER:
        story.at(min(person.did.values()), "20:00", person.key, partial(_look_back, story, person))
    if len(person.did) == len(story.programme_of(person.key).things):
        story.at(min(person.did.values()), "20:30", person.key, partial(_rate, story, person, Moment.END))


def _chance(salt: str) -> int:
    return crc32(salt.encode()) >> 4


def _rate(story: Story, person: DemoPerson, moment: Moment) -> None:
    more = 2 if moment is Moment.END else 0
    answers = (_chance(person.key + question) % 3 + 1 + more for question in ("dare", "help", "ask"))
    rate_oneself(story.db, story.enrolments[person.key].id, moment, Sureness(*answers))


def _use(story: Story, person: DemoPerson, slug: str) -> None:
    thing = story.programme_of(person.key).thing(slug)
    if thing is not None and not thing.breather:
        use = USES[_chance(slug + person.key) % len(USES)]
        say_use(story.db, story.enrolments[person.key].id, thing, use)


def _look_back(story: Story, person: DemoPerson) -> None:
    programme = story.programme_of(person.key)
    things = [thing for slug in person.did if (thing := programme.thing(slug)) and not thing.breather]
    senses = {thing: _sense(person, thing) for thing in things}
    look_back(story.db, story.enrolments[person.key].id, senses)


def _sense(person: DemoPerson, thing: Thing) -> Sense:
    chance = _chance(person.key + thing.slug)
    taken = (thing.minutes or MINUTES[0]) * LONGER.get(thing.slug, 1) * (0.7 + chance % 6 / 10)
    minutes = min(MINUTES, key=lambda choice: abs(choice - taken))
    return Sense(minutes, 2 + chance % 4 if chance % 9 else None)


def _write(story: Story, told: DemoLine) -> None:
    thing = story.programme_of(told.by).thing(told.thing)
    if thing is not None:
        enrolment = story.enrolments[told.by]
        say_use(story.db, enrolment.id, thing, told.use)
        add_line(story.db, enrolment.id, thing, told.line, quotable=told.quotable)

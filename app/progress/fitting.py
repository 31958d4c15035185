"""What fits into some minutes: the next steps of a run, in their order, until the time is full.

The minutes of reading and activities are those of app/progress/hours.py. Writing takes its share of the
Thing, but REFLECTION at least, and what was begun FINISHING. Of a Thing's activities those that are too long
for the time are left out as long as none is chosen. Where nothing fits, there is the step to begin with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from app.cohorts.courses import Course
from app.progress.hours import REFLECTION, parts_of
from app.progress.next_steps import next_to_do
from app.progress.packs import Stored, facts_in
from app.progress.rules import Facts, State
from app.things.catalogue import Thing

FINISHING = 5
MOST_STEPS = 12


class Doing(StrEnum):
    READ = "read"
    TRY = "try"
    WRITE = "write"
    FINISH = "finish"


class Step(NamedTuple):
    """`activity` is the id of what is tried."""

    doing: Doing
    thing: Thing
    minutes: int
    activity: str = ""


class Fitting(NamedTuple):
    """The steps that fit; or the one to begin with, which takes longer."""

    steps: tuple[Step, ...]
    fits: bool

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)


NOTHING_LEFT = Fitting((), fits=True)


def what_fits(course: Course, pack: Mapping[str, str], stored: Stored, minutes: int) -> Fitting:
    """Empty where nothing is left to do, or nothing more can be read yet. `stored` is the row that `pack` was
    read from."""
    chosen: list[Step] = []
    left, first = minutes, None
    for step in _coming(course, pack, stored):
        first = first or step
        if step.minutes <= left and (chosen or step is first or step.doing is Doing.TRY):
            chosen.append(step)
            left -= step.minutes
        elif chosen or step.doing is not Doing.TRY or step.thing is not first.thing:
            break
        if len(chosen) == MOST_STEPS:
            break
    if chosen or first is None:
        return Fitting(tuple(chosen), fits=True)
    return Fitting((first,), fits=False)


def _coming(course: Course, pack: Mapping[str, str], stored: Stored) -> Iterator[Step]:
    """Everything that comes, as if each Thing were done before the next."""
    done = dict(pack)
    while (thing := next_to_do(course, done)) is not None:
        yield from steps_of(thing, facts_in(stored, thing))
        done[thing.slug] = State.COMPLETE.value


def steps_of(thing: Thing, facts: Facts) -> Iterator[Step]:
    """What is left of a Thing that counts. Who has begun with it has read it."""
    parts = parts_of(thing)
    begun = facts.ticks or facts.drafted or facts.reflected
    if parts.reading and not begun:
        yield Step(Doing.READ, thing, parts.reading)
    for activity in thing.activity_ids:
        if activity in thing.counted - facts.ticks:
            yield Step(Doing.TRY, thing, parts.activities[activity], activity)
    if thing.has_reflection and not facts.reflected:
        doing = Doing.FINISH if facts.drafted else Doing.WRITE
        minutes = FINISHING if facts.drafted else max(parts.reflection, REFLECTION)
        yield Step(doing, thing, minutes)

"""How long what somebody did takes, by the minutes that the programme plans; nobody's time is measured.

A Thing's own minutes are for reading it, for the activities that count, and for the reflection. Activities
take what they say; what remains is shared evenly by the parts that say nothing. Further levels come on top.
Where the Thing says nothing, ACTIVITY, READING and REFLECTION stand for what is not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from app.progress.packs import Stored, read_facts, unpacked
from app.progress.rules import NOTHING, Facts, State, merge, standing
from app.things.catalogue import Activity, Programme, Thing

READING, ACTIVITY, REFLECTION = 5, 10, 10


class Parts(NamedTuple):
    """The minutes of each part of a Thing: `activities` has all of them, also those that do not count."""

    reading: int
    activities: Mapping[str, int]
    reflection: int
    whole: int
    """What the Thing takes without further levels."""


@lru_cache(maxsize=2048)
def parts_of(thing: Thing) -> Parts:
    every = thing.texts[thing.language].activities
    counted = [activity for activity in every if activity.counts]
    stated = sum(activity.minutes or 0 for activity in counted)
    open_parts = 1 + thing.has_reflection + sum(activity.minutes is None for activity in counted)
    share = None if thing.minutes is None else max(0, thing.minutes - stated) // open_parts

    def minutes_of(activity: Activity) -> int:
        usual = ACTIVITY if share is None or not activity.counts else share
        return usual if activity.minutes is None else activity.minutes

    activities = {activity.id: minutes_of(activity) for activity in every}
    reflection = (REFLECTION if share is None else share) if thing.has_reflection else 0
    todo = sum(activities[activity.id] for activity in counted) + reflection
    reading = READING if thing.minutes is None else max(0, thing.minutes - todo)
    return Parts(reading, activities, reflection, thing.minutes or reading + todo)


def minutes_of(thing: Thing, facts: Facts) -> int:
    """A complete Thing takes the whole of it, and the further activities that were done; one that was begun
    the activities that were done, the reflection that was written, and with either the reading."""
    parts = parts_of(thing)
    state = standing(thing, facts).state
    if state is State.COMPLETE:
        return parts.whole + sum(parts.activities.get(id, 0) for id in facts.ticks - thing.counted)
    done = sum(parts.activities.get(id, 0) for id in facts.ticks)
    if facts.reflected:
        done += parts.reflection
    return done + parts.reading if facts.ticks or facts.reflected else 0


def minutes_done(programme: Programme, facts: Mapping[str, Facts]) -> int:
    """Of all Things, under whatever slug their facts were recorded; also those that a run leaves out."""
    current: dict[Thing, Facts] = {}
    for slug, recorded in facts.items():
        thing = programme.thing(slug)
        if thing is not None:
            current[thing] = merge(current.get(thing, NOTHING), recorded)
    return sum(minutes_of(thing, merged) for thing, merged in current.items())


def minutes_in(stored: Stored, programme: Programme) -> int:
    """The same by a row of packs, for many of them."""
    known = read_facts(stored) or {}
    return minutes_done(programme, {slug: unpacked(words) for slug, words in known.items()})

"""The only derivation of progress from what is recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.things.catalogue import Programme, Thing


class State(StrEnum):
    NOT_STARTED = "not-started"
    STARTED = "started"
    REFLECTED = "reflected"
    COMPLETE = "complete"


class Facts(NamedTuple):
    """What is recorded of one enrolment about one Thing."""

    ticks: frozenset[str] = frozenset()
    drafted: bool = False
    reflected: bool = False
    completed_at: datetime | None = None


NOTHING = Facts()


class Standing(NamedTuple):
    """How far someone is with a Thing, in numbers that a page can put into words."""

    state: State
    counted_done: int
    counted: int
    reflected: bool
    reflects: bool

    @property
    def activities_left(self) -> int:
        return self.counted - self.counted_done

    @property
    def reflection_left(self) -> bool:
        return self.reflects and not self.reflected


def is_finished(thing: Thing, ticks: Collection[str], *, reflected: bool) -> bool:
    """Every activity that counts is ticked and, where the Thing has a Reflect section, it is reflected on.
    A Thing that asks for nothing cannot be finished."""
    return _asks(thing) and thing.counted.issubset(ticks) and (reflected or not thing.has_reflection)


def _asks(thing: Thing) -> bool:
    """Whether there is anything to do for it; others are only read, and never complete."""
    return bool(thing.counted) or thing.has_reflection


def standing(thing: Thing, facts: Facts) -> Standing:
    """A recorded completion holds whatever an edit of the content asks for now."""
    if facts.completed_at is not None or is_finished(thing, facts.ticks, reflected=facts.reflected):
        state = State.COMPLETE
    elif facts.reflected:
        state = State.REFLECTED
    elif facts.ticks or facts.drafted:
        state = State.STARTED
    else:
        state = State.NOT_STARTED
    done = len(thing.counted & facts.ticks)
    return Standing(state, done, len(thing.counted), facts.reflected, thing.has_reflection)


def derive(programme: Programme, facts: Mapping[str, Facts]) -> dict[str, str]:
    """The pack: {slug: state} of every Thing that was started. Facts recorded under an earlier slug belong to
    the Thing of today; facts of a removed Thing belong to none."""
    current: dict[str, Facts] = {}
    for slug, recorded in facts.items():
        thing = programme.thing(slug)
        if thing is not None:
            current[thing.slug] = merge(current.get(thing.slug, NOTHING), recorded)
    states = {slug: standing(_thing(programme, slug), merged).state for slug, merged in current.items()}
    return {slug: state.value for slug, state in states.items() if state is not State.NOT_STARTED}


def _thing(programme: Programme, slug: str) -> Thing:
    thing = programme.thing(slug)
    if thing is None:
        raise KeyError(slug)
    return thing


def merge(one: Facts, other: Facts) -> Facts:
    dates = [at for at in (one.completed_at, other.completed_at) if at is not None]
    return Facts(
        one.ticks | other.ticks,
        one.drafted or other.drafted,
        one.reflected or other.reflected,
        min(dates) if dates else None,
    )


@dataclass(frozen=True)
class Summary:
    """How far someone is with a programme: `needed` Things finish it, `done` of them are complete."""

    needed: int
    done: int

    @property
    def finished(self) -> bool:
        return self.done >= self.needed > 0

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.needed) if self.needed else 0


def summary(programme: Programme, pack: Mapping[str, str]) -> Summary:
    """By the programme's completion rule; what is done beyond it does not count twice."""
    counting, needed = _counting(programme)
    done = sum(pack.get(slug) == State.COMPLETE for slug in counting)
    return Summary(needed, min(done, needed))


@lru_cache(maxsize=64)
def _counting(programme: Programme) -> tuple[tuple[str, ...], int]:
    """The Things that count towards completion, and how many of them it takes."""
    counting = tuple(
        thing.slug
        for thing in programme.things
        if _asks(thing) and not (programme.complete == "required" and thing.optional)
    )
    needed = min(programme.complete, len(counting)) if isinstance(programme.complete, int) else len(counting)
    return counting, needed


@lru_cache(maxsize=64)
def _asking(programme: Programme) -> tuple[Thing, ...]:
    return tuple(thing for thing in programme.things if _asks(thing))


def next_thing(programme: Programme, pack: Mapping[str, str], *, after: Thing | None = None) -> Thing | None:
    """What to do next: the first Thing begun and not complete, else the first not begun that is not
    optional, else the first optional one. What is only read is in nobody's way. `after` is left out."""
    fresh = extra = None
    for thing in _asking(programme):
        state = pack.get(thing.slug)
        if thing is after or state == State.COMPLETE:
            continue
        if state is not None:
            return thing
        if thing.optional:
            extra = extra or thing
        else:
            fresh = fresh or thing
    return fresh or extra

"""The only derivation of progress from what is recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
    approved: bool = False
    completed_at: datetime | None = None


NOTHING = Facts()


class Standing(NamedTuple):
    """How far someone is with a Thing, in numbers that a page can put into words."""

    state: State
    counted_done: int
    counted: int
    reflected: bool
    reflects: bool
    approval_left: bool = False

    @property
    def activities_left(self) -> int:
        return self.counted - self.counted_done

    @property
    def reflection_left(self) -> bool:
        return self.reflects and not self.reflected


def is_finished(thing: Thing, facts: Facts) -> bool:
    """Every activity that counts is ticked and, where the Thing has a Reflect section, it is reflected on,
    with a coach's approval where the group asks for it. A Thing that asks for nothing cannot be finished."""
    written = facts.reflected and (facts.approved or not thing.needs_approval)
    return asks(thing) and thing.counted.issubset(facts.ticks) and (written or not thing.has_reflection)


def asks(thing: Thing) -> bool:
    """Whether there is anything to do for it; others are only read, and never complete."""
    return bool(thing.counted) or thing.has_reflection


def standing(thing: Thing, facts: Facts) -> Standing:
    """A recorded completion holds whatever an edit of the content asks for now."""
    if facts.completed_at is not None or is_finished(thing, facts):
        state = State.COMPLETE
    elif facts.reflected:
        state = State.REFLECTED
    elif facts.ticks or facts.drafted:
        state = State.STARTED
    else:
        state = State.NOT_STARTED
    done = len(thing.counted & facts.ticks)
    waits = thing.needs_approval and state is State.REFLECTED and not facts.approved
    return Standing(state, done, len(thing.counted), facts.reflected, thing.has_reflection, waits)


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
        one.approved or other.approved,
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
    needed, done = 0, 0
    for slugs, wanted in _counting(programme):
        needed += wanted
        done += min(wanted, sum(pack.get(slug) == State.COMPLETE for slug in slugs))
    return Summary(needed, done)


@lru_cache(maxsize=256)
def _counting(programme: Programme) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Some Things, and how many of them completion takes; then others, where the rule has two parts."""
    asking = _asking(programme)
    required = tuple(thing.slug for thing in asking if not thing.optional)
    optional = tuple(thing.slug for thing in asking if thing.optional)
    if programme.complete == "required":
        return (required, len(required)), (optional, min(programme.optional_needed, len(optional)))
    every = tuple(thing.slug for thing in asking)
    return ((every, len(every) if programme.complete == "all" else min(programme.complete, len(every))),)


def next_due(programme: Programme, pack: Mapping[str, str], due: Mapping[str, date | None]) -> date | None:
    """The first day on which more Things that count are due than are complete. Where the rule lets choose, it
    is the number that counts, whichever they are."""
    found = []
    for slugs, wanted in _counting(programme):
        days = {slug: day for slug in slugs if (day := due.get(slug)) is not None}
        if wanted == len(slugs):
            found += [day for slug, day in days.items() if pack.get(slug) != State.COMPLETE]
        else:
            done = sum(pack.get(slug) == State.COMPLETE for slug in slugs)
            found += sorted(days.values())[done:wanted]
    return min(found, default=None)


@lru_cache(maxsize=256)
def _asking(programme: Programme) -> tuple[Thing, ...]:
    return tuple(thing for thing in programme.things if asks(thing))


def next_thing(
    programme: Programme,
    pack: Mapping[str, str],
    *,
    after: Thing | None = None,
    closed: Collection[str] = (),
) -> Thing | None:
    """What to do next: the first Thing begun and not complete, else the first not begun that is not
    optional, else the first optional one. What is only read is in nobody's way. `after` and `closed` ones
    are left out."""
    fresh = extra = None
    for thing in _asking(programme):
        state = pack.get(thing.slug)
        if thing is after or state == State.COMPLETE or thing.slug in closed:
            continue
        if state is not None:
            return thing
        if thing.optional:
            extra = extra or thing
        else:
            fresh = fresh or thing
    return fresh or extra

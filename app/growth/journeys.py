"""How far people come in a programme, and at which Thing they are lost: in numbers, without a name.

People may do Things in any order; what counts is how far they came in the programme's. Somebody has *reached*
what comes before the last Thing that they began, that Thing and, once it is complete, the next. Somebody is
*lost* at the last Thing that they reached when they have done nothing for four weeks, anywhere in the
programme, are not on a break, and have not finished.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.runs import programme_of_run
from app.cohorts.schedule import read_timing
from app.growth.queries import Asking, Whose
from app.progress.models import ProgressState
from app.progress.packs import pack_of
from app.progress.queries import STORED
from app.progress.rules import State, asks, summary
from app.things.catalogue import Programme

LOST_AFTER = timedelta(weeks=4)

_JOURNEYS = Asking(
    select(Enrolment.last_active_at, Enrolment.timing, Cohort.run, *STORED)
    .select_from(Enrolment)
    .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
)


@dataclass
class Passing:
    """How many reached a Thing, completed it, and were lost there."""

    reached: int = 0
    done: int = 0
    lost: int = 0


class Way(NamedTuple):
    """Of one person: the Things reached and completed, and the one where they are now, "" at the end."""

    reached: tuple[str, ...]
    done: tuple[str, ...]
    at: str


class Journeys(NamedTuple):
    people: int
    finished: int
    things: Mapping[str, Passing]


def journeys(db: Session, whose: Whose) -> Journeys:
    people = finished = 0
    things: defaultdict[str, Passing] = defaultdict(Passing)
    at = now()
    for row in _JOURNEYS.rows(db, whose):
        programme = programme_of_run(whose.programme, row.run)
        way = _way(programme, tuple(pack_of(row, programme).items()))
        people += 1
        finished += not way.at
        for slug in way.reached:
            things[slug].reached += 1
        for slug in way.done:
            things[slug].done += 1
        if way.at and is_lost(row.last_active_at, row.timing, at):
            things[way.at].lost += 1
    return Journeys(people, finished, things)


def is_lost(last_active_at: datetime, timing: str | None, at: datetime) -> bool:
    return at - last_active_at >= LOST_AFTER and not _is_away(timing, at.date())


def _is_away(timing: str | None, today: date) -> bool:
    return read_timing(timing).paused_on(today) is not None


@lru_cache(maxsize=4096)
def _way(programme: Programme, pack: tuple[tuple[str, str], ...]) -> Way:
    """Things that ask for nothing are only read, and nobody is lost there."""
    states = dict(pack)
    slugs = [thing.slug for thing in programme.things if asks(thing)]
    done = tuple(slug for slug in slugs if states.get(slug) == State.COMPLETE)
    begun = [number for number, slug in enumerate(slugs) if slug in states]
    last = begun[-1] if begun else -1
    front = last if begun and states[slugs[last]] != State.COMPLETE else last + 1
    if summary(programme, states).finished:
        return Way(tuple(slugs[: last + 1]), done, "")
    left = slugs[front : front + 1] or [slug for slug in slugs if slug not in done]
    return Way(tuple(slugs[: front + 1]), done, left[0] if left else "")

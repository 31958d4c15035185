"""A run from week to week: what was planned, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.cohorts.queries import CohortLine
from app.cohorts.runs import run_of
from app.cohorts.schedule import DAY, WEEK, Schedule, day_begins, day_in, group_dates, today_in
from app.insight.queries import Counts, weeks_of_work
from app.progress.rules import asks, summary
from app.things.catalogue import Programme

MOST_WEEKS = 52


class WeekLine(NamedTuple):
    """A week of the run, from its first day. Until its last day `planned` Things were to be done; None where
    nothing is planned. Of a week that has begun: how many Things a learner who began has completed until
    then, on average; how many learners did something in it; how many had finished until then."""

    first: date
    last: date
    planned: int | None
    complete: float | None = None
    active: int | None = None
    finished: int | None = None


def weeks_of_run(db: Session, cohort: CohortLine, programme: Programme, counts: Counts) -> list[WeekLine]:
    """At most a year of weeks: the last that have begun, and those to come where something is planned. None
    before anybody has joined a run without a first day."""
    zone, today = cohort.time_zone, today_in(cohort.time_zone)
    firsts = first_days(cohort, counts.first_joined_at, today)
    begun = [first for first in firsts if first <= today]
    lines = [
        WeekLine(first, first + WEEK - DAY, planned)
        for first, planned in zip(firsts, _planned(cohort, programme, firsts), strict=True)
    ]
    if all(line.planned is None for line in lines):
        lines = lines[: len(begun)]
    if not begun:
        return lines
    bounds = [day_begins(zone, first) for first in (*begun, begun[-1] + WEEK)]
    work = weeks_of_work(db, cohort, programme, bounds)
    for number, bound in enumerate(bounds[1:]):
        lines[number] = lines[number]._replace(
            complete=work.completed[number] / counts.began if counts.began else 0.0,
            active=work.active[number],
            finished=sum(at < bound for at in counts.finished_at),
        )
    return lines


def first_days(cohort: CohortLine, first_joined_at: datetime | None, today: date) -> Sequence[date]:
    """Of the weeks: from the first day of the run, else from the day on which somebody joined."""
    start = cohort.starts_on
    if start is None and first_joined_at is not None:
        start = day_in(cohort.time_zone, first_joined_at)
    if start is None:
        return []
    end = max(cohort.ends_on or today, start)
    count = (end - start) // WEEK + 1
    begun = max(0, min(count, (today - start) // WEEK + 1))
    first = max(0, begun - MOST_WEEKS)
    return list(islice((start + number * WEEK for number in range(first, count)), MOST_WEEKS))


def _planned(cohort: CohortLine, programme: Programme, firsts: Sequence[date]) -> Iterable[int | None]:
    """How many Things are due for the group by the end of each week, and no more than the run takes."""
    schedule = Schedule(run_of(programme, cohort.run), cohort.starts_on, cohort.ends_on, cohort.time_zone)
    dates, needed = group_dates(schedule, programme.slugs), summary(programme, {}).needed
    due = [dates[thing.slug].due_on for thing in programme.things if asks(thing) and thing.slug in dates]
    if not any(due):
        return [None] * len(firsts)
    return [min(needed, sum(day is not None and day < first + WEEK for day in due)) for first in firsts]

"""When Things open and are due: the one function that every page, mail, calendar and report asks.

Dates are days in the cohort's time zone. A Thing opens at the beginning of its day and is due at the end of
its day. From the cohort's dates to a learner's own:

1. The clock starts on the first day of the run, or on the day of joining where that is later; what is due
   moves by as many days.
2. It stands still during the learner's pauses.
3. Nothing is due after the end of the run.
4. Days that a coach has given come on top of all that, and stand still in a pause too.

What has opened for the group has opened for everyone in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from app.clock import now
from app.cohorts.runs import Rhythm, Run, run_of
from app.things.catalogue import Programme

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MOST_WEEKS = 400


class Pause(NamedTuple):
    """The clock stands still from the first day until the day of the return, which is a day of work again."""

    first: date
    back: date


class Timing(BaseModel):
    """What is a learner's own, kept as JSON with the enrolment. `extra` are days that were given, by slug; ""
    is for all Things. `version` rises with each change, for calendars."""

    model_config = ConfigDict(frozen=True)

    pauses: tuple[Pause, ...] = ()
    extra: tuple[tuple[str, int], ...] = ()
    version: int = 0

    def days_given(self, slug: str) -> int:
        return sum(days for name, days in self.extra if name in ("", slug))

    def paused_on(self, day: date) -> Pause | None:
        return next((pause for pause in self.pauses if pause.first <= day < pause.back), None)

    def text(self) -> str | None:
        """As it is stored."""
        return None if self == NO_TIMING else self.model_dump_json(exclude_defaults=True)


NO_TIMING = Timing()


@lru_cache(maxsize=2048)
def read_timing(text: str | None) -> Timing:
    return NO_TIMING if text is None else Timing.model_validate_json(text)


class Dates(NamedTuple):
    """Of one Thing; None where it is always open, or never due."""

    opens_on: date | None = None
    due_on: date | None = None


class Schedule(NamedTuple):
    """The dates of a cohort."""

    run: Run
    starts_on: date | None
    ends_on: date | None
    zone: str


class Scheduled(Protocol):
    """A row of an enrolment in a cohort."""

    @property
    def run(self) -> str | None: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def time_zone(self) -> str | None: ...
    @property
    def joined_at(self) -> datetime | None: ...
    @property
    def timing(self) -> str | None: ...


def schedule_of(row: Scheduled, programme: Programme) -> Schedule | None:
    """None for who learns alone."""
    if row.time_zone is None:
        return None
    return Schedule(run_of(programme, row.run), row.starts_on, row.ends_on, row.time_zone)


def dates_of(row: Scheduled, programme: Programme) -> Mapping[str, Dates]:
    """When the Things of this enrolment open and are due: {slug: dates} of those that have any. `programme`
    is that of its run."""
    schedule = schedule_of(row, programme)
    if schedule is None or schedule.run.rhythm is Rhythm.OPEN:
        return {}
    joined_on = day_in(schedule.zone, row.joined_at) if row.joined_at else None
    return effective_dates(schedule, programme.slugs, joined_on, read_timing(row.timing))


def today_in(zone: str) -> date:
    return day_in(zone, now())


def day_in(zone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def day_begins(zone: str, day: date) -> datetime:
    """In UTC. Where clocks leave midnight out, the moment at which they do."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@lru_cache(maxsize=2048)
def effective_dates(
    schedule: Schedule, slugs: tuple[str, ...], joined_on: date | None, timing: Timing
) -> Mapping[str, Dates]:
    """One learner's dates, as this module's docstring says."""
    return {
        slug: Dates(found.opens_on, _due_on(schedule, slug, found.due_on, joined_on, timing))
        for slug, found in group_dates(schedule, slugs).items()
    }


def _due_on(
    schedule: Schedule, slug: str, due_on: date | None, joined_on: date | None, timing: Timing
) -> date | None:
    if due_on is None:
        return None
    start = min(schedule.starts_on or due_on, due_on)
    begun = max(start, joined_on or start)
    own = running(begun, (due_on - start).days, timing.pauses)
    if schedule.ends_on is not None:
        own = min(own, max(schedule.ends_on, due_on))
    return running(own, timing.days_given(slug), timing.pauses)


def running(day: date, count: int, pauses: Sequence[Pause]) -> date:
    """So many days after `day`, not counting those of a pause."""
    goal = day + count * DAY
    for first, back in sorted(pauses):
        stopped = max(first, day + DAY)
        if stopped <= goal and stopped < back:
            goal += back - stopped
            day = max(day, back - DAY)
    return goal


@lru_cache(maxsize=512)
def group_dates(schedule: Schedule, slugs: tuple[str, ...]) -> Mapping[str, Dates]:
    """The dates of who was there from the first day."""
    run = schedule.run
    if run.rhythm is Rhythm.DATES:
        own = {slug: run.by_slug[slug] for slug in slugs if slug in run.by_slug}
        return {slug: Dates(slot.opens_on, slot.due_on) for slug, slot in own.items()}
    if run.rhythm is Rhythm.OPEN or schedule.starts_on is None:
        return {}
    weeks = weeks_of(schedule, slugs)
    starts = list(islice(period_starts(run, schedule.starts_on), max(weeks.values(), default=0) + 1))
    found = {}
    for slug, week in weeks.items():
        due_on = starts[week] - DAY
        if schedule.ends_on is not None:
            due_on = max(starts[week - 1], min(due_on, schedule.ends_on))
        found[slug] = Dates(starts[week - 1], due_on)
    return found


def weeks_of(schedule: Schedule, slugs: tuple[str, ...]) -> Mapping[str, int]:
    """In which week (or fortnight) of the run each Thing opens. Where nobody chose, by its place: one after
    the other, and several in a week where the run would be too short."""
    run = schedule.run
    weeks = len(slugs)
    if schedule.ends_on is not None and schedule.starts_on is not None:
        weeks = min(weeks, periods_in(run, schedule.starts_on, schedule.ends_on))
    chosen = {slug: slot.week for slug, slot in run.by_slug.items()}
    return {slug: chosen.get(slug) or at * weeks // len(slugs) + 1 for at, slug in enumerate(slugs)}


def periods_in(run: Run, starts_on: date, ends_on: date) -> int:
    """How many weeks (or fortnights) of work begin before the end; at least one."""
    starts = islice(period_starts(run, starts_on), MOST_WEEKS)
    return max(1, sum(1 for start in starts if start <= ends_on))


def period_starts(run: Run, starts_on: date) -> Iterator[date]:
    """The first day of each week (or fortnight) of work. Weeks begin on the weekday of the first day; one
    whose first day is off is off."""
    length = 2 if run.rhythm is Rhythm.FORTNIGHTLY else 1
    day, worked = starts_on, 0
    while True:
        if not is_off(run, day):
            if worked % length == 0:
                yield day
            worked += 1
        day += WEEK


def is_off(run: Run, day: date) -> bool:
    return any(off.first <= day <= off.last for off in run.weeks_off)

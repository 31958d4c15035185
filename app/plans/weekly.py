"""Weekly times, and when they come.

They are what the clocks of a zone show, so that 9:30 stays 9:30 when those change. A time that clocks leave
out does not come in that week, and of one that comes twice it is the first, as calendars have it (RFC 5545,
3.3.5 and 3.3.10). No time comes during a break, nor after the last day of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.cohorts.schedule import NO_TIMING, Timing

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKS_LOOKED = 60
"""A break is a year at most."""
LONGEST = 240
"""Minutes."""


class WeeklyTime(BaseModel):
    """`weekday` 0 is Monday; `since` is the first day on which it may come. `sequence` rises with each change
    that calendars must learn of; one that `is_over` is kept for them to take away."""

    model_config = ConfigDict(frozen=True)

    weekday: Annotated[int, Field(ge=0, le=6)]
    at: time
    minutes: Annotated[int, Field(ge=5, le=LONGEST)]
    since: date
    changed_at: datetime
    sequence: int = 0
    is_over: bool = False

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


_TIMES = TypeAdapter(tuple[WeeklyTime, ...])


@lru_cache(maxsize=1024)
def read_times(text: str) -> tuple[WeeklyTime, ...]:
    return _TIMES.validate_json(text)


def written(times: Sequence[WeeklyTime]) -> str:
    return _TIMES.dump_json(tuple(times), exclude_defaults=True).decode()


class Bounds(NamedTuple):
    """Where the times are, and what limits them: the last day of the run, and the breaks of the learner."""

    zone: ZoneInfo
    last: date | None = None
    timing: Timing = NO_TIMING

    def allow(self, day: date) -> bool:
        return self.timing.paused_on(day) is None


class Coming(NamedTuple):
    """A weekly time on its day."""

    starts_at: datetime
    time: WeeklyTime

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.time.length


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """None where clocks leave it out."""
    moment = datetime.combine(day, at, zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at) else None


def days_of(weekly: WeeklyTime, first: date) -> Iterator[date]:
    """The days on which it comes, from `first` on, breaks or not."""
    begin = max(first, weekly.since)
    day = begin + timedelta(days=(weekly.weekday - begin.weekday()) % 7)
    while True:
        yield day
        day += WEEK


def next_start(times: Sequence[WeeklyTime], bounds: Bounds, after: datetime) -> Coming | None:
    """The first that begins later than that moment."""
    found = (_next(weekly, bounds, after) for weekly in times if not weekly.is_over)
    return min((coming for coming in found if coming), key=lambda coming: coming.starts_at, default=None)


def next_end(times: Sequence[WeeklyTime], bounds: Bounds, after: datetime) -> Coming | None:
    """The first that ends later than that moment, begun or not."""
    coming = next_start(times, bounds, after - timedelta(minutes=LONGEST))
    while coming is not None and coming.ends_at <= after:
        coming = next_start(times, bounds, coming.starts_at)
    return coming


def _next(weekly: WeeklyTime, bounds: Bounds, after: datetime) -> Coming | None:
    today = after.astimezone(bounds.zone).date()
    for number, day in enumerate(days_of(weekly, today - DAY)):
        if number > WEEKS_LOOKED or (bounds.last is not None and day > bounds.last):
            return None
        moment = moment_of(day, weekly.at, bounds.zone) if bounds.allow(day) else None
        if moment is not None and moment > after:
            return Coming(moment, weekly)
    return None

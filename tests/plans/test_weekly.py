"""Weekly times come when the clocks of their place show them: held against somebody who looks at the clock each
minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cohorts.schedule import NO_TIMING, Pause, Timing
from app.plans.weekly import (
    Bounds,
    Coming,
    WeeklyTime,
    moment_of,
    next_end,
    next_start,
    read_times,
    written,
)
from tests import proof

MINUTE = timedelta(minutes=1)
AT = datetime(2026, 1, 1, tzinfo=UTC)
CHANGING = (
    ("Europe/Brussels", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    ("Europe/Brussels", datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
    ("America/St_Johns", datetime(2006, 10, 29, 2, 31, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 0, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 5, 5, 5, 5, tzinfo=UTC)),
)
"""Zones with a moment at which their clocks change, or nothing happens."""


def weekly(day: int, at: time, minutes: int = 30, since: date = date(2000, 1, 1)) -> WeeklyTime:
    return WeeklyTime(weekday=day, at=at, minutes=minutes, since=since, changed_at=AT)


def walked(times: list[WeeklyTime], bounds: Bounds, after: datetime, until: datetime) -> Coming | None:
    """Minute by minute: what the clock shows for the first time."""
    moment = after.replace(second=0, microsecond=0) + MINUTE
    while moment < until:
        local = moment.astimezone(bounds.zone)
        day = local.date()
        for one in times:
            shown = local.fold == 0 and (local.weekday(), local.time()) == (one.weekday, one.at)
            open_ = bounds.last is None or day <= bounds.last
            if shown and open_ and day >= one.since and bounds.timing.paused_on(day) is None:
                return Coming(moment, one)
        moment += MINUTE
    return None


@pytest.mark.prove
@settings(max_examples=proof.size(40, 2000), deadline=None)
@given(data=st.data())
def test_the_next_time_is_what_somebody_sees_who_watches_the_clock(data: st.DataObject) -> None:
    name, change = data.draw(st.sampled_from(CHANGING))
    zone = ZoneInfo(name)
    near = change.astimezone(zone).replace(tzinfo=None)
    shift = data.draw(st.integers(-90, 90))
    pick = (near + timedelta(minutes=shift)).time()
    times = [
        weekly((change.astimezone(zone).weekday() + data.draw(st.integers(-1, 1))) % 7, pick),
        weekly(data.draw(st.integers(0, 6)), data.draw(st.times()).replace(second=0, microsecond=0)),
    ]
    after = change + timedelta(minutes=data.draw(st.integers(-9 * 1440, 1440)))
    day = change.astimezone(zone).date()
    last = data.draw(st.one_of(st.none(), st.integers(-3, 10).map(lambda days: day + timedelta(days=days))))
    pause = data.draw(
        st.one_of(
            st.just(NO_TIMING),
            st.integers(-8, 3).map(
                lambda days: Timing(
                    pauses=(Pause(day + timedelta(days=days), day + timedelta(days=days + 4)),)
                )
            ),
        )
    )
    bounds = Bounds(zone, last, pause)
    until = after + timedelta(days=9)
    found = next_start(times, bounds, after)
    seen = walked(times, bounds, after, until)
    if seen is None:
        assert found is None or found.starts_at >= until
    else:
        assert found is not None and found.starts_at == seen.starts_at


def test_half_past_nine_stays_half_past_nine() -> None:
    zone, thursday = ZoneInfo("Europe/Brussels"), weekly(3, time(9, 30))
    coming = next_start([thursday], Bounds(zone), datetime(2026, 3, 20, tzinfo=UTC))
    hours = []
    for _ in range(3):
        assert coming is not None
        hours.append(coming.starts_at)
        coming = next_start([thursday], Bounds(zone), coming.starts_at)
    assert [f"{moment:%d %H:%M}" for moment in hours] == ["26 08:30", "02 07:30", "09 07:30"]


def test_a_time_that_clocks_leave_out_does_not_come_that_week() -> None:
    zone = ZoneInfo("Europe/Brussels")
    assert moment_of(date(2026, 3, 29), time(2, 30), zone) is None
    coming = next_start([weekly(6, time(2, 30))], Bounds(zone), datetime(2026, 3, 28, tzinfo=UTC))
    assert coming is not None and coming.starts_at == datetime(2026, 4, 5, 0, 30, tzinfo=UTC)


def test_what_has_begun_is_the_next_to_end() -> None:
    zone = ZoneInfo("Europe/Brussels")
    times = [weekly(3, time(9, 30), 30), weekly(3, time(9, 0), 240)]
    at = datetime(2026, 11, 26, 8, 45, tzinfo=UTC)
    found = next_end(times, Bounds(zone), at)
    assert found is not None and found.starts_at == datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
    assert next_end(times, Bounds(zone, date(2026, 11, 25)), at) is None


def test_times_are_read_as_they_were_written() -> None:
    times = (weekly(3, time(9, 30)), weekly(0, time(23, 59)).model_copy(update={"is_over": True}))
    assert read_times(written(times)) == times

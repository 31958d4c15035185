"""The dates by which a coach reads a group, against walks from day to day and from hour to hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from app.coaching.attention import before_working_days, is_silent
from app.cohorts.schedule import day_begins
from app.insight.pace import MOST_WEEKS, first_days
from app.learn.reminders import AFTER, WITHIN, step_due

ZONES = ("Europe/Brussels", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Asia/Kathmandu", "UTC")
"""In some of them clocks change at midnight, so that a day has none, or begins twice."""
zones = st.sampled_from(ZONES)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
minutes = st.integers(0, 4 * 365 * 24 * 60)
moments = minutes.map(lambda passed: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=passed))


def local_day(zone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


@given(zones, days)
def test_a_day_begins_with_its_first_moment(zone: str, day: date) -> None:
    begins = day_begins(zone, day)
    assert local_day(zone, begins) == day
    assert local_day(zone, begins - timedelta(microseconds=1)) == day - DAY


@given(zones, moments, st.integers(0, 12))
def test_working_days_are_counted_back_as_on_the_wall(zone: str, at: datetime, count: int) -> None:
    before, begun = before_working_days(count, at, zone), set[date]()
    for hours in range(24 * 24):
        moment, day = at - hours * HOUR, local_day(zone, at - hours * HOUR)
        since = sum(later > day and later.weekday() < 5 for later in begun)
        assert (moment < before) == (since >= count)
        begun.add(day)


@given(
    moments,
    st.lists(st.integers(1, 24 * 60), min_size=1, max_size=12),
    st.integers(0, 24 * 200),
    st.integers(1, 40),
)
def test_silence_is_twice_the_mean_of_all_gaps(
    begun: datetime, gaps: Sequence[int], away: int, least: int
) -> None:
    active = [begun]
    for hours in gaps:
        active.append(active[-1] + hours * HOUR)
    mean = Fraction(sum(gaps), len(gaps))
    assume(abs(away - 2 * mean) > Fraction(1, 3600))
    expected = away >= 24 * least and away >= 2 * mean
    assert is_silent(active[-1], begun, len(active), active[-1] + away * HOUR, least) == expected


@given(moments, st.integers(0, 24 * 60), st.integers(1, 40))
def test_who_did_something_on_one_day_has_no_gaps_yet(begun: datetime, away: int, least: int) -> None:
    assert is_silent(begun, begun, 1, begun + away * HOUR, least) == (away >= 24 * least)


@given(moments, st.integers(0, 23), st.sets(st.integers(0, 90), max_size=6))
def test_who_stays_away_is_reminded_three_times_and_then_left_alone(
    last: datetime, hour: int, missed: set[int]
) -> None:
    """A job each day at the same hour, which may fail on some days."""
    first = (last + DAY).replace(hour=hour, minute=0, second=0, microsecond=0)
    reminded: dict[int, timedelta] = {}
    for number in range(91):
        at = first + number * DAY
        step = step_due(last, at)
        if number not in missed and step is not None:
            reminded.setdefault(step, at - last)
    assert list(reminded) == [0, 1, 2]
    for step, away in reminded.items():
        assert AFTER[step] <= away <= AFTER[step] + WITHIN
        assert missed or away < AFTER[step] + DAY


@given(days, st.none() | st.integers(0, 700), st.integers(-30, 900))
def test_a_run_has_the_weeks_that_one_would_tick_off(start: date, length: int | None, passed: int) -> None:
    today = start + passed * DAY
    ends_on = None if length is None else start + length * DAY
    cohort = SimpleNamespace(starts_on=start, ends_on=ends_on, time_zone="Europe/Brussels")
    last = ends_on or max(today, start)
    weeks, day = [], start
    while day <= last:
        weeks.append(day)
        day += WEEK
    begun = [week for week in weeks if week <= today]
    expected = begun[-MOST_WEEKS:] + [week for week in weeks if week > today]
    found = first_days(cohort, None, today)  # type: ignore[arg-type]
    assert list(found) == expected[:MOST_WEEKS]
    assert not (today <= last and start <= today) or any(week <= today < week + WEEK for week in found)


@given(zones, moments, st.integers(0, 200))
def test_without_a_first_day_it_is_that_on_which_somebody_joined(
    zone: str, joined: datetime, passed: int
) -> None:
    cohort = SimpleNamespace(starts_on=None, ends_on=None, time_zone=zone)
    joined_on = local_day(zone, joined)
    found = first_days(cohort, joined, joined_on + passed * DAY)  # type: ignore[arg-type]
    assert found[0] == joined_on and len(found) == passed // 7 + 1

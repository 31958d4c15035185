"""A learner's dates: the quick function against one that walks from day to day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.clock import set_to
from app.cohorts.runs import Rhythm, Run, Slot, WeeksOff, read_run
from app.cohorts.schedule import (
    DAY,
    Dates,
    Pause,
    Schedule,
    Timing,
    day_in,
    effective_dates,
    group_dates,
    read_timing,
    running,
    today_in,
)

SLUGS = ("first", "second", "third", "fourth", "fifth")
MONDAY = date(2027, 1, 4)
ZONES = ("Europe/Brussels", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo", "UTC")

steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Also on a machine that does other things."""
days = st.dates(MONDAY - timedelta(days=20), MONDAY + timedelta(days=150))
pauses = st.lists(
    st.builds(lambda first, length: Pause(first, first + length * DAY), days, st.integers(1, 40)), max_size=4
).map(tuple)
weeks_off = st.lists(
    st.builds(
        lambda first, length: WeeksOff(first=first, last=first + length * DAY), days, st.integers(0, 20)
    ),
    max_size=3,
).map(tuple)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    starts_on = draw(days)
    ends_on = draw(st.none() | st.integers(0, 200).map(lambda length: starts_on + length * DAY))
    rhythm = draw(st.sampled_from((Rhythm.WEEKLY, Rhythm.FORTNIGHTLY, Rhythm.DATES)))
    slots = None
    if rhythm is Rhythm.DATES or draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(SLUGS), unique=True, min_size=1))
        slots = tuple(
            Slot(
                slug=slug,
                week=draw(st.none() | st.integers(1, 12)),
                opens_on=draw(st.none() | days),
                due_on=draw(st.none() | days),
            )
            for slug in chosen
        )
    run = Run(rhythm=rhythm, weeks_off=draw(weeks_off), slots=slots)
    return Schedule(run, starts_on, ends_on, draw(st.sampled_from(ZONES)))


timings = st.builds(
    Timing,
    pauses=pauses,
    extra=st.lists(st.tuples(st.sampled_from(("", *SLUGS)), st.integers(1, 30)), max_size=3).map(tuple),
)


def walked(day: date, count: int, pauses: Sequence[Pause]) -> date:
    while count:
        day += DAY
        count -= not any(pause.first <= day < pause.back for pause in pauses)
    return day


def weeks_walked(run: Run, starts_on: date) -> list[tuple[date, date]]:
    """The first and the last day of each week or fortnight of work, from day to day."""
    firsts, day = [], starts_on
    while len(firsts) < 60:
        if not any(off.first <= day <= off.last for off in run.weeks_off):
            firsts.append(day)
        day += 7 * DAY
    if run.rhythm is Rhythm.FORTNIGHTLY:
        firsts = firsts[::2]
    return [(first, following - DAY) for first, following in pairwise(firsts)]


def slugs_in(run: Run) -> tuple[str, ...]:
    return SLUGS if run.slots is None else tuple(slug for slug in SLUGS if slug in run.by_slug)


def slowly(schedule: Schedule, slug: str, joined_on: date | None, timing: Timing) -> Dates:
    """The rules of app/cohorts/schedule.py, one after the other."""
    run, starts_on = schedule.run, schedule.starts_on
    assert starts_on is not None
    slot = next((slot for slot in run.slots or () if slot.slug == slug), None)
    slugs = slugs_in(run)
    if run.rhythm is Rhythm.DATES:
        assert slot is not None
        opens_on, due_on = slot.opens_on, slot.due_on
    else:
        weeks = weeks_walked(run, starts_on)
        room = sum(1 for first, _ in weeks if schedule.ends_on is None or first <= schedule.ends_on)
        week = (slot and slot.week) or slugs.index(slug) * min(len(slugs), max(1, room)) // len(slugs) + 1
        opens_on, due_on = weeks[week - 1]
        if schedule.ends_on is not None and due_on > schedule.ends_on:
            due_on = max(opens_on, schedule.ends_on)
    if due_on is None:
        return Dates(opens_on, None)
    start = min(starts_on, due_on)
    own = walked(max(start, joined_on or start), (due_on - start).days, timing.pauses)
    if schedule.ends_on is not None and own > max(schedule.ends_on, due_on):
        own = max(schedule.ends_on, due_on)
    given = sum(count for name, count in timing.extra if name in ("", slug))
    return Dates(opens_on, walked(own, given, timing.pauses))


@steady
@given(schedules(), st.none() | days, timings)
def test_every_date_is_what_walking_from_day_to_day_gives(
    schedule: Schedule, joined_on: date | None, timing: Timing
) -> None:
    slugs = slugs_in(schedule.run)
    expected = {slug: slowly(schedule, slug, joined_on, timing) for slug in slugs}
    assert effective_dates(schedule, slugs, joined_on, timing) == expected


@steady
@given(schedules(), st.none() | days, timings)
def test_own_dates_are_never_earlier_than_the_group_s(
    schedule: Schedule, joined_on: date | None, timing: Timing
) -> None:
    group = group_dates(schedule, slugs_in(schedule.run))
    for slug, dates in effective_dates(schedule, slugs_in(schedule.run), joined_on, timing).items():
        assert dates.opens_on == group[slug].opens_on
        assert (dates.due_on or date.max) >= (group[slug].due_on or date.max)


@steady
@given(days, st.integers(0, 80), pauses)
def test_a_clock_that_stands_still_counts_no_day_of_a_pause(
    day: date, count: int, pauses: Sequence[Pause]
) -> None:
    assert running(day, count, pauses) == walked(day, count, pauses)


@steady
@given(
    st.sampled_from(ZONES),
    st.integers(0, 149_000).map(lambda hours: datetime(2011, 12, 20, tzinfo=UTC) + timedelta(hours=hours)),
)
def test_a_day_begins_once_and_never_again(zone: str, moment: datetime) -> None:
    """Also where clocks change at midnight, and where a country skipped a day."""
    day = day_in(zone, moment)
    hours = [moment + timedelta(hours=hour) for hour in range(-48, 49)]
    assert all(day_in(zone, at) <= day for at in hours if at <= moment)
    assert all(day_in(zone, at) >= day for at in hours if at >= moment)
    assert moment.astimezone(ZoneInfo(zone)).date() == day


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2027-03-27T23:30:00+00:00", "Europe/Brussels", date(2027, 3, 28)),
        ("2027-03-28T21:30:00+00:00", "Europe/Brussels", date(2027, 3, 28)),
        ("2027-03-28T22:30:00+00:00", "Europe/Brussels", date(2027, 3, 29)),
        ("2027-10-31T22:30:00+00:00", "Europe/Brussels", date(2027, 10, 31)),
        ("2027-10-31T23:30:00+00:00", "Europe/Brussels", date(2027, 11, 1)),
        ("2018-11-04T02:30:00+00:00", "America/Sao_Paulo", date(2018, 11, 3)),
        ("2018-11-04T03:00:00+00:00", "America/Sao_Paulo", date(2018, 11, 4)),
        ("2011-12-30T09:59:00+00:00", "Pacific/Apia", date(2011, 12, 29)),
        ("2011-12-30T10:00:00+00:00", "Pacific/Apia", date(2011, 12, 31)),
    ],
)
def test_today_is_the_group_s_today(moment: str, zone: str, day: date) -> None:
    with set_to(datetime.fromisoformat(moment)):
        assert today_in(zone) == day


def test_ten_weeks_hold_twenty_three_things() -> None:
    slugs = tuple(f"thing-{number}" for number in range(23))
    run = Run(rhythm=Rhythm.WEEKLY)
    schedule = Schedule(run, MONDAY, MONDAY + timedelta(weeks=10) - DAY, "UTC")
    opens = [dates.opens_on for dates in group_dates(schedule, slugs).values()]
    each = [opens.count(MONDAY + timedelta(weeks=week)) for week in range(10)]
    assert sum(each) == 23
    assert set(each) == {2, 3}


def test_what_is_due_before_a_break_is_due_at_its_end() -> None:
    off = WeeksOff(first=MONDAY + 7 * DAY, last=MONDAY + 20 * DAY)
    schedule = Schedule(Run(rhythm=Rhythm.WEEKLY, weeks_off=(off,)), MONDAY, None, "UTC")
    found = group_dates(schedule, ("first", "second"))
    assert found["first"] == Dates(MONDAY, MONDAY + 20 * DAY)
    assert found["second"] == Dates(MONDAY + 21 * DAY, MONDAY + 27 * DAY)


@steady
@given(schedules(), timings)
def test_what_is_stored_comes_back(schedule: Schedule, timing: Timing) -> None:
    assert read_run(schedule.run.text()) == schedule.run
    assert read_timing(timing.text()) == timing

"""Working days: Monday to Friday, counted as somebody would on a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.cohorts.working_days import after_working_days, due_day, working_days_between, working_days_since

days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
few = st.integers(0, 60)


def counted(start: date, end: date) -> int:
    """Day by day."""
    between = ((start + timedelta(days=number)) for number in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 for day in between)


@given(days, st.integers(-30, 800))
def test_they_are_counted_as_on_a_calendar(start: date, later: int) -> None:
    end = start + timedelta(days=later)
    assert working_days_between(start, end) == counted(start, end)


@given(days, st.integers(0, 400), st.integers(0, 400))
def test_two_spans_together_are_as_long_as_both(start: date, one: int, other: int) -> None:
    middle, end = start + timedelta(days=one), start + timedelta(days=one + other)
    assert working_days_between(start, end) == working_days_between(start, middle) + working_days_between(
        middle, end
    )


@given(days, few)
def test_what_is_due_after_some_is_due_on_the_last_of_them(start: date, count: int) -> None:
    due = after_working_days(start, count)
    assert working_days_between(start, due) == count
    assert due == start if count == 0 else due.weekday() < 5


def test_a_weekend_is_nobodys_working_time() -> None:
    friday, saturday, sunday, monday = (date(2026, 11, 27) + timedelta(days=number) for number in range(4))
    assert [working_days_between(friday, day) for day in (friday, saturday, sunday, monday)] == [0, 0, 0, 1]
    assert working_days_between(saturday, monday) == 1
    assert after_working_days(friday, 2) == date(2026, 12, 1)


def test_a_day_is_that_of_who_waits() -> None:
    """Late on Sunday in Brussels it is Monday in Tokyo; when clocks change, days stay days."""
    late, brussels, tokyo = (
        datetime(2026, 11, 22, 22, tzinfo=UTC),
        ZoneInfo("Europe/Brussels"),
        ZoneInfo("Asia/Tokyo"),
    )
    assert due_day(late, 1, brussels) == date(2026, 11, 23)
    assert due_day(late, 1, tokyo) == date(2026, 11, 24)
    assert working_days_since(late, late + timedelta(hours=2), brussels) == 1
    assert working_days_since(late, late + timedelta(hours=2), tokyo) == 0
    before = datetime(2026, 10, 23, 12, tzinfo=brussels)
    assert working_days_since(before, before + timedelta(days=3), brussels) == 1

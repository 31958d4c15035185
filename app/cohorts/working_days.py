"""Monday to Friday, as calendars count them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

WEEK, WORKING_WEEK = 7, 5


def working_days_between(start: date, end: date) -> int:
    """How many working days have begun after the day `start`, until the day `end` and with it: from Friday to
    Monday it is one. Never less than none."""
    return max(0, _working_days_until(end) - _working_days_until(start))


def after_working_days(start: date, days: int) -> date:
    """The day that is so many working days after `start`; without any, `start` itself."""
    if days <= 0:
        return start
    weeks, left = divmod(_working_days_until(start) + days - 1, WORKING_WEEK)
    return date.fromordinal(weeks * WEEK + left + 1)


def working_days_since(moment: datetime, until: datetime, zone: tzinfo) -> int:
    """The same of two moments, for who lives in that zone."""
    return working_days_between(moment.astimezone(zone).date(), until.astimezone(zone).date())


def due_day(moment: datetime, days: int, zone: tzinfo) -> date:
    """Until which day something is due that shall be done within so many working days."""
    return after_working_days(moment.astimezone(zone).date(), days)


def _working_days_until(day: date) -> int:
    """Since the Monday with the ordinal 1, the day itself counted."""
    weeks, left = divmod(day.toordinal() - 1, WEEK)
    return weeks * WORKING_WEEK + min(left + 1, WORKING_WEEK)

"""Time zones as calendars describe them (RFC 5545, 3.6.5): by each change of their clocks within some years.

icalendar makes such descriptions too, but tells the beginning of summer time an hour late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Change(NamedTuple):
    """The clocks show `offset` instead of `before` from this moment on."""

    at: datetime
    before: timedelta
    offset: timedelta


@lru_cache(maxsize=64)
def changes(zone: ZoneInfo, first: date, last: date) -> tuple[Change, ...]:
    return tuple(_changes(zone, first, last))


def _changes(zone: ZoneInfo, first: date, last: date) -> Iterator[Change]:
    """They lie more than a day apart."""
    at, end = datetime.combine(first, time(), UTC), datetime.combine(last, time(), UTC)
    while at < end:
        if _offset(zone, at) != _offset(zone, at + DAY):
            moment = _moment(zone, at, at + DAY)
            yield Change(moment, _offset(zone, at), _offset(zone, moment))
        at += DAY


def _moment(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first minute between them with another offset than before."""
    old = _offset(zone, before)
    while after - before > MINUTE:
        middle = before + (after - before) // 2
        middle = middle.replace(second=0, microsecond=0)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def described(zone: ZoneInfo, first: date, last: date) -> Timezone:
    made = Timezone()
    made.add("tzid", zone.key)
    begun = datetime.combine(first, time(), UTC)
    offset = _offset(zone, begun)
    made.add_component(_observance(zone, Change(begun, offset, offset)))
    for change in changes(zone, first, last):
        made.add_component(_observance(zone, change))
    return made


def _observance(zone: ZoneInfo, change: Change) -> TimezoneStandard | TimezoneDaylight:
    """Its beginning is what the clocks showed before they were changed."""
    local = change.at.astimezone(zone)
    made = TimezoneDaylight() if local.dst() else TimezoneStandard()
    made.add("dtstart", (change.at + change.before).replace(tzinfo=None))
    made.add("tzoffsetfrom", change.before)
    made.add("tzoffsetto", change.offset)
    made.add("tzname", local.tzname() or zone.key)
    return made

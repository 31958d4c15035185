"""Times of meetings: entered and told as the clocks of the group's place show them, kept as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from app.errors import Refused
from app.web.i18n import Locale, message

SKIPPED = message(
    "The clocks go forward that night, and this time does not exist. Choose one an hour earlier or later."
)
"""What `moment_at` says of such a time."""


def moment_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of the zone show this. Of a time that comes twice, because clocks go
    back, it is the first, as in calendars (RFC 5545, 3.3.5). Raises Refused for one that clocks leave out."""
    moment = datetime.combine(day, at, zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, at):
        raise Refused(SKIPPED, "at")
    return moment


def wall_clock(moment: datetime, zone: ZoneInfo) -> tuple[date, time]:
    """What a form shows of it."""
    local = moment.astimezone(zone)
    return local.date(), local.time().replace(second=0, microsecond=0)


def when_in_words(starts_at: datetime, ends_at: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """ "Thursday, 26 November 2026, 10:00–11:30", with a place of the zone where it is not the site's."""
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    said = f"{locale.date(starts.date(), 'full')}, {starts:%H:%M}–{ends:%H:%M}"
    return said if zone.key == locale.zone.key else f"{said} ({zone_in_words(zone, locale)})"


def zone_in_words(zone: ZoneInfo, locale: Locale) -> str:
    """A place in it: "Brussels"."""
    return get_timezone_location(zone, locale=locale.language, return_city=True)

"""Calendar files (RFC 5545).

Moments are written in UTC: what a calendar shows is right wherever its owner is, and no time zone needs to be
described in it. What comes back each week is written in its own zone, so that it keeps its hour when clocks
change. UIDs follow from public ids alone, so that they stay when the site moves to another address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vRecur, vText

from app.sessions.zones import described

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Dingen//Dingen//EN"
NAMES = UUID("0f1d5e0c-7f0b-4a55-9d3f-52a6b0c9a4de")
DAY, REFRESHED = timedelta(days=1), timedelta(hours=1)
"""How often calendars should ask again (RFC 7986, 5.7)."""
DESCRIBED = timedelta(days=5 * 365)
"""How far ahead a zone is described where something comes back for ever."""

_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that are in no text of a calendar (RFC 5545, 3.3.11), and lone carriage returns."""


@dataclass(frozen=True)
class Weekly:
    """Comes back each week as the clocks of `zone` show it, until that moment, but not at those of
    `without`."""

    zone: ZoneInfo
    until: datetime | None = None
    without: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Entry:
    """Something that has its time. `starts` and `ends` are moments, or days, which it then takes whole but
    for the last. `name` is what its UID follows from, `changed` when it was last revised, and `sequence`
    rises with what its readers must learn of."""

    name: str
    title: str
    starts: datetime | date
    ends: datetime | date
    created: datetime
    changed: datetime
    sequence: int = 0
    is_cancelled: bool = False
    place: str = ""
    text: str = ""
    url: str = ""
    weekly: Weekly | None = None


@dataclass(frozen=True)
class Invitation:
    """What makes a calendar file a message (RFC 5546): its method, from which address it comes and who that
    is, and when it was written."""

    method: str
    address: str
    name: str
    at: datetime


def calendar(entries: Iterable[Entry], name: str, invitation: Invitation | None = None) -> bytes:
    """A calendar with these entries; as a feed, unless it is a message."""
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", PRODUCT)
    if invitation is not None:
        made.add("method", invitation.method)
    else:
        made.add("name", _text(name))
        made.add("x-wr-calname", _text(name))
        made.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    listed = list(entries)
    for zone in _zones(listed):
        made.add_component(zone)
    for entry in listed:
        made.add_component(_event(entry, invitation))
    written: bytes = made.to_ical()
    return written


def _zones(entries: Iterable[Entry]) -> Iterator[Timezone]:
    """A description of each that is named."""
    spans: dict[ZoneInfo, tuple[date, date]] = {}
    for entry in entries:
        if entry.weekly is not None and isinstance(entry.starts, datetime):
            zone, begins = entry.weekly.zone, entry.starts.date()
            ends = (entry.weekly.until or entry.starts + DESCRIBED).date()
            first, last = spans.get(zone, (begins, ends))
            spans[zone] = min(first, begins), max(last, ends)
    for zone, (first, last) in spans.items():
        yield described(zone, first - DAY, last + DAY)


def _event(entry: Entry, invitation: Invitation | None) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMES, entry.name)))
    event.add("dtstamp", invitation.at if invitation else entry.changed)
    event.add("created", entry.created)
    event.add("last-modified", entry.changed)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.weekly is None:
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.ends)
    else:
        _repeat(event, entry, entry.weekly)
    event.add("summary", _text(entry.title))
    for name, text in (("location", entry.place), ("description", entry.text)):
        if text:
            event.add(name, _text(text))
    if entry.url:
        event.add("url", entry.url)
    if not isinstance(entry.starts, datetime):
        event.add("transp", "TRANSPARENT")
    if invitation is not None:
        organizer = vCalAddress(f"mailto:{invitation.address}")
        organizer.params["cn"] = vText(" ".join(_text(invitation.name).split()))
        event.add("organizer", organizer)
    return event


def _repeat(event: Event, entry: Entry, weekly: Weekly) -> None:
    """UNTIL is a moment in UTC where the start has a zone (RFC 5545, 3.3.10)."""
    for name, moment in (("dtstart", entry.starts), ("dtend", entry.ends)):
        if isinstance(moment, datetime):
            event.add(name, moment.astimezone(weekly.zone))
    event.add("rrule", vRecur({"freq": "WEEKLY"} | ({"until": weekly.until} if weekly.until else {})))
    if weekly.without:
        event.add("exdate", [moment.astimezone(weekly.zone) for moment in weekly.without])


def _text(text: str) -> str:
    return _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

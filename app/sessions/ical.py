"""Calendar files (RFC 5545).

Moments are written in UTC: what a calendar shows is right wherever its owner is, and no time zone needs to be
described in it. UIDs follow from public ids alone, so that they stay when the site moves to another address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event, vCalAddress, vText

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Dingen//Dingen//EN"
NAMES = UUID("0f1d5e0c-7f0b-4a55-9d3f-52a6b0c9a4de")
REFRESHED = timedelta(hours=1)
"""How often calendars should ask again (RFC 7986, 5.7)."""

_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that are in no text of a calendar (RFC 5545, 3.3.11), and lone carriage returns."""


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
    for entry in entries:
        made.add_component(_event(entry, invitation))
    written: bytes = made.to_ical()
    return written


def _event(entry: Entry, invitation: Invitation | None) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMES, entry.name)))
    event.add("dtstamp", invitation.at if invitation else entry.changed)
    event.add("created", entry.created)
    event.add("last-modified", entry.changed)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("dtstart", entry.starts)
    event.add("dtend", entry.ends)
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


def _text(text: str) -> str:
    return _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

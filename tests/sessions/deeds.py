"""Meetings in tests: planned by the coach's form, as everybody does."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from httpx2 import Response
from icalendar import Calendar, Event

from app.clock import now
from app.people.models import Person
from tests.conftest import Site
from tests.pages import see

ZONE = ZoneInfo("Europe/Brussels")


def base(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}"


def form_for(starts_at: datetime, **fields: Any) -> dict[str, Any]:
    local = starts_at.astimezone(ZONE)
    return {
        "title": "Kick-off",
        "on": local.date().isoformat(),
        "at": f"{local:%H:%M}",
        "minutes": "90",
        "place": "Room 1, upstairs",
        "url": "https://meet.example/riverside",
        "agenda": "1. Names\n2. The **first** Thing",
        "things": ["first"],
        **fields,
    }


def plan(site: Site, starts_at: datetime | None = None, by: Person | None = None, **fields: Any) -> str:
    """Its address."""
    form = form_for(starts_at or now() + timedelta(days=3), **fields)
    answer = site.client(by or site.cast.coach).post(f"{base(site)}/coach/sessions", data=form)
    see(answer, 303)
    return answer.headers["location"]


def work_of(url: str) -> str:
    """Where its coaches work on the meeting at that address."""
    return url.replace("/sessions/", "/coach/sessions/")


def change(site: Site, url: str, starts_at: datetime, **fields: Any) -> None:
    see(site.client(site.cast.coach).post(f"{work_of(url)}/edit", data=form_for(starts_at, **fields)), 303)


def events_of(answer: Response) -> list[Event]:
    """What a calendar program reads there, strictly."""
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return read(answer.content)


def read(content: bytes) -> list[Event]:
    lines = content.split(b"\r\n")
    assert lines[-1] == b"" and all(
        len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines
    )
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar) and calendar.to_ical() == content
    assert not [component.errors for component in calendar.walk() if component.errors]
    return list(calendar.events)


def attached_to(letter: EmailMessage) -> tuple[str, Event]:
    """Its method, and the meeting."""
    (part,) = letter.iter_attachments()
    assert part.get_content_type() == "text/calendar" and part.get_filename() == "meeting.ics"
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    (event,) = read(content)
    method = Calendar.from_ical(content)["method"]
    assert part.get_param("method") == method
    return str(method), event

"""The coach's forms for meetings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from app.markdown import LONGEST
from app.sessions.attending import SHORTEST_WORD, plain
from app.sessions.services import Plan
from app.sessions.times import moment_at
from app.web.forms import ClockTime, Form, invalid
from app.web.i18n import message

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def _near(day: date) -> date:
    if not EARLIEST <= day < LATEST:
        raise invalid(message("Write a date as day, month and year, for example 2026-11-23."))
    return day


def _link(url: str) -> str:
    """With https:// where it was left out; only what a browser opens as a page."""
    full = url if "://" in url or not url else f"https://{url}"
    try:
        parts = urlsplit(full)
        is_link = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        is_link = is_link and (parts.port is None or parts.port > 0)
    except ValueError:
        is_link = False
    if url and (not is_link or any(character <= " " or character in '"<>\\' for character in full)):
        raise invalid(message("Write an address such as https://meet.example.org/our-group."))
    return full


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _hard_to_guess(word: str) -> str:
    if len(plain(word)) < SHORTEST_WORD:
        raise invalid(message("Use at least %(count)s letters or digits.", count=SHORTEST_WORD))
    return word


Markdown = Annotated[str, StringConstraints(max_length=LONGEST, strip_whitespace=False)]


class SessionForm(Form):
    """A meeting as its coach plans it: `on` and `at` are what the clocks of the group show."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
    on: Annotated[date, AfterValidator(_near)]
    at: ClockTime
    minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    place: Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)] = ""
    url: Annotated[str, StringConstraints(max_length=990), AfterValidator(_link)] = ""
    agenda: Markdown = ""
    things: list[str] = []
    once: Annotated[str, StringConstraints(max_length=36)] = ""

    def plan(self, zone: ZoneInfo, things: frozenset[str]) -> Plan:
        """Of the `things` those that were chosen. Raises Refused for a time that no clock shows."""
        starts_at = moment_at(self.on, self.at, zone)
        return Plan(
            self.title,
            starts_at,
            starts_at + timedelta(minutes=self.minutes),
            self.place,
            self.url,
            self.agenda,
            [slug for slug in self.things if slug in things],
        )


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at).total_seconds()) // 60


class SessionNotesForm(Form):
    """What was shown and said."""

    notes: Markdown = ""


class WordForm(Form):
    """Another word of the day."""

    word: Annotated[
        str, StringConstraints(max_length=40), AfterValidator(_one_line), AfterValidator(_hard_to_guess)
    ]


class PresentForm(Form):
    """Whether a learner shall count as present, so that a repeated press changes nothing."""

    present: Literal["0", "1"]

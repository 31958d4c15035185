"""The coach's forms for meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from app.markdown import LONGEST
from app.sessions.attending import SHORTEST_WORD, plain
from app.sessions.forms import Day, Link, Place, one_line
from app.sessions.services import Plan
from app.sessions.times import moment_at
from app.web.forms import ClockTime, Form, invalid
from app.web.i18n import message


def _hard_to_guess(word: str) -> str:
    if len(plain(word)) < SHORTEST_WORD:
        raise invalid(message("Use at least %(count)s letters or digits.", count=SHORTEST_WORD))
    return word


Markdown = Annotated[str, StringConstraints(max_length=LONGEST, strip_whitespace=False)]


class SessionForm(Form):
    """A meeting as its coach plans it: `on` and `at` are what the clocks of the group show."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(one_line)]
    on: Day
    at: ClockTime
    minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    place: Place = ""
    url: Link = ""
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
        str, StringConstraints(max_length=40), AfterValidator(one_line), AfterValidator(_hard_to_guess)
    ]


class PresentForm(Form):
    """Whether a learner shall count as present, so that a repeated press changes nothing."""

    present: Literal["0", "1"]

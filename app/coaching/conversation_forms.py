"""The forms of conversations."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from app.coaching.conversations import Proposal
from app.errors import Refused
from app.sessions.forms import Day, Link, Place, one_line
from app.sessions.times import moment_at
from app.web.forms import Bound, ClockTime, Form
from app.web.i18n import message

LONGEST_WORDS, LONGEST_SUMMARY = 1_000, 20_000

Once = Annotated[str, StringConstraints(max_length=36)]
Words = Annotated[str, StringConstraints(max_length=LONGEST_WORDS)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(one_line)]
NUMBERS = (1, 2, 3)


class WishForm(Form):
    """What a learner wants to talk about, or when it suits them."""

    wish: Words = ""
    once: Once = ""


class TimesForm(Form):
    """Up to three times, as the clocks of the group show them."""

    on_1: Day
    at_1: ClockTime
    on_2: Day | None = None
    at_2: ClockTime | None = None
    on_3: Day | None = None
    at_3: ClockTime | None = None
    minutes: Annotated[int, Field(ge=5, le=480)] = 30
    place: Place = ""
    url: Link = ""
    words: Words = ""
    once: Once = ""


def proposal_of(form: Bound[TimesForm], zone: ZoneInfo) -> Proposal | None:
    """None where something is wrong with it; what, is added to the form."""
    if not form.valid:
        return None
    times = [moment for number in NUMBERS if (moment := _moment(form, number, zone)) is not None]
    data = form.data
    return Proposal(times, data.minutes, data.place, data.url, data.words) if form.valid else None


def _moment(form: Bound[TimesForm], number: int, zone: ZoneInfo) -> datetime | None:
    day: date | None = getattr(form.data, f"on_{number}")
    at: time | None = getattr(form.data, f"at_{number}")
    if day is None and at is None:
        return None
    if day is None or at is None:
        form.refuse(f"{'on' if day is None else 'at'}_{number}", message("Fill this in."))
        return None
    try:
        return moment_at(day, at, zone)
    except Refused as refused:
        form.refuse(f"at_{number}", refused.message)
        return None


class ChoiceForm(Form):
    """One of the times, in ISO 8601."""

    time: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class PointForm(Form):
    """Something to talk about."""

    point: Line
    once: Once = ""


class SummaryForm(Form):
    """What was said, in Markdown."""

    summary: Annotated[str, StringConstraints(max_length=LONGEST_SUMMARY, strip_whitespace=False)] = ""


class ActionForm(Form):
    """What one of them does."""

    action: Line
    who: Literal["learner", "coach"]
    due_on: Day | None = None
    once: Once = ""


class DoneForm(Form):
    """Whether it shall count as done, so that a repeated press changes nothing."""

    done: Literal["0", "1"]

"""The coach's forms for dates and notes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from app.web.forms import Form, invalid
from app.web.i18n import message

Handle = Annotated[str, StringConstraints(max_length=60)]
MOST_LEARNERS, MOST_DAYS, LONGEST_NOTE = 500, 366, 4_000


class TimeForm(Form):
    """More days, or a pause, for the `learner`s with these handles. `thing` is empty for all Things."""

    learner: Annotated[list[Handle], Field(max_length=MOST_LEARNERS)] = []
    what: Literal["days", "pause"] = "days"
    days: Annotated[int | None, Field(ge=0, le=MOST_DAYS)] = None
    thing: Annotated[str, StringConstraints(max_length=80)] = ""
    first: date | None = None
    back: date | None = None

    @field_validator("back")
    @classmethod
    def _after_the_first(cls, back: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("first")
        if first and back and not 0 < (back - first).days <= MOST_DAYS:
            raise invalid(message("They come back after the first day, and within a year."))
        return back


class ThingNoteForm(Form):
    """What stands above a Thing; empty for nothing."""

    body: Annotated[str, StringConstraints(max_length=LONGEST_NOTE)] = ""

"""The organizer's forms."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import EmailStr, Field, StringConstraints, ValidationInfo, field_validator

from app.cohorts.models import DEFAULT_ZONE, Joining, Mode
from app.db import fold_address
from app.journals.models import Visibility
from app.people.forms import Name, NewPassword
from app.web.forms import Form, TimeZone, invalid
from app.web.i18n import message

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class GroupForm(Form):
    """What can be changed of a group at any time."""

    name: Name
    mode: Mode
    joining: Joining = Joining.CODE
    language: Literal["en", "nl", "fr"] | None = None
    time_zone: TimeZone = DEFAULT_ZONE
    starts_on: Day | None = None
    ends_on: Day | None = None
    seats: Annotated[int | None, Field(ge=1, le=100_000)] = None
    code: Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9 -]*$")] = ""
    default_visibility: Visibility | None = None
    minimum_words: Annotated[int | None, Field(ge=1, le=2_000)] = None

    @field_validator("ends_on")
    @classmethod
    def _after_the_start(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        starts_on = info.data.get("starts_on")
        if starts_on and ends_on and ends_on < starts_on:
            raise invalid(message("The end cannot come before the start."))
        return ends_on


class CohortForm(GroupForm):
    """Start a group."""

    programme: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    coaches: Annotated[str, StringConstraints(max_length=4000)] = ""
    once: Annotated[str, StringConstraints(max_length=36)] = ""

    @property
    def coach_addresses(self) -> list[str]:
        """E-mail addresses, with lines, spaces, commas or semicolons between them."""
        return list(dict.fromkeys(fold_address(word) for word in re.split(r"[\s,;]+", self.coaches) if word))


class CopyForm(Form):
    """A group like another, with its `meetings` or without; the next run of it or not."""

    name: Name
    starts_on: Day | None = None
    meetings: Literal["1"] | None = None
    is_next: Literal["1"] | None = None
    once: Annotated[str, StringConstraints(max_length=36)] = ""


class CoachForm(Form):
    """Add a coach by e-mail address."""

    email: EmailStr


class ReplaceForm(Form):
    """Who coaches instead, where somebody does."""

    email: EmailStr | None = None


class SetUpForm(Form):
    """The one set-up page."""

    site_name: Name
    programme: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    group: Name
    mode: Mode
    starts_on: date | None = None
    name: Name
    email: EmailStr
    password: NewPassword


class OnceForm(Form):
    """A button whose repeats have one effect."""

    once: Annotated[str, StringConstraints(max_length=36)] = ""

"""The organizer's forms."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import EmailStr, Field, StringConstraints, ValidationInfo, field_validator

from app.cohorts.models import Mode
from app.db import fold_address
from app.journals.models import Visibility
from app.people.forms import Name, NewPassword
from app.web.forms import Form, invalid
from app.web.i18n import message

MinimumWords = Annotated[int | None, Field(ge=1, le=2_000)]


class CohortForm(Form):
    """Create or change a group."""

    name: Name
    programme: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    mode: Mode
    starts_on: date | None = None
    ends_on: date | None = None
    seats: Annotated[int | None, Field(ge=1, le=100_000)] = None
    code: Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9 -]*$")] = ""
    default_visibility: Visibility | None = None
    minimum_words: MinimumWords = None
    coaches: Annotated[str, StringConstraints(max_length=4000)] = ""
    once: Annotated[str, StringConstraints(max_length=36)] = ""

    @property
    def coach_addresses(self) -> list[str]:
        """E-mail addresses, with lines, spaces, commas or semicolons between them."""
        return list(dict.fromkeys(fold_address(word) for word in re.split(r"[\s,;]+", self.coaches) if word))

    @field_validator("ends_on")
    @classmethod
    def _after_the_start(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        starts_on = info.data.get("starts_on")
        if starts_on and ends_on and ends_on < starts_on:
            raise invalid(message("The end cannot come before the start."))
        return ends_on


class WordsForm(Form):
    """How many words a reflection has to have; empty for any number."""

    minimum_words: MinimumWords = None


class CoachForm(Form):
    """Add a coach by e-mail address."""

    email: EmailStr


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

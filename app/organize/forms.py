"""The organizer's forms."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import EmailStr, Field, StringConstraints, model_validator

from app.cohorts.models import Mode
from app.journals.models import Visibility
from app.people.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH
from app.web.forms import Form, invalid
from app.web.i18n import message

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]


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
    coaches: list[str] = []
    once: Annotated[str, StringConstraints(max_length=36)] = ""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise invalid(message("The end cannot come before the start."))
        return self


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
    password: Annotated[str, StringConstraints(min_length=MINIMUM_LENGTH, max_length=MAXIMUM_LENGTH)]

"""What is given and written beside a report."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from app.web.forms import Form

LONGEST_NEXT = 500
"""So that the report stays one page."""


class LinkForm(Form):
    ends_on: date | None = None
    once: Annotated[str, StringConstraints(max_length=36)] = ""


class NextForm(Form):
    body: Annotated[str, StringConstraints(max_length=LONGEST_NEXT)] = ""

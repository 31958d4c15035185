"""The coach's forms for who needs somebody."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.coaching.attention import Rule
from app.web.forms import Form

Number = Annotated[int, Field(ge=1, le=90)]


class PutOffForm(Form):
    """Not now, for this reason."""

    rule: Rule


class ThresholdsForm(Form):
    """How long each rule waits; all in days but for `ticked_things`."""

    first_days: Number
    answer_days: Number
    begin_days: Number
    silent_days: Number
    ticked_things: Number
    behind_days: Number

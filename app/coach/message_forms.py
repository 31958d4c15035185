"""The coach's form for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.coach.time_forms import MOST_LEARNERS, Handle
from app.web.forms import Form

LONGEST_MESSAGE = 2_000
Text = Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE)]


class MessageForm(Form):
    """A text for each language that the `learner`s with these handles read."""

    learner: Annotated[list[Handle], Field(max_length=MOST_LEARNERS)] = []
    text_en: Text = ""
    text_nl: Text = ""
    text_fr: Text = ""
    action: Literal["look", "send"] = "look"
    once: Annotated[str, StringConstraints(max_length=36)] = ""

    @property
    def texts(self) -> Mapping[str, str]:
        return {"en": self.text_en, "nl": self.text_nl, "fr": self.text_fr}

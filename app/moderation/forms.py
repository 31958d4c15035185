"""The forms of moderation, which readers, writers, coaches and organizers fill in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from app.moderation.models import Reason
from app.web.forms import Form
from app.web.i18n import message

LONGEST_REASON = 2000

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON)]
SAY_IT = message("Say in a sentence what it is.")
SAY_WHY = message("Write a sentence for the writer: they read it.")


class ReportForm(Form):
    """`to` is who gets the report, as the page said."""

    reason: Reason
    words: Annotated[str, StringConstraints(max_length=LONGEST_REASON)] = ""
    to: Literal["coaches", "organizers"]

    @property
    def is_unexplained(self) -> bool:
        return self.reason is Reason.OTHER and not self.words


class HideForm(Form):
    """The writer reads the reason."""

    reason: Sentence


class HandleForm(Form):
    """What is done about a report: hiding takes a reason."""

    action: Literal["hide", "fine"]
    reason: Annotated[str, StringConstraints(max_length=LONGEST_REASON)] = ""

    @property
    def is_unexplained(self) -> bool:
        return self.action == "hide" and not self.reason


class AppealForm(Form):
    words: Sentence


class DecideForm(Form):
    """The writer reads the answer."""

    decision: Literal["shown", "kept"]
    answer: Sentence

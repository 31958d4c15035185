"""The coach's forms at a post, and for the answers that they give often."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.journals.forms import LONGEST_ANSWER, AnswerBody, Mark
from app.journals.models import Audience
from app.web.forms import Form, invalid
from app.web.i18n import message

LONGEST_TEXT = 4000
MOST_AT_ONCE = 100

PublicId = Annotated[str, StringConstraints(max_length=12)]
Handle = Annotated[str, StringConstraints(max_length=60)]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, strip_whitespace=False)]


class MarkReadForm(Form):
    """The posts that are ticked, or `all` that the page `shown`."""

    post: list[PublicId] = []
    shown: list[PublicId] = []
    which: Literal["ticked", "all"] = "ticked"

    @property
    def chosen(self) -> list[str]:
        return (self.shown if self.which == "all" else self.post)[:MOST_AT_ONCE]


class CoachAnswerForm(Form):
    """An answer from the inbox; feedback, unless it says otherwise."""

    body: AnswerBody
    audience: Audience | None = None
    once: Mark = ""


def _said(body: str) -> str:
    if not body.strip():
        raise invalid(message("Say what to look at again: the writer reads it as feedback."))
    return body


class AnotherLookForm(Form):
    """What the writer shall look at again."""

    body: Annotated[
        str, StringConstraints(max_length=LONGEST_ANSWER, strip_whitespace=False), AfterValidator(_said)
    ] = Field("", validate_default=True)
    once: Mark = ""


class ApproveForm(Form):
    """With a word for the writer, or without."""

    body: Annotated[str, StringConstraints(max_length=LONGEST_ANSWER, strip_whitespace=False)] = ""
    once: Mark = ""


class HandOverForm(Form):
    """Which coach answers, by handle, and who did as far as the page knew; empty is nobody."""

    coach: Handle = ""
    held: Handle = ""


class TalkForm(Form):
    """The Thing that was talked about."""

    thing: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class TemplateForm(Form):
    """An answer that a coach gives often, in at least one language."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    text_en: Text = ""
    text_nl: Text = ""
    text_fr: Text = ""
    once: Mark = ""

    @property
    def texts(self) -> dict[str, str]:
        texts = {"en": self.text_en, "nl": self.text_nl, "fr": self.text_fr}
        return {language: text for language, text in texts.items() if text.strip()}

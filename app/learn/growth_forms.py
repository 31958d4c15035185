"""Forms of what learners say of Things and of themselves."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.growth.models import Use
from app.growth.services import Sense, Sureness
from app.growth.words import MINUTES
from app.web.forms import Form, invalid
from app.web.i18n import message

MOST_THINGS, LONGEST_LINE = 200, 300


class UseForm(Form):
    """`on` says whether it shall be the answer, so that a repeated press changes nothing."""

    use: Use
    on: Literal["0", "1"] = "1"


class LineForm(Form):
    line: Annotated[str, StringConstraints(max_length=LONGEST_LINE)] = ""
    quotable: Literal["1"] | None = None


def _nothing(value: Any) -> Any:
    return None if value == "" else value


def _choice(minutes: int) -> int:
    if minutes not in MINUTES:
        raise invalid(message("Choose one of the options."))
    return minutes


Minutes = Annotated[Annotated[int, AfterValidator(_choice)] | None, BeforeValidator(_nothing)]
Fifth = Annotated[int, Field(ge=1, le=5)]
Useful = Annotated[Fifth | None, BeforeValidator(_nothing)]
Action = Literal["keep", "skip"]


class LookBackForm(Form):
    """A row for each Thing, in three lists of the same length. Who skips says nothing of any."""

    thing: Annotated[
        list[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=MOST_THINGS)
    ] = []
    minutes: Annotated[list[Minutes], Field(max_length=MOST_THINGS)] = []
    useful: Annotated[list[Useful], Field(max_length=MOST_THINGS)] = []
    action: Action = "keep"

    @property
    def senses(self) -> dict[str, Sense]:
        """{slug: what was said of it}."""
        rows = zip(self.thing, self.minutes, self.useful, strict=False)
        return {slug: Sense(minutes, useful) for slug, minutes, useful in rows}


class QuestionsForm(Form):
    dare: Fifth | None = None
    help: Fifth | None = None
    ask: Fifth | None = None
    action: Action = "keep"

    @property
    def sureness(self) -> Sureness:
        return Sureness(self.dare, self.help, self.ask)

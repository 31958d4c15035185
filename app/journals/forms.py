"""The fields of answers, wherever somebody answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from app.journals.models import ReactionKind
from app.web.forms import Form, invalid
from app.web.i18n import message

LONGEST_ANSWER = 10_000

Mark = Annotated[str, StringConstraints(max_length=36)]


def _written(body: str) -> str:
    if not body.strip():
        raise invalid(message("Write your answer first."))
    return body


AnswerBody = Annotated[
    str,
    StringConstraints(max_length=LONGEST_ANSWER, strip_whitespace=False),
    AfterValidator(_written),
]


class ReactionForm(Form):
    """`on` says whether the word shall be said, so that a repeated press changes nothing."""

    kind: ReactionKind
    on: Literal["0", "1"]

"""What is set for a group by those who run it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from app.cohorts.models import ReplyPromise
from app.cohorts.promises import MOST_DAYS, Promising
from app.web.forms import Bound, Form, blank


class PromiseForm(Form):
    """What its coaches answer; empty `days` say no time."""

    promise: ReplyPromise
    days: Annotated[int | None, Field(ge=1, le=MOST_DAYS)] = None
    text: Annotated[str, StringConstraints(max_length=400)] = ""


def promise_form(cohort: Promising) -> Bound[PromiseForm]:
    """As things are."""
    values = {
        "promise": cohort.reply_promise,
        "days": cohort.reply_days or "",
        "text": cohort.reply_text or "",
    }
    return blank(PromiseForm, **values)

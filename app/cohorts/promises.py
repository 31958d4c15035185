"""What the coaches of a group promise to answer, and within what time."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, ReplyPromise
from app.events.log import record
from app.web.i18n import Locale, message

MOST_DAYS = 20
SENTENCES = {
    ReplyPromise.FIRST: message(
        "Your coach reads what you share, and answers your first post and whenever you ask."
    ),
    ReplyPromise.EVERY: message(
        "Your coach reads what you share, and answers every reflection and whenever you ask."
    ),
    ReplyPromise.NONE: message("Your coach reads what you share, and answers where time allows."),
}


class Promising(Protocol):
    """A group, or a line of one."""

    @property
    def reply_promise(self) -> str: ...
    @property
    def reply_days(self) -> int | None: ...
    @property
    def reply_text(self) -> str | None: ...
    @property
    def time_zone(self) -> str: ...


def promises_answers(cohort: Promising) -> bool:
    """Whether who asks for an answer gets one."""
    return cohort.reply_promise != ReplyPromise.NONE


def promise_in_words(cohort: Promising, locale: Locale) -> str:
    """To its learners; a group that promises nothing may say it in words of its own."""
    if not promises_answers(cohort):
        return cohort.reply_text or SENTENCES[ReplyPromise.NONE].translated(locale.gettext)
    sentences = [SENTENCES[ReplyPromise(cohort.reply_promise)].translated(locale.gettext)]
    if cohort.reply_days:
        within = locale.ngettext(
            "That takes one working day at most.",
            "That takes %(num)s working days at most.",
            cohort.reply_days,
        )
        sentences.append(within % {"num": cohort.reply_days})
    return " ".join((*sentences, *([cohort.reply_text] if cohort.reply_text else [])))


def promise_replies(
    db: Session,
    cohort: Cohort,
    *,
    promise: ReplyPromise,
    days: int | None,
    text: str,
    actor_id: int,
) -> None:
    """From now on: what was promised for posts that are shared already stays."""
    kept = (promise.value, days if promise is not ReplyPromise.NONE else None, text or None)
    if kept == (cohort.reply_promise, cohort.reply_days, cohort.reply_text):
        return
    cohort.reply_promise, cohort.reply_days, cohort.reply_text = kept
    record(db, actor_id, "promised-replies", "cohort", cohort.public_id, promise=kept[0], days=kept[1])
    db.flush()

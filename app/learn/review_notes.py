"""What a writer reads of their own post about its coaches: what they said of it, and since when it waits for
them. That a coach has read it, and who will answer, is for the coaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.coaching.reviewed import OwnReview, own_review
from app.journals.review_rules import Reason, State, state_of, waits
from app.journals.streams import PostLine
from app.learn.reader import Reader
from app.people.viewer import Viewer
from app.web.i18n import Locale, message

DAY = "EEEE d MMMM"
WAITING = {
    Reason.ASKED: message("You asked for an answer on %(day)s. Your coach answers."),
    Reason.FIRST: message("Your first post in this group, shared on %(day)s. Your coach answers it."),
    Reason.EVERY: message("You shared this on %(day)s. Your coach answers every reflection."),
    Reason.RESUBMITTED: message("You changed this on %(day)s. Your coach reads it again."),
}


@dataclass(frozen=True)
class ReviewNote:
    """Sentences below a post; `wants_change` where a coach asked for another look."""

    icon: str
    sentences: tuple[str, ...]
    wants_change: bool = False


def review_note(reader: Reader, viewer: Viewer, line: PostLine) -> ReviewNote | None:
    """None where there is nothing to say."""
    found = own_review(reader.db, viewer, line.id)
    if found is None:
        return None
    state, locale = state_of(found.review), reader.locale
    waiting = _waiting(found, locale)
    by = {"name": found.judged_by or locale.gettext("Your coach")}
    if state is State.APPROVED and found.review.approved_at is not None:
        approved = locale.gettext("%(name)s approved this on %(day)s.")
        day = {"day": _day(found, found.review.approved_at, locale)}
        return ReviewNote("check", (approved % {**by, **day}, *waiting))
    if state is State.ANOTHER_LOOK:
        again = (
            locale.gettext("%(name)s asks you to look at this once more. What to look at stands below.") % by
        )
        then = locale.gettext("Change your text and save it: then your coach reads it again.")
        return ReviewNote("undo", (again, then), wants_change=True)
    return ReviewNote("clock", waiting) if waiting else None


def _waiting(found: OwnReview, locale: Locale) -> tuple[str, ...]:
    wait = waits(found.review)
    if wait is None:
        return ()
    since, reason = wait
    words = WAITING[reason].translated(locale.gettext) % {"day": _day(found, since, locale)}
    if not found.reply_days:
        return (words,)
    within = locale.ngettext(
        "That takes one working day at most.", "That takes %(num)s working days at most.", found.reply_days
    )
    return (words, within % {"num": found.reply_days})


def _day(found: OwnReview, moment: datetime, locale: Locale) -> str:
    """As it was in the group."""
    return locale.date(moment.astimezone(ZoneInfo(found.time_zone)).date(), DAY)

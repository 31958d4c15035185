"""The inbox in words: how far the coaches are with a post, why an answer is due, and since when."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.clock import now
from app.coaching.inbox import Shelf
from app.coaching.reviewed import ReviewLine
from app.cohorts.promises import Promising
from app.cohorts.working_days import due_day, working_days_since
from app.journals.review_rules import Reason, State, state_of, waits
from app.web.i18n import Locale, message

DAY = "EEEE d MMMM"
STATES = {
    State.NEW: message("new"),
    State.READ: message("read"),
    State.ANSWERED: message("answered"),
    State.ANOTHER_LOOK: message("needs another look"),
    State.RESUBMITTED: message("resubmitted"),
    State.APPROVED: message("approved"),
}
TONES = {
    State.NEW: "accent",
    State.READ: "quiet",
    State.ANSWERED: "good",
    State.ANOTHER_LOOK: "warn",
    State.RESUBMITTED: "accent",
    State.APPROVED: "ink",
}
REASONS = {
    Reason.RESUBMITTED: message("Changed since a coach asked for another look."),
    Reason.ASKED: message("The writer asks for an answer."),
    Reason.FIRST: message("The first post in this group."),
    Reason.EVERY: message("Your group answers every reflection."),
}
SHELVES = {
    Shelf.TO_READ: message("To read"),
    Shelf.WAITING: message("Waiting for an answer"),
    Shelf.ALL: message("All that is shared"),
    Shelf.ANOTHER_LOOK: message("Needs another look"),
    Shelf.MINE: message("Mine"),
    Shelf.ANSWERED: message("Answered"),
}


class Standing(NamedTuple):
    """`reason` and `waits` are empty where nobody waits; `claimed` where no coach has taken it."""

    state: str
    tone: str
    reason: str
    waits: str
    claimed: str


def standing_in_words(review: ReviewLine, cohort: Promising, viewer_id: int, locale: Locale) -> Standing:
    state, wait = state_of(review), waits(review)
    return Standing(
        STATES[state].translated(locale.gettext),
        TONES[state],
        REASONS[wait[1]].translated(locale.gettext) if wait else "",
        waiting_in_words(review, cohort, locale),
        _claimed(review, viewer_id, locale),
    )


def waiting_in_words(review: ReviewLine, cohort: Promising, locale: Locale) -> str:
    """ "Waits since Monday 23 November, 2 working days; promised by Thursday 26 November." """
    since = review.awaits_since
    if since is None:
        return ""
    zone = ZoneInfo(cohort.time_zone)
    days = working_days_since(since, now(), zone)
    sentence = locale.gettext("Waits since %(day)s")
    if days:
        sentence = locale.ngettext(
            "Waits since %(day)s, %(num)s working day", "Waits since %(day)s, %(num)s working days", days
        )
    words = sentence % {"day": locale.date(since.astimezone(zone).date(), DAY), "num": days}
    if not cohort.reply_days:
        return f"{words}."
    due = locale.date(due_day(since, cohort.reply_days, zone), DAY)
    return locale.gettext("%(waits)s; promised by %(day)s.") % {"waits": words, "day": due}


def _claimed(review: ReviewLine, viewer_id: int, locale: Locale) -> str:
    if review.claimed_by_id is None:
        return ""
    if review.claimed_by_id == viewer_id:
        return locale.gettext("You answer this.")
    return locale.gettext("%(name)s answers this.") % {"name": review.claimed_by or ""}

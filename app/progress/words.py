"""Progress in words, the same on every page."""

from __future__ import annotations

from app.progress.rules import Standing, State, Summary
from app.things.catalogue import Programme
from app.web.i18n import Locale


def standing_in_words(standing: Standing, locale: Locale) -> str:
    """ "2 of 3 activities, reflection written: one activity to go." """
    if standing.state is State.COMPLETE:
        return locale.gettext("Everything that counts here is done.")
    if not standing.counted and not standing.reflects:
        return locale.gettext("There is nothing to tick here: reading is all.")
    have = []
    if standing.counted:
        activities = locale.ngettext(
            "%(done)s of %(num)s activity", "%(done)s of %(num)s activities", standing.counted
        )
        have.append(activities % {"done": standing.counted_done, "num": standing.counted})
    if standing.reflects:
        have.append(
            locale.gettext("reflection written")
            if standing.reflected
            else locale.gettext("no reflection yet")
        )
    return locale.gettext("%(have)s: %(left)s.") % {"have": ", ".join(have), "left": _left(standing, locale)}


def _left(standing: Standing, locale: Locale) -> str:
    left = standing.activities_left
    if left and standing.reflection_left:
        together = locale.ngettext(
            "one activity and your reflection to go", "%(num)s activities and your reflection to go", left
        )
        return together % {"num": left}
    if left:
        return locale.ngettext("one activity to go", "%(num)s activities to go", left) % {"num": left}
    if standing.approval_left:
        return locale.gettext("your coach's approval to come")
    return locale.gettext("your reflection to go")


def rule_in_words(programme: Programme, locale: Locale) -> str:
    """What completes the programme."""
    if programme.complete == "all":
        return locale.gettext("The programme is complete when all its Things are.")
    if programme.complete == "required" and programme.optional_needed:
        return locale.ngettext(
            "The programme is complete when all Things but the optional ones are, and %(num)s of those.",
            "The programme is complete when all Things but the optional ones are, and %(num)s of those.",
            programme.optional_needed,
        ) % {"num": programme.optional_needed}
    if programme.complete == "required":
        return locale.gettext("The programme is complete when all Things but the optional ones are.")
    return locale.ngettext(
        "The programme is complete with %(num)s Thing of your choice.",
        "The programme is complete with %(num)s Things of your choice.",
        programme.complete,
    ) % {"num": programme.complete}


def summary_in_words(summary: Summary, locale: Locale) -> str:
    if summary.finished:
        return locale.gettext("You have completed this programme.")
    return locale.ngettext(
        "%(done)s of %(num)s Thing complete.", "%(done)s of %(num)s Things complete.", summary.needed
    ) % {"done": summary.done, "num": summary.needed}


def hours_in_words(minutes: int, locale: Locale) -> str:
    """ "3 h 25 min"."""
    if minutes < 60:
        return locale.gettext("%(minutes)s min") % {"minutes": minutes}
    return locale.gettext("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}

"""Plans in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from babel.dates import get_day_names

from app.plans.weekly import WeeklyTime
from app.web.i18n import Locale, message

LEADS = {
    "": message("No mail"),
    "0": message("At that time"),
    "15": message("A quarter of an hour before"),
    "60": message("An hour before"),
}
"""When a reminder comes, as a form has it."""


def plan_in_words(times: Sequence[WeeklyTime], locale: Locale) -> str:
    """ "Thursday 9:30, 30 minutes"; several with a semicolon between them."""
    return "; ".join(time_in_words(weekly, locale) for weekly in times)


def time_in_words(weekly: WeeklyTime, locale: Locale) -> str:
    minutes = locale.ngettext("%(num)s minute", "%(num)s minutes", weekly.minutes) % {"num": weekly.minutes}
    return f"{weekdays(locale.language)[weekly.weekday]} {weekly.at.hour}:{weekly.at.minute:02}, {minutes}"


@lru_cache(maxsize=8)
def weekdays(language: str) -> tuple[str, ...]:
    """From Monday on."""
    names = get_day_names("wide", context="stand-alone", locale=language)
    return tuple(names[day] for day in range(7))

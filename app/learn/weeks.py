"""A run's dates in words. A learner reads what this week is for, never what was due before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from app.cohorts.courses import Course
from app.cohorts.runs import Rhythm
from app.progress.rules import State
from app.things.catalogue import Thing
from app.web.i18n import Locale


class OfThing(Protocol):
    @property
    def thing(self) -> Thing: ...


T = TypeVar("T", bound=OfThing)


@dataclass(frozen=True)
class Week(Generic[T]):
    """Things that open on the same day; without a heading where the run has no dates."""

    heading: str
    items: Sequence[T]


def in_weeks(course: Course, items: Sequence[T], locale: Locale) -> list[Week[T]]:
    """By the day on which they open; those without one come first."""
    if not course.dates:
        return [Week("", items)]

    def day(item: T) -> date:
        found = course.dates.get(item.thing.slug)
        return found.opens_on if found and found.opens_on else date.min

    return [
        Week(_from(opens_on, locale), list(group))
        for opens_on, group in groupby(sorted(items, key=day), key=day)
    ]


def _from(opens_on: date, locale: Locale) -> str:
    if opens_on == date.min:
        return locale.gettext("At any time")
    return locale.gettext("From %(date)s") % {"date": locale.date(opens_on, "full")}


def now_in_words(course: Course, pack: Mapping[str, str], locale: Locale) -> str:
    """ "This week: Things 7 and 8." What opened for the group and is not complete, until it is due for this
    learner; else the day on which more opens."""
    if course.pause:
        until = locale.date(course.pause.back)
        return locale.gettext("You are taking a break until %(date)s.") % {"date": until}
    if course.today is None or not course.dates:
        return ""
    current = [thing for thing in course.programme.things if _is_current(course, pack, thing)]
    if current:
        return _current_in_words(course, current, locale)
    coming = [opens_on for slug in course.later if (opens_on := course.opens_on(slug))]
    if not coming:
        return ""
    return locale.gettext("More opens on %(date)s.") % {"date": locale.date(min(coming), "full")}


def _is_current(course: Course, pack: Mapping[str, str], thing: Thing) -> bool:
    dates = course.dates.get(thing.slug)
    if dates is None or course.today is None or pack.get(thing.slug) == State.COMPLETE:
        return False
    return (dates.opens_on or course.today) <= course.today <= (dates.due_on or course.today)


def _current_in_words(course: Course, current: Sequence[Thing], locale: Locale) -> str:
    names = {"things": locale.enumeration([thing.label for thing in current])}
    due = [due_on for thing in current if (due_on := course.dates[thing.slug].due_on)]
    if course.run.deadlines and due:
        sentence = locale.ngettext(
            "Until %(date)s: Thing %(things)s.", "Until %(date)s: Things %(things)s.", len(current)
        )
        return sentence % {**names, "date": locale.date(min(due), "full")}
    if course.run.rhythm is Rhythm.WEEKLY:
        week = locale.ngettext("This week: Thing %(things)s.", "This week: Things %(things)s.", len(current))
        return week % names
    return locale.ngettext("Now: Thing %(things)s.", "Now: Things %(things)s.", len(current)) % names

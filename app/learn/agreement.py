"""The agreement of a learner with their manager: what, how much time, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from app.cohorts.courses import Course
from app.cohorts.models import DEFAULT_ZONE, Enrolment
from app.cohorts.schedule import day_in
from app.learn.reader import Reader, found_programme
from app.learn.weeks import in_weeks
from app.people.queries import own_person
from app.people.viewer import Viewer
from app.plans.queries import PlanLine, plan_line
from app.plans.words import plan_in_words
from app.progress.hours import parts_of
from app.progress.rules import asks
from app.progress.words import hours_in_words
from app.sessions.queries import planned_minutes
from app.things.catalogue import Thing

MOST_TITLES = 30
"""With more Things than that their numbers alone are told: it is one page."""


@dataclass(frozen=True)
class Listed:
    """A Thing in the list."""

    thing: Thing
    title: str


@dataclass(frozen=True)
class AgreementView:
    """`things` are lines of (from when, what); `weekly` and `plan` are empty without a plan."""

    name: str
    title: str
    summary: str
    group: str
    competencies: Sequence[str]
    things: Sequence[tuple[str, str]]
    total: str
    meetings: str
    weekly: str
    plan: str
    starts_on: date
    ends_on: date | None
    is_about: bool
    """Whether the end is reckoned from the plan."""
    enrolment: Enrolment


def agreement_view(reader: Reader, viewer: Viewer, enrolment: Enrolment) -> AgreementView:
    db, locale = reader.db, reader.locale
    programme = found_programme(reader.catalogue, enrolment.programme_slug)
    course, line = reader.course(programme), plan_line(db, enrolment.id)
    text, person = programme.text(locale.reading_order()), own_person(db, viewer.person_id)
    needed = [thing for thing in course.programme.things if asks(thing) and not thing.optional]
    minutes = sum(parts_of(thing).whole for thing in needed)
    weekly = sum(weekly.minutes for weekly in line.times) if line else 0
    cohort = enrolment.cohort
    starts_on = cohort.starts_on if cohort and cohort.starts_on else _day(enrolment, line)
    reckoned = starts_on + timedelta(weeks=ceil(minutes / weekly)) if weekly else None
    in_meetings = planned_minutes(db, cohort.id) if cohort else 0
    return AgreementView(
        person.real_name or person.name,
        text.title,
        text.summary,
        cohort.name if cohort else "",
        list(text.competencies.values()),
        _things(reader, course),
        hours_in_words(minutes, locale),
        hours_in_words(in_meetings, locale) if in_meetings else "",
        hours_in_words(weekly, locale) if weekly else "",
        plan_in_words(line.times, locale) if line else "",
        starts_on,
        cohort.ends_on if cohort and cohort.ends_on else reckoned,
        not (cohort and cohort.ends_on),
        enrolment,
    )


def _day(enrolment: Enrolment, line: PlanLine | None) -> date:
    zone = enrolment.cohort.time_zone if enrolment.cohort else line.own_zone if line else DEFAULT_ZONE
    return day_in(zone, enrolment.started_at)


def _things(reader: Reader, course: Course) -> list[tuple[str, str]]:
    """By the day on which they open; without dates each on a line of its own."""
    locale, things = reader.locale, course.programme.things
    listed = [Listed(thing, thing.text(locale.reading_order()).title) for thing in things]
    weeks = in_weeks(course, listed, locale)
    if len(things) > MOST_TITLES:
        return [(week.heading, ", ".join(one.thing.label for one in week.items)) for week in weeks]
    return [
        (week.heading if one is week.items[0] else "", f"{one.thing.label}. {one.title}")
        for week in weeks
        for one in week.items
    ]

"""A programme as somebody is in it: as their group runs it, with their own dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from app.cohorts.models import DEFAULT_ZONE
from app.cohorts.runs import Run, programme_of_run, run_of
from app.cohorts.schedule import Dates, Pause, Scheduled, dates_of, read_timing, today_in
from app.people.viewer import Enrolled
from app.things.catalogue import Catalogue, Programme

NO_DATES: Mapping[str, Dates] = {}
NOTHING: frozenset[str] = frozenset()


class Course(NamedTuple):
    """`dates` are the learner's own, of the Things that have any. `later` are those that open on another day,
    `closed` those of them that cannot be read before. `pause` is that of today."""

    enrolled: Enrolled | None
    programme: Programme
    run: Run
    dates: Mapping[str, Dates] = NO_DATES
    today: date | None = None
    later: frozenset[str] = NOTHING
    closed: frozenset[str] = NOTHING
    pause: Pause | None = None

    def opens_on(self, slug: str) -> date | None:
        """Of a Thing that is not open yet."""
        return self.dates[slug].opens_on if slug in self.later else None


def course_in(programme: Programme, enrolled: Enrolled | None) -> Course:
    """`programme` is as the files have it."""
    return course_of(programme, enrolled)._replace(enrolled=enrolled)


def course_of(programme: Programme, row: Scheduled | None) -> Course:
    """Of anybody's row, so without what a page knows of its reader."""
    text = row.run if row else None
    of_run, run = programme_of_run(programme, text), run_of(programme, text)
    if row is None:
        return Course(None, of_run, run)
    today = today_in(row.time_zone or DEFAULT_ZONE)
    dates = dates_of(row, of_run)
    later = frozenset(slug for slug, found in dates.items() if found.opens_on and found.opens_on > today)
    pause = read_timing(row.timing).paused_on(today) if row.timing else None
    return Course(None, of_run, run, dates, today, later, later if run.closed else NOTHING, pause)


def courses_of(catalogue: Catalogue, enrolments: tuple[Enrolled, ...]) -> list[Course]:
    """Of those whose programme exists."""
    found = ((enrolled, catalogue.programme(enrolled.programme_slug)) for enrolled in enrolments)
    return [course_in(programme, enrolled) for enrolled, programme in found if programme]

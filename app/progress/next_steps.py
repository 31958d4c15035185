"""What somebody does next in a run that goes on: the same on their pages and in every letter."""

from __future__ import annotations

from collections.abc import Mapping

from app.cohorts.courses import Course
from app.progress.rules import next_thing, summary
from app.things.catalogue import Thing


def next_to_do(course: Course, pack: Mapping[str, str]) -> Thing | None:
    """None where nothing is left, or nothing more can be read yet: who has finished is not sent to what is
    optional."""
    thing = next_in(course, pack)
    return None if thing is None or (thing.optional and summary(course.programme, pack).finished) else thing


def next_in(course: Course, pack: Mapping[str, str], after: Thing | None = None) -> Thing | None:
    """What is open; else what may be read ahead."""
    found = next_thing(course.programme, pack, after=after, closed=course.later)
    if found is None and course.later != course.closed:
        found = next_thing(course.programme, pack, after=after, closed=course.closed)
    return found

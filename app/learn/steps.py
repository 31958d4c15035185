"""The one obvious next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from app.clock import now
from app.cohorts.courses import Course
from app.learn.reader import Reader
from app.people.viewer import Enrolled
from app.progress.next_steps import next_in, next_to_do
from app.progress.packs import facts_in
from app.progress.rules import Standing, State, standing
from app.progress.words import standing_in_words
from app.things.catalogue import Programme, Thing

AWAY_AFTER = timedelta(days=7)
Standpoint = tuple[Enrolled, Course, Mapping[str, str]]
"""Where somebody is in a programme: the enrolment, its run, and the state of each Thing."""


class StepTile(NamedTuple):
    label: str
    state: str


class NextStep(NamedTuple):
    """The one obvious thing to do, as the `progress` component shows it."""

    kicker: str
    title: str
    url: str
    text: str
    button: str
    minutes: int | None = None
    tile: StepTile | None = None


def next_step(reader: Reader, packs: Sequence[Standpoint]) -> NextStep | None:
    """In the programme last worked on that has anything left to do."""
    for enrolled, course, pack in packs:
        programme = course.programme
        thing = next_to_do(course, pack)
        if thing is not None:
            return _step(reader, enrolled, programme, thing, standing(thing, facts_in(enrolled, thing)))
    return None


def _step(reader: Reader, course: Enrolled, programme: Programme, thing: Thing, where: Standing) -> NextStep:
    locale, prepared = reader.locale, reader.fragments(programme)
    text = thing.text(prepared.order)
    begun = where.state is not State.NOT_STARTED
    away = begun and now() - course.last_active_at > AWAY_AFTER
    if away:
        kicker = locale.gettext("Welcome back. You left off at Thing %(number)s")
    elif begun:
        kicker = locale.gettext("Continue with Thing %(number)s")
    else:
        kicker = locale.gettext("Next: Thing %(number)s")
    return NextStep(
        kicker % {"number": thing.label},
        text.title,
        f"{prepared.url}/{thing.slug}",
        standing_in_words(where, locale) if begun else text.summary,
        locale.gettext("Continue") if begun else locale.gettext("Begin"),
        thing.minutes,
        StepTile(thing.label, where.state.value),
    )


def step_after(reader: Reader, course: Course, thing: Thing, pack: Mapping[str, str]) -> NextStep | None:
    """What comes when this Thing is done."""
    prepared = reader.fragments(course.programme)
    following = next_in(course, pack, after=thing)
    if following is None:
        return None
    label = reader.locale.gettext("Next: Thing %(number)s") % {"number": following.label}
    title = following.text(prepared.order).title
    return NextStep(label, title, f"{prepared.url}/{following.slug}", "", label)

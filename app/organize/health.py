"""Which Thing loses people and which is too long, in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cohorts.models import Cohort
from app.cohorts.runs import programme_of_run
from app.growth.figures import FEWEST, Figure
from app.growth.journeys import LOST_AFTER, Journeys, Passing, journeys
from app.growth.models import Use
from app.growth.queries import (
    QUESTIONS,
    Growth,
    Quote,
    ThingFigures,
    Whose,
    figures_by_thing,
    growth,
    quotes,
)
from app.growth.words import QUESTIONS as QUESTIONS_IN_WORDS
from app.growth.words import SURE, USEFUL, USES
from app.things.catalogue import Thing
from app.web.i18n import Locale, Message

TOO_LONG, LOSES, FEWEST_LOST = 1.5, 0.2, 2
"""A Thing is too long whose median is so many times what it says, and loses people where so many of those who
reached it are lost, and two at least."""


@dataclass(frozen=True)
class ThingRow:
    """A Thing with what came of it."""

    thing: Thing
    title: str
    lang: str
    passing: Passing
    minutes: str
    useful: str
    uses: Sequence[tuple[str, int]]
    quotes: Sequence[tuple[str, str]]
    loses: bool
    too_long: bool


@dataclass(frozen=True)
class GrowthRow:
    question: str
    before: str
    after: str
    pairs: int


@dataclass(frozen=True)
class HealthView:
    people: int
    finished: int
    weeks: int
    fewest: int
    rows: Sequence[ThingRow]
    started: int
    ended: int
    growth: Sequence[GrowthRow]

    @property
    def first(self) -> Sequence[ThingRow]:
        """What to look at first."""
        return [row for row in self.rows if row.loses or row.too_long]


def health_view(db: Session, whose: Whose, cohort: Cohort | None, locale: Locale) -> HealthView:
    programme = programme_of_run(whose.programme, cohort.run) if cohort else whose.programme
    passed, said, grown = journeys(db, whose), figures_by_thing(db, whose), growth(db, whose)
    lines = quotes(db, whose)
    rows = [_row(thing, passed, said, lines, locale) for thing in programme.things]
    return HealthView(
        passed.people,
        passed.finished,
        LOST_AFTER.days // 7,
        FEWEST,
        rows,
        grown.started,
        grown.ended,
        [_grown(grown, name, locale) for name in QUESTIONS],
    )


def _row(
    thing: Thing,
    passed: Journeys,
    said: Mapping[str, ThingFigures],
    lines: Sequence[Quote],
    locale: Locale,
) -> ThingRow:
    passing = passed.things.get(thing.slug, Passing())
    figures = said[thing.slug]
    text, median = thing.text(locale.reading_order()), figures.minutes.value
    return ThingRow(
        thing,
        text.title,
        locale.lang(text.language),
        passing,
        _minutes(figures.minutes, locale),
        _on_the_scale(figures.useful, USEFUL, locale),
        [(words.translated(locale.gettext), figures.uses.get(use, 0)) for use, words in USES.items()],
        [(quote.line, _use(quote.use, locale)) for quote in lines if quote.thing_slug == thing.slug],
        passing.lost >= max(FEWEST_LOST, LOSES * passing.reached),
        median is not None and thing.minutes is not None and median >= TOO_LONG * thing.minutes,
    )


def _use(use: Use | None, locale: Locale) -> str:
    return USES[use].translated(locale.gettext) if use else ""


def _minutes(figure: Figure, locale: Locale) -> str:
    if figure.value is None:
        return _too_few(figure, locale)
    words = locale.ngettext("%(num)s minute", "%(num)s minutes", round(figure.value))
    return words % {"num": round(figure.value)}


def _on_the_scale(figure: Figure, scale: Sequence[Message], locale: Locale) -> str:
    """ "3.6: useful"."""
    if figure.value is None:
        return _too_few(figure, locale)
    words = scale[round(figure.value) - 1].translated(locale.gettext)
    return f"{locale.decimal(figure.value)}: {words}"


def _too_few(figure: Figure, locale: Locale) -> str:
    words = locale.ngettext("%(num)s answer", "%(num)s answers", figure.answers)
    return words % {"num": figure.answers} if figure.answers else "–"


def _grown(grown: Growth, name: str, locale: Locale) -> GrowthRow:
    change = grown.changes[name]
    return GrowthRow(
        QUESTIONS_IN_WORDS[name].translated(locale.gettext),
        _on_the_scale(change.before, SURE, locale),
        _on_the_scale(change.after, SURE, locale),
        change.after.answers,
    )

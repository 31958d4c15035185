"""How a group gets on, in numbers and charts for its coaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cohorts.queries import CohortLine
from app.growth.journeys import Passing, journeys
from app.growth.queries import ThingFigures, Whose, figures_by_thing
from app.insight.charts import WeekChart, active_chart, things_chart
from app.insight.pace import WeekLine, weeks_of_run
from app.insight.queries import Counts, counts_of
from app.progress.rules import summary
from app.things.catalogue import Programme, Thing
from app.web.i18n import Locale


@dataclass(frozen=True)
class Step:
    """A step of the way through the run, and the learners who came so far."""

    name: str
    learners: int
    of: int

    @property
    def share(self) -> float:
        return self.learners / self.of if self.of else 0


@dataclass(frozen=True)
class ThingLine:
    thing: Thing
    title: str
    passing: Passing
    said: ThingFigures


@dataclass(frozen=True)
class PaceView:
    counts: Counts
    funnel: Sequence[Step]
    things: Sequence[ThingLine]
    weeks: Sequence[WeekLine]
    complete: WeekChart | None
    active: WeekChart | None
    is_planned: bool


def pace_view(db: Session, cohort: CohortLine, programme: Programme, locale: Locale) -> PaceView:
    counts = counts_of(db, cohort, programme)
    weeks = weeks_of_run(db, cohort, programme, counts)
    order = locale.reading_order()
    whose = Whose(cohort.organization_id, programme, cohort.id)
    passed, said = journeys(db, whose).things, figures_by_thing(db, whose)
    things = [
        ThingLine(
            thing,
            thing.text(order).title,
            passed.get(thing.slug, Passing()),
            said.get(thing.slug, ThingFigures()),
        )
        for thing in programme.things
    ]
    return PaceView(
        counts,
        funnel(counts, locale),
        things,
        weeks,
        things_chart(weeks, summary(programme, {}).needed) if weeks else None,
        active_chart(weeks) if weeks else None,
        any(week.planned is not None for week in weeks),
    )


def funnel(counts: Counts, locale: Locale) -> list[Step]:
    """From joining to the end."""
    steps = (
        (locale.gettext("joined"), counts.joined),
        (locale.gettext("began"), counts.began),
        (locale.gettext("wrote a first reflection"), counts.reflected),
        (locale.gettext("came halfway"), counts.halfway),
        (locale.gettext("finished"), counts.finished),
    )
    return [Step(name, learners, counts.joined) for name, learners in steps]

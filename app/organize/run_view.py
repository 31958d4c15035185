"""A run in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.cohorts.models import Cohort
from app.cohorts.runs import Rhythm, Run, programme_of_run, run_of
from app.cohorts.schedule import Dates, Schedule, group_dates, periods_in, weeks_of
from app.progress.words import rule_in_words
from app.things.catalogue import Programme, Thing
from app.web.i18n import Locale

WEEKS_OFFERED = 26


@dataclass(frozen=True)
class ThingLine:
    """A Thing in the table: `place` is "out", "auto" or a week, `dates` are those that come of it."""

    thing: Thing
    title: str
    place: str
    opens: str
    due: str
    is_optional: bool
    dates: Dates | None


@dataclass(frozen=True)
class ThingsView:
    cohort: Cohort
    run: Run
    lines: Sequence[ThingLine]
    weeks: Sequence[int]

    @property
    def has_weeks(self) -> bool:
        return self.run.rhythm in (Rhythm.WEEKLY, Rhythm.FORTNIGHTLY)


def things_view(
    cohort: Cohort, programme: Programme, locale: Locale, typed: Mapping[str, Any] | None = None
) -> ThingsView:
    """As it is saved, or as it was typed."""
    run = run_of(programme, cohort.run)
    schedule = Schedule(run, cohort.starts_on, cohort.ends_on, cohort.time_zone)
    chosen = programme_of_run(programme, cohort.run)
    dates = group_dates(schedule, chosen.slugs)
    lines = []
    for at, thing in enumerate(programme.things):
        slot, current = run.by_slug.get(thing.slug), chosen.thing(thing.slug) or thing
        is_in = run.slots is None or slot is not None
        place = (str(slot.week) if slot and slot.week else "auto") if is_in else "out"
        opens, due = (str(slot.opens_on or ""), str(slot.due_on or "")) if slot else ("", "")
        line = ThingLine(
            current,
            thing.text(locale.reading_order()).title,
            _typed(typed, "place", at, place),
            _typed(typed, "opens", at, opens),
            _typed(typed, "due", at, due),
            thing.slug in typed.get("optional", ()) if typed else current.optional,
            dates.get(thing.slug),
        )
        lines.append(line)
    weeks = weeks_of(schedule, chosen.slugs) if chosen.slugs else {}
    most = max([len(programme.things), *weeks.values()])
    if cohort.starts_on and cohort.ends_on:
        most = max([periods_in(run, cohort.starts_on, cohort.ends_on), *weeks.values()])
    return ThingsView(cohort, run, lines, range(1, min(most, WEEKS_OFFERED * 4) + 1))


def _typed(typed: Mapping[str, Any] | None, name: str, at: int, saved: str) -> str:
    values = typed.get(name, ()) if typed else ()
    return str(values[at]) if at < len(values) else saved


def run_in_words(programme: Programme, run: Run, locale: Locale) -> list[str]:
    """How it goes, a sentence each."""
    rhythm = {
        Rhythm.OPEN: locale.gettext("All Things are open from the beginning."),
        Rhythm.WEEKLY: locale.gettext("New Things open every week."),
        Rhythm.FORTNIGHTLY: locale.gettext("New Things open every two weeks."),
        Rhythm.DATES: locale.gettext("Things open on days that you chose."),
    }
    words = [rhythm[run.rhythm]]
    if programme.beyond:
        count = len(programme.things)
        chosen = locale.ngettext("It has %(num)s Thing.", "It has %(num)s Things.", count)
        words.append(chosen % {"num": count})
    if run.closed:
        words.append(locale.gettext("Nobody can read ahead."))
    if run.approval:
        words.append(locale.gettext("A Thing is complete once a coach has approved the reflection."))
    return [*words, rule_in_words(programme, locale)]

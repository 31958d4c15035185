"""One page for who answers for a group and does not learn in it: how it went, without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.coach.pace import Step, funnel
from app.cohorts.queries import CohortLine
from app.cohorts.runs import programme_of_run
from app.cohorts.schedule import today_in
from app.errors import NotFound
from app.growth.figures import FEWEST
from app.growth.models import Use
from app.growth.queries import Change, Quote, Whose, figures_by_thing, growth
from app.growth.words import QUESTIONS, USES
from app.insight.links import links_of, report_word
from app.insight.queries import Counts, NextRun, counts_of, next_runs, what_next
from app.insight.quoting import fingerprint, quotes_for_report
from app.sessions.attended import minutes_attended
from app.things.catalogue import Catalogue, Programme
from app.web.i18n import Locale

MOST_QUOTED = 3


@dataclass(frozen=True)
class ChangeLine:
    """One of the three questions, before and after."""

    question: str
    change: Change

    @property
    def pairs(self) -> int:
        return self.change.after.answers


class QuoteLine(NamedTuple):
    """A line that may be quoted; `id` names its words."""

    id: str
    line: str


@dataclass(frozen=True)
class Said:
    """What learners say, as far as it may be told: how many times they say of a Thing that they used it at
    work, will soon, or will not; how sure they are of themselves; and what may be quoted. What is left out is
    for who may show it again."""

    uses: Sequence[tuple[str, int]]
    changes: Sequence[ChangeLine]
    quotes: Sequence[QuoteLine]
    left_out: Sequence[QuoteLine] = ()

    @property
    def answers(self) -> int:
        return sum(count for _, count in self.uses)

    @property
    def has_changes(self) -> bool:
        return any(line.pairs for line in self.changes)

    @property
    def tells_changes(self) -> bool:
        """Whether there are enough answers for any average."""
        return any(line.change.after.value is not None for line in self.changes)


NOTHING_SAID = Said((), (), ())


@dataclass(frozen=True)
class ReportView:
    """`is_small` where so few began that only their numbers are told: anything else might be traced to one of
    them."""

    cohort: CohortLine
    programme: str
    day: date
    counts: Counts
    funnel: Sequence[Step]
    is_small: bool
    minutes: int
    said: Said
    what_next: str
    next_runs: Sequence[NextRun]

    @property
    def hours_each(self) -> float:
        """Of each who began."""
        return self.minutes / 60 / self.counts.began if self.counts.began else 0

    @property
    def hours(self) -> int:
        return round(self.minutes / 60)


def programme_of(catalogue: Catalogue, cohort: CohortLine) -> Programme:
    """As the cohort runs it. Raises NotFound where it is no more."""
    found = catalogue.programme(cohort.programme_slug)
    if found is None:
        raise NotFound
    return programme_of_run(found, cohort.run)


def report_view(db: Session, catalogue: Catalogue, cohort: CohortLine, locale: Locale) -> ReportView:
    """Raises NotFound where the programme is no more."""
    programme = programme_of(catalogue, cohort)
    counts = counts_of(db, cohort, programme, timed=True)
    is_small = counts.began < FEWEST
    return ReportView(
        cohort,
        programme.text(locale.reading_order()).title,
        today_in(cohort.time_zone),
        counts,
        funnel(counts, locale),
        is_small,
        0 if is_small else counts.minutes + minutes_attended(db, cohort.id),
        NOTHING_SAID if is_small else said_in(db, cohort, programme, locale),
        what_next(db, cohort.id),
        next_runs(db, cohort.id),
    )


def said_in(db: Session, cohort: CohortLine, programme: Programme, locale: Locale) -> Said:
    whose = Whose(cohort.organization_id, programme, cohort.id)
    uses: Counter[Use] = Counter()
    for figures in figures_by_thing(db, whose).values():
        uses.update(figures.uses)
    grown = growth(db, whose)
    shown, out = quotes_for_report(db, cohort, programme)
    return Said(
        [(words.translated(locale.gettext), uses[use]) for use, words in USES.items()] if uses else (),
        [
            ChangeLine(words.translated(locale.gettext), grown.changes[name])
            for name, words in QUESTIONS.items()
        ],
        _lines(_chosen(shown))[:MOST_QUOTED],
        _lines(out),
    )


def _lines(found: Iterable[Quote]) -> list[QuoteLine]:
    """The same words stand there once."""
    return [QuoteLine(fingerprint(line), line) for line in dict.fromkeys(quote.line for quote in found)]


def _chosen(found: Sequence[Quote]) -> Iterable[Quote]:
    """Of as many Things as there is room for the newest each, those first that say what was of use."""
    by_thing: dict[str, Quote] = {}
    for quote in sorted(found, key=lambda quote: quote.use is not Use.DID):
        by_thing.setdefault(quote.thing_slug, quote)
    return by_thing.values()


@dataclass(frozen=True)
class LinkLine:
    """An address that somebody was given. One that `is_over` opens nothing any more."""

    id: str
    address: str
    made: str
    until: str
    is_over: bool


def link_lines(
    db: Session, cohort: CohortLine, locale: Locale, *, base_url: str, secret: str
) -> list[LinkLine]:
    today, lines = today_in(cohort.time_zone), []
    for link in links_of(db, cohort.id):
        by = link.made_by.name if link.made_by else locale.gettext("somebody who is no longer here")
        made = locale.gettext("Made by %(name)s on %(date)s")
        until = locale.gettext("until %(date)s") % {"date": locale.date(link.ends_on)} if link.ends_on else ""
        lines.append(
            LinkLine(
                link.public_id,
                f"{base_url}/reports/{report_word(secret, link.public_id)}",
                made % {"name": by, "date": locale.date(link.created_at)},
                until,
                link.ends_on is not None and link.ends_on < today,
            )
        )
    return lines

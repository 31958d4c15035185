"""One page for who answers for a group and does not learn in it: how it went, without names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.coach.pace import Step, funnel
from app.cohorts.queries import CohortLine
from app.cohorts.runs import programme_of_run
from app.cohorts.schedule import today_in
from app.errors import NotFound
from app.insight.links import links_of, report_word
from app.insight.queries import Counts, NextRun, counts_of, next_runs, what_next
from app.things.catalogue import Catalogue
from app.web.i18n import Locale

FEWEST = 5


@dataclass(frozen=True)
class ReportView:
    """`is_small` where so few joined that only their numbers are told: anything else might be traced to one
    of them."""

    cohort: CohortLine
    programme: str
    day: date
    counts: Counts
    funnel: Sequence[Step]
    is_small: bool
    hours: int
    what_next: str
    next_runs: Sequence[NextRun]

    @property
    def hours_each(self) -> float:
        """Of each who began."""
        return self.counts.minutes / 60 / self.counts.began if self.counts.began else 0


def report_view(db: Session, catalogue: Catalogue, cohort: CohortLine, locale: Locale) -> ReportView:
    """Raises NotFound where the programme is no more."""
    found = catalogue.programme(cohort.programme_slug)
    if found is None:
        raise NotFound
    programme = programme_of_run(found, cohort.run)
    counts = counts_of(db, cohort, programme)
    return ReportView(
        cohort,
        programme.text(locale.reading_order()).title,
        today_in(cohort.time_zone),
        counts,
        funnel(counts, locale),
        counts.joined < FEWEST,
        round(counts.minutes / 60),
        what_next(db, cohort.id),
        next_runs(db, cohort.id),
    )


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

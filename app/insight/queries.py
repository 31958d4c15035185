"""How a cohort is getting on, in numbers: who they are is asked of nothing here.

Whoever has ever learned in the cohort has *joined*. Who *left* it, by themselves or because somebody took
them out, counts as having joined and for nothing more: what they do is theirs alone again. Of all others,
also of those whose enrolment has ended, what counts is what their coach sees: that something was begun,
written or completed, whoever may read it. Who *stopped* said so, has done nothing since, and had not
finished; who began and neither stopped nor finished is *underway*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, bindparam, case, distinct, exists, func, not_, select, union
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import GOING_ON, CohortLine
from app.events.models import DEPARTURES, Event
from app.insight.models import WhatNext
from app.progress.hours import minutes_in
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import pack_of
from app.progress.queries import STORED, slugs_of
from app.progress.rules import summary
from app.statements import Statement
from app.things.catalogue import Programme


@dataclass
class Counts:
    """Learners of a cohort, and the `minutes` that what they did takes. `finished_at` is when each who
    finished completed their last Thing."""

    joined: int = 0
    left: int = 0
    began: int = 0
    reflected: int = 0
    halfway: int = 0
    finished: int = 0
    stopped: int = 0
    underway: int = 0
    minutes: int = 0
    finished_at: list[datetime] = field(default_factory=list)
    first_joined_at: datetime | None = None


_in_cohort = Enrolment.cohort_id == bindparam("cohort")
_STANDINGS = Statement(
    select(
        func.coalesce(Enrolment.joined_at, Enrolment.started_at).label("joined_at"),
        not_(GOING_ON).label("has_stopped"),
        exists()
        .where(ThingRecord.enrolment_id == Enrolment.id, ThingRecord.reflected_at.is_not(None))
        .label("has_reflected"),
        select(func.max(ThingRecord.completed_at))
        .where(ThingRecord.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
        .label("last_completed_at"),
        *STORED,
    )
    .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
    .where(_in_cohort)
)
_LEFT = Statement(
    select(func.count(distinct(Event.enrolment_id)))
    .join(Enrolment, Enrolment.id == Event.enrolment_id)
    .where(
        Event.verb.in_(DEPARTURES),
        Event.object_id == bindparam("public_id"),
        Enrolment.cohort_id.is_distinct_from(bindparam("cohort")),
    )
)


def counts_of(db: Session, cohort: CohortLine, programme: Programme, *, timed: bool = False) -> Counts:
    """`programme` is that of the cohort's run. Minutes are counted where `timed`: they take longest."""
    found = Counts()
    ((found.left,),) = _LEFT.rows(db, {"cohort": cohort.id, "public_id": cohort.public_id})
    rows = _STANDINGS.rows(db, {"cohort": cohort.id})
    for row in rows:
        _count(found, row, programme)
        found.minutes += minutes_in(row, programme) if timed else 0
    found.joined = len(rows) + found.left
    found.first_joined_at = min((row.joined_at for row in rows), default=None)
    return found


def _count(found: Counts, row: Any, programme: Programme) -> None:
    where = summary(programme, pack_of(row, programme))
    found.began += row.pack is not None
    found.reflected += bool(row.has_reflected)
    found.halfway += where.needed > 0 and 2 * where.done >= where.needed
    found.finished += where.finished
    found.stopped += bool(row.has_stopped) and not where.finished
    found.underway += row.pack is not None and not row.has_stopped and not where.finished
    if where.finished and row.last_completed_at is not None:
        found.finished_at.append(row.last_completed_at)


class WeekCounts(NamedTuple):
    """Of each week: how many Things were `completed` before its end, since ever, and how many learners did
    something in it."""

    completed: Sequence[int]
    active: Sequence[int]


def weeks_of_work(
    db: Session, cohort: CohortLine, programme: Programme, bounds: Sequence[datetime]
) -> WeekCounts:
    """`bounds` are the beginnings of the weeks, and the end of the last. Somebody did something who ticked an
    activity, wrote about a Thing or completed one, where that still holds."""
    slugs = [slug for thing in programme.things for slug in slugs_of(thing)]
    here = Enrolment.cohort_id == cohort.id
    completed = _by_week(
        db,
        _moments(ThingRecord.completed_at, bounds).where(
            here, ThingRecord.completed_at < bounds[-1], ThingRecord.thing_slug.in_(slugs)
        ),
    )
    active = _by_week(
        db,
        union(
            *(
                _moments(moment, bounds).where(here, moment >= bounds[0], moment < bounds[-1])
                for moment in (Tick.at, ThingRecord.reflected_at, ThingRecord.completed_at)
            )
        ),
    )
    weeks = range(1, len(bounds))
    return WeekCounts(
        [sum(count for week, count in completed.items() if week <= until) for until in weeks],
        [active.get(week, 0) for week in weeks],
    )


def _moments(moment: Any, bounds: Sequence[datetime]) -> Select[Any]:
    """Of each enrolment the week of each moment, from 1; 0 is before all of them."""
    week = case(*((moment < bound, number) for number, bound in enumerate(bounds)), else_=len(bounds))
    facts = moment.class_
    return select(facts.enrolment_id, week.label("week")).join(Enrolment, Enrolment.id == facts.enrolment_id)


def _by_week(db: Session, moments: Select[Any] | CompoundSelect[Any]) -> Mapping[int, int]:
    found = moments.subquery()
    counted = select(found.c.week, func.count()).group_by(found.c.week)
    return {int(week): int(count) for week, count in db.execute(counted)}


class NextRun(NamedTuple):
    """A run of the same programme that was copied from this one."""

    name: str
    starts_on: date | None
    ends_on: date | None


_NEXT = Statement(
    select(Cohort.name, Cohort.starts_on, Cohort.ends_on)
    .where(Cohort.copied_from_id == bindparam("cohort"), Cohort.archived_at.is_(None))
    .order_by(Cohort.starts_on, Cohort.id)
    .limit(2),
    row=NextRun,
)


def next_runs(db: Session, cohort_id: int) -> Sequence[NextRun]:
    """The next one first."""
    found: list[NextRun] = _NEXT.rows(db, {"cohort": cohort_id})
    return found


_WHAT_NEXT = Statement(select(WhatNext.body).where(WhatNext.cohort_id == bindparam("cohort")))


def what_next(db: Session, cohort_id: int) -> str:
    """What the coaches say of it, or ""."""
    found = _WHAT_NEXT.rows(db, {"cohort": cohort_id})
    return found[0].body if found else ""

"""The runs that were copied from a cohort, as its learners are offered them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.cohorts.schedule import today_in
from app.db import BigId
from app.statements import Statement

LOOKED_AT, OFFERED = 20, 3


class NextRun(NamedTuple):
    """One that can be joined with its code, at once or once its coaches agree."""

    name: str
    code: str
    starts_on: date | None
    has_begun: bool


_copies = (
    select(Cohort.id)
    .where(Cohort.copied_from_id == bindparam("cohort", type_=BigId))
    .cte("copies", recursive=True)
)
_copies = _copies.union(select(Cohort.id).join(_copies, Cohort.copied_from_id == _copies.c.id))
_learners = (
    select(func.count())
    .where(Enrolment.cohort_id == Cohort.id, Enrolment.ended_at.is_(None))
    .correlate(Cohort)
    .scalar_subquery()
)
_NEXT = Statement(
    select(Cohort.name, Cohort.code, Cohort.starts_on, Cohort.ends_on, Cohort.time_zone)
    .where(
        Cohort.id.in_(select(_copies.c.id)),
        Cohort.archived_at.is_(None),
        or_(Cohort.seats.is_(None), _learners < Cohort.seats),
    )
    .order_by(Cohort.id.desc())
    .limit(LOOKED_AT)
)


def next_runs_to_join(db: Session, cohort_id: int) -> Sequence[NextRun]:
    """Those copied from a cohort, or from a copy of it, that have a place and have not ended: those to come
    by their beginning, then those that began last."""
    found = []
    for row in _NEXT.rows(db, {"cohort": cohort_id}):
        today = today_in(row.time_zone)
        if row.ends_on is None or row.ends_on >= today:
            has_begun = row.starts_on is not None and row.starts_on <= today
            found.append(NextRun(row.name, row.code, row.starts_on, has_begun))
    coming = sorted((run for run in found if not run.has_begun), key=lambda run: run.starts_on or date.max)
    begun = sorted((run for run in found if run.has_begun), key=lambda run: run.starts_on or date.min)
    return [*coming, *reversed(begun)][:OFFERED]

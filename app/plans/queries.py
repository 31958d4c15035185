"""Reading plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.cohorts.schedule import read_timing
from app.db import BigId
from app.people.viewer import Viewer
from app.plans.models import Plan
from app.plans.weekly import Bounds, WeeklyTime, read_times
from app.statements import Statement


class PlanLine(NamedTuple):
    """A plan with what its times follow."""

    enrolment_id: int
    public_id: str
    programme_slug: str
    text: str
    own_zone: str
    lead: int | None
    created_at: datetime
    ended_at: datetime | None
    timing: str | None
    group_zone: str | None
    ends_on: date | None

    @property
    def times(self) -> tuple[WeeklyTime, ...]:
        """Those that go on."""
        return tuple(weekly for weekly in read_times(self.text) if not weekly.is_over)

    @property
    def bounds(self) -> Bounds:
        zone = ZoneInfo(self.group_zone or self.own_zone)
        return Bounds(zone, self.ends_on, read_timing(self.timing))


_LINES = (
    select(
        Plan.enrolment_id,
        Enrolment.public_id,
        Enrolment.programme_slug,
        Plan.times,
        Plan.time_zone,
        Plan.lead,
        Plan.created_at,
        Enrolment.ended_at,
        Enrolment.timing,
        Cohort.time_zone,
        Cohort.ends_on,
    )
    .join(Enrolment, Enrolment.id == Plan.enrolment_id)
    .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
)
_OF_PERSON = Statement(
    _LINES.where(
        Enrolment.person_id == bindparam("person", type_=BigId),
        or_(
            Enrolment.ended_at.is_(None), Enrolment.ended_at >= bindparam("since", type_=Plan.created_at.type)
        ),
    ).order_by(Plan.enrolment_id),
    row=PlanLine,
)
_OF_ENROLMENT = Statement(
    _LINES.where(Plan.enrolment_id == bindparam("enrolment", type_=BigId)), row=PlanLine
)


def plan_line(db: Session, enrolment_id: int) -> PlanLine | None:
    found: list[PlanLine] = _OF_ENROLMENT.rows(db, {"enrolment": enrolment_id})
    return found[0] if found else None


def plans_of(db: Session, viewer: Viewer, since: datetime) -> Mapping[int, PlanLine]:
    """{enrolment: plan} of the viewer's enrolments that go on, or ended `since` then."""
    found: list[PlanLine] = _OF_PERSON.rows(db, {"person": viewer.person_id, "since": since})
    return {line.enrolment_id: line for line in found}

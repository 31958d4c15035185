"""Making a plan, changing it and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.schedule import read_timing, today_in
from app.events.log import record
from app.plans.models import Plan
from app.plans.weekly import Bounds, WeeklyTime, next_start, read_times, written
from app.statements import insert_once


class Slot(NamedTuple):
    """A weekly time as somebody picks it."""

    weekday: int
    at: time
    minutes: int


def bounds_of(plan: Plan, enrolment: Enrolment, cohort: Cohort | None) -> Bounds:
    zone = ZoneInfo(cohort.time_zone if cohort else plan.time_zone)
    return Bounds(zone, cohort.ends_on if cohort else None, read_timing(enrolment.timing))


def keep_plan(
    db: Session, enrolment: Enrolment, slots: Sequence[Slot], *, time_zone: str, lead: int | None
) -> None:
    """These weekly times from now on. Each keeps its place, by which calendars know it again."""
    plan, _ = insert_once(
        db,
        Plan,
        ["enrolment_id"],
        {"enrolment_id": enrolment.id, "times": "[]", "time_zone": time_zone, "lead": lead},
    )
    cohort, known = enrolment.cohort, read_times(plan.times)
    moved = cohort is None and plan.time_zone != time_zone
    plan.time_zone, plan.lead = time_zone, lead
    today = today_in(cohort.time_zone if cohort else time_zone)
    picked = [
        known[place] if place < len(known) and not moved and _is(known[place], slot) else _picked(slot, today)
        for place, slot in enumerate(slots)
    ]
    followed = [
        weekly if weekly is before else weekly.model_copy(update={"sequence": before.sequence + 1})
        for weekly, before in zip(picked, known, strict=False)
    ]
    over = [_ended(before) for before in known[len(picked) :]]
    if _write(plan, [*followed, *picked[len(followed) :], *over]):
        record(db, enrolment.person_id, "planned", "plan", enrolment.public_id, enrolment_id=enrolment.id)
    place_plan(plan, enrolment, cohort)
    db.flush()


def end_plan(db: Session, enrolment: Enrolment) -> None:
    """No more times come, and calendars take them away. Without a plan nothing happens."""
    plan = db.get(Plan, enrolment.id, with_for_update=True)
    if plan is not None and end_times(plan):
        record(db, enrolment.person_id, "ended", "plan", enrolment.public_id, enrolment_id=enrolment.id)
        db.flush()


def end_times(plan: Plan) -> bool:
    """Whether there were any."""
    plan.next_at = None
    return _write(plan, [_ended(weekly) for weekly in read_times(plan.times)])


def follow_dates(db: Session, *which: ColumnElement[bool]) -> None:
    """After the breaks, the group or its dates changed of some enrolments: their times come on other days,
    and calendars must know."""
    found = (
        select(Plan, Enrolment, Cohort)
        .join(Enrolment, Enrolment.id == Plan.enrolment_id)
        .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(*which)
        .order_by(Plan.enrolment_id)
        .with_for_update(of=Plan)
    )
    for plan, enrolment, cohort in db.execute(found):
        _write(plan, [_changed(weekly) for weekly in read_times(plan.times)])
        place_plan(plan, enrolment, cohort)
    db.flush()


def place_plan(plan: Plan, enrolment: Enrolment, cohort: Cohort | None) -> None:
    """When its next time is looked at; the moment of its reminder is still to come."""
    lead = timedelta(minutes=plan.lead or 0)
    coming = next_start(read_times(plan.times), bounds_of(plan, enrolment, cohort), now() + lead)
    plan.next_at = coming.starts_at - lead if coming else None


def _is(weekly: WeeklyTime, slot: Slot) -> bool:
    return not weekly.is_over and slot == (weekly.weekday, weekly.at, weekly.minutes)


def _picked(slot: Slot, today: date) -> WeeklyTime:
    return WeeklyTime(weekday=slot.weekday, at=slot.at, minutes=slot.minutes, since=today, changed_at=now())


def _changed(weekly: WeeklyTime) -> WeeklyTime:
    if weekly.is_over:
        return weekly
    return weekly.model_copy(update={"sequence": weekly.sequence + 1, "changed_at": now()})


def _ended(weekly: WeeklyTime) -> WeeklyTime:
    return _changed(weekly).model_copy(update={"is_over": True})


def _write(plan: Plan, times: Sequence[WeeklyTime]) -> bool:
    """Whether that changes anything."""
    text = written(times)
    if plan.times == text:
        return False
    plan.times, plan.changed_at = text, now()
    return True

"""Reminders at the times that people picked, with the steps that fit into them. They are looked for every
five minutes. Nobody gets one in a break, after stopping or the end of the run, nor who has finished: their
plan ends with that. Who does nothing for five weeks gets none until they do something; they are asked whether
to pause instead (app/learn/reminders.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.courses import course_of
from app.cohorts.models import Cohort, Enrolment
from app.jobs.services import Task
from app.journals.letters import Desk
from app.learn.now import step_line
from app.learn.reminders import pause_token
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.mail.services import Letter
from app.notices.models import PLAN, Frequency
from app.notices.queries import frequency_of
from app.people.models import Person
from app.plans.models import Plan
from app.plans.services import bounds_of, end_times, place_plan
from app.plans.weekly import Coming, next_end, read_times
from app.progress.fitting import Fitting, what_fits
from app.progress.packs import pack_of
from app.progress.queries import seen
from app.progress.rules import summary
from app.things.catalogue import Catalogue, Programme
from app.web.i18n import Locale, message

PLAN_LETTER = Letter("plan")
MAIL_PLANS = Task("mail-plans")
EVERY_FIVE_MINUTES = "*/5 * * * *"
AWAY = timedelta(weeks=5)
BATCH = 100


def mail_plans(db: Session, *, catalogue: Callable[[], Catalogue], after: int = 0) -> None:
    """Some plans at a time; the next ones are a job of their own."""
    at = now()
    wanted = frequency_of(Person.id, literal(PLAN)) != Frequency.NEVER.value
    due = (
        select(Plan, Enrolment, Person, Cohort, wanted.label("wanted"))
        .join(Enrolment, Enrolment.id == Plan.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Plan.next_at <= at, Plan.enrolment_id > after)
        .order_by(Plan.enrolment_id)
        .limit(BATCH)
        .with_for_update(of=Plan)
    )
    found = db.execute(due).all()
    for row in found:
        _look_at(db, row, catalogue(), at)
    db.flush()
    if len(found) == BATCH:
        last = found[-1].Plan.enrolment_id
        MAIL_PLANS.later(db, key=f"plans:{at:%Y-%m-%dT%H:%M}:{last}", after=last)


def _look_at(db: Session, row: Any, catalogue: Catalogue, at: datetime) -> None:
    plan, enrolment, cohort = row.Plan, row.Enrolment, row.Cohort
    programme = catalogue.programme(enrolment.programme_slug)
    if enrolment.ended_at is not None or (programme and _has_finished(db, enrolment, programme)):
        end_times(plan)
        return
    coming = next_end(read_times(plan.times), bounds_of(plan, enrolment, cohort), at)
    if coming is not None and row.wanted and _is_due(plan, coming, at) and _is_there(enrolment, plan, cohort):
        _remind(db, plan, enrolment, row.Person, coming)
    place_plan(plan, enrolment, cohort)


def _is_due(plan: Plan, coming: Coming, at: datetime) -> bool:
    return plan.lead is not None and coming.starts_at - timedelta(minutes=plan.lead) <= at


def _is_there(enrolment: Enrolment, plan: Plan, cohort: Cohort | None) -> bool:
    is_away = max(enrolment.last_active_at, plan.changed_at) < now() - AWAY
    return not (is_away or enrolment.has_stopped or (cohort and cohort.archived_at))


def _remind(db: Session, plan: Plan, enrolment: Enrolment, person: Person, coming: Coming) -> None:
    if person.confirmed_address is None:
        return
    plan.reminded_at = now()
    PLAN_LETTER.post(
        db,
        person.id,
        person.language or person.last_language,
        once=f"plan {enrolment.public_id} {coming.starts_at:%Y-%m-%dT%H:%M}",
        enrolment_id=enrolment.id,
        starts_at=coming.starts_at.isoformat(),
    )


def _has_finished(db: Session, enrolment: Enrolment, programme: Programme) -> bool:
    row = seen(db, enrolment.id)
    run = course_of(programme, row).programme
    return summary(run, pack_of(row, run)).finished


def plan_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """None where the time is over or was changed, or nothing is left that could be done then."""
    enrolment, person = db.get(Enrolment, mail.details["enrolment_id"]), db.get(Person, mail.person_id)
    plan = db.get(Plan, mail.details["enrolment_id"])
    if enrolment is None or plan is None or person is None or person.confirmed_address is None:
        return None
    cohort = db.get(Cohort, enrolment.cohort_id) if enrolment.cohort_id else None
    programme = desk.catalogue().programme(enrolment.programme_slug)
    coming = next_end(read_times(plan.times), bounds_of(plan, enrolment, cohort), now())
    is_same = coming is not None and coming.starts_at.isoformat() == mail.details["starts_at"]
    if coming is None or programme is None or not is_same or enrolment.ended_at or enrolment.has_stopped:
        return None
    fitting = _fitting(db, enrolment, programme, coming.time.minutes)
    if not fitting.steps:
        return None
    known, unsubscribe = programme, desk.unsubscribe(person, PLAN)
    zone = ZoneInfo(cohort.time_zone if cohort else plan.time_zone)
    own = f"{desk.base_url}/enrolments/{enrolment.public_id}"

    def values(locale: Locale) -> Mapping[str, Any]:
        lines = [step_line(step, locale) for step in fitting.steps]
        return {
            "title": known.text(locale.reading_order()).title,
            "steps": [line._replace(url=desk.base_url + line.url) for line in lines],
            "fits": fitting.fits,
            "time": f"{coming.starts_at.astimezone(zone):%H:%M}",
            "minutes": coming.time.minutes,
            "plan_url": f"{own}/plan",
            "pause_url": f"{desk.base_url}/pause/{pause_token(desk.secret, enrolment.public_id)}",
            "unsubscribe": unsubscribe,
        }

    reader = Reader(person.name, person.confirmed_address, person.language)
    subject = message("Your %(minutes)s minutes: the next step", minutes=coming.time.minutes)
    return Written(reader, subject, "emails/plan.html", values, unsubscribe)


def _fitting(db: Session, enrolment: Enrolment, programme: Programme, minutes: int) -> Fitting:
    row = seen(db, enrolment.id)
    course = course_of(programme, row)
    return what_fits(course, pack_of(row, course.programme), row, minutes)

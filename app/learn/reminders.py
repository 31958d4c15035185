"""Reminders for who was away: after 14 and 28 days with the next step, after 42 with the offer of a break,
then none. Whoever does something begins anew; who takes a break, has stopped or has finished is left in
peace, and so is who was reminded of their own plan within a week."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, literal, or_, select
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.letters import next_thing_of, step_in_words
from app.cohorts.models import DEFAULT_ZONE, Cohort, Enrolment
from app.cohorts.queries import GOING_ON
from app.cohorts.schedule import read_timing, today_in
from app.jobs.models import Priority
from app.jobs.services import Task
from app.journals.letters import Desk
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.mail.services import Letter
from app.notices.models import REMINDER, Frequency
from app.notices.queries import frequency_of
from app.notices.services import begin_mail
from app.people.models import Person
from app.people.queries import confirmed
from app.plans.models import Plan
from app.web.i18n import Locale, message

REMINDER_LETTER = Letter("reminder", Priority.BULK)
MAIL_REMINDERS = Task("mail-reminders", Priority.BULK)
EACH_DAY = "0 9 * * *"
AFTER = (timedelta(days=14), timedelta(days=28), timedelta(days=42))
WITHIN = timedelta(days=7)
"""Nobody is reminded later than that: the site was down, or their address was not confirmed."""
SUBJECTS = (
    message("Your next step waits for you"),
    message("Your next step waits for you"),
    message("Shall we pause this for you?"),
)
BATCH = 100
WEEK = timedelta(days=7)


def mail_reminders(db: Session, *, after: int = 0) -> None:
    """Some enrolments at a time; the next ones are a job of their own."""
    at = now()
    active = Enrolment.last_active_at
    away = or_(*(active.between(at - days - WITHIN, at - days) for days in AFTER))
    due = (
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Enrolment.id > after,
            Enrolment.ended_at.is_(None),
            away,
            GOING_ON,
            Cohort.archived_at.is_(None),
            confirmed(Person),
            frequency_of(Person.id, literal(REMINDER)) != Frequency.NEVER.value,
            ~exists().where(Plan.enrolment_id == Enrolment.id, Plan.reminded_at > at - WEEK),
        )
        .order_by(Enrolment.id)
        .limit(BATCH)
        .with_for_update(of=Person, key_share=True)
    )
    found = db.execute(due).all()
    for row in found:
        _remind(db, row.Enrolment, row.Person, at)
    if len(found) == BATCH:
        last = found[-1].Enrolment.id
        MAIL_REMINDERS.later(db, key=f"reminders:{at:%Y-%m-%d}:{last}", after=last)


def step_due(last_active: datetime, at: datetime) -> int | None:
    """Which of the three it is time for."""
    away = at - last_active
    return next((step for step, days in enumerate(AFTER) if days <= away <= days + WITHIN), None)


def _remind(db: Session, enrolment: Enrolment, person: Person, at: datetime) -> None:
    """Each of the three once for each time of being away."""
    step = step_due(enrolment.last_active_at, at)
    name = f"away {enrolment.id} {step} {enrolment.last_active_at:%y%m%d}"
    if begin_mail(db, person.id, name, since=at - WEEK) is not None:
        language = person.language or person.last_language
        REMINDER_LETTER.post(
            db, person.id, language, once=f"{person.public_id} {name}", enrolment_id=enrolment.id, step=step
        )


def reminder_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """None for who came back meanwhile, takes a break, or has nothing left to do."""
    enrolment, person = db.get(Enrolment, mail.details["enrolment_id"]), db.get(Person, mail.person_id)
    if enrolment is None or person is None or person.confirmed_address is None:
        return None
    step = mail.details["step"]
    cohort = db.get(Cohort, enrolment.cohort_id) if enrolment.cohort_id else None
    today = today_in(cohort.time_zone if cohort else DEFAULT_ZONE)
    back = enrolment.last_active_at > now() - AFTER[step]
    programme = desk.catalogue().programme(enrolment.programme_slug)
    paused = read_timing(enrolment.timing).paused_on(today)
    if back or enrolment.has_stopped or paused or enrolment.ended_at or programme is None:
        return None
    known, thing = programme, next_thing_of(db, enrolment.id, programme)
    if thing is None:
        return None
    unsubscribe = desk.unsubscribe(person, REMINDER)

    def values(locale: Locale) -> Mapping[str, Any]:
        words, path = step_in_words(thing, locale)
        return {
            "title": known.text(locale.reading_order()).title,
            "step": words,
            "url": f"{desk.base_url}{path}",
            "offers_pause": step == len(AFTER) - 1,
            "pause_url": f"{desk.base_url}/pause/{pause_token(desk.secret, enrolment.public_id)}",
            "unsubscribe": unsubscribe,
        }

    reader = Reader(person.name, person.confirmed_address, person.language)
    return Written(reader, SUBJECTS[step], "emails/reminder.html", values, unsubscribe)


def pause_token(secret: str, public_id: str) -> str:
    """The word in a mailed link that takes a break: it follows from the site's secret and is kept nowhere."""
    digest = hmac.digest(secret.encode(), f"pause {public_id}".encode(), hashlib.sha256)
    return f"{public_id}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


def read_pause_token(secret: str, token: str) -> str | None:
    """The enrolment that it is for; None for a word that this site has not made."""
    public_id = token.partition(".")[0]
    made = pause_token(secret, public_id)
    return public_id if hmac.compare_digest(made.encode(), token.encode()) else None

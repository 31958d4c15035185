"""The Monday mail: who needs a coach in each of their groups, the same ten as on the page, without a word of
what anybody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, literal, select
from sqlalchemy.orm import Session

from app.clock import now
from app.coach.today import reason_in_words
from app.coaching.attention import SHOWN, Case
from app.coaching.needs import who_needs_somebody
from app.cohorts.models import CohortCoach
from app.cohorts.queries import CohortLine, coached_cohort
from app.cohorts.runs import programme_of_run
from app.jobs.models import Priority
from app.jobs.services import Task
from app.journals.letters import Desk
from app.journals.notices import on_one_line
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.mail.services import Letter
from app.notices.models import MONDAY, Frequency
from app.notices.queries import frequency_of
from app.notices.services import begin_mail
from app.people.models import Person
from app.people.queries import confirmed
from app.progress.viewers import absent_viewer
from app.things.catalogue import Catalogue
from app.web.i18n import Locale, message

MONDAY_LETTER = Letter("monday", Priority.BULK)
MAIL_MONDAY = Task("mail-monday", Priority.BULK)
EACH_MONDAY = "30 6 * * 1"
"""Before the digests: of the mails that count it is the one that a coach needs."""
BATCH = 50
WEEK, EARLIER, LATEST = timedelta(days=7), timedelta(hours=1), timedelta(days=2)


def mail_monday(db: Session, *, day: str = "", after: int = 0) -> None:
    """A letter for each coach with a confirmed address who wants it, some people at a time. Who it is about
    is looked up when it is sent."""
    this = day or now().date().isoformat()
    coaches = (
        select(Person)
        .where(
            Person.id > after,
            confirmed(Person),
            exists().where(CohortCoach.person_id == Person.id, CohortCoach.ended_at.is_(None)),
            frequency_of(Person.id, literal(MONDAY)) != Frequency.NEVER.value,
        )
        .order_by(Person.id)
        .limit(BATCH)
        .with_for_update(key_share=True)
    )
    found = db.scalars(coaches).all()
    for person in found:
        if begin_mail(db, person.id, f"monday {this}", since=now() - WEEK + EARLIER) is not None:
            once = f"{person.public_id} monday {this}"
            MONDAY_LETTER.post(db, person.id, person.language or person.last_language, once=once, day=this)
    if len(found) == BATCH:
        last = found[-1].id
        MAIL_MONDAY.later(db, key=f"monday:{this}:{last}", day=this, after=last)


def monday_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """None where nobody needs them, or the letter is days too late."""
    person = db.get(Person, mail.person_id)
    if person is None or person.confirmed_address is None:
        return None
    if now().date() - date.fromisoformat(mail.details["day"]) > LATEST:
        return None
    groups = _groups(db, person.id, desk.catalogue())
    if not groups:
        return None
    unsubscribe = desk.unsubscribe(person, MONDAY)

    def values(locale: Locale) -> Mapping[str, Any]:
        lines = [_in_words(cohort, cases, desk.base_url, locale) for cohort, cases in groups]
        return {"groups": lines, "unsubscribe": unsubscribe}

    reader = Reader(person.name, person.confirmed_address, person.language)
    return Written(reader, message("Who needs you this week"), "emails/monday.html", values, unsubscribe)


def _groups(db: Session, person_id: int, catalogue: Catalogue) -> list[tuple[CohortLine, list[Case]]]:
    """Those that have somebody who needs this coach."""
    viewer = absent_viewer(db, person_id)
    groups = []
    for membership in viewer.coached if viewer else ():
        cohort = coached_cohort(db, viewer, membership.public_id) if viewer else None
        programme = catalogue.programme(cohort.programme_slug) if cohort else None
        if viewer and cohort and programme:
            cases = who_needs_somebody(db, viewer, cohort, programme_of_run(programme, cohort.run))
            groups.append((cohort, cases[:SHOWN]))
    return [(cohort, cases) for cohort, cases in groups if cases]


def _in_words(cohort: CohortLine, cases: list[Case], base_url: str, locale: Locale) -> Mapping[str, Any]:
    base = f"{base_url}/cohorts/{cohort.public_id}/coach"
    people = [
        (on_one_line(case.name), reason_in_words(case, locale), f"{base}/learners/{case.handle}")
        for case in cases
    ]
    return {"name": on_one_line(cohort.name), "url": f"{base}/today", "people": people}

"""Letters from coaches, written when they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.coaching.models import Nudge
from app.cohorts.courses import course_of
from app.cohorts.models import Enrolment
from app.journals.letters import Desk
from app.journals.notices import on_one_line
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.notices.models import Kind
from app.people.models import Person
from app.progress.next_steps import next_to_do
from app.progress.packs import pack_of
from app.progress.queries import seen
from app.things.catalogue import Catalogue, Programme, Thing
from app.web.i18n import Locale, message


def next_thing_of(db: Session, enrolment_id: int, programme: Programme) -> Thing | None:
    """As their own pages have it; None where nothing is left, or nothing more can be read yet."""
    row = seen(db, enrolment_id)
    course = course_of(programme.whole or programme, row)
    return next_to_do(course, pack_of(row, course.programme))


def step_in_words(thing: Thing | None, locale: Locale) -> tuple[str, str]:
    """ "Thing 7: Make a podcast playlist, about 30 minutes", and its path; empty without one."""
    if thing is None:
        return "", ""
    names = {"number": thing.label, "title": thing.text(locale.reading_order()).title}
    words = locale.gettext("Thing %(number)s: %(title)s") % names
    if thing.minutes:
        minutes = locale.ngettext("about one minute", "about %(num)s minutes", thing.minutes)
        words = f"{words}, {minutes % {'num': thing.minutes}}"
    return words, f"/programmes/{thing.programme}/{thing.slug}"


def message_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """A coach's message with the reader's next step. None where the coach is no more, or they left."""
    nudge = db.get(Nudge, mail.details["nudge_id"])
    person = db.get(Person, mail.person_id)
    sender = db.get(Person, nudge.sender_id) if nudge and nudge.sender_id else None
    if nudge is None or person is None or sender is None or person.confirmed_address is None:
        return None
    unsubscribe = desk.unsubscribe(person, Kind.MESSAGE)

    def values(locale: Locale) -> Mapping[str, Any]:
        step, path = _step(db, nudge, desk.catalogue(), locale)
        url = f"{desk.base_url}{path}" if path else ""
        told = {"sender": sender.name, "body": nudge.body, "step": step, "url": url}
        return {**told, "unsubscribe": unsubscribe}

    reader = Reader(person.name, person.confirmed_address, nudge.language)
    subject = message("%(name)s wrote to you", name=on_one_line(sender.name))
    return Written(reader, subject, "emails/message.html", values, unsubscribe)


def _step(db: Session, nudge: Nudge, catalogue: Catalogue, locale: Locale) -> tuple[str, str]:
    enrolment = db.get(Enrolment, nudge.enrolment_id)
    programme = catalogue.programme(enrolment.programme_slug) if enrolment else None
    if enrolment is None or programme is None or enrolment.ended_at is not None:
        return "", ""
    return step_in_words(next_thing_of(db, enrolment.id, programme), locale)

"""Work in the background, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.mail.models import Mail
from app.mail.services import SEND
from app.people.models import Person
from app.web.i18n import Locale, message

WORK = {
    "mail-password-link": message("Find out whose password is forgotten"),
    "mail-address-link": message("Prepare a mail to confirm an address"),
    "tidy": message("Forget what nobody needs any more"),
}
LETTERS = {
    "new-password": message("Mail to %(name)s: link for a new password"),
    "confirm-address": message("Mail to %(name)s: confirm the address"),
    "password-changed": message("Mail to %(name)s: the password was changed"),
    "address-changed": message("Mail to %(name)s: the address was changed"),
    "address-taken": message("Mail to %(name)s: the address has an account already"),
    "trial": message("Mail to %(name)s: trial"),
}


@dataclass(frozen=True)
class Line:
    """A job and what it was to do."""

    job: Job
    what: str


def lines(db: Session, jobs: Sequence[Job], locale: Locale) -> list[Line]:
    ids = [job.arguments.get("mail_id") for job in jobs if job.kind == SEND.name]
    of_mail = select(Mail.id, Mail.letter, Person.name).join(Person, Person.id == Mail.person_id)
    letters = {row.id: (row.letter, row.name) for row in db.execute(of_mail.where(Mail.id.in_(ids)))}
    return [Line(job, _what(job, letters.get(job.arguments.get("mail_id", 0)), locale)) for job in jobs]


def _what(job: Job, letter: tuple[str, str] | None, locale: Locale) -> str:
    if letter is not None and letter[0] in LETTERS:
        return locale.gettext(LETTERS[letter[0]].text) % {"name": letter[1]}
    work = WORK.get(job.kind)
    return work.translated(locale.gettext) if work else job.kind

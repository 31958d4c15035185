"""Letters about the site itself."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.jobs.models import Priority
from app.mail.models import Mail
from app.mail.postman import Written
from app.mail.services import Letter
from app.people.letters import reader_of
from app.people.models import Person
from app.web.i18n import message

TRIAL = Letter("trial", Priority.URGENT)


def trial_letter(db: Session, mail: Mail) -> Written | None:
    person = db.get(Person, mail.person_id)
    reader = reader_of(person) if person else None
    values = {"at": mail.created_at}
    return Written(reader, message("Mail works"), "emails/trial.html", values) if reader else None

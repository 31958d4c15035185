"""Everything that happens in the background: which function does which work, who writes which letter, and
what comes back by itself."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from app.db import Database
from app.jobs.models import Priority
from app.jobs.schedules import Recurring
from app.jobs.services import Task, forget_dead
from app.jobs.worker import Worker
from app.journals.search_index import CATCH_UP, catch_up, forget_words
from app.mail.postman import Postman
from app.mail.services import SEND, forget_ended
from app.mail.stationery import Stationery
from app.mail.transport import Folder, Smtp
from app.organize.letters import TRIAL, trial_letter
from app.people import letters
from app.people.mailed_links import (
    MAIL_ADDRESS_LINK,
    MAIL_PASSWORD_LINK,
    mail_address_link,
    mail_password_link,
    mailed_token,
)
from app.people.queries import organization
from app.people.services import forget_expired_sessions
from app.settings import Settings

TIDY = Task("tidy", Priority.BULK)
SCHEDULES = (Recurring(TIDY, "10 3 * * *"), Recurring(CATCH_UP, "*/10 * * * *"))


def make_worker(settings: Settings, database: Database, *, threads: int = 1) -> Worker:
    secret = settings.secret()
    return Worker(
        database,
        {
            SEND: make_postman(settings).deliver,
            MAIL_PASSWORD_LINK: partial(mail_password_link, secret=secret),
            MAIL_ADDRESS_LINK: mail_address_link,
            TIDY: tidy,
            CATCH_UP: catch_up,
        },
        SCHEDULES,
        zone=settings.time_zone,
        threads=threads,
    )


def make_postman(settings: Settings) -> Postman:
    secret = settings.secret()
    return Postman(
        Smtp(settings.smtp) if settings.smtp else Folder(settings.mail_dir),
        Stationery(settings.time_zone),
        {
            letters.NEW_PASSWORD: partial(
                letters.new_password, token=partial(mailed_token, secret, "password")
            ),
            letters.CONFIRM_ADDRESS: partial(
                letters.confirm_address, token=partial(mailed_token, secret, "address")
            ),
            letters.PASSWORD_CHANGED: letters.password_changed,
            letters.ADDRESS_CHANGED: letters.address_changed,
            letters.ADDRESS_TAKEN: letters.address_taken,
            TRIAL: trial_letter,
        },
        base_url=settings.base_url,
        sender=settings.sender,
        site_name=_site_name,
    )


def tidy(db: Session) -> None:
    """What nobody needs any more."""
    forget_ended(db)
    forget_dead(db)
    forget_expired_sessions(db)
    forget_words(db)


def _site_name(db: Session) -> str:
    found = organization(db)
    return found.name if found else "Dingen"

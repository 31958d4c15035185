"""Everything that happens in the background: which function does which work, who writes which letter, and
what comes back by itself."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.blogs import polling
from app.blogs.fetch import Fetcher
from app.coach.monday import EACH_MONDAY, MAIL_MONDAY, MONDAY_LETTER, mail_monday, monday_letter
from app.coaching.conversation_letters import CONVERSATION_LETTER, conversation_letter
from app.coaching.letters import message_letter
from app.coaching.nudges import MESSAGE
from app.cohorts.announcing import TELL_ANNOUNCEMENT, tell_of_announcement
from app.cohorts.invitations import PURPOSE, WRITE_INVITATIONS, forget_invitations, write_invitations
from app.cohorts.letters import INVITED, invited_letter
from app.cohorts.new_coaches import TELL_OF_COACH, tell_of_coach
from app.db import Database
from app.growth.ballots import tell_what_waits
from app.jobs.models import Priority
from app.jobs.schedules import Recurring
from app.jobs.services import Task, forget_dead
from app.jobs.worker import Worker
from app.journals.digests import (
    AT_ONCE_LETTER,
    DIGEST_LETTER,
    EACH_MORNING,
    MAIL_DIGESTS,
    mail_digests,
    mail_notice,
)
from app.journals.letters import Desk, digest_letter, notice_letter
from app.journals.search_index import CATCH_UP, catch_up, forget_words
from app.learn.plan_letters import EVERY_FIVE_MINUTES, MAIL_PLANS, PLAN_LETTER, mail_plans, plan_letter
from app.learn.reminders import (
    EACH_DAY,
    MAIL_REMINDERS,
    REMINDER_LETTER,
    mail_reminders,
    reminder_letter,
)
from app.mail.postman import Postman
from app.mail.services import SEND, forget_ended
from app.mail.stationery import Stationery
from app.mail.transport import Folder, Smtp
from app.moderation.services import forget_copies
from app.notices.services import MAIL_NOTICE, forget_notices
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
from app.sessions.telling import EVERY_TEN_MINUTES, REMIND, TELL, remind_of_sessions, tell_of_session
from app.settings import Settings
from app.things.library import Library

TIDY = Task("tidy", Priority.BULK)
SCHEDULES = (
    Recurring(TIDY, "10 3 * * *"),
    Recurring(MAIL_MONDAY, EACH_MONDAY),
    Recurring(MAIL_DIGESTS, EACH_MORNING),
    Recurring(MAIL_REMINDERS, EACH_DAY),
    Recurring(MAIL_PLANS, EVERY_FIVE_MINUTES),
    Recurring(CATCH_UP, "*/10 * * * *"),
    Recurring(REMIND, EVERY_TEN_MINUTES),
    Recurring(polling.POLL, polling.EVERY_MINUTE),
)


def make_worker(
    settings: Settings,
    database: Database,
    *,
    threads: int = 1,
    library: Library | None = None,
    fetcher: Fetcher | None = None,
    poll_threads: int = polling.THREADS,
) -> Worker:
    """`library` is that of the process, where it has one; `fetcher` and `poll_threads` are other ones in
    tests."""
    secret, zone = settings.secret(), ZoneInfo(settings.time_zone)
    library = library or Library(settings.content_dir)
    return Worker(
        database,
        {
            SEND: make_postman(settings, library).deliver,
            MAIL_NOTICE: mail_notice,
            TELL: tell_of_session,
            TELL_ANNOUNCEMENT: tell_of_announcement,
            TELL_OF_COACH: tell_of_coach,
            REMIND: remind_of_sessions,
            MAIL_DIGESTS: partial(mail_digests, zone=zone),
            MAIL_MONDAY: mail_monday,
            MAIL_REMINDERS: mail_reminders,
            MAIL_PLANS: partial(mail_plans, catalogue=lambda: library.catalogue),
            MAIL_PASSWORD_LINK: partial(mail_password_link, secret=secret),
            MAIL_ADDRESS_LINK: mail_address_link,
            polling.POLL: partial(
                polling.poll_due,
                fetcher=fetcher or Fetcher(settings.base_url),
                catalogue=lambda: library.catalogue,
                threads=poll_threads,
            ),
            WRITE_INVITATIONS: write_invitations,
            TIDY: tidy,
            CATCH_UP: catch_up,
        },
        SCHEDULES,
        zone=settings.time_zone,
        threads=threads,
    )


def make_postman(settings: Settings, library: Library) -> Postman:
    secret = settings.secret()
    desk = Desk(secret, settings.base_url, lambda: library.catalogue, settings.sender)
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
            REMINDER_LETTER: partial(reminder_letter, desk=desk),
            PLAN_LETTER: partial(plan_letter, desk=desk),
            INVITED: partial(
                invited_letter,
                token=partial(mailed_token, secret, PURPOSE),
                catalogue=lambda: library.catalogue,
            ),
            MONDAY_LETTER: partial(monday_letter, desk=desk),
            MESSAGE: partial(message_letter, desk=desk),
            CONVERSATION_LETTER: partial(conversation_letter, desk=desk),
            AT_ONCE_LETTER: partial(notice_letter, desk=desk),
            DIGEST_LETTER: partial(digest_letter, desk=desk),
        },
        base_url=settings.base_url,
        sender=settings.sender,
        site_name=_site_name,
    )


def tidy(database: Database) -> None:
    """What nobody needs any more, and answers that waited long enough; one kind after the other, so
    that none keeps the lock for long."""
    for forget in (
        forget_ended,
        forget_dead,
        forget_expired_sessions,
        forget_notices,
        forget_copies,
        forget_words,
        forget_invitations,
        tell_what_waits,
    ):
        with database.transaction() as db:
            forget(db)


def _site_name(db: Session) -> str:
    found = organization(db)
    return found.name if found else "Dingen"

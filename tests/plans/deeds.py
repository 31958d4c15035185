"""Plans in tests, made by the form as everybody does."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from app.clock import now, set_to
from app.cohorts.queries import active_enrolment
from app.learn.plan_letters import MAIL_PLANS
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.pages import see
from tests.sessions.deeds import ZONE

THURSDAY = {"weekday_1": "3", "at_1": "09:30", "minutes_1": "30", "lead": "0"}


def course(site: Site, person: Person | None = None) -> str:
    """Where what belongs to their enrolment is."""
    with site.db() as db:
        found = active_enrolment(db, (person or site.cast.learner).id, PROGRAMME)
        assert found is not None
        return f"/enrolments/{found.public_id}"


def pick(site: Site, person: Person | None = None, **fields: Any) -> None:
    who = person or site.cast.learner
    see(site.client(who).post(f"{course(site, who)}/plan", data={**THURSDAY, **fields}), 303)


def thursday(weeks: int = 0, hour: int = 9, minute: int = 30) -> datetime:
    """The next Thursday at this hour in Brussels, or one of some weeks later."""
    local = now().astimezone(ZONE)
    day = local.date() + timedelta(days=(3 - local.weekday()) % 7 or 7, weeks=weeks)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def look(site: Site, at: datetime, to: str = "lena@example.org") -> list[EmailMessage]:
    """What the work of that moment mails to somebody."""
    with set_to(at):
        with site.db() as db:
            MAIL_PLANS.later(db)
        return [letter for letter in site.mail() if letter["To"].addresses[0].addr_spec == to]

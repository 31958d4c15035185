"""The report of a group as it comes out of a printer."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Browser

from app.coach.report_forms import LONGEST_NEXT
from app.cohorts.models import Mode
from app.cohorts.queries import active_enrolment
from app.cohorts.running import copy_cohort
from app.cohorts.services import create_cohort
from app.growth.models import Moment, Use
from app.growth.services import Sureness, add_line, rate_oneself, say_use
from app.insight.links import make_link, report_word
from app.insight.services import write_what_next
from app.people.queries import person_by_email
from app.progress.models import ProgressState
from app.progress.viewers import absent_viewer
from app.sessions.queries import managed_cohort
from app.web.i18n import LANGUAGE_COOKIE, LANGUAGES
from tests.browser.server import Server
from tests.browser.stage import DEMO, PEOPLE
from tests.deeds import crowd

pytestmark = pytest.mark.browser
LONGEST_LINE = 300
SENTENCE = "Onze bibliotheekmedewerkers experimenteren met toegankelijkheidsverbeteringen. "
LEARNERS = 500


def of_length(length: int) -> str:
    return (SENTENCE * length)[:length]


@pytest.fixture(scope="module")
def full_report(server: Server) -> str:
    """The address of a report with all that can be on it."""
    things = server.app.state.library.catalogue.programmes[DEMO].things
    with server.db() as db:
        organizer = person_by_email(db, PEOPLE["organizer"])
        assert organizer is not None
        cohort = create_cohort(
            db,
            organization_id=organizer.organization_id,
            created_by_id=organizer.id,
            programme_slug=DEMO,
            name=of_length(110),
            mode=Mode.COACH_LED,
            starts_on=date(2026, 9, 21),
            ends_on=date(2026, 12, 20),
        )
        for number, person in enumerate(crowd(db, [f"Jan {n:03}" for n in range(LEARNERS)], cohort)):
            enrolment = active_enrolment(db, person.id, DEMO)
            assert enrolment is not None
            db.add(ProgressState(enrolment_id=enrolment.id, digest="", pack={things[0].slug: "started"}))
            rate_oneself(db, enrolment.id, Moment.START, Sureness(2, 2, 2))
            rate_oneself(db, enrolment.id, Moment.END, Sureness(4, 4, 4))
            if number < len(things):
                say_use(db, enrolment.id, things[number], Use.DID)
                add_line(db, enrolment.id, things[number], of_length(LONGEST_LINE), quotable=True)
        for once in ("1", "2"):
            copy_cohort(
                db,
                cohort,
                name=of_length(110),
                starts_on=date(2027, 1, 4),
                is_next=True,
                actor_id=organizer.id,
                once=once,
            )
        public_id, organizer_id = cohort.public_id, organizer.id
    return _given(server, public_id, organizer_id)


def _given(server: Server, public_id: str, organizer_id: int) -> str:
    with server.db() as db:
        viewer = absent_viewer(db, organizer_id)
        assert viewer is not None
        group = managed_cohort(db, viewer, public_id)
        write_what_next(db, viewer, group, of_length(LONGEST_NEXT))
        link = make_link(db, viewer, group, ends_on=None, once=None)
        return f"/reports/{report_word(server.app.state.settings.secret(), link.public_id)}"


def sheets(browser: Browser, server: Server, address: str, language: str) -> int:
    context = browser.new_context(base_url=server.url)
    context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": server.url}])
    window = context.new_page()
    window.goto(address)
    printed = window.pdf(format="A4")
    context.close()
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_one_sheet(
    browser: Browser, server: Server, names: dict[str, str], full_report: str, language: str
) -> None:
    """That of the demo, and one of five hundred learners with all that can be on it."""
    assert sheets(browser, server, f"/reports/{names['report_token']}", language) == 1
    assert sheets(browser, server, full_report, language) == 1

"""Who was away: reminders that end, a break from a mail, and what home offers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update

from app.background import SCHEDULES
from app.clock import now, set_to
from app.cohorts.models import Cohort
from app.cohorts.queries import active_enrolment
from app.cohorts.running import copy_cohort
from app.journals.services import join_cohort
from app.learn.reminders import MAIL_REMINDERS
from app.notices.models import REMINDER, Frequency
from app.notices.services import choose
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import finish, tick
from tests.mail.letters import text_of
from tests.pages import see, words


@pytest.fixture
def away(site: Site) -> Site:
    """The learner did something now; everyone's address is confirmed, and only the learner wants reminders."""
    tick(site, site.cast.learner, "first/a")
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
        for person in (site.cast.peer, site.cast.other_learner, site.cast.loner):
            choose(db, person.id, {REMINDER: Frequency.NEVER})
    return site


def remind(site: Site, at: datetime) -> list[EmailMessage]:
    with set_to(at):
        with site.db() as db:
            MAIL_REMINDERS.later(db)
        return [letter for letter in site.mail() if letter["To"].endswith("<lena@example.org>")]


def after(days: float) -> datetime:
    return now() + timedelta(days=days)


def enrolment_id(site: Site) -> str:
    with site.db() as db:
        found = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert found is not None
        return found.public_id


def home(site: Site) -> LexborHTMLParser:
    return see(site.client(site.cast.learner).get("/"))


def test_reminders_come_after_14_and_28_days_then_an_offer_then_silence(away: Site) -> None:
    begun, sent = now(), {}
    for day in range(1, 120):
        for letter in remind(away, begun + timedelta(days=day, hours=1)):
            sent[day] = (str(letter["Subject"]), text_of(letter))
    assert {day: subject for day, (subject, _) in sent.items()} == {
        14: "Your next step waits for you",
        28: "Your next step waits for you",
        42: "Shall we pause this for you?",
    }
    assert f"/programmes/{PROGRAMME}/first" in sent[14][1] and "Thing 1: The first Thing" in sent[14][1]
    assert "This is the last reminder." in sent[42][1]
    assert not {"late", "overdue", "missed", "behind"} & set(
        " ".join(text for _, text in sent.values()).split()
    )


def test_whoever_does_something_is_reminded_anew_only_after_two_weeks(away: Site) -> None:
    begun = now()
    assert len(remind(away, begun + timedelta(days=14, hours=1))) == 1
    with set_to(begun + timedelta(days=20)):
        tick(away, away.cast.learner, "first/b")
    assert not remind(away, begun + timedelta(days=28, hours=1))
    assert len(remind(away, begun + timedelta(days=34, hours=1))) == 1


def test_a_break_is_taken_from_the_mail_with_one_button_and_without_signing_in(away: Site) -> None:
    at = after(14.1)
    (letter,) = remind(away, at)
    found = re.search(r"(/pause/\S+)", text_of(letter))
    assert found is not None
    stranger, path = away.client(), found[1]
    with set_to(at):
        assert "your clock stands still" in words(see(stranger.get(path)))
        assert "You are taking a break" not in words(home(away)), "opening it changes nothing"
        assert "Enjoy your break." in words(see(stranger.post(path)))
        assert "You are taking a break until" in words(home(away))
    assert stranger.get(path[:-1]).status_code == 404
    assert not remind(away, at + timedelta(days=14))


def test_home_asks_what_suits_after_three_weeks(away: Site) -> None:
    with set_to(after(20)):
        assert home(away).css_first("nav.card") is None
    with set_to(after(22)):
        page = home(away)
        assert words(page, "nav.card h2") == "What suits you now?"
        links = [node.attributes["href"] or "" for node in page.css("nav.card a")]
        course = f"/enrolments/{enrolment_id(away)}"
        assert links == [
            f"/programmes/{PROGRAMME}/first",
            f"{course}/short",
            f"{course}/break",
            f"{course}/stop",
        ]
        browser = away.client(away.cast.learner)
        assert all(browser.get(link).status_code == 200 for link in links)


def copy_of(site: Site, cohort: Cohort, name: str, days: int, **values: object) -> Cohort:
    """The next run, which begins in so many days."""
    with site.db() as db:
        made = copy_cohort(
            db,
            db.get_one(Cohort, cohort.id),
            name=name,
            starts_on=(now() + timedelta(days=days)).date(),
            is_next=True,
            actor_id=site.cast.organizer.id,
            once=None,
        )
        for column, value in values.items():
            setattr(made, column, value)
        db.flush()
        return made


def test_a_group_like_theirs_that_is_for_others_is_not_offered(away: Site) -> None:
    organizer = away.client(away.cast.organizer)
    address = f"/organize/cohorts/{away.cast.cohort.public_id}/copy"
    for name, is_next in (("For others", {}), ("Riverside again", {"is_next": "1"})):
        day = (now() + timedelta(days=40)).date().isoformat()
        see(organizer.post(address, data={"name": name, "starts_on": day, **is_next}), 303)
    with set_to(after(22)):
        ((words_of_it, _),) = offered_runs(away)
    assert "Riverside again" in words_of_it


def offered_runs(site: Site) -> list[tuple[str, str]]:
    """What they say, and where they lead."""
    links = home(site).css('nav.card a[href^="/join"]')
    return [(" ".join(link.text().split()), link.attributes["href"] or "") for link in links]


def test_who_was_away_may_move_to_a_run_that_was_copied_from_theirs(away: Site) -> None:
    cast = away.cast
    second = copy_of(away, cast.cohort, "Riverside in summer", 10)
    third = copy_of(away, second, "Riverside in spring", 40, joining="approval")
    copy_of(away, cast.other_cohort, "Elsewhere", 40)
    with set_to(after(22)):
        (coming, door), (begun, _) = offered_runs(away)
        assert coming.startswith("Move to the next run, Riverside in spring, which begins on")
        assert begun.startswith("Move to the next run, Riverside in summer, which began on")
        assert door == f"/join/{third.code}"
        browser = away.client(cast.learner)
        assert "A coach lets people into this group." in words(see(browser.get(door)))
        see(browser.post(f"/join/{second.code}"), 303)
        assert "Riverside in summer" in words(home(away))


def test_only_a_run_with_a_place_that_goes_on_is_offered(away: Site) -> None:
    cast = away.cast
    copy_of(away, cast.cohort, "Over", -60, ends_on=(now() - timedelta(days=30)).date())
    copy_of(away, cast.cohort, "Taken out", 40, archived_at=now())
    full = copy_of(away, cast.cohort, "Full", 40, seats=1)
    with away.db() as db:
        join_cohort(db, cast.loner.id, db.get_one(Cohort, full.id))
    with set_to(after(22)):
        assert offered_runs(away) == []
        assert full.code not in away.client(cast.learner).get("/").text
    copy_of(away, cast.cohort, "Open", 40)
    with set_to(after(22)):
        with away.statements() as before:
            assert len(offered_runs(away)) == 1
        for number in range(4):
            copy_of(away, cast.cohort, f"Open {number}", 50 + number)
        with away.statements() as later:
            assert [said.split(", ")[1] for said, _ in offered_runs(away)] == ["Open", "Open 0", "Open 1"]
    assert len(before) == len(later)


def test_the_short_route_has_what_still_counts(away: Site) -> None:
    finish(away, away.cast.learner, "second")
    url = f"/enrolments/{enrolment_id(away)}/short"
    page = words(see(away.client(away.cast.learner).get(url)))
    assert "2 more Things complete it: about 30 minutes." in page
    assert "The second Thing" not in page and "The third Thing" in page


def test_who_stops_keeps_everything_is_left_in_peace_and_may_come_back(away: Site) -> None:
    cast, browser = away.cast, away.client(away.cast.learner)
    url = f"/enrolments/{enrolment_id(away)}/stop"
    today = f"/cohorts/{cast.cohort.public_id}/coach/today"
    with set_to(after(15)):
        assert "Lena Maes" in words(see(away.client(cast.coach).get(today)))
        assert "There are no more reminders." in words(see(browser.get(url)))
        see(browser.post(url), 303)
        see(browser.post(url), 303)
        assert "Lena Maes" not in words(see(away.client(cast.coach).get(today)))
        notices = words(see(away.client(cast.coach).get("/notices")))
        assert notices.count("Lena Maes stops here for now; all that they did is kept") == 1
    begun = now()
    assert not remind(away, begun + timedelta(days=16))
    with set_to(begun + timedelta(days=30)):
        tick(away, cast.learner, "first/b")
    assert len(remind(away, begun + timedelta(days=44, hours=1))) == 1


def test_nobody_is_reminded_who_has_finished_or_wants_none(away: Site) -> None:
    for thing in ("first", "second", "third"):
        finish(away, away.cast.learner, thing)
    assert not remind(away, after(14.1))
    with away.db() as db:
        choose(db, away.cast.learner.id, {REMINDER: Frequency.NEVER})
    tick(away, away.cast.learner, "first/a", done="0")
    assert not remind(away, after(14.1))


def test_reminders_are_a_daily_work() -> None:
    assert any(recurring.task is MAIL_REMINDERS for recurring in SCHEDULES)

"""A learner picks weekly times: what home says, what the mail names, and when there is none."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.background import SCHEDULES
from app.clock import now, set_to
from app.cohorts.models import Enrolment
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.learn.plan_letters import MAIL_PLANS
from app.learn.reminders import MAIL_REMINDERS
from app.notices.models import PLAN, REMINDER, Frequency
from app.notices.queries import choices_of
from app.notices.services import choose
from app.people.models import Person
from app.plans.models import Plan
from tests.cast import PROGRAMME
from tests.cohorts.test_runs import GROUP, organize
from tests.conftest import Site
from tests.deeds import finish, tick
from tests.mail.letters import html_of, text_of
from tests.pages import see, value, words
from tests.plans.deeds import course, look, pick, thursday
from tests.sessions.deeds import ZONE


@pytest.fixture
def planned(site: Site) -> Site:
    """The learner learns on Thursdays at half past nine; everyone's address is confirmed."""
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    pick(site)
    return site


def test_a_plan_is_picked_shown_on_home_and_changed(site: Site) -> None:
    learner, url = site.client(site.cast.learner), course(site)
    home = see(learner.get("/"))
    assert "Pick a weekly time" in words(home, ".plan-line")
    pick(site)
    assert "Your plan: Thursday 9:30, 30 minutes" in words(see(learner.get("/")), ".plan-line")
    page = see(learner.get(f"{url}/plan"))
    assert value(page, "at_1") == "09:30" and value(page, "lead") == "0"
    assert page.css_first('[name="weekday_1"] [selected]').text() == "Thursday"
    pick(site, weekday_2="0", at_2="13:00", minutes_2="15", lead="")
    assert "Thursday 9:30, 30 minutes; Monday 13:00, 15 minutes" in words(see(learner.get("/")), ".plan-line")
    assert value(see(learner.get(f"{url}/plan")), "lead") == ""
    see(learner.post(f"{url}/plan/end"), 303)
    assert "Pick a weekly time" in words(see(learner.get("/")), ".plan-line")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"weekday_1": "", "at_1": ""}, "Choose a day."),
        ({"weekday_1": ""}, "Choose a day."),
        ({"at_1": ""}, "Write a time such as 14:30."),
        ({"at_1": "25:00"}, "Write a time such as 14:30."),
        ({"at_1": "09:30Z"}, "Write a time such as 14:30."),
        ({"minutes_1": "3"}, "Write a larger number."),
        ({"weekday_1": "7"}, "Write a smaller number."),
        ({"time_zone": "Mars/Olympus"}, "Write a time zone as place and city"),
        ({"lead": "7"}, "Choose one of the options."),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(site: Site, fields: dict[str, str], problem: str) -> None:
    form = {"weekday_1": "3", "at_1": "09:30", "minutes_1": "30", "lead": "0", "minutes_2": "45", **fields}
    loner = site.cast.loner
    page = see(site.client(loner).post(f"{course(site, loner)}/plan", data=form), 422)
    assert problem in words(page, ".field-error")
    assert page.css_first('[name="minutes_2"] [selected]').attributes["value"] == "45"
    with site.db() as db:
        assert db.query(Plan).count() == 0


def test_the_reminder_names_the_steps_that_fit_once_each_week(planned: Site) -> None:
    assert not look(planned, thursday(minute=29))
    (letter,) = look(planned, thursday())
    text = text_of(letter)
    assert letter["Subject"] == "Your 30 minutes: the next step"
    assert "At 09:30 you have 30 minutes for “Demo programme”. This fits:" in text
    assert f"/programmes/{PROGRAMME}/first#activity-a" in text and "Do activity A" in text
    assert "Write your reflection on Thing 1" in text and "First" not in text.split("This fits:")[0]
    assert f"{course(planned)}/plan" in text and f"{course(planned)}/plan" in html_of(letter)
    assert not look(planned, thursday(minute=35)), "not twice"
    tick(planned, planned.cast.learner, "first/a")
    (letter,) = look(planned, thursday(weeks=1))
    assert "Do activity A" not in text_of(letter) and "Do activity B" in text_of(letter)


def test_a_reminder_comes_as_long_before_as_somebody_likes(planned: Site) -> None:
    pick(planned, lead="15")
    assert not look(planned, thursday(minute=10))
    assert len(look(planned, thursday(minute=15))) == 1
    assert not look(planned, thursday(minute=30))
    pick(planned, lead="")
    assert not look(planned, thursday(weeks=1))


def test_nobody_is_reminded_of_what_is_over(planned: Site) -> None:
    """The site was down meanwhile."""
    assert not look(planned, thursday(hour=10, minute=1))
    assert len(look(planned, thursday(weeks=1))) == 1


def test_the_letter_is_not_sent_when_the_time_was_changed_meanwhile(planned: Site) -> None:
    with set_to(thursday()):
        with planned.db() as db:
            MAIL_PLANS.later(db)
        pick(planned, at_1="16:00")
        assert not planned.mail()


def test_nobody_is_reminded_in_a_break_and_is_again_after_it(planned: Site) -> None:
    learner, back = planned.client(planned.cast.learner), thursday(weeks=2).date() + timedelta(days=1)
    see(learner.post(f"{course(planned)}/break", data={"back": back.isoformat()}), 303)
    assert not look(planned, thursday()) and not look(planned, thursday(weeks=1))
    see(learner.post(f"{course(planned)}/break/end"), 303)
    with set_to(thursday(weeks=1) + timedelta(hours=1)):
        assert not look(planned, now())
    assert len(look(planned, thursday(weeks=2))) == 1


def test_who_stops_has_no_plan_any_more(planned: Site) -> None:
    see(planned.client(planned.cast.learner).post(f"{course(planned)}/stop"), 303)
    assert not look(planned, thursday())
    tick(planned, planned.cast.learner, "first/a")
    assert not look(planned, thursday(weeks=1))


def test_a_plan_ends_with_the_programme(planned: Site) -> None:
    for thing in ("first", "second", "third"):
        finish(planned, planned.cast.learner, thing)
    assert not look(planned, thursday())
    page = words(see(planned.client(planned.cast.learner).get(f"{course(planned)}/plan")))
    assert "Thursday 9:30, 30 minutes" not in page


def test_nobody_is_reminded_after_the_end_of_the_run_or_of_the_enrolment(planned: Site) -> None:
    first, group = thursday(), {**GROUP, "starts_on": "2026-01-01", "time_zone": "Europe/Brussels"}
    organize(planned, "edit", **{**group, "ends_on": first.date().isoformat()})
    assert len(look(planned, first)) == 1
    assert not look(planned, thursday(weeks=1))
    organize(planned, "edit", **group)
    assert len(look(planned, thursday(weeks=2))) == 1
    with planned.db() as db:
        enrolment = active_enrolment(db, planned.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
    assert not look(planned, thursday(weeks=3))


def test_the_mail_has_a_word_that_ends_mails_like_it(planned: Site) -> None:
    (letter,) = look(planned, thursday())
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(r"/unsubscribe\?token=\S+", text_of(letter))
    assert found is not None
    assert "It is the time that you picked: your next step" in words(see(planned.client().get(found[0])))
    see(planned.client().post(found[0], data={"List-Unsubscribe": "One-Click"}))
    assert not look(planned, thursday(weeks=1))
    learner = planned.client(planned.cast.learner)
    assert value(see(learner.get(f"{course(planned)}/plan")), "lead") == ""
    assert "Thursday 9:30" in words(see(learner.get("/")), ".plan-line"), "the plan itself stays"
    pick(planned)
    assert len(look(planned, thursday(weeks=2))) == 1, "who wants them again gets them"


def test_an_address_that_is_not_confirmed_gets_nothing(planned: Site) -> None:
    with planned.db() as db:
        db.execute(update(Person).values(email_verified_at=None))
    assert not look(planned, thursday())
    page = see(planned.client(planned.cast.learner).get(f"{course(planned)}/plan"))
    assert "No mail goes out before your address is confirmed." in words(page)


def test_who_learns_alone_goes_by_their_own_clocks(planned: Site) -> None:
    loner = planned.cast.loner
    page = see(planned.client(loner).get(f"{course(planned, loner)}/plan"))
    assert value(page, "time_zone") == "Europe/Brussels"
    pick(planned, loner, time_zone="America/Paramaribo")
    assert not look(planned, thursday(), "lou@example.org")
    (letter,) = look(planned, thursday() + timedelta(hours=4), "lou@example.org")
    assert "At 09:30 you have 30 minutes" in text_of(letter)


def remind_of_being_away(site: Site, at: datetime) -> int:
    with set_to(at):
        with site.db() as db:
            MAIL_REMINDERS.later(db)
        return sum("lena@example.org" in str(letter["To"]) for letter in site.mail())


def test_who_is_reminded_of_their_plan_is_not_reminded_of_being_away(planned: Site) -> None:
    tick(planned, planned.cast.learner, "first/a")
    begun, sent = now(), []
    for day in range(60):
        at = begun + timedelta(days=day)
        early = at.astimezone(ZONE).replace(hour=9, minute=30)
        if early > begun:
            sent += [("plan", day)] * len(look(planned, early))
        sent += [("away", day)] * remind_of_being_away(planned, at)
    plans = [day for what, day in sent if what == "plan"]
    away = [day for what, day in sent if what == "away"]
    assert len(plans) == 5 and max(plans) <= 35, "it does not go on for ever"
    assert len(away) == 1 and 42 <= away[0] <= 49, "they are asked whether to pause it"
    with set_to(begun + timedelta(days=61)):
        tick(planned, planned.cast.learner, "first/b")
        nearest = thursday()
    assert len(look(planned, nearest)) == 1


def test_reminders_of_plans_are_work_of_every_five_minutes() -> None:
    assert any(one.task is MAIL_PLANS and one.cron.startswith("*/5") for one in SCHEDULES)


def test_more_plans_than_a_batch_are_all_looked_at(planned: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.learn.plan_letters.BATCH", 1)
    for person in (planned.cast.peer, planned.cast.other_learner):
        pick(planned, person)
    with set_to(thursday()):
        with planned.db() as db:
            MAIL_PLANS.later(db)
        assert len(planned.mail()) == 3


def test_saving_a_plan_twice_has_one_effect(planned: Site) -> None:
    with planned.db() as db:
        before = db.query(Plan).one().times
    pick(planned, once=str(uuid4()))
    with planned.db() as db:
        assert db.query(Plan).one().times == before
        assert choices_of(db, planned.cast.learner.id)[PLAN] == Frequency.AT_ONCE
        choose(db, planned.cast.learner.id, {REMINDER: Frequency.NEVER})
        assert db.query(Enrolment).count() >= 1

"""Who needs a coach: each rule, in order, with its reason, and the mail on Monday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update

from app.clock import now, set_to
from app.coach.monday import MAIL_MONDAY
from app.coaching.attention import IN_ORDER, Case, Rule, before_working_days, chosen, is_silent
from app.cohorts.models import Cohort, Enrolment, ReplyPromise
from app.cohorts.queries import active_enrolment
from app.cohorts.running import pause
from app.notices.models import MONDAY, Frequency
from app.notices.services import choose
from app.people.models import Person
from app.progress.models import ProgressState
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, finish, reflect, tick, write_posts
from tests.mail.letters import text_of
from tests.pages import see, words

MONDAY_AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def today_url(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/today"


def today(site: Site) -> LexborHTMLParser:
    return see(site.client(site.cast.coach).get(today_url(site)))


def who(site: Site) -> dict[str, str]:
    """{name: reason}, in the order of the page."""
    return {
        words(_part(case), "h2 a"): words(_part(case), ".case-who > p") for case in today(site).css(".case")
    }


def _part(node: object) -> LexborHTMLParser:
    return LexborHTMLParser(getattr(node, "html", "") or "")


def put_back(site: Site, person: Person, **values: object) -> None:
    with site.db() as db:
        db.execute(update(Enrolment).where(Enrolment.person_id == person.id).values(**values))


def ago(days: float) -> datetime:
    return now() - timedelta(days=days)


@pytest.fixture
def calm(site: Site) -> Site:
    """Monday morning, and nobody needs anybody: both learners began today."""
    with set_to(MONDAY_AT):
        tick(site, site.cast.learner, "first/a")
        tick(site, site.cast.peer, "first/a")
        put_back(site, site.cast.learner, joined_at=ago(1))
    return site


def test_nobody_is_there_without_a_reason(calm: Site) -> None:
    with set_to(MONDAY_AT):
        assert who(calm) == {}
        assert "Nobody needs you now" in words(today(calm))


def test_a_first_post_without_any_reaction_comes_after_two_working_days(calm: Site) -> None:
    cast = calm.cast
    with set_to(MONDAY_AT - timedelta(days=3)):
        post = reflect(calm, cast.learner)
        reflect(calm, cast.learner, "second")
    with set_to(MONDAY_AT - timedelta(hours=8)):
        assert who(calm) == {}
    with set_to(MONDAY_AT + timedelta(days=2)):
        assert who(calm) == {"Lena Maes": "Shared a first post 5 days ago; nobody has reacted."}
        see(calm.client(cast.peer).post(f"{post}/reactions", data={"kind": "thanks", "on": "1"}), 303)
        assert "the answer that was promised is due" in who(calm)["Lena Maes"]
        see(calm.client(cast.coach).post(f"{post}/reactions", data={"kind": "thanks", "on": "1"}), 303)
        assert who(calm) == {}


def test_a_first_post_is_looked_at_where_no_answer_is_promised_too(calm: Site) -> None:
    with calm.db() as db:
        db.get_one(Cohort, calm.cast.cohort.id).reply_promise = ReplyPromise.NONE
    with set_to(MONDAY_AT - timedelta(days=5)):
        post = reflect(calm, calm.cast.learner)
        reflect(calm, calm.cast.learner, "second")
    with set_to(MONDAY_AT):
        assert who(calm) == {"Lena Maes": "Shared a first post 5 days ago; nobody has reacted."}
        see(calm.client(calm.cast.peer).post(f"{post}/reactions", data={"kind": "thanks", "on": "1"}), 303)
        assert who(calm) == {}


def test_a_private_post_is_nobody_s_case_and_counts_as_writing(calm: Site) -> None:
    with set_to(MONDAY_AT - timedelta(days=1)):
        for thing in ("first/a", "second/start", "third/only"):
            tick(calm, calm.cast.learner, thing)
            tick(calm, calm.cast.peer, thing)
        reflect(calm, calm.cast.learner, visibility="private", title="Only mine")
    with set_to(MONDAY_AT + timedelta(days=5)):
        page = words(today(calm))
        assert who(calm) == {"Piet Claes": "Tried 3 Things and wrote about none."}
        assert "Only mine" not in page


def test_who_joined_a_week_ago_and_did_nothing_is_there(site: Site) -> None:
    with set_to(MONDAY_AT):
        put_back(site, site.cast.learner, joined_at=ago(8), last_active_at=ago(8))
        put_back(site, site.cast.peer, joined_at=ago(6), last_active_at=ago(6))
        assert who(site) == {"Lena Maes": "Joined 8 days ago and has not begun."}


def test_who_is_away_longer_than_usual_is_there(calm: Site) -> None:
    with set_to(MONDAY_AT):
        put_back(calm, calm.cast.learner, started_at=ago(60), last_active_at=ago(15), active_days=10)
        put_back(calm, calm.cast.peer, started_at=ago(60), last_active_at=ago(15), active_days=4)
        assert who(calm) == {"Lena Maes": "Was last here 2 weeks ago, longer than usual."}


def test_days_of_activity_are_counted_once_a_day(calm: Site) -> None:
    with set_to(MONDAY_AT + timedelta(hours=1)):
        tick(calm, calm.cast.learner, "first/b")
    with set_to(MONDAY_AT + timedelta(days=2)):
        tick(calm, calm.cast.learner, "first/b", done="0")
        tick(calm, calm.cast.learner, "first/b")
    with calm.db() as db:
        enrolment = active_enrolment(db, calm.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        begun = enrolment.started_at.date() != MONDAY_AT.date()
        assert enrolment.active_days == 2 + begun


def test_behind_is_by_their_own_dates_and_a_break_is_no_reason(calm: Site) -> None:
    with set_to(MONDAY_AT):
        put_back(calm, calm.cast.learner, due_on=ago(9).date())
        put_back(calm, calm.cast.peer, due_on=ago(6).date())
        assert list(who(calm)) == ["Lena Maes"]
        assert "was for 21 November 2026" in who(calm)["Lena Maes"]
        with calm.db() as db:
            enrolment = active_enrolment(db, calm.cast.learner.id, PROGRAMME)
            assert enrolment is not None
            until = (MONDAY_AT + timedelta(days=10)).date()
            pause(db, [enrolment], ago(1).date(), until, actor_id=calm.cast.learner.id)
        assert who(calm) == {}


def test_who_finished_is_there_until_a_coach_says_something(calm: Site) -> None:
    with set_to(MONDAY_AT):
        for thing in ("first", "second", "third"):
            finish(calm, calm.cast.learner, thing)
        with set_to(MONDAY_AT + timedelta(hours=2)):
            assert who(calm) == {"Lena Maes": "Finished 2 hours ago; no coach has said anything yet."}
            post = reflect(calm, calm.cast.learner, "second", visibility="coaches")
            answer(calm, calm.cast.coach, post)
            assert who(calm) == {}


def test_a_reason_is_put_off_for_a_week_by_one_coach_alone(calm: Site) -> None:
    with set_to(MONDAY_AT):
        put_back(calm, calm.cast.learner, due_on=ago(9).date())
        url = f"{today_url(calm)}/{calm.cast.learner.handle}/later"
        see(calm.client(calm.cast.coach).post(url, data={"rule": "nonsense"}), 422)
        see(calm.client(calm.cast.coach).post(url, data={"rule": "behind"}), 303)
        assert who(calm) == {}
    with set_to(MONDAY_AT + timedelta(days=6)):
        assert who(calm) == {}
    with set_to(MONDAY_AT + timedelta(days=7, minutes=1)):
        assert list(who(calm)) == ["Lena Maes"]


def test_thresholds_are_the_group_s_own(calm: Site) -> None:
    with set_to(MONDAY_AT):
        put_back(calm, calm.cast.learner, due_on=ago(5).date())
        assert who(calm) == {}
        rules = f"{today_url(calm)}/rules"
        form = {"first_days": "2", "answer_days": "3", "begin_days": "7", "silent_days": "14"}
        form |= {"ticked_things": "3", "behind_days": "4"}
        coach = calm.client(calm.cast.coach)
        see(coach.post(rules, data={**form, "behind_days": "0"}), 422)
        see(coach.post(rules, data=form), 303)
        assert list(who(calm)) == ["Lena Maes"]
        assert "4 days ago or longer" in words(today(calm), ".why")


def test_ten_are_named_and_the_rest_is_for_later(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Learner {number:02}" for number in range(14)], site.cast.cohort)
        db.execute(
            update(Enrolment).where(Enrolment.cohort_id == site.cast.cohort.id).values(joined_at=ago(20))
        )
    page = today(site)
    assert len(page.css("main > .cases > .case, .cases:not(details .cases) > .case")) >= 10
    assert "6 more for later" in words(page, "details.later > summary")


def test_of_very_many_the_first_sixty_are_listed_and_the_others_counted(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Jan {number:02}" for number in range(70)], site.cast.cohort)
        joined = update(Enrolment).where(Enrolment.cohort_id == site.cast.cohort.id)
        db.execute(joined.values(joined_at=ago(30)))
    page = today(site)
    assert len(page.css(".case")) == 60
    assert words(page, ".later > summary") == "62 more for later"
    assert "12 more come here once these have heard from you." in words(page, ".later")


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_learners(site: Site) -> None:
    def counted() -> int:
        browser = site.client(site.cast.coach)
        with site.statements() as seen:
            see(browser.get(today_url(site)))
        return len(seen)

    with site.db() as db:
        crowd(db, ["Ann", "Bo"], site.cast.cohort)
        write_posts(db, enrolments_of(db, site.cast.cohort), [ago(9)] * 4)
    before = counted()
    with site.db() as db:
        crowd(db, [f"Learner {number:03}" for number in range(60)], site.cast.cohort)
        write_posts(db, enrolments_of(db, site.cast.cohort), [ago(9)] * 120)
        db.execute(update(Enrolment).values(joined_at=ago(30), due_on=ago(20).date()))
    assert counted() == before <= 13


def monday_mail(site: Site, at: datetime = MONDAY_AT) -> list[EmailMessage]:
    with set_to(at):
        with site.db() as db:
            MAIL_MONDAY.later(db)
        return site.mail()


def test_on_monday_the_same_people_come_by_mail_without_a_word_of_their_posts(calm: Site) -> None:
    cast = calm.cast
    with set_to(MONDAY_AT - timedelta(days=10)):
        reflect(calm, cast.learner, title="A secret of mine", body="Nobody may mail this.")
    with calm.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    with set_to(MONDAY_AT):
        named = list(who(calm))
    (letter,) = monday_mail(calm)
    assert letter["To"] == "Cora Janssens <cora@example.org>"
    text = text_of(letter)
    assert all(name in text for name in named) and "/coach/today" in text
    assert "secret" not in text and "Nobody may mail" not in text
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not monday_mail(calm)


def test_no_monday_mail_for_who_wants_none_or_has_nobody_to_look_at(calm: Site) -> None:
    with calm.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    assert not monday_mail(calm)
    with set_to(MONDAY_AT), calm.db() as db:
        choose(db, calm.cast.coach.id, {MONDAY: Frequency.NEVER})
        db.execute(update(Enrolment).values(due_on=ago(20).date()))
    letters = monday_mail(calm, MONDAY_AT + timedelta(days=7))
    assert [letter["To"] for letter in letters] == ["Oda Willems <oda@example.org>"]


def case(rule: Rule, enrolment: int, days: int) -> Case:
    return Case(rule, ago(days), enrolment, "", "Somebody", None, "", None)


def test_each_is_named_once_for_the_first_rule_and_the_longest_wait_comes_first() -> None:
    cases = [case(rule, 1, 1) for rule in reversed(IN_ORDER)]
    cases += [case(Rule.SILENT, 2, 30), case(Rule.SILENT, 3, 50), case(Rule.ASKED, 3, 1)]
    found = chosen(cases, [(1, "first-post")], now().date())
    assert [(one.enrolment_id, one.rule) for one in found] == [
        (1, Rule.ASKED),
        (3, Rule.ASKED),
        (2, Rule.SILENT),
    ]


@pytest.mark.parametrize(
    ("day", "days", "before"),
    [("2026-11-30", 2, "2026-11-27"), ("2026-11-30", 1, "2026-11-30"), ("2026-11-26", 2, "2026-11-25")],
)
def test_working_days_leave_the_weekend_out(day: str, days: int, before: str) -> None:
    at = datetime.fromisoformat(f"{day}T09:00:00+01:00")
    midnight = datetime.fromisoformat(f"{before}T00:00:00+01:00")
    assert before_working_days(days, at, "Europe/Brussels") == midnight


def test_one_s_own_rhythm_is_the_gap_between_one_s_days() -> None:
    at, begun = now(), ago(100)
    assert is_silent(ago(15), begun, 1, at, 14)
    assert not is_silent(ago(13), begun, 50, at, 14)
    assert not is_silent(ago(40), begun, 3, at, 14)
    assert is_silent(ago(41), begun, 4, at, 14)


def test_pages_of_a_group_without_progress_work(site: Site) -> None:
    with site.db() as db:
        assert db.scalars(select(ProgressState)).first() is None
        assert db.get_one(Cohort, site.cast.cohort.id).attention is None
    assert today(site) is not None

"""How a group gets on: from joining to the end, from week to week, and Thing by Thing."""

from __future__ import annotations

from datetime import date, timedelta

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.clock import now, set_to
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import active_enrolment
from app.cohorts.running import leave, stop
from app.cohorts.runs import Rhythm, Run
from app.cohorts.schedule import today_in
from app.cohorts.services import end_enrolment
from app.growth.services import Sense, look_back
from app.journals.services import join_cohort
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd, finish, reflect, tick
from tests.pages import see, words

THINGS = ("first", "second", "third")


def pace_page(site: Site) -> LexborHTMLParser:
    return see(site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach/pace"))


def funnel(page: LexborHTMLParser) -> list[int]:
    return [int(row.css_first("td").text(strip=True)) for row in page.css(".funnel tbody tr")]


def things(page: LexborHTMLParser) -> dict[str, list[str]]:
    """{title: numbers} of the table of Things."""
    rows = page.css("[aria-labelledby=things] tbody tr")
    return {row.css_first("th").text(): [cell.text(strip=True) for cell in row.css("td")] for row in rows}


def weeks(page: LexborHTMLParser) -> list[list[str]]:
    return [[cell.text() for cell in row.css("td")] for row in page.css("[aria-labelledby=weeks] tbody tr")]


def enrolment(site: Site, who: str) -> Enrolment:
    with site.db() as db:
        found = active_enrolment(db, getattr(site.cast, who).id, PROGRAMME)
        assert found is not None
        return found


def weekly(site: Site, starts_on: date) -> None:
    with site.db() as db:
        cohort = db.get_one(Cohort, site.cast.cohort.id)
        cohort.starts_on = starts_on
        cohort.run = Run(rhythm=Rhythm.WEEKLY).text()


def say(site: Site, learners: int) -> None:
    """So many more learners of the group say how long the first Thing took, and how useful it was."""
    with site.db() as db:
        people = crowd(db, [f"Jan {number:02}" for number in range(learners)], site.cast.cohort)
        for person in people:
            found = active_enrolment(db, person.id, PROGRAMME)
            assert found is not None
            look_back(db, found.id, {site.programme.things[0]: Sense(20, 4)})


def test_the_funnel_goes_from_joining_to_the_end(site: Site) -> None:
    assert funnel(pace_page(site)) == [2, 0, 0, 0, 0]
    tick(site, site.cast.peer, "first/a")
    assert funnel(pace_page(site)) == [2, 1, 0, 0, 0]
    finish(site, site.cast.learner, "first")
    assert funnel(pace_page(site)) == [2, 2, 1, 0, 0]
    finish(site, site.cast.learner, "second")
    assert funnel(pace_page(site)) == [2, 2, 1, 1, 0]
    finish(site, site.cast.learner, "third")
    assert funnel(pace_page(site)) == [2, 2, 1, 1, 1]


def test_a_private_reflection_counts_and_is_not_told(site: Site) -> None:
    reflect(site, site.cast.learner, title="Secret title", body="Secret words.", visibility="private")
    page = pace_page(site)
    assert funnel(page) == [2, 1, 1, 0, 0]
    assert "Secret" not in (page.html or "")


def test_nobody_is_named(site: Site) -> None:
    finish(site, site.cast.learner, "first")
    page = words(pace_page(site))
    assert "Lena" not in page and "Piet" not in page


def test_who_left_has_joined_and_counts_for_nothing_more(site: Site) -> None:
    finish(site, site.cast.peer, "first")
    with site.db() as db:
        peer = db.get_one(Enrolment, enrolment(site, "peer").id)
        leave(db, peer, actor_id=site.cast.peer.id)
    page = pace_page(site)
    assert funnel(page) == [2, 0, 0, 0, 0]
    assert "1 person left the group again" in words(page)
    with site.db() as db:
        join_cohort(db, site.cast.peer.id, db.get_one(Cohort, site.cast.cohort.id))
    page = pace_page(site)
    assert funnel(page) == [2, 1, 1, 0, 0]
    assert "left the group" not in words(page)


def test_who_moves_to_another_group_has_left_this_one(site: Site) -> None:
    with site.db() as db:
        join_cohort(db, site.cast.peer.id, db.get_one(Cohort, site.cast.other_cohort.id))
    page = pace_page(site)
    assert funnel(page)[0] == 2
    assert "1 person left the group again" in words(page)


def test_who_stopped_is_counted_until_they_do_something_again(site: Site) -> None:
    with set_to(now() - timedelta(days=2)):
        tick(site, site.cast.learner, "first/a")
    with site.db() as db:
        stop(db, db.get_one(Enrolment, enrolment(site, "learner").id))
    assert "1 person chose to stop" in words(pace_page(site))
    tick(site, site.cast.learner, "first/b")
    assert "chose to stop" not in words(pace_page(site))


def test_an_enrolment_that_has_ended_still_counts(site: Site) -> None:
    finish(site, site.cast.peer, "first")
    with site.db() as db:
        end_enrolment(db, db.get_one(Enrolment, enrolment(site, "peer").id))
    assert funnel(pace_page(site)) == [2, 1, 1, 0, 0]


def test_each_thing_says_how_many_reached_it_and_how_many_did_it(site: Site) -> None:
    finish(site, site.cast.learner, "first")
    tick(site, site.cast.peer, "first/a")
    found = things(pace_page(site))
    assert list(found.values()) == [["2", "1", "–", "–"], ["1", "0", "–", "–"], ["0", "0", "–", "–"]]
    reflect(site, site.cast.peer, "second")
    found = things(pace_page(site))
    assert [line[:2] for line in found.values()] == [["2", "1"], ["2", "0"], ["0", "0"]]


def test_what_learners_say_of_a_thing_is_told_from_five_answers(site: Site) -> None:
    say(site, 4)
    assert things(pace_page(site))["1. The first Thing"][2:] == ["4 answers", "4 answers"]
    say(site, 1)
    assert things(pace_page(site))["1. The first Thing"][2:] == ["20", "4.0"]


def test_the_weeks_of_a_run_stand_beside_what_was_planned(site: Site) -> None:
    today = today_in(site.cast.cohort.time_zone)
    weekly(site, today - timedelta(days=7))
    with set_to(now() - timedelta(days=7)):
        finish(site, site.cast.learner, "third")
    finish(site, site.cast.learner, "first")
    tick(site, site.cast.peer, "first/a")
    page = pace_page(site)
    assert weeks(page) == [["1", "0.5", "1", "0"], ["2", "1.0", "2", "0"]]
    drawn = page.css("svg.chart-area")
    assert all(one.attributes["role"] == "img" and one.attributes["aria-label"] for one in drawn)
    assert page.css_first(".chart-line.is-planned") is not None
    assert "style=" not in (page.html or "")


def test_weeks_that_come_have_what_is_planned_alone(site: Site) -> None:
    today = today_in(site.cast.cohort.time_zone)
    weekly(site, today)
    with site.db() as db:
        db.get_one(Cohort, site.cast.cohort.id).ends_on = today + timedelta(days=20)
    tick(site, site.cast.learner, "first/a")
    assert weeks(pace_page(site)) == [["1", "0.0", "1", "0"], ["2", "to come"], ["3", "to come"]]


def test_a_run_without_dates_begins_with_who_joined_first_and_plans_nothing(site: Site) -> None:
    with site.db() as db:
        for one in db.scalars(select(Enrolment).where(Enrolment.cohort_id == site.cast.cohort.id)):
            one.joined_at = now() - timedelta(days=20)
    finish(site, site.cast.learner, "first")
    page = pace_page(site)
    assert weeks(page) == [["0.0", "0", "0"], ["0.0", "0", "0"], ["1.0", "1", "0"]]
    assert page.css_first(".is-planned") is None


def test_who_finished_is_in_the_week_of_their_last_thing(site: Site) -> None:
    weekly(site, today_in(site.cast.cohort.time_zone) - timedelta(days=14))
    with set_to(now() - timedelta(days=7)):
        for thing in THINGS:
            finish(site, site.cast.learner, thing)
    assert [line[-1] for line in weeks(pace_page(site))] == ["0", "1", "1"]


def test_a_group_without_anybody_says_what_will_be_here(site: Site) -> None:
    with site.db() as db:
        for who in ("learner", "peer"):
            found = db.get_one(Enrolment, enrolment(site, who).id)
            db.delete(found)
    assert "Nobody has joined yet" in words(pace_page(site))


def test_a_run_of_years_shows_the_last_of_them(site: Site) -> None:
    weekly(site, today_in(site.cast.cohort.time_zone) - timedelta(days=1500))
    finish(site, site.cast.learner, "first")
    found = weeks(pace_page(site))
    assert len(found) == 52
    assert found[-1] == ["3", "1.0", "1", "0"]


def test_the_page_asks_the_database_as_often_for_many_as_for_few(site: Site) -> None:
    weekly(site, today_in(site.cast.cohort.time_zone) - timedelta(days=14))
    finish(site, site.cast.learner, "first")
    client, url = site.client(site.cast.coach), f"/cohorts/{site.cast.cohort.public_id}/coach/pace"
    see(client.get(url))
    counted = []
    for _ in range(2):
        with site.statements() as seen:
            see(client.get(url))
        counted.append(len(seen))
        with site.db() as db:
            crowd(db, [f"Jan {number:02}" for number in range(40)], site.cast.cohort)
        tick(site, site.cast.peer, "first/a")
    assert counted[0] == counted[1] <= 9

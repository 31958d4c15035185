"""How the Things of a programme do: who comes how far, how long they take, what is said of them."""

from __future__ import annotations

from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.running import pause
from app.growth.models import Moment, Use
from app.growth.services import Sense, Sureness, add_line, look_back, rate_oneself, say_use
from app.progress.queries import seen
from app.progress.services import complete_activity, record_reflection
from app.things.catalogue import Thing
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd, enrolments_of
from tests.pages import see, words

URL = f"/organize/programmes/{PROGRAMME}/health"


def health(site: Site, **query: str) -> LexborHTMLParser:
    return see(site.client(site.cast.organizer).get(URL, params=query))


def row(page: LexborHTMLParser, number: int) -> list[str]:
    """Of the Thing with that number: reached, complete, lost, is to take, takes, useful, and at work."""
    cells = page.css(".health tbody tr")[number - 1].css("td:not(.health-bars)")
    return [" ".join(cell.text(separator=" ").split()) for cell in cells]


def learners(db: Session, cohort: Cohort, count: int) -> list[Enrolment]:
    crowd(db, [f"Somebody {number}" for number in range(count)], cohort)
    return enrolments_of(db, cohort)[-count:]


def complete(site: Site, db: Session, enrolment: Enrolment, *things: Thing) -> None:
    for thing in things:
        for activity in sorted(thing.counted):
            complete_activity(db, seen(db, enrolment.id), site.programme, thing, activity)
        if thing.has_reflection:
            record_reflection(db, enrolment, site.programme, thing)


def silent(db: Session, *enrolments: Enrolment, weeks: int = 5) -> None:
    ids = [enrolment.id for enrolment in enrolments]
    long_ago = now() - timedelta(weeks=weeks)
    db.execute(update(Enrolment).where(Enrolment.id.in_(ids)).values(last_active_at=long_ago))


def test_a_thing_says_who_reached_it_who_completed_it_and_who_was_lost_there(site: Site) -> None:
    first, second, third = site.programme.things
    with site.db() as db:
        begun, done, stuck, finished, away, fresh = learners(db, site.cast.other_cohort, 6)
        complete_activity(db, seen(db, begun.id), site.programme, first, "a")
        complete(site, db, done, first)
        complete(site, db, stuck, first, second)
        complete(site, db, finished, first, second, third)
        complete(site, db, away, first)
        silent(db, begun, done, stuck, finished, away)
        silent(db, fresh, weeks=3)
        today = now().date()
        db.refresh(away)
        pause(db, [away], today, today + timedelta(days=9), actor_id=away.person_id)
    page = health(site, run=site.cast.other_cohort.public_id)
    assert "7 learners, 1 has completed it." in words(page)
    assert row(page, 1)[:3] == ["7", "4", "1"]
    assert row(page, 2)[:3] == ["4", "2", "1"]
    assert row(page, 3)[:3] == ["2", "1", "1"]
    assert "Look at these first" not in words(page)
    with site.db() as db:
        silent(db, *enrolments_of(db, site.cast.other_cohort))
    page = health(site)
    assert row(page, 1)[:3] == ["10", "4", "3"]
    assert "1. The first Thing loses people" in words(page)


def test_minutes_and_usefulness_stand_there_from_five_answers(site: Site) -> None:
    third = site.programme.things[2]
    with site.db() as db:
        five = learners(db, site.cast.cohort, 5)
        for enrolment in five[:4]:
            look_back(db, enrolment.id, {third: Sense(20, 4)})
        say_use(db, five[0].id, third, Use.DID)
        add_line(db, five[0].id, third, "Every morning.", quotable=True)
        add_line(db, five[1].id, third, "Between us: no.", quotable=False)
    page = health(site)
    assert row(page, 3)[3:] == ["10 minutes", "4 answers", "4 answers", "1", "0", "0"]
    assert "Every morning." in words(page) and "Between us" not in words(page)
    with site.db() as db:
        look_back(db, five[4].id, {third: Sense(30, 1)})
    page = health(site, run=site.cast.cohort.public_id)
    assert row(page, 3)[3:6] == ["10 minutes", "20 minutes", "3.4: Fairly useful"]
    assert "3. The third Thing takes longer" in words(page)
    assert row(health(site, run=site.cast.other_cohort.public_id), 3)[4:6] == ["–", "–"]


def test_what_people_answered_for_themselves_is_an_average_of_five(site: Site) -> None:
    with site.db() as db:
        for enrolment in learners(db, site.cast.cohort, 5):
            rate_oneself(db, enrolment.id, Moment.START, Sureness(2, 3, 4))
            rate_oneself(db, enrolment.id, Moment.END, Sureness(4, 3, None))
    page = health(site)
    assert "5 at the start, 5 at the end" in words(page)
    assert "I dare to try something new 2.0: A little 4.0: Mostly" in words(page)
    assert "I know whom to ask – –" in words(page)


def test_the_page_is_for_organizers_and_their_own_runs(site: Site) -> None:
    for person in (site.cast.learner, site.cast.coach):
        see(site.client(person).get(URL), 404)
    see(site.client(site.cast.organizer).get(URL, params={"run": "nothing"}), 404)
    see(site.client(site.cast.organizer).get("/organize/programmes/nothing/health"), 404)
    desk = see(site.client(site.cast.organizer).get(f"/organize/programmes/{PROGRAMME}"))
    assert desk.css_first(f'a[href="{URL}"]') is not None


def test_the_page_takes_as_many_statements_for_many_as_for_few(site: Site) -> None:
    browser = site.client(site.cast.organizer)
    with site.statements() as before:
        see(browser.get(URL))
    with site.db() as db:
        for enrolment in learners(db, site.cast.cohort, 20):
            complete(site, db, enrolment, site.programme.things[2])
            look_back(db, enrolment.id, {site.programme.things[2]: Sense(20, 4)})
            add_line(db, enrolment.id, site.programme.things[2], "Good.", quotable=True)
    with site.statements() as after:
        see(browser.get(URL))
    assert len(before) == len(after) <= 8

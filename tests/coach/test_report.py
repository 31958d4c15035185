"""The report of a group: one page without names, for its coaches, its organizers, and whoever has a link."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.clock import now, set_to
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import active_enrolment
from app.cohorts.running import copy_cohort, end_run, leave, stop
from app.cohorts.services import remove_coach
from app.events.models import Event
from app.growth.models import Moment, ThingAnswer, Use
from app.growth.services import Sureness, add_line, rate_oneself, say_use
from app.insight.models import ReportLink, WhatNext
from app.people.models import Person
from app.sessions.models import Attendance, LiveSession
from tests.cast import PROGRAMME
from tests.conftest import BASE_URL, Site
from tests.deeds import crowd, finish, reflect, tick
from tests.pages import see, value, words
from tests.sessions.deeds import plan


def url(site: Site, rest: str = "") -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/report{rest}"


def report(site: Site, person: Person | None = None) -> LexborHTMLParser:
    return see(site.client(person or site.cast.coach).get(url(site)))


def numbers(page: LexborHTMLParser) -> dict[str, int]:
    return {
        one.css_first("dt").text(): int(one.css_first("dd").text())
        for one in page.css(".report-numbers > div")
    }


def give(site: Site, person: Person | None = None, **form: str) -> str:
    """The path of a new link to the report."""
    see(site.client(person or site.cast.coach).post(url(site, "/links"), data=form), 303)
    return links(report(site))[0].removeprefix(BASE_URL)


def links(page: LexborHTMLParser) -> list[str]:
    return [field.attributes["value"] or "" for field in page.css(".copy input")]


def fill(site: Site, learners: int = 10, *, begun: bool = False) -> list[Person]:
    with site.db() as db:
        people = crowd(db, [f"Jan {number:02}" for number in range(learners)], site.cast.cohort)
    for person in people if begun else ():
        tick(site, person, "first/a")
    return people


def test_the_report_counts_who_joined_began_finished_and_stopped(site: Site) -> None:
    fill(site, 4)
    with set_to(now() - timedelta(days=2)):
        tick(site, site.cast.peer, "first/a")
    for thing in ("first", "second", "third"):
        finish(site, site.cast.learner, thing)
    with site.db() as db:
        peer = active_enrolment(db, site.cast.peer.id, PROGRAMME)
        assert peer is not None
        stop(db, peer)
        somebody = db.scalars(
            select(Enrolment).where(Enrolment.cohort_id == site.cast.cohort.id).order_by(Enrolment.id.desc())
        ).first()
        assert somebody is not None
        leave(db, somebody, actor_id=somebody.person_id)
    assert numbers(report(site)) == {
        "joined": 6,
        "began": 2,
        "finished": 1,
        "on their way": 0,
        "stopped by choice": 1,
        "left the group": 1,
    }


def test_who_stopped_after_the_last_thing_has_finished(site: Site) -> None:
    for thing in ("first", "second", "third"):
        finish(site, site.cast.learner, thing)
    with site.db() as db:
        learner = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert learner is not None
        stop(db, learner)
    found = numbers(report(site))
    assert (found["finished"], found["stopped by choice"]) == (1, 0)


def test_an_organizer_reads_it_and_nobody_else_does(site: Site) -> None:
    assert "Riverside Library" in words(report(site, site.cast.organizer))
    for person in (site.cast.learner, site.cast.other_coach, site.cast.stranger):
        see(site.client(person).get(url(site)), 404)


def test_nothing_that_was_written_and_nobody_s_name_is_in_it(site: Site) -> None:
    fill(site)
    reflect(site, site.cast.learner, title="Secret title", body="Secret words", visibility="cohort")
    page = report(site)
    article = words(page, "article")
    for word in ("Lena", "Piet", "Cora", "Jan 0", "Secret"):
        assert word not in article


def test_of_fewer_than_five_people_only_numbers_are_told(site: Site) -> None:
    for thing in ("first", "second", "third"):
        finish(site, site.cast.learner, thing)
    page = words(report(site), "article")
    assert "Fewer than five people began" in page
    assert "hour" not in page
    fill(site, 4)
    assert "Fewer than five people began" in words(report(site), "article"), "who only joined hides nobody"
    fill(site, 4, begun=True)
    page = words(report(site), "article")
    assert "Fewer than five" not in page
    assert "About 1 hour of learning in all; 0.3 for each who began" in page


def test_hours_at_meetings_are_hours_of_learning(site: Site) -> None:
    people = fill(site, 6, begun=True)
    before = hours(report(site))
    plan(site, minutes="120")
    with site.db() as db:
        meeting = db.scalars(select(LiveSession)).one()
        db.add_all(
            Attendance(session_id=meeting.id, person_id=person.id, attended_at=now()) for person in people[:4]
        )
    assert hours(report(site)) == before + 4 * 2


def hours(page: LexborHTMLParser) -> int:
    return int(words(page, "[aria-labelledby=hours] p").split()[1])


def rows_of(page: LexborHTMLParser, section: str) -> list[str]:
    return [
        " ".join(row.text(separator=" ").split()) for row in page.css(f"[aria-labelledby={section}] tbody tr")
    ]


def answer_all(site: Site, learners: int) -> None:
    """So many more learners say that they are surer than at the start, and that they used the first Thing."""
    thing, people = site.programme.things[0], fill(site, learners, begun=True)
    with site.db() as db:
        for person in people:
            found = active_enrolment(db, person.id, PROGRAMME)
            assert found is not None
            rate_oneself(db, found.id, Moment.START, Sureness(2, 3, 1))
            rate_oneself(db, found.id, Moment.END, Sureness(4, 4, 2))
            say_use(db, found.id, thing, Use.DID)
            add_line(db, found.id, thing, f"Kept to myself by {person.handle}", quotable=False)
            add_line(db, found.id, site.programme.things[1], "May be quoted", quotable=True)


def test_averages_are_told_from_five_answers(site: Site) -> None:
    tick(site, site.cast.learner, "first/a")
    answer_all(site, 4)
    page = report(site)
    assert rows_of(page, "grown")[0] == "I dare to try something new 4 answers"
    assert rows_of(page, "used") == ["Already did 4", "Soon 0", "Not in my job 0"]
    answer_all(site, 1)
    assert rows_of(report(site), "grown") == [
        "I dare to try something new 2.0 4.0",
        "I can help a visitor 3.0 4.0",
        "I know whom to ask 1.0 2.0",
    ]


def test_only_what_may_be_quoted_is_and_once_of_each_thing(site: Site) -> None:
    answer_all(site, 6)
    page = see(site.client().get(give(site)))
    assert [quote.text() for quote in page.css("blockquote")] == ["May be quoted"]
    assert "Kept to myself" not in (page.html or "") and "crowd-" not in (page.html or "")


def test_a_coach_leaves_a_quote_out_and_shows_it_again(site: Site) -> None:
    answer_all(site, 6)
    address, coach = give(site), site.client(site.cast.coach)
    out = report(site).css_first("form[action$=leave-out]").attributes["action"] or ""
    for _ in range(2):
        see(coach.post(out), 303)
    assert not report(site).css("blockquote:not(.report-quotes-out *)")
    assert "May be quoted" not in words(see(site.client().get(address)))
    with site.db() as db:
        logged = db.execute(select(Event.verb, Event.data).where(Event.object_type == "report")).all()
    assert [tuple(one) for one in logged] == [("left-out-quote", {})]
    page = report(site, site.cast.organizer)
    assert words(page, ".report-quotes-out blockquote") == "May be quoted"
    again = page.css_first("form[action$=show]").attributes["action"] or ""
    for _ in range(2):
        see(site.client(site.cast.organizer).post(again), 303)
    assert words(see(site.client().get(address)), "blockquote") == "May be quoted"
    assert not report(site).css(".report-quotes-out")


def test_who_reads_by_a_link_leaves_nothing_out(site: Site) -> None:
    answer_all(site, 6)
    page = see(site.client().get(give(site)))
    assert page.css("blockquote") and not page.css("article form")
    out = report(site).css_first("form[action$=leave-out]").attributes["action"] or ""
    see(site.client(site.cast.learner).post(out), 404)


def test_leaving_words_out_takes_no_consent_and_gives_none(site: Site) -> None:
    person = fill(site, 6, begun=True)[0]
    thing = site.programme.things[0]
    with site.db() as db:
        found = active_enrolment(db, person.id, PROGRAMME)
        assert found is not None
        say_use(db, found.id, thing, Use.DID)
        add_line(db, found.id, thing, "Ann at the desk helped", quotable=True)
    coach = site.client(site.cast.coach)
    out = report(site).css_first("form[action$=leave-out]").attributes["action"] or ""
    see(coach.post(out), 303)
    with site.db() as db:
        assert db.scalars(select(ThingAnswer.quotable)).all() == [True]
        add_line(db, found.id, thing, "Ann at the desk helped", quotable=False)
    assert not report(site).css("blockquote"), (
        "who takes it back is quoted nowhere, nor among what is left out"
    )
    see(coach.post(out), 404)
    with site.db() as db:
        add_line(db, found.id, thing, "Somebody at the desk helped", quotable=True)
    assert words(report(site), ".report-quotes blockquote") == "Somebody at the desk helped"


def test_of_fewer_than_five_people_nothing_that_they_say_is_told(site: Site) -> None:
    answer_all(site, 2)
    page = words(report(site), "article")
    assert "May be quoted" not in page and "Used at work" not in page and "Before and after" not in page


def test_a_link_opens_the_report_and_nothing_else(site: Site) -> None:
    fill(site)
    address = give(site)
    answer = site.client().get(address)
    page = see(answer)
    assert numbers(page) == numbers(report(site))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert not page.css(".report-desk") and "Cora" not in words(page)
    assert site.cast.cohort.public_id not in (page.html or "")
    see(site.client().get(url(site)), 303)


def test_a_withdrawn_link_opens_nothing(site: Site) -> None:
    address = give(site)
    other = give(site)
    form = report(site).css("form[action$=withdraw]")[-1]
    see(site.client(site.cast.organizer).post(form.attributes["action"] or ""), 303)
    see(site.client().get(address), 404)
    see(site.client().get(other))
    assert len(links(report(site))) == 1


def test_a_link_ends_with_its_last_day(site: Site) -> None:
    address = give(site, ends_on=(now() + timedelta(days=3)).date().isoformat())
    with set_to(now() + timedelta(days=2)):
        see(site.client().get(address))
    with set_to(now() + timedelta(days=5)):
        see(site.client().get(address), 404)
        page = report(site)
        assert "it works no more" in words(page) and not links(page)


def test_a_link_for_a_day_that_is_over_is_refused_where_it_was_typed(site: Site) -> None:
    fill(site)
    answer = site.client(site.cast.coach).post(url(site, "/links"), data={"ends_on": "2020-01-01"})
    page = see(answer, 422)
    assert value(page, "ends_on") == "2020-01-01"
    assert "This day is over" in words(page, "#f-ends_on-error")


def test_a_guessed_or_changed_word_opens_nothing(site: Site) -> None:
    address = give(site)
    for wrong in (
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        address + "A",
        "/reports/nosuch",
        address[:21],
    ):
        see(site.client().get(wrong), 404)


def test_coaches_and_organizers_see_who_made_which_link(site: Site) -> None:
    give(site)
    give(site, site.cast.organizer, ends_on=(now() + timedelta(days=30)).date().isoformat())
    page = words(report(site, site.cast.organizer), ".report-desk")
    assert "Made by Cora Janssens on" in page and "Made by Omar Idrissi on" in page
    assert ", until " in page


def test_the_link_works_when_the_run_has_ended_and_its_coach_coaches_no_more(site: Site) -> None:
    address = give(site)
    with site.db() as db:
        cohort = db.get_one(Cohort, site.cast.cohort.id)
        remove_coach(db, cohort, site.cast.coach.id, actor_id=site.cast.organizer.id)
        end_run(db, cohort, actor_id=site.cast.organizer.id)
    see(site.client().get(address))
    see(site.client(site.cast.coach).get(url(site)), 404)
    assert links(report(site, site.cast.organizer))


def test_a_link_that_is_asked_for_twice_is_made_once(site: Site) -> None:
    once = value(report(site), "once")
    for _ in range(2):
        give(site, once=once)
    assert len(links(report(site))) == 1


def test_there_are_no_more_than_twenty_links(site: Site) -> None:
    with site.db() as db:
        db.add_all(
            ReportLink(cohort_id=site.cast.cohort.id, made_by_id=site.cast.coach.id, once=str(number))
            for number in range(20)
        )
    page = see(site.client(site.cast.coach).post(url(site, "/links"), data={"once": "new"}), 422)
    assert "There are twenty links already" in words(page)
    see(site.client(site.cast.coach).post(url(site, "/links"), data={"once": "7"}), 303)


@pytest.mark.parametrize(
    ("headers", "cookie", "language"),
    [({}, "", "nl"), ({"Accept-Language": "en"}, "", "nl"), ({}, "fr", "fr")],
)
def test_a_link_speaks_the_language_of_the_group_unless_its_reader_chose_one(
    site: Site, headers: dict[str, str], cookie: str, language: str
) -> None:
    with site.db() as db:
        db.get_one(Cohort, site.cast.cohort.id).language = "nl"
    address, reader = give(site), site.client()
    if cookie:
        reader.post("/language", data={"language": cookie, "next": address})
    page = see(reader.get(address, headers=headers))
    assert page.css_first("html").attributes["lang"] == language


def test_what_comes_next_is_in_the_coach_s_words(site: Site) -> None:
    coach = site.client(site.cast.coach)
    text = "Two of us go on.\n<b>Then</b> the desks."
    see(coach.post(url(site, "/next"), data={"body": text}), 303)
    page = report(site)
    assert page.css_first(".kept-lines").text() == text
    assert "<b>" not in (page.css_first(".kept-lines").html or "")
    assert value(see(coach.get(url(site, "/next"))), "body") == text
    see(coach.post(url(site, "/next"), data={"body": ""}), 303)
    assert report(site).css_first(".kept-lines") is None
    with site.db() as db:
        assert db.scalars(select(WhatNext)).all() == []


def test_too_long_a_text_comes_back(site: Site) -> None:
    page = see(site.client(site.cast.coach).post(url(site, "/next"), data={"body": "x" * 501}), 422)
    assert value(page, "body") == "x" * 501
    assert "at most 500 characters" in words(page, "#f-body-error")


def test_the_next_run_is_named_with_its_dates(site: Site) -> None:
    with site.db() as db:
        cohort = db.get_one(Cohort, site.cast.cohort.id)
        cohort.starts_on, cohort.ends_on = date(2030, 1, 7), date(2030, 3, 10)
        copy_cohort(
            db,
            cohort,
            name="Riverside again",
            starts_on=date(2030, 9, 2),
            is_next=True,
            actor_id=site.cast.organizer.id,
            once="1",
        )
    assert "The next run: Riverside again, 2 September 2030 to 3 November 2030." in words(report(site))


def test_the_report_asks_the_database_as_often_for_many_as_for_few(site: Site) -> None:
    finish(site, site.cast.learner, "first")
    fill(site, 6)
    address = give(site)
    reader = site.client()
    see(reader.get(address))
    counted = []
    for _ in range(2):
        with site.statements() as seen:
            see(reader.get(address))
        counted.append(len(seen))
        fill(site, 40)
        tick(site, site.cast.peer, "first/a")
    assert counted[0] == counted[1] <= 10


def test_the_way_to_the_report_is_on_the_desks(site: Site) -> None:
    for person, page in (
        (site.cast.coach, f"/cohorts/{site.cast.cohort.public_id}/coach/pace"),
        (site.cast.organizer, f"/organize/cohorts/{site.cast.cohort.public_id}"),
    ):
        found = see(site.client(person).get(page))
        assert re.search(f'href="{url(site)}"', found.html or "")

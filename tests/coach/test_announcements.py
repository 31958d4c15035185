"""A group is told something: in the reader's language, with a mail, until it is taken back; and who has read it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.cohorts.models import Announcement, Cohort
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.journals.services import join_cohort
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd
from tests.mail.letters import html_of, text_of
from tests.pages import see, value, words


def base(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}"


def announce(site: Site, by: Person | None = None, **fields: str) -> str:
    """Its address."""
    form = {"title_en": "Another room", "body_en": "We meet in **room 4**.", "once": "one", **fields}
    answer = site.client(by or site.cast.coach).post(f"{base(site)}/coach/announcements", data=form)
    see(answer, 303)
    return answer.headers["location"]


def work_of(url: str) -> str:
    return url.replace("/announcements/", "/coach/announcements/")


def test_learners_see_it_until_they_say_that_they_read_it(site: Site) -> None:
    cast = site.cast
    url = announce(site)
    assert announce(site) == url
    learner = site.client(cast.learner)
    for page in ("/", base(site)):
        assert "Another room" in words(see(learner.get(page)), "section.notice")
    page = see(learner.get(url))
    assert page.css_first("main .prose strong").text() == "room 4"
    assert "Another room" in words(see(learner.get("/")), "section.notice"), "opening it changes nothing"
    see(learner.post(f"{url}/read"), 303)
    see(learner.post(f"{url}/read"), 303)
    assert see(learner.get("/")).css_first("section.notice") is None
    assert "You have read this" in words(see(learner.get(url)))
    assert "Another room" in words(see(site.client(cast.peer).get("/")), "section.notice")
    assert "Another room" in words(see(learner.get(f"{base(site)}/announcements")))


def test_the_coach_sees_who_has_read_it_and_writes_to_the_others(site: Site) -> None:
    cast = site.cast
    url = announce(site)
    see(site.client(cast.learner).post(f"{url}/read"), 303)
    coach = site.client(cast.coach)
    assert "Read by 1 of 2" in words(see(coach.get(url)))
    readers = see(coach.get(f"{work_of(url)}/readers"))
    assert "Piet Claes" in words(readers) and "Lena Maes" not in words(readers)
    letter = see(coach.get(readers.css_first('a[href*="message?unread="]').attributes["href"] or ""))
    chosen = [box.attributes["value"] for box in letter.css('input[name="learner"][checked]')]
    assert chosen == ["piet-claes"]


def test_everyone_reads_their_own_language_and_sees_where_there_is_none(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        db.execute(update(Person).where(Person.id == cast.peer.id).values(language="nl"))
        db.execute(update(Person).where(Person.id == cast.learner.id).values(language="fr"))
        db.execute(update(Person).values(email_verified_at=now()))
    url = announce(site, title_nl="Een andere zaal", body_nl="We zijn in **zaal 4**.")
    dutch = see(site.client(cast.peer).get(url))
    assert "Een andere zaal" in words(dutch, "h1") and not dutch.css("main [lang]")
    french = see(site.client(cast.learner).get(url))
    assert french.css_first('h1 [lang="en"]').text() == "Another room"
    assert french.css_first(".prose").attributes["lang"] == "en" and "anglais" in words(french)
    by_reader = {str(letter["To"]).split()[0].strip('"'): letter for letter in site.mail()}
    assert by_reader["Piet"]["Subject"] == "Riverside Library: Een andere zaal"
    assert "zaal 4" in text_of(by_reader["Piet"]) and "zaal 4</strong>" in html_of(by_reader["Piet"])
    assert by_reader["Lena"]["Subject"].endswith("Another room") and 'lang="en"' in html_of(by_reader["Lena"])
    assert set(by_reader) == {"Piet", "Lena"}, "who announces gets no mail"


def test_the_group_s_language_is_asked_for_and_nothing_is_kept_by_half(site: Site) -> None:
    with site.db() as db:
        db.execute(update(Cohort).where(Cohort.id == site.cast.cohort.id).values(language="nl"))
    coach = site.client(site.cast.coach)
    form = see(coach.get(f"{base(site)}/coach/announcements/new"))
    assert form.css_first("form input[lang]").attributes["name"] == "title_nl"
    sent = {"title_en": "Only English", "body_en": "Text.", "title_fr": "Sans texte"}
    page = see(coach.post(f"{base(site)}/coach/announcements", data=sent), 422)
    assert value(page, "title_en") == "Only English"
    assert {node.attributes["id"] for node in page.css(".field-error")} == {
        *("f-title_nl-error", "f-body_nl-error", "f-body_fr-error")
    }


def test_a_change_is_marked_and_mails_nobody(site: Site) -> None:
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    url = announce(site)
    assert len(site.mail()) == 2
    coach, learner = site.client(site.cast.coach), site.client(site.cast.learner)
    form = see(coach.get(f"{work_of(url)}/edit"))
    assert value(form, "body_en") == "We meet in **room 4**."
    see(coach.post(f"{work_of(url)}/edit", data={"title_en": "Room 5", "body_en": "Room 5."}), 303)
    page = words(see(learner.get(url)))
    assert "Room 5" in page and "edited on" in page
    assert not site.mail()


def test_what_is_taken_back_is_gone_for_learners_and_can_stand_again(site: Site) -> None:
    cast = site.cast
    url = announce(site)
    site.work()
    learner, coach = site.client(cast.learner), site.client(cast.coach)
    assert "Another room" in words(see(learner.get("/notices")))
    see(coach.post(f"{work_of(url)}/take-back"), 303)
    see(learner.get(url), 404)
    see(learner.post(f"{url}/read"), 404)
    for page in ("/", base(site), f"{base(site)}/announcements", "/notices"):
        assert "Another room" not in words(see(learner.get(page)))
    assert "taken back" in words(see(coach.get(f"{base(site)}/announcements")))
    see(coach.post(f"{work_of(url)}/restore"), 303)
    assert "Another room" in words(see(learner.get("/")))


def test_it_is_for_the_group_as_it_is_now(site: Site) -> None:
    cast = site.cast
    url = announce(site)
    site.work()
    with site.db() as db:
        enrolment = active_enrolment(db, cast.peer.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
        join_cohort(db, cast.loner.id, db.get_one(Cohort, cast.cohort.id))
    ex_member = site.client(cast.peer)
    see(ex_member.get(url), 404)
    assert "Another room" not in words(see(ex_member.get("/notices")))
    newcomer = site.client(cast.loner)
    assert "Another room" in words(see(newcomer.get("/")), "section.notice")
    assert not see(newcomer.get("/notices")).css(".notice-entry"), "who joins later gets no notice"
    with set_to(now() + timedelta(days=61)):
        assert see(newcomer.get("/")).css_first("section.notice") is None, "old news is no news"


def test_an_organizer_announces_too_but_does_not_see_who_read_it(site: Site) -> None:
    url = announce(site, by=site.cast.organizer)
    organizer = site.client(site.cast.organizer)
    page = words(see(organizer.get(url)))
    assert "Another room" in page and "Read by" not in page
    see(organizer.get(f"{work_of(url)}/readers"), 404)


def test_a_group_is_told_in_batches_and_pages_cost_the_same_for_many(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        crowd(db, [f"Somebody {number:03}" for number in range(60)], db.get_one(Cohort, cast.cohort.id))
    url = announce(site)
    site.work()
    coach = site.client(cast.coach)
    assert "Read by 0 of 62" in words(see(coach.get(url)))
    learner = site.client(cast.learner)
    seen = [cost(site, learner, page) for page in ("/", base(site), f"{base(site)}/announcements")]
    with site.db() as db:
        db.add_all(
            Announcement(
                cohort_id=cast.cohort.id,
                author_id=cast.coach.id,
                language="en",
                texts={"en": {"title": f"News {number}", "body": "x", "html": "<p>x</p>"}},
                once=f"news-{number}",
            )
            for number in range(45)
        )
    assert seen == [cost(site, learner, page) for page in ("/", base(site), f"{base(site)}/announcements")]
    titles, at = [], f"{base(site)}/announcements"
    while at:
        page = see(learner.get(at))
        titles += [link.text() for link in page.css("main .rows h2 a")]
        older = page.css_first('main .pager a[rel="next"]')
        at = older.attributes["href"] or "" if older else ""
    assert len(titles) == len(set(titles)) == 46


def cost(site: Site, browser: TestClient, page: str) -> int:
    with site.statements() as seen:
        see(browser.get(page))
    return len(seen)

"""A learner's mentor: a colleague who sees only what the learner shares."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.clock import now
from app.cohorts.models import Enrolment, Mentorship
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, finish, reflect
from tests.pages import see, value, words

REFLECT = f"/programmes/{PROGRAMME}/first/reflect"


def page_of(site: Site, learner: Person) -> str:
    with site.db() as db:
        found = active_enrolment(db, learner.id, PROGRAMME)
        assert found is not None
        return f"/enrolments/{found.public_id}/mentor"


def link_of(site: Site, learner: Person, email: str = "") -> str:
    """The learner asks, and has a link to hand over."""
    url = page_of(site, learner)
    see(site.client(learner).post(url, data={"email": email}), 303)
    shown = re.search(r"https?://[^/]+(/mentor/[\w-]+)", words(see(site.client(learner).get(url))))
    assert shown is not None
    return shown[1]


def become(site: Site, mentor: Person, learner: Person) -> None:
    see(site.client(mentor).post(link_of(site, learner)), 303)


def mentoring(site: Site, mentor: Person) -> str:
    return words(see(site.client(mentor).get("/mentoring")))


def test_a_link_is_handed_over_and_accepted(site: Site) -> None:
    cast = site.cast
    link = link_of(site, cast.learner)
    assert link_of(site, cast.learner) == link
    see(site.client().get(link), 303)
    assert "Be the mentor of Lena Maes?" in words(see(site.client(cast.stranger).get(link)))
    see(site.client(cast.stranger).post(link), 303)
    see(site.client(cast.peer).get(link), 404)
    see(site.client(cast.stranger).get("/mentor/nosuch"), 404)
    assert "Lena Maes" in mentoring(site, cast.stranger)
    assert "Stien Vos is your mentor" in words(
        see(site.client(cast.learner).get(page_of(site, cast.learner)))
    )
    assert "Stien Vos is your mentor now" in words(see(site.client(cast.learner).get("/notices")))
    assert "Whose mentor I am" in words(see(site.client(cast.stranger).get("/")))
    assert "Whose mentor I am" not in words(see(site.client(cast.peer).get("/")))


def test_neither_oneself_nor_a_coach_of_the_group_is_a_mentor(site: Site) -> None:
    cast = site.cast
    link = link_of(site, cast.learner)
    assert "your own link" in words(see(site.client(cast.learner).post(link), 409))
    assert "not a coach" in words(see(site.client(cast.coach).post(link), 409))


def confirm_address(site: Site, person: Person) -> None:
    with site.db() as db:
        db.get_one(Person, person.id).email_verified_at = now()


def test_who_typed_the_address_of_somebody_else_is_not_asked(site: Site) -> None:
    link_of(site, site.cast.learner, "stien@example.org")
    page = see(site.client(site.cast.stranger).get("/mentoring"))
    assert page.css_first('form[action$="/accept"]') is None


def test_whoever_has_the_address_is_asked_and_nobody_learns_whether_there_is_one(site: Site) -> None:
    cast = site.cast
    confirm_address(site, cast.stranger)
    link_of(site, cast.learner, "STIEN@example.org")
    link_of(site, cast.loner, "nobody@example.org")
    pages = [words(see(site.client(one).get(page_of(site, one)))) for one in (cast.learner, cast.loner)]
    hidden = [re.sub(r"/mentor/[\w-]+", "", page) for page in pages]
    assert hidden[0] == hidden[1]
    assert "Lena Maes asks you to be their mentor" in words(see(site.client(cast.stranger).get("/notices")))
    browser = site.client(cast.stranger)
    form = see(browser.get("/mentoring")).css_first('form[action$="/accept"]')
    assert form is not None
    accept = form.attributes["action"] or ""
    see(site.client(cast.peer).post(accept), 404)
    see(browser.post(accept), 303)
    see(browser.post(accept), 404)
    assert "Nothing is shared with you yet" in mentoring(site, cast.stranger)


def test_who_is_asked_may_say_no_and_the_learner_may_take_it_back(site: Site) -> None:
    cast = site.cast
    confirm_address(site, cast.stranger)
    link_of(site, cast.learner, "stien@example.org")
    form = see(site.client(cast.stranger).get("/mentoring")).css_first('form[action$="/end"]')
    assert form is not None
    see(site.client(cast.stranger).post(form.attributes["action"] or ""), 303)
    assert "nobody’s mentor" in mentoring(site, cast.stranger)
    link = link_of(site, cast.learner)
    see(site.client(cast.learner).post(f"{page_of(site, cast.learner)}/end"), 303)
    see(site.client(cast.stranger).get(link), 404)


def test_a_mentor_reads_what_is_shared_and_nothing_else(site: Site) -> None:
    cast = site.cast
    become(site, cast.stranger, cast.learner)
    page = see(site.client(cast.learner).get(REFLECT))
    assert "Stien Vos, my mentor, may read it too" in words(page)
    assert page.css_first('[name="for_mentor"][checked]') is None
    mentor = site.client(cast.stranger)
    secret = reflect(site, cast.learner, "first", visibility="coaches", title="For my coach")
    see(mentor.get(secret), 404)
    shared = reflect(site, cast.learner, "second", visibility="cohort", title="For both", for_mentor="1")
    alone = reflect(site, cast.learner, "third", visibility="mentor", title="For my mentor")
    private = reflect(site, cast.learner, "third", visibility="private", title="Mine", for_mentor="1")
    for post in (shared, alone):
        see(mentor.get(post))
    see(mentor.get(private), 404)
    text = mentoring(site, cast.stranger)
    assert "For both" in text and "For my mentor" in text
    assert "For my coach" not in text and "Mine" not in text
    assert "Lena Maes shares “For both” with you" in words(see(mentor.get("/notices")))
    see(site.client(cast.coach).get(alone), 404)
    see(site.client(cast.peer).get(alone), 404)
    assert "the group and the mentor" in words(see(site.client(cast.learner).get(shared)))
    assert "For my mentor" in words(see(mentor.get("/search?q=mentor")))
    assert "For my mentor" not in words(see(site.client(cast.coach).get("/search?q=mentor")))
    see(answer(site, cast.stranger, alone, body="Well done, between us."), 303)
    assert "between us" in words(see(site.client(cast.learner).get(alone)))
    see(answer(site, cast.stranger, alone, audience="coaches"), 404)
    see(mentor.get(f"/cohorts/{cast.cohort.public_id}"), 404)


def test_the_tick_is_the_last_choice_and_begins_anew_with_another_mentor(site: Site) -> None:
    cast = site.cast
    become(site, cast.stranger, cast.learner)
    first = reflect(site, cast.learner, "first", visibility="cohort", for_mentor="1")
    page = see(site.client(cast.learner).get(f"/programmes/{PROGRAMME}/second/reflect"))
    assert page.css_first('[name="for_mentor"][checked]') is not None
    see(site.client(cast.learner).post(f"{page_of(site, cast.learner)}/end"), 303)
    see(site.client(cast.stranger).get(first), 404)
    become(site, cast.loner, cast.learner)
    see(site.client(cast.loner).get(first), 404)
    page = see(site.client(cast.learner).get(f"/programmes/{PROGRAMME}/second/reflect"))
    assert page.css_first('[name="for_mentor"][checked]') is None


def test_tiles_are_shown_only_to_a_mentor_who_may_see_them(site: Site) -> None:
    cast = site.cast
    become(site, cast.stranger, cast.learner)
    finish(site, cast.learner, "first")
    assert "complete" not in mentoring(site, cast.stranger)
    url = f"{page_of(site, cast.learner)}/tiles"
    see(site.client(cast.learner).post(url, data={"shown": "1"}), 303)
    assert "complete" in mentoring(site, cast.stranger)
    see(site.client(cast.learner).post(url, data={}), 303)
    assert "complete" not in mentoring(site, cast.stranger)


def test_it_ends_with_the_enrolment_and_by_either_side(site: Site) -> None:
    cast = site.cast
    become(site, cast.stranger, cast.learner)
    post = reflect(site, cast.learner, visibility="mentor")
    with site.db() as db:
        mentorship = db.scalars(select(Mentorship)).one().public_id
    see(site.client(cast.peer).post(f"/mentoring/{mentorship}/end"), 404)
    see(site.client(cast.stranger).post(f"/mentoring/{mentorship}/end"), 303)
    see(site.client(cast.stranger).get(post), 404)
    become(site, cast.stranger, cast.learner)
    with site.db() as db:
        enrolment = active_enrolment(db, cast.learner.id, PROGRAMME)
        assert isinstance(enrolment, Enrolment)
        end_enrolment(db, enrolment)
    assert "nobody’s mentor" in mentoring(site, cast.stranger)


def test_who_learns_alone_asks_the_mentor_when_stuck(site: Site) -> None:
    cast = site.cast
    become(site, cast.stranger, cast.loner)
    url = f"/programmes/{PROGRAMME}/first/stuck"
    page = see(site.client(cast.loner).get(url))
    assert value(page, "to") == "mentor" and "You and Stien Vos." in words(page)
    see(site.client(cast.loner).post(url, data={"body": "Help me on", "to": "mentor", "once": "x"}), 303)
    assert "Help me on" in mentoring(site, cast.stranger)
    assert "Lena" not in words(see(site.client(cast.stranger).get("/notices")))


def test_what_only_a_mentor_reads_is_reported_to_the_organizers(site: Site) -> None:
    cast = site.cast
    become(site, cast.stranger, cast.learner)
    post = reflect(site, cast.learner, title="For you", body="Between us.", visibility="mentor")
    mentor, organizer = site.client(cast.stranger), site.client(cast.organizer)
    before = words(see(mentor.get(f"{post}/report")), "#f-to")
    assert "The organizers get your report." in before and "you hand them a copy" in before
    assert "Only the two of you read this" in before
    form = {"reason": "hurts", "once": "x"}
    see(mentor.post(f"{post}/report", data=form | {"to": "coaches"}), 409)
    see(mentor.post(f"{post}/report", data=form | {"to": "organizers"}), 303)
    reports = f"/cohorts/{cast.cohort.public_id}/coach/reports"
    assert "Lena Maes" not in words(see(site.client(cast.coach).get(reports)))
    see(site.client(cast.coach).get(post), 404)
    desk = see(organizer.get("/organize/reports"))
    assert "Between us." in words(desk, ".preview") and "a copy" in words(desk, ".preview")
    assert desk.css_first(f'a[href="{post}"]') is None, "the copy is all that they read"
    see(organizer.get(post), 404)
    assert "to the organizers" in words(see(organizer.get("/organize/log")))
    action = desk.css_first('form[action^="/organize/reports/"]').attributes["action"] or ""
    see(organizer.post(action, data={"action": "hide", "reason": "It is not kind."}), 303)
    see(mentor.get(post), 404)
    see(organizer.get(post), 404)
    assert "It is not kind." in words(see(site.client(cast.learner).get(post)))


def test_who_reports_what_many_read_is_not_told_that_the_writer_may_guess(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="cohort")
    page = see(site.client(site.cast.peer).get(f"{post}/report"))
    assert "Only the two of you" not in words(page)

"""The record of a learner: what was done and when, attendance, hours, and the posts that they chose."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import now, set_to
from app.cohorts.models import Enrolment
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.journals.models import Post
from app.keeping.models import RecordedPost
from app.sessions.models import LiveSession
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import finish, reflect, tick
from tests.pages import see, value, words
from tests.sessions.deeds import base, plan, work_of

RECORD = f"/programmes/{PROGRAMME}/record"


def record(site: Site, of: str = "") -> str:
    return words(see(site.client(site.cast.learner).get(f"{RECORD}{of}")))


def enrolments(db: Session, site: Site) -> list[Enrolment]:
    mine = select(Enrolment).where(Enrolment.person_id == site.cast.learner.id)
    return list(db.scalars(mine.order_by(Enrolment.id)))


def attend(site: Site) -> None:
    """A meeting of an hour and a half, at which the learner was."""
    with set_to(now() - timedelta(hours=3)):
        url = plan(site, now() + timedelta(hours=1))
    handle = site.cast.learner.handle
    answer = site.client(site.cast.coach).post(f"{work_of(url)}/attendance/{handle}", data={"present": "1"})
    see(answer, 303)


def test_it_has_what_is_complete_with_its_day_and_says_nothing_of_the_rest(site: Site) -> None:
    assert "The Things that you complete come here, with their day." in record(site)
    finish(site, site.cast.learner, "first")
    tick(site, site.cast.learner, "second/start")
    page = record(site)
    assert "1. The first Thing" in page and "The second Thing" not in page
    today = f"{now():%-d %B %Y}"
    assert page.count(today) >= 2 and "of 3" not in page and "%" not in page


def test_hours_are_the_planned_minutes_of_what_was_done_and_the_length_of_meetings(site: Site) -> None:
    finish(site, site.cast.learner, "first")
    page = record(site)
    assert "Things 20 min Meetings 0 min Together 20 min" in page
    attend(site)
    page = record(site)
    assert "Meetings attended" in page and "Kick-off" in page
    assert "Things 20 min Meetings 1 h 30 min Together 1 h 50 min" in page
    with site.db() as db:
        db.execute(update(LiveSession).values(cancelled_at=now()))
    assert "Kick-off" not in record(site)


def test_the_posts_in_it_are_those_that_its_learner_chose(site: Site) -> None:
    learner = site.client(site.cast.learner)
    long = "A first sentence. " * 30 + "The very end."
    mine = reflect(site, site.cast.learner, title="My find", body=long, visibility="private")
    reflect(site, site.cast.learner, "second", title="Another find")
    other = reflect(site, site.cast.peer, title="Not mine")
    assert "My find" not in record(site)
    form = see(learner.get(f"{RECORD}/posts"))
    assert "My find" in words(form) and "Not mine" not in words(form) and value(form, "whole") == "0"
    posts = [mine.rsplit("/", 1)[1], other.rsplit("/", 1)[1], "nosuch"]
    for whole in ("0", "1"):
        see(learner.post(f"{RECORD}/posts", data={"post": posts, "whole": whole}), 303)
        page = record(site)
        assert "My find" in page and "Not mine" not in page and "Another find" not in page
        assert ("The very end." in page) == (whole == "1")
    form = see(learner.get(f"{RECORD}/posts"))
    assert value(form, "whole") == "1" and len(form.css("[name=post][checked]")) == 1
    see(learner.post(f"{RECORD}/posts", data={"whole": "1"}), 303)
    assert "My find" not in record(site)
    with site.db() as db:
        assert db.query(RecordedPost).count() == 0 and db.query(Post).count() == 3


def test_a_deleted_post_is_in_no_record(site: Site) -> None:
    learner = site.client(site.cast.learner)
    mine = reflect(site, site.cast.learner, title="My find")
    see(learner.post(f"{RECORD}/posts", data={"post": mine.rsplit("/", 1)[1], "whole": "1"}), 303)
    see(learner.post(f"{mine}/delete"), 303)
    assert "My find" not in record(site)


def test_a_time_that_is_over_has_its_own_record(site: Site) -> None:
    finish(site, site.cast.learner, "first")
    attend(site)
    with site.db() as db:
        old = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert old is not None
        end_enrolment(db, old)
    assert "1. The first Thing" in record(site) and "From " in record(site)
    with set_to(now() + timedelta(days=2)):
        see(site.client(site.cast.learner).post(f"/programmes/{PROGRAMME}/enrol"), 303)
    with site.db() as db:
        first, second = (enrolment.public_id for enrolment in enrolments(db, site))
    assert "1. The first Thing" not in record(site) and "Kick-off" not in record(site)
    assert record(site, f"?of={second}") == record(site)
    page = see(site.client(site.cast.learner).get(f"{RECORD}?of={first}"))
    assert "1. The first Thing" in words(page) and "Kick-off" in words(page)
    others = [node.attributes["href"] for node in page.css("nav.not-printed a")]
    assert others == [f"{RECORD}?of={second}"]


def test_the_account_leads_to_the_records_of_all_times(site: Site) -> None:
    learner = site.client(site.cast.learner)
    with site.db() as db:
        (old,) = enrolments(db, site)
        end_enrolment(db, db.get_one(Enrolment, old.id))
    see(learner.post(f"/programmes/{PROGRAMME}/enrol"), 303)
    page = see(learner.get("/account/records"))
    links = [node.attributes["href"] or "" for node in page.css("main .rows a")]
    assert len(links) == 2 and all(learner.get(link).status_code == 200 for link in links)
    assert words(page, "main .rows").startswith("Demo programme Since ")


def test_nobody_else_sees_it(site: Site) -> None:
    with site.db() as db:
        (mine,) = enrolments(db, site)
    for person in (site.cast.coach, site.cast.peer, site.cast.organizer, site.cast.administrator):
        assert site.client(person).get(f"{RECORD}?of={mine.public_id}").status_code == 404
    assert site.client().get(RECORD).status_code == 303


def test_it_takes_as_many_statements_however_much_was_done(site: Site) -> None:
    learner = site.client(site.cast.learner)
    finish(site, site.cast.learner, "first")
    see(learner.get(RECORD))
    with site.statements() as before:
        see(learner.get(RECORD))
    finish(site, site.cast.learner, "second")
    attend(site)
    attend(site)
    reflect(site, site.cast.learner)
    with site.statements() as after:
        see(learner.get(RECORD))
    assert len(before) == len(after), base(site)

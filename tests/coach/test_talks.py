""" "We talked about it": what a coach says of who does not write counts once that one confirms it."""

from __future__ import annotations

from sqlalchemy import select

from app.people.models import Person
from app.progress.models import Talk, ThingRecord
from tests.conftest import Site
from tests.deeds import enrolments_of, pack_of, reflect, tick
from tests.pages import see, words


def learner_url(site: Site, handle: str = "lena-maes") -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/learners/{handle}"


def say(site: Site, thing: str, status: int = 303) -> None:
    see(site.client(site.cast.coach).post(f"{learner_url(site)}/talks", data={"thing": thing}), status)


def talk(site: Site) -> Talk:
    with site.db() as db:
        return db.scalars(select(Talk)).one()


def confirm(site: Site, confirmed: str, person: Person | None = None, status: int = 303) -> None:
    client = site.client(person or site.cast.learner)
    see(client.post(f"/talks/{talk(site).public_id}", data={"confirmed": confirmed}), status)


def state(site: Site, thing: str) -> str:
    with site.db() as db:
        enrolment = enrolments_of(db, site.cast.cohort)[0]
        return pack_of(db, enrolment.id, site.programme).get(thing, "")


def test_what_was_talked_about_counts_once_the_learner_confirms_it(site: Site) -> None:
    tick(site, site.cast.learner, "second/start")
    say(site, "second")
    assert state(site, "second") == "started"
    notices = see(site.client(site.cast.learner).get("/notices"))
    assert "Cora Janssens says that you talked about a Thing: is it so?" in words(notices)
    page = see(site.client(site.cast.learner).get("/talks"))
    assert "Thing 2: The second Thing" in words(page) and len(page.css("form.row button")) == 2
    assert "The second Thing: asked to confirm" in words(
        see(site.client(site.cast.coach).get(learner_url(site)))
    )
    confirm(site, "1", site.cast.peer, 404)
    confirm(site, "", status=422)
    confirm(site, "1")
    assert state(site, "second") == "complete"
    assert "Nothing to confirm" in words(see(site.client(site.cast.learner).get("/talks")))
    page = see(site.client(site.cast.coach).get(learner_url(site)))
    assert "Confirmed that you talked about Thing 2" in words(page, ".journey")
    assert "Wrote a reflection" not in words(page, ".journey")


def test_it_stays_when_a_post_about_it_is_deleted_later(site: Site) -> None:
    say(site, "first")
    confirm(site, "1")
    post = reflect(site, site.cast.learner, "first")
    see(site.client(site.cast.learner).post(f"{post}/delete"), 303)
    assert state(site, "first") == "reflected"
    other = reflect(site, site.cast.learner, "second")
    see(site.client(site.cast.learner).post(f"{other}/delete"), 303)
    assert state(site, "second") == ""


def test_what_is_declined_counts_for_nothing_and_may_be_asked_again(site: Site) -> None:
    say(site, "first")
    confirm(site, "0")
    assert state(site, "first") == ""
    before = talk(site).public_id
    say(site, "first")
    assert talk(site).public_id != before
    confirm(site, "1")
    confirm(site, "0")
    assert state(site, "first") == "reflected"
    with site.db() as db:
        assert db.scalars(select(ThingRecord.reflected_at)).one() is not None


def test_a_coach_asks_once_and_only_about_what_is_not_written(site: Site) -> None:
    reflect(site, site.cast.learner, "first", visibility="private")
    for thing in ("first", "third", "nosuch", ""):
        say(site, thing, 422)
    page = see(site.client(site.cast.coach).get(learner_url(site)))
    assert [node.attributes["value"] for node in page.css("#f-thing option")] == ["second"]
    say(site, "second")
    once = talk(site).public_id
    say(site, "second")
    assert talk(site).public_id == once
    assert not see(site.client(site.cast.coach).get(learner_url(site))).css("#f-thing")

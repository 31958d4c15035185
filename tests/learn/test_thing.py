"""The page of a Thing, and ticking its activities."""

from __future__ import annotations

import pytest

from app.clock import now
from app.cohorts.queries import active_enrolment
from app.progress.models import Tick
from tests.conftest import Site
from tests.deeds import pack_of
from tests.pages import see, words

FIRST = "/programmes/demo-programme/first"


def state_of(site: Site, person_id: int, slug: str) -> str | None:
    with site.db() as db:
        enrolment = active_enrolment(db, person_id, "demo-programme")
        return pack_of(db, enrolment.id, site.programme).get(slug) if enrolment else None


def test_a_learner_reads_a_thing_with_all_its_sections(site: Site) -> None:
    page = see(site.client(site.cast.learner).get(FIRST))
    assert words(page, "h1") == "The first Thing"
    assert [words(page, f"#{heading.attributes['id']}") for heading in page.css("h2[id]")][:5] == [
        "Discover",
        "Try",
        "Check yourself",
        "Reflect",
        "Go further",
    ]
    assert "What went wrong?" in words(page, ".prompts")
    assert page.css_first("#tile-here").attributes["aria-current"] == "page"


def test_a_tick_is_kept_and_explained(site: Site) -> None:
    client = site.client(site.cast.learner)
    answer = client.post(f"{FIRST}/activities/a", data={"done": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{FIRST}#activity-a")
    page = see(client.get(FIRST))
    assert page.css_first("#activity-a-tick").attributes["aria-checked"] == "true"
    assert words(page, "#left") == (
        "1 of 2 activities, no reflection yet: one activity and your reflection to go."
    )
    assert state_of(site, site.cast.learner.id, "first") == "started"


def test_a_tick_by_htmx_brings_the_activities_and_the_tiles_anew(site: Site) -> None:
    client = site.client(site.cast.learner)
    part = see(client.post(f"{FIRST}/activities/a", data={"done": "1"}, headers={"HX-Request": "true"}))
    assert part.body is not None
    roots = list(part.body.iter())
    assert [root.attributes["id"] for root in roots] == ["try"]
    assert part.css_first("#activity-a-tick").attributes["aria-checked"] == "true"
    assert "is-started" in (part.css_first("#tile-large").attributes["class"] or "")
    assert "is-started" in (part.css_first("#tile-here").attributes["class"] or "")


def test_ticking_again_or_taking_back_what_is_not_ticked_changes_nothing(site: Site) -> None:
    client = site.client(site.cast.learner)
    for _ in range(2):
        client.post(f"{FIRST}/activities/a", data={"done": "1"})
    with site.db() as db:
        assert db.query(Tick).count() == 1
    for _ in range(2):
        client.post(f"{FIRST}/activities/a", data={"done": "0"})
    with site.db() as db:
        assert db.query(Tick).count() == 0
    assert state_of(site, site.cast.learner.id, "first") is None


@pytest.mark.parametrize("data", [{}, {"done": ""}, {"done": "yes"}])
def test_a_tick_that_does_not_say_what_it_wants_is_422(site: Site, data: dict[str, str]) -> None:
    see(site.client(site.cast.learner).post(f"{FIRST}/activities/a", data=data), 422)


def test_an_activity_that_the_thing_has_not_is_not_found(site: Site) -> None:
    see(site.client(site.cast.learner).post(f"{FIRST}/activities/zzz", data={"done": "1"}), 404)


def test_finishing_is_a_moment_and_shows_what_is_next(site: Site) -> None:
    client = site.client(site.cast.learner)
    for activity in ("a", "b"):
        client.post(f"{FIRST}/activities/{activity}", data={"done": "1"})
    client.post(
        f"{FIRST}/reflect", data={"body": "It went well.", "visibility": "private", "action": "publish"}
    )
    page = see(client.get(FIRST))
    assert "Thing 1 is complete." in words(page, "#finished")
    assert page.css_first("#finished a").attributes["href"] == "/programmes/demo-programme/second"
    assert len(page.css("main .button-primary")) == 1


def test_the_first_tick_of_who_is_in_no_group_begins_the_programme(site: Site) -> None:
    client = site.client(site.cast.stranger)
    client.post(f"{FIRST}/activities/a", data={"done": "1"})
    assert state_of(site, site.cast.stranger.id, "first") == "started"


def test_a_public_programme_can_be_read_signed_out_but_not_ticked(site: Site) -> None:
    page = see(site.client().get(FIRST))
    assert not page.css("form[action*='/activities/']")
    assert "/sign-up?next=" in (page.css_first("#try a[href^='/sign-up']").attributes["href"] or "")
    answer = site.client().post(f"{FIRST}/activities/a", data={"done": "1"})
    assert answer.headers["location"].startswith("/sign-in")


def test_a_translation_is_read_where_there_is_one_and_its_absence_is_said(site: Site) -> None:
    dutch = {"Accept-Language": "nl"}
    first = see(site.client(site.cast.learner).get(FIRST, headers=dutch))
    assert words(first, "h1") != "The first Thing"
    second = see(site.client(site.cast.learner).get("/programmes/demo-programme/second", headers=dutch))
    assert second.css_first("h1").attributes["lang"] == "en"
    assert second.css_first(".notice") is not None


def test_others_posts_about_the_thing_are_shown_where_i_may_read_them(site: Site) -> None:
    peer = site.client(site.cast.peer)
    peer.post(
        f"{FIRST}/reflect",
        data={"title": "Shared", "body": "Hello", "visibility": "cohort", "action": "publish"},
    )
    page = see(site.client(site.cast.learner).get(FIRST))
    assert "Shared" in words(page, ".others")
    stranger = see(site.client(site.cast.other_learner).get(FIRST))
    assert not stranger.css(".others")


def test_the_page_of_a_thing_takes_three_statements_whatever_is_written(site: Site) -> None:
    client, peer = site.client(site.cast.learner), site.client(site.cast.peer)
    client.get(FIRST)

    def write(number: int) -> None:
        for path in (f"{FIRST}/reflect",):
            peer.post(
                path,
                data={
                    "body": f"Text {number}",
                    "visibility": "cohort",
                    "action": "publish",
                    "once": f"mark-{number}",
                },
            )

    write(1)
    with site.statements() as before:
        see(client.get(FIRST))
    for number in range(2, 8):
        write(number)
    with site.statements() as after:
        see(client.get(FIRST))
    assert len(before) == len(after) <= 3


def test_a_tick_takes_as_many_statements_for_the_last_thing_as_for_the_first(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.post(f"{FIRST}/activities/a", data={"done": "1"})
    with site.statements() as early:
        client.post(f"{FIRST}/activities/b", data={"done": "1"})
    client.post("/programmes/demo-programme/second/activities/c", data={"done": "1"})
    client.post(f"{FIRST}/activities/b", data={"done": "0"})
    with site.statements() as late:
        client.post(f"{FIRST}/activities/b", data={"done": "1"})
    assert len(early) == len(late)


def test_progress_is_dated(site: Site) -> None:
    before = now()
    site.client(site.cast.learner).post(f"{FIRST}/activities/a", data={"done": "1"})
    with site.db() as db:
        assert before <= db.query(Tick).one().at <= now()

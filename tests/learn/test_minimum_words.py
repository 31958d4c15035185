"""A group may ask for a number of words; otherwise nobody counts."""

from __future__ import annotations

from uuid import uuid4

import pytest
from httpx2 import Response

from tests.conftest import Site
from tests.deeds import reflect
from tests.pages import see, value, words

REFLECT = "/programmes/demo-programme/first/reflect"


def ask(site: Site, minimum: str, status: int = 303) -> Response:
    url = f"/organize/cohorts/{site.cast.cohort.public_id}/edit"
    form = {"name": "Riverside Library", "mode": "coach-led", "minimum_words": minimum}
    answer = site.client(site.cast.organizer).post(url, data=form)
    assert answer.status_code == status
    return answer


def write(site: Site, body: str, **fields: str) -> Response:
    form = {"body": body, "visibility": "private", "action": "publish", "once": str(uuid4()), **fields}
    headers = {"HX-Request": "true"} if fields.get("action") == "draft" else {}
    return site.client(site.cast.learner).post(REFLECT, data=form, headers=headers)


def test_nobody_counts_unless_the_group_asks_for_it(site: Site) -> None:
    assert "at least" not in words(see(site.client(site.cast.learner).get(REFLECT)), ".editor")
    assert words(see(write(site, "Two words", action="draft")), "#saved").startswith("Saved ")
    assert write(site, "Three.").status_code == 303


def test_a_reflection_of_fewer_words_is_kept_on_the_page_with_what_is_missing(site: Site) -> None:
    ask(site, "6")
    page = see(write(site, "> What would your users listen to?\n\nFive words of my own"), 422)
    assert "at least 6 words of your own; so far there are 5." in words(page, "#f-body-error")
    assert value(page, "body").endswith("Five words of my own")
    assert words(page, "#saved") == "5 words of at least 6"
    assert write(site, "Now these are six words, l'été").status_code == 303


def test_a_draft_may_be_short_and_says_how_many_words_there_are(site: Site) -> None:
    ask(site, "30")
    said = words(see(write(site, "Only the beginning", action="draft")), "#saved")
    assert said.endswith("3 words of at least 30")


def test_a_post_without_a_thing_and_somebody_alone_write_as_they_like(site: Site) -> None:
    ask(site, "30")
    form = {"body": "A find.", "visibility": "members", "action": "publish"}
    assert site.client(site.cast.learner).post("/posts/new", data=form).status_code == 303
    assert site.client(site.cast.loner).post(REFLECT, data=form).status_code == 303


def test_what_is_published_stays_and_its_readers_can_still_be_changed(site: Site) -> None:
    url = reflect(site, site.cast.learner, body="Short.", visibility="cohort")
    ask(site, "30")
    client = site.client(site.cast.learner)
    form = {"title": "A find", "body": "Short.", "visibility": "private", "action": "publish"}
    assert client.post(f"{url}/edit", data=form).status_code == 303
    see(site.client(site.cast.peer).get(url), 404)
    assert "at least 30 words" in words(see(client.post(f"{url}/edit", data={**form, "body": "x"}), 422))


@pytest.mark.parametrize(
    ("minimum", "sentence"), [("0", "larger"), ("2001", "smaller"), ("many", "whole number")]
)
def test_a_number_that_makes_no_sense_is_refused_beside_its_field(
    site: Site, minimum: str, sentence: str
) -> None:
    page = see(ask(site, minimum, 422), 422)
    assert sentence in words(page, "#f-minimum_words-error")
    assert value(page, "minimum_words") == minimum


def test_the_organizer_takes_it_back(site: Site) -> None:
    ask(site, "30")
    ask(site, "")
    assert write(site, "Three.").status_code == 303

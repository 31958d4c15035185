"""'I have 15 minutes': what fits now."""

from __future__ import annotations

import pytest

from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import finish, reflect, tick
from tests.pages import see, words
from tests.plans.deeds import course


def steps(site: Site, minutes: str) -> list[str]:
    page = see(site.client(site.cast.learner).get(f"{course(site)}/now?minutes={minutes}"))
    return [" ".join(node.text(separator=" ").split()) for node in page.css(".fitting-step h3")]


def test_home_leads_to_what_fits(site: Site) -> None:
    learner = site.client(site.cast.learner)
    links = [node.attributes["href"] for node in see(learner.get("/")).css(".plan-line nav a")]
    assert links == [f"{course(site)}/now?minutes={minutes}" for minutes in (5, 15, 30, 60)]
    page = see(learner.get(links[1] or ""))
    assert words(page, "h1") == "I have 15 minutes"
    assert words(page, ".minutes [aria-current]") == "15 minutes"
    targets = [node.attributes["href"] for node in page.css(".fitting-step a")]
    assert targets == [
        f"/programmes/{PROGRAMME}/first",
        f"/programmes/{PROGRAMME}/first#activity-a",
        f"/programmes/{PROGRAMME}/first#activity-b",
    ]
    assert "together about 15 minutes" in words(page)


def test_more_time_brings_more_steps_and_what_is_done_none(site: Site) -> None:
    assert steps(site, "5") == ["Read Thing 1: The first Thing"]
    assert steps(site, "25")[-1] == "Write your reflection on Thing 1: The first Thing"
    tick(site, site.cast.learner, "first/a")
    tick(site, site.cast.learner, "first/b")
    assert steps(site, "12") == ["Write your reflection on Thing 1: The first Thing"]
    page = see(site.client(site.cast.learner).get(f"{course(site)}/now?minutes=5"))
    assert "Begin with this" in words(page) and "the rest waits for another day" in words(page)


@pytest.mark.parametrize("minutes", ["", "0", "-3", "12.5", "9999999", "many", "²"])
def test_any_number_of_minutes_is_read(site: Site, minutes: str) -> None:
    assert steps(site, minutes)


def test_there_is_something_else_for_who_would_rather_not(site: Site) -> None:
    reflect(site, site.cast.peer, title="Seen from below")
    reflect(site, site.cast.learner, title="Half of it", action="draft")
    page = words(see(site.client(site.cast.learner).get(f"{course(site)}/now")))
    assert "Read what Piet Claes wrote, and react: “Seen from below”" in page
    assert "Go on with what you began to write: “Half of it”" in page


def test_who_has_finished_is_told_so(site: Site) -> None:
    for thing in ("first", "second", "third"):
        finish(site, site.cast.learner, thing)
    page = see(site.client(site.cast.learner).get(f"{course(site)}/now"))
    assert "Nothing waits for you here" in words(page)
    assert see(site.client(site.cast.learner).get("/")).css_first(".plan-line") is None


def test_the_page_takes_as_many_statements_however_much_there_is(site: Site) -> None:
    learner, url = site.client(site.cast.learner), f"{course(site)}/now?minutes=60"
    see(learner.get(url))
    with site.statements() as before:
        see(learner.get(url))
    for number in range(3):
        reflect(site, site.cast.peer, title=f"Number {number}")
        tick(site, site.cast.learner, "first/a")
    with site.statements() as after:
        see(learner.get(url))
    assert len(before) == len(after)

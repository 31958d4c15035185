"""The agreement with one's manager: what, how much time, when."""

from __future__ import annotations

from datetime import timedelta

from tests.cohorts.test_runs import GROUP, MONDAY, RULE, organize
from tests.conftest import Site
from tests.pages import see, words
from tests.plans.deeds import course, pick
from tests.sessions.deeds import plan


def agreement(site: Site) -> str:
    return words(see(site.client(site.cast.learner).get(f"{course(site)}/agreement")))


def test_it_says_what_how_much_and_when(site: Site) -> None:
    page = agreement(site)
    assert "Demo programme" in page and "To practise: Finding, Sharing." in page
    assert "1. The first Thing" in page and "3. The third Thing" in page
    assert "In all: 45 min" in page and "Each week:" in page and "Day and time:" in page
    assert "Until" not in page, "without a plan or an end nobody knows"
    pick(site)
    page = agreement(site)
    assert "Each week: 30 min" in page and "Thursday 9:30, 30 minutes" in page
    assert "Until about" in page and "at that pace" in page


def test_a_group_brings_its_dates_and_meetings(site: Site) -> None:
    end = MONDAY + timedelta(weeks=3)
    organize(site, "edit", **{**GROUP, "ends_on": str(end)})
    organize(site, "run", rhythm="weekly", **RULE)
    plan(site)
    page = agreement(site)
    assert "With the group Riverside Library" in page and "Meetings of the group: 1 h 30 min" in page
    assert f"Until {end:%-d %B %Y}" in page
    assert f"From {MONDAY:%A, %-d %B %Y}: 1. The first Thing" in page


def test_what_is_typed_there_is_sent_nowhere(site: Site) -> None:
    page = see(site.client(site.cast.learner).get(f"{course(site)}/agreement"))
    assert page.css_first("#learner-name").attributes["value"] == "Lena Maes"
    assert not page.css("article form") and not page.css("article [name]")

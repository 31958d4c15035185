"""Everything by keyboard alone, and the focus where one expects it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Somebody, Visit
from tests.browser.journey import Keyboard, answer, learn, open_what_waits, read_the_answer, sign_in
from tests.browser.stage import PEOPLE, STARTED

pytestmark = pytest.mark.browser


def test_the_core_journey(visit: Visit, lotte: Somebody) -> None:
    learner, coach, hands = visit(), visit(), Keyboard()
    sign_in(learner, hands, lotte.email)
    learn(learner, hands)
    sign_in(coach, hands, PEOPLE["katrien"])
    open_what_waits(coach, hands)
    answer(coach, hands)
    read_the_answer(learner, hands, "Katrien Kok")


def test_the_first_stop_skips_to_the_content(visit: Visit) -> None:
    window = visit("learner")
    window.goto("/")
    window.keyboard.press("Tab")
    expect(window.get_by_role("link", name="Skip to the content")).to_be_focused()
    window.keyboard.press("Enter")
    expect(window.locator("main")).to_be_focused()


def test_a_tick_keeps_the_focus_and_fills_both_tiles(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(f"/programmes/digital-work/{STARTED}")
    window.evaluate("document.body.dataset.same = 'page'")
    tick = window.get_by_role("checkbox").first
    Keyboard().press(tick)
    expect(tick).to_be_checked()
    expect(tick).to_be_focused()
    expect(window.locator("#tile-large")).to_contain_class("is-started")
    expect(window.locator("#tile-here")).to_contain_class("is-started")
    expect(window.locator("#live")).not_to_be_empty()
    expect(window.locator("body")).to_have_attribute("data-same", "page")
    window.keyboard.press("Space")
    expect(tick).not_to_be_checked()
    expect(tick).to_be_focused()
    expect(window.locator("#tile-large")).to_contain_class("is-not-started")


def test_a_mistake_takes_the_focus_and_leads_to_its_field(visit: Visit) -> None:
    window, hands = visit(), Keyboard()
    window.goto("/sign-up")
    hands.press(window.get_by_role("button", name="Sign up"))
    expect(window.get_by_role("alert")).to_be_focused()
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    expect(window.get_by_label("Your name")).to_be_focused()


def test_the_account_menu_opens_and_closes(visit: Visit) -> None:
    window, hands = visit("learner"), Keyboard()
    window.goto("/")
    menu = window.locator("[data-menu] > summary")
    hands.press(menu)
    expect(window.get_by_role("link", name="My account")).to_be_visible()
    window.keyboard.press("Escape")
    expect(window.get_by_role("link", name="My account")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_account_menu_stays_on_a_small_phone_with_news_and_longer_words(visit: Visit) -> None:
    window = visit("learner", viewport={"width": 320, "height": 640}, locale="fr")
    window.goto("/")
    expect(window.locator("html")).to_have_attribute("lang", "fr")
    expect(window.locator(".bell-new")).to_have_count(1)
    Keyboard().press(window.locator("[data-menu] > summary"))
    panel, bell = (window.locator(place).bounding_box() for place in (".menu-panel", ".bell"))
    assert panel and bell and panel["x"] >= 0 and panel["x"] + panel["width"] <= 320
    assert panel["y"] < bell["y"] + 2 * bell["height"], "the menu stands in the line of the bell"


def test_arrows_walk_the_coachs_grid(visit: Visit, names: dict[str, str]) -> None:
    window = visit("coach", viewport={"width": 1280, "height": 900})
    window.goto(f"/cohorts/{names['riverside_group']}/coach")
    first = window.locator("tbody tr").first
    Keyboard().reach(first.get_by_role("link").first)
    window.keyboard.press("ArrowDown")
    second = window.locator("tbody tr").nth(1)
    expect(second.get_by_role("link").first).to_be_focused()
    window.keyboard.press("End")
    expect(second.locator("td").last).to_be_focused()
    window.keyboard.press("Control+Home")
    expect(window.locator("thead th").first).to_be_focused()


def test_arrows_pass_over_the_names_of_small_groups(visit: Visit, names: dict[str, str]) -> None:
    window = visit("coach", viewport={"width": 1280, "height": 900})
    window.goto(f"/cohorts/{names['riverside_group']}/coach?sort=pod")
    assert window.locator("tr.g-pod").count() > 1
    rows = window.locator("tbody tr:not(.g-pod)")
    Keyboard().reach(rows.first.get_by_role("link").first)
    for place in range(1, rows.count()):
        window.keyboard.press("ArrowDown")
        expect(rows.nth(place).get_by_role("link").first).to_be_focused()

"""Thanking and naming people with the keyboard, as a script makes it quick."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.journey import Keyboard

pytestmark = pytest.mark.browser


def test_one_press_says_thanks_in_place_and_keeps_the_focus(visit: Visit, names: dict[str, str]) -> None:
    window, hands = visit("coach"), Keyboard()
    window.goto(f"/journals/{names['learner']}/{names['own_post']}")
    window.evaluate("document.body.dataset.same = 'page'")
    for area in (window.locator("#reactions"), window.locator(f"#reactions-{names['own_answer']}")):
        thanks = area.get_by_role("button", name="Thanks")
        hands.press(thanks)
        expect(thanks).to_have_attribute("aria-pressed", "true")
        expect(thanks).to_be_focused()
        expect(area).to_contain_text("Thanks: you")
        window.keyboard.press("Enter")
        expect(thanks).to_have_attribute("aria-pressed", "false")
        expect(thanks).to_be_focused()
    expect(window.locator("body")).to_have_attribute("data-same", "page")


def test_typing_at_offers_the_people_and_arrows_choose_one(visit: Visit, names: dict[str, str]) -> None:
    window, hands = visit("learner"), Keyboard()
    window.goto(f"/journals/{names['learner']}/{names['own_post']}")
    hands.press(window.locator(".reply > summary").last)
    field = window.locator(".reply[open] textarea")
    hands.write(field, "Ask lena@example.org or @CÓR")
    people = window.locator("#mentions li:visible")
    expect(people).to_have_count(1)
    expect(window.locator("#mentions").get_by_role("status")).to_have_text(
        "Cora Janssens. Arrow down leads to the names."
    )
    window.keyboard.press("ArrowDown")
    expect(people.get_by_role("button", name="Cora Janssens")).to_be_focused()
    window.keyboard.press("Escape")
    expect(field).to_be_focused()
    expect(people).to_have_count(0)
    window.keyboard.type("a")
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Enter")
    expect(field).to_have_value("Ask lena@example.org or @cora-janssens ")
    expect(field).to_be_focused()
    window.keyboard.type("or @zzz")
    expect(people).to_have_count(0)
    hands.press(window.locator(".reply[open]").get_by_role("button", name="Send"))
    expect(window.locator(".replies").get_by_role("link", name="@cora-janssens")).to_be_visible()

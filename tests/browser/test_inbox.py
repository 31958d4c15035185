"""Reading one post after the other with the arrow keys, and an answer given often where the cursor is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.journey import Keyboard

pytestmark = pytest.mark.browser


def test_arrows_lead_from_post_to_post_but_not_while_one_types(visit: Visit, names: dict[str, str]) -> None:
    window, hands = visit("coach"), Keyboard()
    window.goto(f"/cohorts/{names['riverside_group']}/coach/inbox?show=all")
    hands.press(window.locator(".post-title a").first)
    expect(window.locator("[data-keys]")).to_be_visible()
    first = window.url
    window.keyboard.press("ArrowRight")
    expect(window.locator("a[rel=prev]")).to_be_visible()
    second = window.url
    assert second != first
    field = window.get_by_label("Your answer", exact=True)
    hands.write(field, "Well, ")
    window.keyboard.press("ArrowLeft")
    assert window.url == second
    hands.press(window.get_by_role("button", name="Fill it in"))
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile("^Well.*Welcome, "))
    window.locator("h1").click()
    window.keyboard.press("ArrowLeft")
    expect(window).to_have_url(first)

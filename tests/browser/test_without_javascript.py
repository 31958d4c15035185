"""With JavaScript off everything still works: each form posts, and leads on to a page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Somebody, Visit
from tests.browser.journey import Mouse, answer, learn, open_what_waits, read_the_answer, sign_in
from tests.browser.stage import PEOPLE

pytestmark = pytest.mark.browser


def test_the_core_journey_on_a_small_phone(visit: Visit, lotte: Somebody) -> None:
    phone = {"java_script_enabled": False, "viewport": {"width": 320, "height": 640}}
    learner, coach = visit(**phone), visit(**phone)
    sign_in(learner, Mouse(), lotte.email)
    learn(learner, Mouse())
    sign_in(coach, Mouse(), PEOPLE["katrien"])
    open_what_waits(coach, Mouse())
    answer(coach, Mouse())
    read_the_answer(learner, Mouse(), "Katrien Kok")


def test_a_draft_is_kept_by_its_button_and_found_again(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email, java_script_enabled=False)
    window.goto("/programmes/digital-work/your-journal/reflect")
    window.get_by_label("Your text").fill("Half a thought")
    window.get_by_role("button", name="Save draft").click()
    expect(window.get_by_text("Your draft is saved.")).to_be_visible()
    window.goto("/programmes/digital-work/your-journal")
    window.get_by_role("link", name="Go on writing").click()
    expect(window.get_by_label("Your text")).to_have_value("Half a thought")


def test_a_deleted_post_comes_back_by_undo(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email, java_script_enabled=False)
    window.goto("/posts/new")
    window.get_by_label("Title").fill("For the bin")
    window.get_by_label("Your text").fill("Or not.")
    window.get_by_role("button", name="Publish").click()
    window.get_by_role("button", name="Delete").click()
    expect(window.get_by_text("Your post is deleted.")).to_be_visible()
    window.get_by_role("button", name="Undo").click()
    expect(window.get_by_text("It is back.")).to_be_visible()
    expect(window.get_by_role("heading", name="For the bin")).to_be_visible()


@pytest.mark.parametrize("is_signed_in", [False, True], ids=["signed out", "signed in"])
def test_the_language_switch_leads_back_to_the_same_page(
    visit: Visit, lotte: Somebody, is_signed_in: bool
) -> None:
    window = visit(email=lotte.email if is_signed_in else "", java_script_enabled=False)
    window.goto("/programmes/digital-work")
    if is_signed_in:
        window.locator("[data-menu] > summary").click()
    window.locator("button[name=language][value=nl]").click()
    expect(window.locator("html")).to_have_attribute("lang", "nl")
    assert window.url.endswith("/programmes/digital-work")

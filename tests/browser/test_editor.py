"""Nothing typed is lost: drafts save themselves, also on leaving, without a network and in two windows."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Somebody, Visit, signed_in
from tests.browser.server import Server

pytestmark = pytest.mark.browser
THING = "/programmes/digital-work/your-journal"
REFLECT = f"{THING}/reflect"
SAVED = "Saved"


def text(window: Page) -> str:
    return window.get_by_label("Your text").input_value()


def write(window: Page, words: str) -> None:
    """Add to what is there, letter by letter."""
    field = window.get_by_label("Your text")
    field.focus()
    window.keyboard.press("ControlOrMeta+End")
    window.keyboard.type(words)


def saving(window: Page) -> AbstractContextManager[object]:
    """Ends when a draft that was changed inside the block has saved itself."""
    return window.expect_response(lambda response: response.request.method == "POST")


def test_a_draft_saves_itself(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    write(window, "First sentence.")
    expect(window.locator("#saved")).to_contain_text(SAVED)
    with saving(window):
        write(window, " Second sentence.")
    expect(window.get_by_label("Your text")).to_be_focused()
    window.goto(REFLECT)
    assert text(window) == "First sentence. Second sentence."


def test_leaving_the_page_saves_what_was_typed(visit: Visit, server: Server, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    with server.answering("POST", REFLECT):
        write(window, "Typed just before leaving.")
        window.get_by_role("link", name="Back without publishing").click()
    window.goto(REFLECT)
    assert text(window) == "Typed just before leaving."


def test_two_windows_keep_both_texts(visit: Visit, lotte: Somebody) -> None:
    one = visit(email=lotte.email)
    one.goto(REFLECT)
    write(one, "Where it began. ")
    expect(one.locator("#saved")).to_contain_text(SAVED)
    two = one.context.new_page()
    two.goto(REFLECT)
    with saving(one):
        write(one, "Typed in the first window.")
    write(two, "Typed in the second window.")
    expect(two.locator("#saved")).to_contain_text("This text was changed in another window.")
    expect(two.locator("#live")).to_be_empty()
    two.get_by_role("button", name="Save draft").click()
    expect(two.get_by_role("heading", name="There are two versions of this text")).to_be_visible()
    expect(two.locator(".version")).to_have_text("Where it began. Typed in the first window.")
    assert text(two) == "Where it began. Typed in the second window."
    two.get_by_role("button", name="Save draft").click()
    expect(two.get_by_text("Your draft is saved.")).to_be_visible()
    assert text(two) == "Where it began. Typed in the second window."


def test_two_windows_that_both_begin_make_two_drafts(visit: Visit, lotte: Somebody) -> None:
    one = visit(email=lotte.email)
    two = one.context.new_page()
    for window in (one, two):
        window.goto(REFLECT)
    for window, words in ((one, "From the first."), (two, "From the second.")):
        write(window, words)
        expect(window.locator("#saved")).to_contain_text(SAVED)
    one.goto(f"/journals/{lotte.handle}")
    texts = []
    for number in range(2):
        one.goto(f"/journals/{lotte.handle}")
        one.locator("main a[href$='/edit']").nth(number).click()
        texts.append(text(one))
    assert sorted(texts) == ["From the first.", "From the second."]


def in_a_tunnel(visit: Visit, lotte: Somebody, complaints: Complaints) -> Page:
    """A window in which something was typed after the network had gone."""
    complaints.expected += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    window.context.set_offline(True)
    write(window, "Written in a tunnel.")
    expect(window.get_by_text("No connection.")).to_be_visible()
    return window


def test_without_a_network_the_text_waits_and_is_saved_when_it_is_back(
    visit: Visit, lotte: Somebody, complaints: Complaints
) -> None:
    window = in_a_tunnel(visit, lotte, complaints)
    window.context.set_offline(False)
    expect(window.locator("#saved")).to_contain_text(SAVED)
    window.goto(REFLECT)
    assert text(window) == "Written in a tunnel."


def test_the_browser_asks_before_it_leaves_a_text_that_could_not_be_saved(
    visit: Visit, lotte: Somebody, complaints: Complaints
) -> None:
    window = in_a_tunnel(visit, lotte, complaints)
    with window.expect_event("dialog") as asked:
        window.once("dialog", lambda dialog: dialog.dismiss())
        window.get_by_role("link", name="Back without publishing").click()
    assert asked.value.type == "beforeunload"
    assert text(window) == "Written in a tunnel."


def test_a_previewed_text_is_saved_on_leaving(visit: Visit, server: Server, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    write(window, "Seen before it was saved.")
    window.get_by_role("button", name="Preview").click()
    expect(window.get_by_role("heading", name="Preview")).to_be_visible()
    with server.answering("POST", REFLECT):
        window.get_by_role("link", name="Back without publishing").click()
    window.goto(REFLECT)
    assert text(window) == "Seen before it was saved."


def test_the_button_says_what_happens_to_a_private_text(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    window.get_by_role("radio", name="My coach").check()
    expect(window.get_by_role("button", name="Publish")).to_be_visible()
    window.get_by_role("radio", name="Only me").check()
    write(window, "For nobody else.")
    window.get_by_role("button", name="Keep for myself").click()
    expect(window.get_by_text("Kept for yourself.")).to_be_visible()


def test_who_is_signed_out_meanwhile_keeps_the_text_and_may_sign_in_elsewhere(
    visit: Visit, server: Server, lotte: Somebody
) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    window.context.clear_cookies()
    write(window, "Who am I?")
    expect(window.locator("#saved")).to_contain_text("you are signed out")
    signed_in(window.context, server, lotte.email)
    write(window, " Myself again.")
    expect(window.locator("#saved")).to_contain_text(SAVED)
    window.goto(REFLECT)
    assert text(window) == "Who am I? Myself again."


# The toolbar and the prompts


def selected(window: Page, words: str) -> None:
    window.get_by_label("Your text").fill(words)
    window.get_by_label("Your text").select_text()


@pytest.mark.parametrize(
    ("button", "becomes"),
    [
        ("Bold", "**a find**"),
        ("Italics", "_a find_"),
        ("Heading", "## a find"),
        ("Quotation", "> a find"),
        ("List", "- a find"),
        ("Numbered list", "1. a find"),
        ("Link", "[a find](url)"),
    ],
)
def test_the_toolbar_writes_markdown(visit: Visit, lotte: Somebody, button: str, becomes: str) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    selected(window, "a find")
    window.get_by_role("toolbar", name="Format the text").get_by_role(
        "button", name=button, exact=True
    ).click()
    assert text(window) == becomes


def test_the_toolbar_is_one_stop_of_the_keyboard_and_arrows_walk_it(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    selected(window, "a find")
    window.keyboard.press("Shift+Tab")
    expect(window.get_by_role("button", name="Bold")).to_be_focused()
    window.keyboard.press("ArrowRight")
    expect(window.get_by_role("button", name="Italics")).to_be_focused()
    window.keyboard.press("Enter")
    assert text(window) == "_a find_"
    expect(window.locator("#saved")).to_contain_text(SAVED)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_prompt_goes_into_the_text(visit: Visit, lotte: Somebody, javascript: bool) -> None:
    window = visit(email=lotte.email, java_script_enabled=javascript)
    window.goto(REFLECT)
    window.get_by_label("Your text").fill("It began well.")
    prompt = window.locator(".prompts li").first
    words = prompt.locator("span").first.inner_text()
    prompt.get_by_role("button", name="Insert").click()
    assert text(window) == f"It began well.\n\n> {words}\n\n"


def test_enter_in_the_title_saves_and_does_not_publish(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    write(window, "Half a thought.")
    window.get_by_label("Title").press("Enter")
    expect(window.get_by_text("Your draft is saved.")).to_be_visible()

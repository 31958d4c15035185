"""What was typed without a network, or after the session had ended: it stays with its writer, and with nobody else."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.db import Database
from app.journals.models import Post
from app.people.models import Person
from tests.browser.conftest import Complaints, Somebody, Visit, signed_in
from tests.browser.server import Server
from tests.browser.test_editor import REFLECT, SAVED, text, write

pytestmark = pytest.mark.browser
TYPED = "Written where no network is."
COPIES = "Object.entries(localStorage)"
SOME, NONE = "() => localStorage.length > 0", "() => localStorage.length === 0"


def in_a_tunnel(window: Page, complaints: Complaints, words: str = TYPED) -> None:
    """Something was typed after the network had gone, and the browser has it."""
    complaints.expected += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    window.goto(REFLECT)
    window.context.set_offline(True)
    write(window, words)
    expect(window.get_by_text("No connection.")).to_be_visible()
    window.wait_for_function(SOME)


def torn_away(window: Page) -> BrowserContext:
    """The browser crashed; the network is back when it is opened again."""
    context = window.context
    window.close(run_before_unload=False)
    context.set_offline(False)
    return context


def copies(window: Page) -> list[list[str]]:
    found: list[list[str]] = window.evaluate(COPIES)
    return found


def test_a_text_from_the_tunnel_is_back_after_a_crash_and_then_saved(
    visit: Visit, lotte: Somebody, complaints: Complaints
) -> None:
    window = visit(email=lotte.email)
    in_a_tunnel(window, complaints)
    again = torn_away(window).new_page()
    again.goto(REFLECT)
    expect(again.locator("#live")).to_contain_text("What you typed here before is back.")
    assert text(again) == TYPED
    expect(again.locator("#saved")).to_contain_text(SAVED)
    again.wait_for_function(NONE)
    again.goto(REFLECT)
    assert text(again) == TYPED


def test_every_page_leads_to_a_text_that_waits(visit: Visit, lotte: Somebody, complaints: Complaints) -> None:
    window = visit(email=lotte.email)
    in_a_tunnel(window, complaints)
    again = torn_away(window).new_page()
    again.goto("/programmes")
    again.get_by_role("link", name="Go on with it").click()
    expect(again.locator("#saved")).to_contain_text(SAVED)
    assert text(again) == TYPED


def test_a_newer_text_on_the_server_and_the_one_from_the_tunnel_stand_side_by_side(
    visit: Visit, server: Server, lotte: Somebody, complaints: Complaints
) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    write(window, "Where it began. ")
    expect(window.locator("#saved")).to_contain_text(SAVED)
    in_a_tunnel(window, complaints)
    elsewhere = visit(email=lotte.email)
    elsewhere.goto(REFLECT)
    write(elsewhere, "From the phone.")
    expect(elsewhere.locator("#saved")).to_contain_text(SAVED)
    again = torn_away(window).new_page()
    again.goto(REFLECT)
    expect(again.locator("#saved")).to_contain_text("This text was changed in another window.")
    assert text(again) == f"Where it began. {TYPED}"
    again.get_by_role("button", name="Save draft").click()
    expect(again.locator(".version")).to_have_text("Where it began. From the phone.")
    assert text(again) == f"Where it began. {TYPED}"


def test_nobody_else_at_the_same_computer_finds_it(
    visit: Visit, server: Server, lotte: Somebody, complaints: Complaints
) -> None:
    window = visit(email=lotte.email)
    in_a_tunnel(window, complaints)
    context = torn_away(window)
    context.clear_cookies()
    signed_in(context, server, "coach@dingen.example")
    other = context.new_page()
    other.goto("/programmes")
    (copy,) = copies(other)
    assert TYPED not in copy[1] and "Lotte" not in copy[1] and "Written" not in copy[1]
    expect(other.get_by_text("Go on with it")).to_have_count(0)
    other.goto(REFLECT)
    expect(other.get_by_label("Your text")).to_have_value("")
    other.locator("[data-menu] > summary").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_text("You are signed out.")).to_be_visible()
    signed_in(context, server, lotte.email)
    mine = context.new_page()
    mine.goto(REFLECT)
    expect(mine.locator("#saved")).to_contain_text(SAVED)
    assert text(mine) == TYPED, "its writer finds it, though somebody else signed out here"


def test_what_the_server_has_is_not_kept_here(visit: Visit, lotte: Somebody) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    write(window, "Published at once.")
    window.wait_for_function(SOME)
    window.get_by_role("radio", name="Only me").check()
    window.get_by_role("button", name="Keep for myself").click()
    expect(window.get_by_text("Kept for yourself.")).to_be_visible()
    window.wait_for_function(NONE)


@pytest.mark.parametrize("choice", ["Save it", "Download it", "Throw it away"])
def test_signing_out_asks_what_shall_become_of_it(
    visit: Visit, server: Server, lotte: Somebody, complaints: Complaints, choice: str
) -> None:
    window = visit(email=lotte.email)
    in_a_tunnel(window, complaints)
    again = torn_away(window).new_page()
    again.goto("/programmes")
    again.locator("[data-menu] > summary").click()
    again.get_by_role("button", name="Sign out", exact=True).click()
    asked = again.get_by_role("dialog", name="A text of yours is not saved yet")
    expect(asked).to_be_visible()
    if choice == "Download it":
        with again.expect_download() as loading:
            asked.get_by_role("button", name=choice).click()
        assert loading.value.path().read_text() == f"{TYPED}\n"
    else:
        asked.get_by_role("button", name=choice).click()
    expect(again.get_by_text("You are signed out.")).to_be_visible()
    assert copies(again) == []
    assert saved_texts(server, lotte) == ([TYPED] if choice == "Save it" else [])


def saved_texts(server: Server, somebody: Somebody) -> list[str | None]:
    database: Database = server.app.state.database
    with database.transaction(write=False) as db:
        written = db.query(Post.draft_body).join(Person, Person.id == Post.author_id)
        return [body for (body,) in written.filter(Person.handle == somebody.handle)]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_text_that_comes_after_the_session_has_ended_waits_for_its_writer(
    visit: Visit, server: Server, lotte: Somebody, complaints: Complaints, javascript: bool
) -> None:
    complaints.expected.append("403")
    window = visit(email=lotte.email, java_script_enabled=javascript)
    window.goto(REFLECT)
    window.context.clear_cookies()
    window.get_by_label("Your text").fill("Typed for an hour.")
    window.get_by_role("radio", name="My group").check()
    window.get_by_role("button", name="Publish").click()
    expect(window.get_by_role("heading", name="Your text is not saved yet")).to_be_visible()
    expect(window.get_by_label("Your text")).to_have_value("Typed for an hour.")
    signed_in(window.context, server, lotte.email)
    window.get_by_role("button", name="Save my text").click()
    expect(window.get_by_text("Published to your group.")).to_be_visible()
    if javascript:
        window.wait_for_function(NONE)


def test_who_is_signed_in_instead_neither_sees_nor_gets_it(
    visit: Visit, server: Server, lotte: Somebody, complaints: Complaints
) -> None:
    complaints.expected += ["403", "409"]
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    window.context.clear_cookies()
    signed_in(window.context, server, "coach@dingen.example")
    write(window, "For my own journal.")
    expect(window.locator("#saved")).to_contain_text("Somebody else is signed in here now.")
    window.get_by_role("radio", name="My group").check()
    window.get_by_role("button", name="Publish").click()
    expect(window.get_by_text("this text was begun by somebody else")).to_be_visible()
    assert "For my own journal." not in window.locator("main").inner_text()
    window.context.clear_cookies()
    signed_in(window.context, server, lotte.email)
    window.get_by_role("button", name="Save my text").click()
    expect(window.get_by_text("Published to your group.")).to_be_visible()

"""A picture in a text: by the button, pasted or dropped, and without script."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Somebody, Visit
from tests.browser.test_editor import REFLECT, SAVED, text, write
from tests.journals.test_pictures import upload

pytestmark = pytest.mark.browser
HAND_OVER = """([name, content]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  data.items.add(new File([bytes], "shelf.jpg", { type: "image/jpeg" }));
  const options = { bubbles: true, cancelable: true };
  const event = name === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: data })
    : new DragEvent("drop", { ...options, dataTransfer: data });
  document.getElementById("f-body").dispatchEvent(event);
}"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "shelf.jpg"
    path.write_bytes(upload((400, 300)))
    return path


def describe_and_add(window: Page, words: str) -> None:
    window.get_by_label("What is on it?").fill(words)
    window.get_by_role("button", name="Add it to my text").click()


@pytest.mark.parametrize("way", ["button", "paste", "drop"])
def test_it_goes_where_the_cursor_is_however_it_came(
    visit: Visit, lotte: Somebody, photo: Path, way: str
) -> None:
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    write(window, "Before. After.")
    for _ in range(len(" After.")):
        window.keyboard.press("ArrowLeft")
    if way == "button":
        window.get_by_text("Add a picture").click()
        window.get_by_label("Picture", exact=True).set_input_files(photo)
    else:
        window.evaluate(HAND_OVER, [way, b64encode(photo.read_bytes()).decode()])
        expect(window.get_by_label("What is on it?")).to_be_focused()
    describe_and_add(window, "A shelf of maps")
    expect(window.locator("#live")).to_contain_text("The picture is in your text.")
    before, picture, after = text(window).split("\n\n")
    assert (before, after) == ("Before.", " After.")
    assert picture.startswith("![A shelf of maps](/pictures/")
    expect(window.get_by_label("Your text")).to_be_focused()
    expect(window.locator("#saved")).to_contain_text(SAVED)
    window.get_by_role("button", name="Preview").click()
    shown = window.get_by_role("img", name="A shelf of maps")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => image.naturalWidth") == 400


def test_what_is_on_it_is_asked_for(
    visit: Visit, lotte: Somebody, photo: Path, complaints: Complaints
) -> None:
    complaints.expected.append("422")
    window = visit(email=lotte.email)
    window.goto(REFLECT)
    window.get_by_text("Add a picture").click()
    window.get_by_label("Picture", exact=True).set_input_files(photo)
    describe_and_add(window, "")
    expect(window.locator("#picture-said")).to_have_text("Fill this in.")
    expect(window.get_by_label("What is on it?")).to_be_focused()
    describe_and_add(window, "A shelf")
    expect(window.locator("#live")).to_contain_text("The picture is in your text.")


def test_without_script_it_stands_at_the_end(visit: Visit, lotte: Somebody, photo: Path) -> None:
    window = visit(email=lotte.email, java_script_enabled=False)
    window.goto(REFLECT)
    window.get_by_label("Your text").fill("Look:")
    window.get_by_text("Add a picture").click()
    window.get_by_label("Picture", exact=True).set_input_files(photo)
    describe_and_add(window, "A shelf of maps")
    expect(window.get_by_text("Your draft is saved.")).to_be_visible()
    assert text(window).startswith("Look:\n\n![A shelf of maps](/pictures/")
    window.get_by_role("button", name="Preview").click()
    expect(window.get_by_role("img", name="A shelf of maps")).to_be_visible()

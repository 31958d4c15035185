"""What is made to be printed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
MARGIN = {"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"}
DATES = """() => {
  for (const line of document.querySelectorAll(".agreement-things li")) {
    line.prepend("Vanaf woensdag 23 september 2026: ");
  }
}"""


def pages_of(window: Page) -> int:
    content = window.pdf(format="A4", margin=MARGIN)
    return len(re.findall(rb"/Type\s*/Page\b", content))


@pytest.mark.parametrize("language", ["en-GB", "nl-BE", "fr-BE"])
def test_the_agreement_is_one_page(visit: Visit, names: dict[str, str], language: str) -> None:
    """Also where each Thing has its date, and somebody asks for more than usual."""
    window = visit("learner", locale=language)
    window.goto(f"/enrolments/{names['enrolment']}/agreement")
    assert window.locator("html").get_attribute("lang") == language[:2]
    assert pages_of(window) == 1
    window.evaluate(DATES)
    window.locator("#asks").fill("One line of what I ask for.\n" * 6)
    assert pages_of(window) == 1

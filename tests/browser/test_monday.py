"""Monday morning: from signing in to three people helped, with the clicks counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from app.demo.seed import PASSWORD as DEMO_PASSWORD
from tests.browser.conftest import Visit
from tests.browser.stage import PEOPLE

pytestmark = pytest.mark.browser
MOST = 15


class Counting:
    """A coach's hand: each click, acting key and submission is one."""

    def __init__(self) -> None:
        self.acts = 0

    def press(self, target: Locator) -> None:
        self.acts += 1
        target.click()


def test_three_people_are_helped_in_at_most_fifteen_clicks(visit: Visit) -> None:
    coach, hand = visit(), Counting()
    coach.goto("/sign-in")
    coach.get_by_label("E-mail address").fill(PEOPLE["coach"])
    coach.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    hand.press(coach.locator("main").get_by_role("button", name="Sign in", exact=True))
    hand.press(coach.get_by_role("link", name="Who needs me").first)
    expect(coach.get_by_role("heading", level=1)).to_have_text("Who needs me")
    first = coach.locator(".case").first
    helped = [first.locator("h2 a").inner_text()]
    hand.press(first.get_by_role("link", name="Read and answer"))
    answer_here(coach, hand)
    helped.append(coach.locator(".post-by a").first.inner_text())
    answer_here(coach, hand)
    hand.press(coach.get_by_role("link", name="Inbox"))
    hand.press(coach.get_by_role("link", name="Who needs me"))
    quiet = coach.locator(".case").filter(has=coach.get_by_role("link", name="Write to")).first
    helped.append(quiet.locator("h2 a").inner_text())
    hand.press(quiet.get_by_role("link", name="Write to"))
    hand.press(coach.get_by_role("button", name="Look at it"))
    hand.press(coach.get_by_role("button", name="Send", exact=True))
    expect(coach.get_by_text("It is sent to 1 person.")).to_be_visible()
    assert len(set(helped)) == 3
    assert hand.acts <= MOST


def answer_here(coach: Page, hand: Counting) -> None:
    """And on to the next who waits."""
    here = coach.url
    coach.get_by_label("Your answer").fill("Thank you: what did the visitor say?")
    hand.press(coach.get_by_role("button", name="Send", exact=True))
    expect(coach.get_by_text("Your answer is sent.")).to_be_visible()
    assert coach.url != here

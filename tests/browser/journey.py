"""The core journey, walked by whatever hands: sign in, open a Thing, tick, write, publish; answer as coach."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD

ANSWER = "Thank you. What did the visitor say?"
TEXT = "I tried it at the desk, and it worked at the second attempt."
TITLE = "At the second attempt"


class Hands(Protocol):
    """How somebody works a page."""

    def press(self, target: Locator) -> None: ...

    def write(self, target: Locator, text: str) -> None: ...

    def choose(self, target: Locator) -> None: ...


class Mouse:
    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def choose(self, target: Locator) -> None:
        target.check()


class Keyboard:
    """Tab, Enter, Space and arrows, and letters."""

    MOST_STOPS = 150

    def press(self, target: Locator) -> None:
        self.reach(target)
        target.page.keyboard.press("Space" if target.get_attribute("role") == "checkbox" else "Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        target.page.keyboard.press("ControlOrMeta+a")
        target.page.keyboard.type(text)

    def choose(self, target: Locator) -> None:
        """Of radio buttons the chosen one is the stop; arrows lead to the others."""
        group = target.page.locator(f'input[name="{target.get_attribute("name")}"]')
        self.reach(group.and_(target.page.locator(":checked")))
        for _ in range(group.count()):
            if target.is_checked():
                return
            target.page.keyboard.press("ArrowDown")
        expect(target).to_be_checked()

    def reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _ in range(self.MOST_STOPS):
            if target.evaluate("element => element === document.activeElement"):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}")


def sign_in(window: Page, hands: Hands, email: str, password: str = PASSWORD) -> None:
    window.goto("/sign-in")
    hands.write(window.get_by_label("E-mail address"), email)
    hands.write(window.get_by_label("Password"), password)
    hands.press(window.get_by_role("button", name="Sign in", exact=True))
    expect(window.get_by_role("heading", name="Hello,")).to_be_visible()


def learn(window: Page, hands: Hands) -> None:
    """From home to a published reflection about the first Thing."""
    hands.press(window.get_by_role("link", name="Begin", exact=True))
    tick = window.get_by_role("checkbox").first
    for checked in (True, False, True):
        hands.press(tick)
        expect(tick).to_be_checked(checked=checked)
    hands.press(window.get_by_role("link", name="Write your reflection"))
    hands.write(window.get_by_label("Title"), TITLE)
    hands.write(window.get_by_label("Your text"), TEXT)
    hands.choose(window.get_by_role("radio", name="My coach"))
    hands.press(window.get_by_role("button", name="Publish"))
    expect(window.get_by_text("Published. Your coach can read it now.")).to_be_visible()
    expect(window.get_by_role("link", name=TITLE)).to_be_visible()


def open_what_waits(window: Page, hands: Hands) -> None:
    """From a coach's home to the post that waits for an answer."""
    hands.press(window.get_by_role("link", name="Who needs me"))
    hands.press(window.get_by_role("link", name="Inbox"))
    hands.press(window.get_by_role("link", name=TITLE).first)


def answer(window: Page, hands: Hands) -> None:
    """In the inbox."""
    hands.write(window.get_by_label("Your answer"), ANSWER)
    hands.press(window.get_by_role("button", name="Send", exact=True))
    expect(window.get_by_text("Your answer is sent.")).to_be_visible()


def read_the_answer(window: Page, hands: Hands, coach: str) -> None:
    """From a learner's home to what the coach answered."""
    window.goto("/")
    hands.press(window.get_by_role("link", name=f"{coach} about"))
    expect(window.locator(".comment", has_text=ANSWER)).to_be_visible()

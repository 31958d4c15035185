"""The story that Dingen is built for, walked by three people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.demo.seed import PASSWORD as DEMO_PASSWORD
from tests.browser.conftest import Visit
from tests.browser.journey import Mouse, answer, read_the_answer, sign_in
from tests.browser.server import Server
from tests.browser.stage import DEMO, PEOPLE
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
GROUP, THING, POST = "Paper and ink", "Fold a paper crane", "It flew once"
TEXT = """---
title: Fold a paper crane
summary: Something that flies, made of a flyer.
minutes: 10
---
A flyer has four corners.

## Try
- [ ] Find a square piece of paper {#find-paper minutes=2}
- [ ] Fold it {#fold minutes=8}

## Reflect
- Who asked what you were doing?
"""


@pytest.fixture
def file(server: Server) -> Iterator[Path]:
    """Where the organizer's Thing will be; gone again after the test."""
    path = server.content / "things" / DEMO / "24-paper-crane.md"
    yield path
    path.unlink(missing_ok=True)


def test_an_organizer_a_learner_and_a_coach(visit: Visit, file: Path) -> None:
    organizer, learner, coach = visit(), visit(), visit()
    sign_in(organizer, Mouse(), PEOPLE["organizer"], DEMO_PASSWORD)
    link = start_a_group(organizer, PEOPLE["katrien"])
    drop_a_file(organizer, file)
    sign_up_and_join(learner, link)
    work_through(learner)
    sign_in(coach, Mouse(), PEOPLE["katrien"])
    see_who_did_what(coach)
    coach.get_by_role("link", name="Inbox").click()
    coach.get_by_role("link", name=POST).click()
    answer(coach, Mouse())
    read_the_answer(learner, Mouse(), "Katrien Kok")


def start_a_group(organizer: Page, coach: str) -> str:
    """With a coach; returns the link to join by."""
    organizer.get_by_role("link", name="Organize").click()
    organizer.get_by_role("link", name="Start a group").click()
    organizer.get_by_label("Name of the group").fill(GROUP)
    organizer.get_by_label("Programme").select_option(label="Digital work in 23 Things")
    organizer.get_by_role("button", name="Start the group").click()
    expect(organizer.get_by_text("The group is ready.")).to_be_visible()
    organizer.get_by_label("E-mail address of a coach").fill(coach)
    organizer.get_by_role("button", name="Add as a coach").click()
    expect(organizer.get_by_text("Katrien Kok coaches this group now.")).to_be_visible()
    return organizer.locator("#join-link").inner_text()


def drop_a_file(organizer: Page, file: Path) -> None:
    """It is there without a restart, and without loading the page again."""
    organizer.get_by_role("link", name="Content", exact=True).click()
    organizer.get_by_role("link", name="Digital work in 23 Things").click()
    expect(organizer.get_by_role("heading", name="Everything in order")).to_be_visible()
    file.write_text(TEXT, encoding="utf-8")
    organizer.get_by_role("link", name=THING).click()
    expect(organizer.get_by_role("heading", name=THING)).to_be_visible()


def sign_up_and_join(learner: Page, link: str) -> None:
    learner.goto(link)
    learner.get_by_role("link", name="Sign up and join").click()
    learner.get_by_label("Your name").fill("Wim Wouters")
    learner.get_by_label("E-mail address").fill("wim@example.org")
    learner.get_by_label("Password").fill(PASSWORD)
    learner.get_by_role("button", name="Sign up").click()
    learner.get_by_role("button", name="Join").click()
    expect(learner.get_by_text(f"Welcome to {GROUP}.")).to_be_visible()


def work_through(learner: Page) -> None:
    """Tick what is to be done, write, and hear that the Thing is complete."""
    learner.get_by_role("link", name=THING).click()
    for activity in learner.get_by_role("checkbox").all():
        activity.click()
        expect(activity).to_be_checked()
    expect(learner.locator("#left")).to_contain_text("your reflection to go")
    learner.get_by_role("link", name="Write your reflection").click()
    learner.get_by_label("Title").fill(POST)
    learner.get_by_label("Your text").fill("Two visitors stopped and asked.")
    learner.get_by_role("radio", name="My group").check()
    learner.get_by_role("button", name="Publish").click()
    expect(learner.get_by_text("Published to your group.")).to_be_visible()
    expect(learner.get_by_role("heading", name="Thing 24 is complete.")).to_be_visible()


def see_who_did_what(coach: Page) -> None:
    coach.get_by_role("link", name=GROUP).first.click()
    row = coach.get_by_role("row", name="Wim Wouters")
    expect(row.locator("td.g-sum")).to_contain_text("1")
    expect(row.get_by_role("gridcell", name="complete")).to_be_visible()
    expect(row.get_by_text("1 post waits")).to_be_visible()
    row.get_by_role("link", name="Wim Wouters").click()
    expect(coach.get_by_role("heading", name="Wim Wouters")).to_be_visible()
    expect(coach.get_by_role("link", name=POST)).to_be_visible()
    expect(coach.get_by_text("2 of 2 activities")).to_be_visible()

"""What a page weighs: for whoever pays by the megabyte, or sits at the end of a thin line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.settings import ROOT
from tests.browser.conftest import signed_in
from tests.browser.every_page import BEFORE_SET_UP, PAGES, Visitor
from tests.browser.server import Sent, Server, serving
from tests.browser.stage import DEMO, PEOPLE, STARTED

pytestmark = pytest.mark.browser
ILLUSTRATED = [f"/programmes/{DEMO}/{slug}" for slug in (STARTED, "short-video", "images-you-may-use")]
HEAVIEST_HTML = 14 * 1024
HEAVIEST_FIRST_VISIT = 60 * 1024
MOST_REQUESTS = 6
SHIFTS = """() => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: "layout-shift", buffered: true});
  return observer.takeRecords().map(shift => shift.toJSON());
}"""


@pytest.fixture(scope="module")
def production(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As people visit it: without the demo's banner and live reload."""
    folder = tmp_path_factory.mktemp("production")
    shutil.copy(seeded, folder / "dingen.db")
    with serving(folder / "dingen.db", ROOT / "content") as server:
        yield server


@pytest.fixture
def window(browser: Browser, production: Server) -> Iterator[Page]:
    """A browser that was never here, of somebody who is signed in."""
    context = browser.new_context(base_url=production.url, locale="en")
    signed_in(context, production, PEOPLE["learner"])
    yield context.new_page()
    context.close()


def sent_for(server: Server, window: Page, address: str) -> list[Sent]:
    """What the server sends while a page loads, without fonts."""
    before = len(server.sent)
    window.goto(address, wait_until="networkidle")
    return [sent for sent in server.sent[before:] if not sent.path.endswith(".woff2")]


def test_no_page_is_heavy(
    server: Server, names: dict[str, str], empty_server: Server, empty_names: dict[str, str]
) -> None:
    sizes = {}
    for site, words, pages in ((server, names, PAGES), (empty_server, empty_names, BEFORE_SET_UP)):
        for who in {page.who for page in pages}:
            visitor = Visitor(site, words, who)
            for page in (page for page in pages if page.who == who):
                response = visitor.fetch(page)
                assert response.headers["content-encoding"] == "gzip", page
                sizes[str(page)] = int(response.headers["content-length"])
    assert {name: size for name, size in sizes.items() if size > HEAVIEST_HTML} == {}


@pytest.mark.parametrize("address", ["/", f"/programmes/{DEMO}/{STARTED}"])
def test_a_first_visit_is_light_and_a_second_asks_once(
    production: Server, window: Page, address: str
) -> None:
    with production.answering("GET", "/favicon.svg"):  # a browser asks for it last, when all else is there
        first = sent_for(production, window, address)
    assert len(first) <= MOST_REQUESTS, first
    assert sum(sent.size for sent in first) <= HEAVIEST_FIRST_VISIT, first
    window.goto("about:blank")
    second = sent_for(production, window, f"/programmes/{DEMO}")
    assert [sent.path for sent in second] == [f"/programmes/{DEMO}"]


@pytest.mark.parametrize("address", ["/", f"/programmes/{DEMO}", *ILLUSTRATED])
def test_nothing_moves_while_a_page_loads(production: Server, window: Page, address: str) -> None:
    window.goto(address, wait_until="networkidle")
    for picture in window.locator("article img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
    assert window.evaluate(SHIFTS) == []

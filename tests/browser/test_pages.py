"""Every page, as every kind of person: accessible, whole at each width, and quiet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Window

from tests import proof
from tests.browser.conftest import PATIENCE_MS, Complaints
from tests.browser.every_page import BEFORE_SET_UP, PAGES, THING, Page, cookies_for, routes_of_pages, thing
from tests.browser.server import Server
from tests.browser.stage import DEMO

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent.parent / "peers" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RUN_AXE = """only => axe.run(document, {runOnly: only, resultTypes: ["violations"]}).then(
  found => found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`))
)"""
SEND = """([address, fields]) => {
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: address});
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("textarea"), {name, value}));
  }
  document.body.append(form);
  form.submit();
}"""
OUTLINE = """() => ({
  headings: document.querySelectorAll("h1").length,
  title: document.title,
  language: document.documentElement.lang,
})"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS = (1280, 768, 360, 320)
LOOKED_AT = (1280, 360)
SCHEMES: dict[Literal["light", "dark"], object] = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": COLOUR_RULES},
}
"""What axe looks for: of all rules only these depend on the scheme."""
SEEN = tuple(page for page in PAGES if not page.leaves)
MAIN = tuple(page for page in SEEN if page.main)
LIGHT_ALONE = tuple(page for page in SEEN if not page.main)[::2]
"""Half of the others: dark colours are those of the main pages, and `make prove` looks at them all."""
LONGER = ("nl", "fr")


@dataclass
class Windows:
    """One browser window for each person and language, kept for the pages to come."""

    browser: Browser
    server: Server
    names: Mapping[str, str]
    axe: str
    complaints: Complaints = field(init=False)
    _open: dict[tuple[str, str], Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.complaints = Complaints(self.server.url)

    def window(self, who: str, language: str) -> Window:
        if (who, language) not in self._open:
            context = self.browser.new_context(
                base_url=self.server.url, locale=language, reduced_motion="reduce"
            )
            context.set_default_timeout(PATIENCE_MS)
            cookies = cookies_for(self.server, who).items()
            context.add_cookies([{"name": n, "value": v, "url": self.server.url} for n, v in cookies])
            self.complaints.listen(context)
            self._open[who, language] = context.new_page()
        return self._open[who, language]

    def close(self) -> None:
        for window in self._open.values():
            window.context.close()

    def open(self, page: Page, width: int, language: str) -> Window:
        window = self.window(page.who, language)
        window.set_viewport_size({"width": width, "height": 900})
        address = page.address(self.names)
        if page.form is None:
            response = window.goto(address)
        else:
            window.goto("/healthz")
            with window.expect_navigation() as navigation:
                window.evaluate(SEND, [address, page.sent(self.names)])
            response = navigation.value
        assert response is not None and response.status == page.status
        return window

    def faults(self, page: Page, language: str = "en") -> Iterator[str]:
        """Whatever is wrong with a page, in light and dark, from wide to narrow. Longer words have the same
        colours: in other languages than English axe looks once, where there is the least room."""
        self.complaints.clear()
        window = self.open(page, WIDTHS[0], language)
        yield from _faults_of_outline(window, language)
        if any(list(_looks(page, width, language)) for width in WIDTHS):
            window.evaluate(self.axe)
        for width in WIDTHS:
            window.set_viewport_size({"width": width, "height": 900})
            if window.evaluate(OVERFLOW) > 0:
                yield f"sticks out at {width} px"
            for scheme, rules in _looks(page, width, language):
                window.emulate_media(color_scheme=scheme)
                for violation in window.evaluate(RUN_AXE, rules):
                    yield f"{width} px, {scheme}: {violation}"
        yield from self.complaints


def _looks(page: Page, width: int, language: str) -> Iterator[tuple[Literal["light", "dark"], object]]:
    """Main pages in both schemes at both widths; others once in each, light where there is the least room.
    What has longer words is looked at where there is the least room."""
    if language == "en" and page.main and width in LOOKED_AT:
        yield from SCHEMES.items()
    elif width == min(LOOKED_AT):
        yield "light", SCHEMES["light"]
    elif language == "en" and width in LOOKED_AT and (proof.FULL or page not in LIGHT_ALONE):
        yield "dark", SCHEMES["dark"]


def _faults_of_outline(window: Window, language: str) -> Iterator[str]:
    outline = window.evaluate(OUTLINE)
    if outline["headings"] != 1:
        yield f"{outline['headings']} elements h1"
    if not outline["title"].strip(" –"):
        yield "no title"
    if outline["language"] != language:
        yield f"in the language {outline['language']}"


@pytest.fixture(scope="package")
def windows(browser: Browser, server: Server, names: dict[str, str]) -> Iterator[Windows]:
    windows = Windows(browser, server, names, AXE.read_text(encoding="utf-8"))
    yield windows
    windows.close()


@pytest.fixture(scope="package")
def first_day(browser: Browser, empty_server: Server, empty_names: dict[str, str]) -> Iterator[Windows]:
    windows = Windows(browser, empty_server, empty_names, AXE.read_text(encoding="utf-8"))
    yield windows
    windows.close()


def test_the_table_has_every_page(server: Server) -> None:
    known = {page.route for page in PAGES + BEFORE_SET_UP if page.form is None}
    assert set(routes_of_pages(server.app)) - known == set()


@pytest.mark.parametrize("page", SEEN, ids=str)
def test_a_page_is_accessible_and_fits(windows: Windows, page: Page) -> None:
    faults = list(windows.faults(page))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("page", BEFORE_SET_UP, ids=str)
def test_a_page_before_set_up_is_accessible_and_fits(first_day: Windows, page: Page) -> None:
    faults = list(first_day.faults(page))
    assert not faults, "\n".join(faults)


IN_LONGER_WORDS = [
    (page, language)
    for number, page in enumerate(MAIN)
    for language in LONGER
    if proof.FULL or language == LONGER[number % len(LONGER)]
]
"""Every run reads a main page in one of these languages, `make prove` in both."""


@pytest.mark.prove
@pytest.mark.parametrize(("page", "language"), IN_LONGER_WORDS, ids=str)
def test_a_main_page_is_accessible_and_fits_in_longer_words(
    windows: Windows, page: Page, language: str
) -> None:
    faults = list(windows.faults(page, language))
    assert not faults, "\n".join(faults)


LANGUAGES = ("en", "nl", "fr")


@pytest.mark.prove
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_thing_is_accessible_and_fits_on_a_small_phone(
    windows: Windows, server: Server, language: str
) -> None:
    """What they share is looked at in every scheme and width above; here it is what authors wrote. Every run
    looks at each Thing in one of the languages, `make prove` at all of them."""
    windows.complaints.clear()
    faults, things = [], server.app.state.library.catalogue.programmes[DEMO].things
    for one in things[LANGUAGES.index(language) :: proof.size(len(LANGUAGES), 1)]:
        window = windows.open(Page(THING, who="learner", at=thing(one.slug)), 320, language)
        if window.evaluate(OVERFLOW) > 0:
            faults.append(f"{one.slug} sticks out")
        window.emulate_media(color_scheme="light")
        window.evaluate(windows.axe)
        faults += [f"{one.slug}: {violation}" for violation in window.evaluate(RUN_AXE, SCHEMES["light"])]
    assert (faults, windows.complaints) == ([], [])

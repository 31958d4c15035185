"""Every page is valid HTML, as the Nu HTML checker of the W3C sees it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.browser.every_page import BEFORE_SET_UP, PAGES, THING, Page, Visitor, thing
from tests.browser.server import Server
from tests.browser.stage import DEMO

pytestmark = pytest.mark.browser
VNU = Path(__file__).parent.parent / "peers" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def fetched(server: Server, names: Mapping[str, str], pages: tuple[Page, ...]) -> Iterator[tuple[str, str]]:
    """(name, HTML) of each page in English, of the main ones in every language."""
    for language in ("en", "nl", "fr"):
        visitors: dict[str, Visitor] = {}
        for page in pages:
            if language == "en" or page.main:
                if page.who not in visitors:
                    visitors[page.who] = Visitor(server, names, page.who, language)
                yield f"{language} {page}", visitors[page.who].fetch(page).text


def every_thing(server: Server) -> tuple[Page, ...]:
    things = server.app.state.library.catalogue.programmes[DEMO].things
    return tuple(Page(THING, who="learner", at=thing(one.slug), main=True) for one in things)


def test_every_page_is_valid_html(
    server: Server,
    names: dict[str, str],
    empty_server: Server,
    empty_names: dict[str, str],
    tmp_path: Path,
) -> None:
    pages = [
        *fetched(server, names, PAGES + every_thing(server)),
        *fetched(empty_server, empty_names, BEFORE_SET_UP),
    ]
    for number, (_, html) in enumerate(pages):
        (tmp_path / f"{number}.html").write_text(html, encoding="utf-8")
    messages = [
        f"{pages[int(Path(message['url']).stem)][0]}: {message['message']} {message.get('extract', '')}"
        for message in checked(tmp_path)
    ]
    assert messages == []


def checked(folder: Path) -> list[dict[str, str]]:
    """Errors and warnings of all files in the folder, but for guesses at the language: people write in
    theirs."""
    options = ["--no-langdetect", "--exit-zero-always", "--format", "json"]
    command = ["java", "-jar", str(VNU), *options, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    messages: list[dict[str, str]] = json.loads(result.stderr)["messages"]
    return messages

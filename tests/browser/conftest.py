"""A real server, a real Chromium, and what pages complain about."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from playwright.sync_api import Page as Window
from pydantic import SecretStr
from sqlalchemy import select

from app.cohorts.models import Cohort
from app.db import Database
from app.demo.seed import seed
from app.journals.services import join_cohort
from app.migrate import upgrade
from app.organize.setup import setup_token
from app.people.services import create_person
from app.settings import ROOT, OidcProvider
from tests.browser.server import Server, serving
from tests.browser.stage import PEOPLE, lay_out_content, set_the_stage
from tests.cast import PASSWORD
from tests.conftest import settings_for
from tests.peers.blogs import BlogServer
from tests.peers.lying_provider import LyingProvider

PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A database in which the demo's people live; told once, for all workers."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    told = folder / "demo.db"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            unfinished = folder / "demo-unfinished.db"
            settings = settings_for(f"sqlite:///{unfinished}", content_dir=ROOT / "content", mode="demo")
            database = Database(settings.sqlalchemy_url, pool_size=1)
            upgrade(database)
            seed(database, settings, lambda _: None)
            database.close()
            unfinished.rename(told)
    return told


@pytest.fixture(scope="package")
def server(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, with a second programme that has mistakes, and two providers to sign in with: one is gone."""
    folder = tmp_path_factory.mktemp("server")
    lay_out_content(ROOT / "content", folder / "content")
    shutil.copy(seeded, folder / "dingen.db")
    with LyingProvider() as provider:
        oidc = {
            "city": _provider(provider.issuer, "the city"),
            "gone": _provider("http://127.0.0.1:9", "the province"),
        }
        with serving(folder / "dingen.db", folder / "content", mode="demo", oidc=oidc) as server:
            yield server


def _provider(issuer: str, label: str) -> OidcProvider:
    return OidcProvider(issuer=issuer, client_id="dingen", client_secret=SecretStr("a secret"), label=label)


@pytest.fixture(scope="package")
def names(server: Server) -> Iterator[dict[str, str]]:
    with BlogServer().running() as blogs:
        yield set_the_stage(server, blogs)


@dataclass(frozen=True)
class Somebody:
    name: str
    email: str
    handle: str


@pytest.fixture
def lotte(server: Server, names: dict[str, str]) -> Somebody:
    """A learner who has just joined Katrien's group; another one for each test."""
    word = token_hex(3)
    with server.db() as db:
        group = db.scalars(select(Cohort).where(Cohort.code == "HARBOUR")).one()
        password_hash = server.app.state.passwords.hash(PASSWORD)
        email = f"lotte-{word}@example.org"
        person = create_person(db, name=f"Lotte {word}", email=email, password_hash=password_hash)
        join_cohort(db, person.id, group)
        return Somebody(person.name, email, person.handle)


@pytest.fixture(scope="package")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real site on its first day, before it is set up."""
    folder = tmp_path_factory.mktemp("empty")
    upgrade(Database(f"sqlite:///{folder / 'dingen.db'}", pool_size=1))
    with serving(folder / "dingen.db", ROOT / "content") as server:
        yield server


@pytest.fixture(scope="package")
def empty_names(empty_server: Server) -> dict[str, str]:
    with empty_server.db() as db:
        token = setup_token(db, empty_server.app.state.settings.secret())
    assert token
    return {"start_token": token}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "Chromium is missing: apt-get install chromium"
    arguments = ["--disable-gpu", "--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


class Complaints(list[str]):
    """What a browser has to say against the pages that it shows: errors of scripts, refusals by the content
    security policy, files that are not there, requests to other hosts. `expected` are words of those that a
    test causes itself."""

    def __init__(self, home: str) -> None:
        super().__init__()
        self.home = home
        self.expected: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        context.on("weberror", lambda error: self._note(str(error.error)))
        context.on("request", lambda request: self._look_at(request.url))
        context.on("response", self._check)

    def _note(self, text: str) -> None:
        if "the server responded with a status of" in text:  # `_check` knows more of it
            return
        if not any(words in text for words in self.expected):
            self.append(text)

    def _look_at(self, url: str) -> None:
        if not url.startswith((f"{self.home}/", "data:", "blob:")):
            self.append(f"a request to {url}")

    def _check(self, response: Any) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch", "xhr"):
            self.append(f"{response.status} for {response.url}")


def signed_in(context: BrowserContext, server: Server, email: str) -> None:
    context.add_cookies([{"name": "dingen", "value": server.session_of(email), "url": server.url}])


Visit = Callable[..., Window]


@pytest.fixture
def complaints(server: Server) -> Complaints:
    return Complaints(server.url)


@pytest.fixture
def visit(browser: Browser, server: Server, names: dict[str, str], complaints: Complaints) -> Iterator[Visit]:
    """Opens a browser of its own for somebody, signed in where `who` or `email` is given. The test fails
    where a page complained."""
    contexts: list[BrowserContext] = []

    def open_browser(who: str = "", *, email: str = "", **options: Any) -> Window:
        context = browser.new_context(base_url=server.url, **{"locale": "en-GB", **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        complaints.listen(context)
        if who or email:
            signed_in(context, server, email or PEOPLE[who])
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []

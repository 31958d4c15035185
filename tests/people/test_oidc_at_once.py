"""Coming back from a provider many times at once, on databases of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.migrate import upgrade
from app.people.models import Identity, LoginSession, Person
from app.people.services import the_organization
from tests.conftest import BASE_URL, new_database, settings_for
from tests.peers.lying_provider import LyingProvider
from tests.people.oidc import begin, come_back

TIMES = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def own_database(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    with new_database(request.param, tmp_path, f"at_once_{worker_id}") as url:
        yield url


@pytest.fixture
def app(own_database: str, lying_provider: LyingProvider) -> Iterator[FastAPI]:
    provider = {
        "issuer": lying_provider.issuer,
        "client_id": lying_provider.client_id,
        "client_secret": lying_provider.client_secret,
    }
    settings = settings_for(own_database, oidc={"liar": provider})
    database = Database(settings.sqlalchemy_url)
    upgrade(database)
    with database.transaction() as db:
        the_organization(db)
    yield create_app(settings, database=database)
    database.close()


def test_one_person_who_comes_many_times_at_once_gets_one_account(
    app: FastAPI, lying_provider: LyingProvider
) -> None:
    browsers = [TestClient(app, base_url=BASE_URL, follow_redirects=False) for _ in range(TIMES)]
    locations = [lying_provider.sign_in(begin(browser, "liar")) for browser in browsers]
    together = Barrier(TIMES)

    def arrive(browser: TestClient, location: str) -> int:
        together.wait()
        return come_back(browser, location).status_code

    with ThreadPoolExecutor(TIMES) as threads:
        assert list(threads.map(arrive, browsers, locations)) == [303] * TIMES
    with app.state.database.transaction() as db:
        counts = [
            db.scalar(select(func.count()).select_from(table)) for table in (Person, Identity, LoginSession)
        ]
        assert counts == [1, 1, TIMES]


def test_one_callback_that_is_sent_many_times_at_once_opens_one_session(
    app: FastAPI, lying_provider: LyingProvider
) -> None:
    first = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    location = lying_provider.sign_in(begin(first, "liar"))
    flow = first.cookies["dingen_flow"]
    browsers = [TestClient(app, base_url=BASE_URL, follow_redirects=False) for _ in range(TIMES)]
    together = Barrier(TIMES)

    def arrive(browser: TestClient) -> int:
        browser.cookies.set("dingen_flow", flow)
        together.wait()
        return come_back(browser, location).status_code

    with ThreadPoolExecutor(TIMES) as threads:
        assert sorted(threads.map(arrive, browsers)) == [303] + [400] * (TIMES - 1)
    with app.state.database.transaction() as db:
        assert db.scalar(select(func.count()).select_from(LoginSession)) == 1

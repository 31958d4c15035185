"""A page is made in one hop and one transaction, which is committed before anybody hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio.to_thread
import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.db import Database, ReadOnly
from app.errors import NotFound
from app.main import create_app
from app.migrate import upgrade
from app.people.models import Organization
from app.web.forms import Bound, Form, posted
from app.web.i18n import Locale
from app.web.render import redirect
from app.web.routing import page_router
from tests.conftest import BASE_URL, Site, new_database, settings_for

DANGLING = """
CREATE TABLE dangling (
  organization_id BIGINT REFERENCES organization (id) DEFERRABLE INITIALLY DEFERRED
)
"""
"""A reference that is only looked at when the transaction ends."""

router = page_router()


class NameForm(Form):
    name: str


@router.post("/probe/written")
def write(request: Request, db: Session, form: Bound[NameForm] = posted(NameForm)) -> Response:
    db.add(Organization(name=form.data.name))
    return redirect(request, "/somewhere")


@router.post("/probe/uncommittable")
def write_what_cannot_be_committed(
    request: Request, db: Session, form: Bound[NameForm] = posted(NameForm)
) -> Response:
    db.add(Organization(name=form.data.name))
    db.execute(text("INSERT INTO dangling VALUES (4711)"))
    return redirect(request, "/somewhere")


@router.post("/probe/refused")
def write_and_refuse(db: Session, form: Bound[NameForm] = posted(NameForm)) -> Response:
    db.add(Organization(name=form.data.name))
    db.flush()
    return Response(status_code=422)


@router.post("/probe/not-found")
def write_and_find_nothing(db: Session, form: Bound[NameForm] = posted(NameForm)) -> Response:
    db.add(Organization(name=form.data.name))
    db.flush()
    raise NotFound


@router.post("/probe/database")
def write_in_transactions_of_its_own(
    database: Database, locale: Locale, form: Bound[NameForm] = posted(NameForm)
) -> Response:
    for number in range(3):
        with database.transaction() as db:
            db.add(Organization(name=f"{form.data.name} {number} {locale.language}"))
    return Response()


@router.get("/probe/add")
def add_while_reading(db: Session) -> Response:
    db.add(Organization(name="read"))
    db.flush()
    return Response()


@router.get("/probe/insert")
def insert_while_reading(db: Session) -> Response:
    db.execute(insert(Organization).values(name="read"))
    return Response()


@router.get("/probe/update")
def update_while_reading(db: Session) -> Response:
    db.execute(update(Organization).values(name="read"))
    return Response()


@router.get("/probe/forget")
def add_and_forget_while_reading(db: Session) -> Response:
    """Nothing is flushed, and nothing is kept."""
    db.add(Organization(name="read"))
    return Response()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[FastAPI]:
    """The application with the probes above, on a database that is really written to."""
    folder = tmp_path_factory.mktemp("order")
    with new_database(request.param, folder, f"dingen_order_{worker_id}") as url:
        yield from _application(url)


def _application(url: str) -> Iterator[FastAPI]:
    app = create_app(settings_for(url))
    app.router.routes.extend(router.routes)
    database: Database = app.state.database
    upgrade(database)
    with database.transaction() as db:
        db.execute(text(DANGLING))
    yield app
    database.close()


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=BASE_URL, follow_redirects=False, raise_server_exceptions=False)


def names(app: FastAPI) -> list[str]:
    with app.state.database.transaction(write=False) as db:
        return list(db.scalars(select(Organization.name)))


def test_a_failed_commit_is_an_error_and_no_redirect(app: FastAPI, client: TestClient) -> None:
    answer = client.post("/probe/uncommittable", data={"name": "half"})
    assert answer.status_code == 500
    assert "location" not in answer.headers
    assert "half" not in names(app)
    assert client.post("/probe/written", data={"name": "after that"}).status_code == 303


def test_whoever_hears_of_a_change_can_see_it(app: FastAPI) -> None:
    """At the moment at which the first byte of the answer leaves, another connection sees the row."""
    seen: list[bool] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 303
            seen.append("told" in names(app))

    asyncio.run(app(scope_of("/probe/written"), receiver(b"name=told"), send))
    assert seen == [True]


def scope_of(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"x"), (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }


def receiver(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@pytest.mark.parametrize(("path", "status"), [("/probe/refused", 422), ("/probe/not-found", 404)])
def test_what_is_refused_is_not_kept(app: FastAPI, client: TestClient, path: str, status: int) -> None:
    assert client.post(path, data={"name": path}).status_code == status
    assert path not in names(app)


def test_an_endpoint_without_a_transaction_opens_its_own(app: FastAPI, client: TestClient) -> None:
    assert client.post("/probe/database", data={"name": "own"}).status_code == 200
    assert {f"own {number} en" for number in range(3)} <= set(names(app))


@pytest.mark.parametrize("path", ["/probe/add", "/probe/insert", "/probe/update"])
def test_a_page_that_only_reads_cannot_write(app: FastAPI, path: str) -> None:
    before = names(app)
    client = TestClient(app, base_url=BASE_URL)
    for method in ("GET", "HEAD"):
        with pytest.raises(ReadOnly):
            client.request(method, path)
    assert names(app) == before


def test_what_a_page_that_only_reads_leaves_behind_is_forgotten(app: FastAPI, client: TestClient) -> None:
    before = names(app)
    assert client.get("/probe/forget").status_code == 200
    assert names(app) == before


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", "/", {}),
        ("GET", "/programmes/demo-programme/first", {}),
        ("GET", "/journals/lena-maes?after=none", {}),
        ("GET", "/account", {}),
        ("POST", "/programmes/demo-programme/first/activities/a", {"done": "1"}),
        ("POST", "/programmes/demo-programme/first/reflect", {"body": "One.", "action": "publish"}),
        ("POST", "/language", {"language": "nl"}),
        ("GET", "/no-such-page", {}),
    ],
)
def test_a_page_takes_no_more_than_one_hop_to_a_thread(
    site: Site, monkeypatch: pytest.MonkeyPatch, method: str, path: str, form: dict[str, str]
) -> None:
    client, hops = site.client(site.cast.learner), []
    run_sync = anyio.to_thread.run_sync

    async def counted(function: Any, *arguments: Any, **options: Any) -> Any:
        hops.append(function)
        return await run_sync(function, *arguments, **options)

    async def handed_on(run: Any, function: Any, *arguments: Any, **options: Any) -> Any:
        hops.append(function)
        return await run(function, *arguments, **options)

    for crew in (site.app.state.workers.readers, site.app.state.workers.writers):
        monkeypatch.setattr(crew, "run", partial(handed_on, crew.run))
    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    assert client.request(method, path, data=form or None).status_code < 500
    assert len(hops) <= 1, hops

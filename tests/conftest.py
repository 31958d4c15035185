"""What every test stands on: both databases, one application, the cast."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from zlib import crc32

import psycopg
import pytest
from fastapi import FastAPI
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.background import make_worker
from app.blogs.fetch import Fetcher
from app.cohorts.models import Enrolment, Pod
from app.db import Database
from app.journals.models import Post, Review, SearchEntry
from app.journals.queries import SHARED_WITH_COACH
from app.main import create_app
from app.migrate import upgrade
from app.people.attempts import Limiter
from app.people.models import Person
from app.people.passwords import Passwords
from app.people.services import open_session
from app.settings import Settings
from app.things.catalogue import Programme
from app.web import render
from app.web.i18n import Locale
from tests import proof
from tests.cast import PASSWORD, PROGRAMME, Cast, make_cast
from tests.client import Client
from tests.kept import Kept
from tests.peers.postgresql import PostgreSQL

BASE_URL = "http://127.0.0.1:8000"
CONTENT = Path(__file__).parent / "content"
POSTGRESQL = "DINGEN_TEST_POSTGRESQL"

_server: PostgreSQL | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once; the workers of pytest-xdist inherit its address."""
    global _server
    if hasattr(config, "workerinput") or POSTGRESQL in os.environ or config.option.collectonly:
        return
    _server = PostgreSQL()
    _server.start()
    os.environ[POSTGRESQL] = _server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    global _server
    proof.write()
    if _server is not None:
        _server.stop()
        os.environ.pop(POSTGRESQL, None)
        _server = None


PAGES = frozenset({"account", "blogs", "coach", "contract", "learn", "moderation", "organize", "people"})
"""Folders of tests that look at pages: of these each runs on one of the databases, half of them on either,
unless DINGEN_BOTH is set. Everything below the pages, and every walk over them, runs on both."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "DINGEN_BOTH" not in os.environ:
        items[:] = [item for item in items if not _runs_on_the_other(item)]


def _runs_on_the_other(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    kind = callspec.params.get("migrated") if callspec is not None else None
    if kind is None or item.path.parent.name not in PAGES:
        return False
    name = f"{item.path.parent.name}/{item.path.name}::{getattr(item, 'originalname', item.name)}"
    return bool(kind != ("sqlite", "postgresql")[crc32(name.encode()) % 2])


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """What one application compiled of the templates all others of the workers read: a language has its own,
    with its words in it."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder if worker_id == "master" else folder.parent) / "templates"
    make = render._environment

    def environment(locale: Locale, **options: Any) -> Any:
        made, cache = make(locale, **options), folder / locale.language
        cache.mkdir(parents=True, exist_ok=True)
        made.bytecode_cache = FileSystemBytecodeCache(str(cache))
        return made

    with patch.object(render, "_environment", environment):
        yield


@contextmanager
def postgresql_database(name: str, template: str = "template1") -> Iterator[str]:
    """The address of a new database, empty unless it is made like another."""
    try:
        yield _create(name, template)
    finally:
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _create(name: str, template: str = "template1") -> str:
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    _on_server(drop, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return os.environ[POSTGRESQL].rpartition("/")[0] + f"/{name}"


def _on_server(*statements: str) -> None:
    with psycopg.connect(os.environ[POSTGRESQL], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def new_database(kind: str, folder: Path, name: str) -> Iterator[str]:
    """The address of a new, empty database of either kind, that the test really writes to. `name` is its own
    among those of the worker."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'dingen.db'}"
        return
    with postgresql_database(name) as url:
        yield url


@contextmanager
def migrated_database(kind: str, folder: Path, name: str) -> Iterator[Database]:
    """Such a database after all migrations, which ran once for all of the process."""
    if kind == "sqlite":
        file = folder / "dingen.db"
        file.write_bytes(_migrated_file())
        opened: AbstractContextManager[str] = nullcontext(f"sqlite:///{file}")
    else:
        opened = postgresql_database(name, _migrated_template())
    with opened as url:
        database = Database(settings_for(url).sqlalchemy_url, pool_size=4)
        yield database
        database.close()


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "dingen.db"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _migrated_template() -> str:
    """Gone with the server."""
    name = f"migrated_{os.getpid()}"
    _migrate(_create(name))
    return name


def _migrate(url: str) -> None:
    database = Database(settings_for(url).sqlalchemy_url, pool_size=1)
    upgrade(database)
    database.close()


def settings_for(url: str, **values: object) -> Settings:
    defaults: dict[str, object] = {
        "database_url": url,
        "secret_key": "a secret for tests that is long enough",
        "content_dir": CONTENT,
        "base_url": BASE_URL,
        "_env_file": None,
    }
    return Settings(**{**defaults, **values})  # type: ignore[arg-type]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Database]:
    """A migrated database, empty, one for each worker."""
    with migrated_database(
        request.param, tmp_path_factory.mktemp("database"), f"dingen_{worker_id}"
    ) as database:
        yield database


@pytest.fixture
def connection(migrated: Database) -> Iterator[Connection]:
    with migrated.engine.connect() as connection:
        outer = connection.begin()
        yield connection
        strays = select(Post.id).join(Enrolment).where(Post.cohort_id.is_distinct_from(Enrolment.cohort_id))
        assert not connection.scalars(strays).all(), "posts are listed where their enrolment is"
        lost = Enrolment.ended_at.is_not(None) | Pod.cohort_id.is_distinct_from(Enrolment.cohort_id)
        in_pods = select(Enrolment.id).join(Pod, Pod.id == Enrolment.pod_id)
        assert not connection.scalars(in_pods.where(lost)).all(), "a small group is of one's own group"
        shown = Post.published_at.is_not(None) & Post.deleted_at.is_(None)
        found = select(SearchEntry.post_id).where(SearchEntry.post_id == Post.id).exists()
        assert not connection.scalars(select(Post.id).where(shown != found)).all(), "what is shown is found"
        unread = shown & Post.hidden_at.is_(None) & Post.visibility.in_(SHARED_WITH_COACH)
        waiting = select(Review.post_id).join(Post).where(Review.awaits_since.is_not(None), ~unread)
        assert not connection.scalars(waiting).all(), "nobody waits for what coaches cannot read"
        outer.rollback()


@pytest.fixture
def database(migrated: Database, connection: Connection) -> Database:
    """Every transaction of the test is a savepoint that is rolled back at its end."""
    return Database(migrated.url.render_as_string(hide_password=False), connection=connection)


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("unused")
    app = create_app(settings_for(f"sqlite:///{folder / 'dingen.db'}", mail_dir=folder / "mail"))
    app.state.passwords = Passwords(cheap=True, at_once=4)
    return app


@pytest.fixture(scope="session")
def password_hash(application: FastAPI) -> str:
    hashed: str = application.state.passwords.hash(PASSWORD)
    return hashed


@dataclass
class Site:
    """The application on a database with the cast in it."""

    app: FastAPI
    database: Database
    cast: Cast
    connection: Connection | None = None
    _clients: list[TestClient] = field(default_factory=list)

    @property
    def programme(self) -> Programme:
        programme: Programme = self.app.state.library.catalogue.programmes[PROGRAMME]
        return programme

    def db(self) -> AbstractContextManager[Session]:
        return self.database.transaction()

    def client(self, person: Person | None = None) -> TestClient:
        """A browser; signed in as `person`, where given."""
        client = Client(self.app, base_url=BASE_URL)
        if person is not None:
            with self.db() as db:
                client.cookies.set("dingen", open_session(db, person.id))
        return client

    def work(self) -> int:
        """Do what waits in the background; how many attempts that took."""
        state = self.app.state
        worker = make_worker(
            state.settings, self.database, library=state.library, fetcher=state.fetcher, poll_threads=1
        )
        return worker.run_due()

    def mail(self) -> list[EmailMessage]:
        """The background's work is done; what was written by it, in order."""
        self.work()
        return self.letters()

    def letters(self) -> list[EmailMessage]:
        """What was written and not looked at yet."""
        files = sorted(
            self.app.state.settings.mail_dir.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns
        )
        letters = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        for file in files:
            file.unlink()
        return letters

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL statements that run inside the block, without those of transactions and savepoints, and
        those that one of SQLite's causes inside it."""
        seen: list[str] = []

        def note(statement: str) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "-- ")):
                seen.append(statement)

        assert self.connection is not None
        with watched(self.connection, note):
            yield seen


@contextmanager
def watched(connection: Connection, note: Callable[[str], None]) -> Iterator[None]:
    """Tells `note` of each statement that reaches the driver."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.set_trace_callback(note)
        try:
            yield
        finally:
            driver.set_trace_callback(None)
        return

    execute = psycopg.Cursor.execute

    def watching(cursor: psycopg.Cursor[Any], query: Any, *arguments: Any, **options: Any) -> Any:
        if cursor.connection is driver:
            note(query if isinstance(query, str) else query.as_string(cursor))
        return execute(cursor, query, *arguments, **options)

    with patch.object(psycopg.Cursor, "execute", watching):
        yield


@pytest.fixture(scope="session")
def kept_cast(migrated: Database) -> Kept[Cast]:
    """One for each of the databases."""
    return Kept()


@pytest.fixture
def site(
    application: FastAPI,
    database: Database,
    connection: Connection,
    password_hash: str,
    kept_cast: Kept[Cast],
) -> Site:
    application.state.database = database
    application.state.limiter = Limiter(database)
    application.state.fetcher = Fetcher(BASE_URL)
    cast = kept_cast.again(connection, lambda: _cast_in(database, password_hash))
    shutil.rmtree(application.state.settings.mail_dir, ignore_errors=True)
    return Site(application, database, cast, connection)


def _cast_in(database: Database, password_hash: str) -> Cast:
    with database.transaction() as db:
        return make_cast(db, password_hash)

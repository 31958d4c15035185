"""Connections are kept between transactions, and what is left of one never shows in the next."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.clock import now
from app.db import Database, ReadOnly, undo
from app.people.models import Organization
from app.statements import Asked, Statement, run_all
from tests.conftest import migrated_database

_NAMES = Statement(select(Organization.name))
_MAKE = Statement(lambda into: into(Organization), columns=("name", "created_at"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Database]:
    with migrated_database(request.param, tmp_path, f"dingen_kept_{worker_id}") as database:
        yield database


def names(database: Database) -> list[str]:
    with database.transaction(write=False) as db:
        return [row.name for row in _NAMES.rows(db, {})]


def making(name: str) -> Asked:
    return _MAKE, {"name": name, "created_at": now()}


def make(db: Session, name: str) -> None:
    statement, values = making(name)
    statement.run(db, values)


def test_what_goes_straight_to_the_driver_is_committed_and_rolled_back_with_the_session(
    database: Database,
) -> None:
    with database.transaction() as db:
        make(db, "by the driver")
        db.add(Organization(name="by the session"))
    with pytest.raises(ZeroDivisionError), database.transaction() as db:
        db.add(Organization(name="never by the session"))
        make(db, "never by the driver")
        raise ZeroDivisionError
    with database.transaction() as db:
        make(db, "undone")
        undo(db)
    assert sorted(names(database)) == ["by the driver", "by the session"]


def test_a_statement_sees_what_the_session_has_not_written_yet(database: Database) -> None:
    with database.transaction() as db:
        db.add(Organization(name="just now"))
        assert [row.name for row in _NAMES.rows(db, {})] == ["just now"]


def test_statements_that_run_together_say_what_each_changed(database: Database) -> None:
    with database.transaction() as db:
        assert run_all(db, [making("one"), making("two")]) == [1, 1]
        assert sorted(row.name for row in _NAMES.rows(db, {})) == ["one", "two"]


def test_a_page_that_only_reads_cannot_write_past_the_session(database: Database) -> None:
    with pytest.raises(ReadOnly), database.transaction(write=False) as db:
        make(db, "read")
    assert names(database) == []


def test_a_failed_transaction_leaves_its_connection_fit_for_the_next(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(DBAPIError), database.transaction() as db:
            db.execute(text("SELECT nothing FROM nowhere"))
        with database.transaction() as db:
            db.add(Organization(name="after"))
    assert names(database) == ["after"] * 3


def test_a_server_that_hung_up_is_noticed_before_it_is_asked(tmp_path: Path, worker_id: str) -> None:
    with migrated_database("postgresql", tmp_path, f"dingen_gone_{worker_id}") as database:
        assert names(database) == []
        other = Database(database.url.render_as_string(hide_password=False))
        with other.transaction() as db:
            ended = db.scalars(
                text(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            ).all()
        other.close()
        assert ended
        assert names(database) == []


def test_a_connection_beyond_the_reach_of_select_is_looked_at_too(tmp_path: Path, worker_id: str) -> None:
    """select() knows no more than 1,024 files; a busy server has more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        with (
            migrated_database("postgresql", tmp_path, f"dingen_far_{worker_id}") as database,
            ExitStack() as open_files,
        ):
            database.close()
            for _ in range(1100):
                open_files.callback(os.close, os.open(os.devnull, os.O_RDONLY))
            assert names(database) == []
            assert names(database) == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_moment_needs_a_time_zone(database: Database) -> None:
    with pytest.raises(ValueError, match="time zone"), database.transaction() as db:
        _MAKE.run(db, {"name": "somewhere", "created_at": now().replace(tzinfo=None)})
    assert names(database) == []

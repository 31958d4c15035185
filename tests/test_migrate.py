"""The schema: no drift, there and back with data in it, and one sentence for what cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from app.db import Database
from app.migrate import MigrationError, config, current_revision, is_current, migrating, upgrade
from app.tables import metadata
from tests.cast import make_cast
from tests.conftest import new_database, settings_for


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Database]:
    with new_database(request.param, tmp_path, f"empty_{worker_id}") as url:
        database = Database(settings_for(url).sqlalchemy_url, pool_size=2)
        yield database
        database.close()


def test_the_migrations_make_exactly_the_tables_of_the_models(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_up_down_and_up_again_with_data_in_it(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        make_cast(db, "x")
    with migrating(empty) as connection:
        command.downgrade(config(connection), "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert is_current(empty)


def test_migrating_again_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    before = current_revision(empty)
    upgrade(empty)
    assert current_revision(empty) == before


def test_a_database_of_a_newer_version_is_refused_in_one_sentence(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '29991231_2359'"))
    with pytest.raises(MigrationError, match="made by a newer version of Dingen"):
        upgrade(empty)


def test_a_migration_that_would_orphan_rows_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.db'}", pool_size=1)
    upgrade(database)
    with database.transaction() as db:
        make_cast(db, "x")
    with pytest.raises(MigrationError, match="nothing was changed"), migrating(database) as connection:
        connection.execute(text("DELETE FROM person"))
    with database.transaction(write=False) as db:
        assert db.scalar(text("SELECT count(*) FROM person")) == 9


def test_a_database_that_cannot_be_opened_is_told_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "a-folder.db"
    folder.mkdir()
    with pytest.raises(MigrationError, match="cannot be opened"):
        upgrade(Database(f"sqlite:///{folder}", pool_size=1))

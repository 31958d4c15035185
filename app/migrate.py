"""Bringing a database to this version's schema."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from app.db import Database

FULL_TEXT = ("search_index", "ix_search_entry_words")
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class MigrationError(Exception):
    """Why the database cannot be used, in one sentence."""


def is_ours(name: str | None, *_: object) -> bool:
    """Whether the models know a table or index. The full-text indexes differ by database, and SQLite's is a
    table with tables of its own."""
    return not (name or "").startswith(FULL_TEXT)


def config(connection: Connection | None = None) -> Config:
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    alembic.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    alembic.attributes["connection"] = connection
    return alembic


def current_revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(database: Database) -> bool:
    return current_revision(database) == ScriptDirectory.from_config(config()).get_current_head()


def upgrade(database: Database) -> None:
    """Migrate to the newest schema. Raises MigrationError."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        revision = current_revision(database)
    except DatabaseError as error:
        raise MigrationError(f"The database {_name(database)} cannot be opened: {error.orig}.") from error
    refuse_newer(database)
    if revision == ScriptDirectory.from_config(config()).get_current_head():
        return
    try:
        with migrating(database) as connection:
            command.upgrade(config(connection), "head")
    except DatabaseError as error:
        raise MigrationError(f"The database {_name(database)} cannot be written: {error.orig}.") from error


@contextmanager
def migrating(database: Database) -> Iterator[Connection]:
    """A connection in a transaction that may rebuild tables. With foreign keys on, SQLite's batch mode would
    delete the children of a rebuilt parent: they are off here, and checked before the commit."""
    sqlite = database.engine.dialect.name == "sqlite"
    with database.engine.execution_options(dingen_writes=True).connect() as connection:
        raw = connection.connection.driver_connection
        if sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise MigrationError(
                        "The migration would leave rows without their parents; nothing was changed."
                    )
        finally:
            if sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


def refuse_newer(database: Database) -> None:
    """Raises MigrationError for a schema that this version does not know."""
    revision = current_revision(database)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise MigrationError(
            f"The database {_name(database)} was made by a newer version of Dingen (revision {revision}): "
            "install that version, or restore a backup made by this one."
        )


def _name(database: Database) -> str:
    return database.url.render_as_string(hide_password=True)

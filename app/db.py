"""The database: column types, the engine, and `transaction()`, the only place that commits."""

from __future__ import annotations

import secrets
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy import (
    inspect as sqlalchemy_inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.orm.session import JoinTransactionMode

PUBLIC_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PUBLIC_ID_LENGTH = 12
SQLITE_BUSY_SECONDS = 15
MAPPED_BYTES = 256 * 1024 * 1024

Row = TypeVar("Row", bound="Base")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps it without the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def fold(text: str) -> str:
    """Case and accents taken away, so that Émile sorts beside Emiel."""
    decomposed = unicodedata.normalize("NFKD", text.strip())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


class SortKey(TypeDecorator[str]):
    """Folded text that sorts by code point, alike on both databases."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        length = self.impl_instance.length  # type: ignore[attr-defined]
        return dialect.type_descriptor(
            postgresql.VARCHAR(length, collation="C") if dialect.name == "postgresql" else String(length)
        )

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Folding may lengthen a text: one letter can stand for eighteen."""
        length: int = self.impl_instance.length  # type: ignore[attr-defined]
        return None if value is None else fold(value)[:length]


class EmailAddress(TypeDecorator[str]):
    """An e-mail address, stored without surrounding space and in one case."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else unicodedata.normalize("NFC", value.strip()).casefold()


BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, int: BigId}


def new_public_id() -> str:
    """A random name for the outside: 59 bits, no letters that read alike."""
    return "".join(secrets.choice(PUBLIC_ID_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class ReadOnly(Exception):
    """A page that only reads tried to write."""


class Database:
    """An engine with its transactions. `connection` joins them all to one outer transaction, for tests."""

    def __init__(self, url: str, *, pool_size: int = 16, connection: Connection | None = None) -> None:
        self.url = make_url(url)
        self.engine: Engine = connection.engine if connection is not None else self._engine(pool_size)
        self._turn: AbstractContextManager[object] = nullcontext()
        if connection is None and self.url.get_backend_name() == "sqlite":
            self._turn = RLock()
        self._join: JoinTransactionMode = "conditional_savepoint"
        self._writing: Engine | Connection = self.engine.execution_options(dingen_writes=True)
        self._reading: Engine | Connection = self.engine
        if connection is not None:
            self._join = "create_savepoint"
            self._writing = self._reading = connection

    def _engine(self, pool_size: int) -> Engine:
        if self.url.get_backend_name() != "sqlite":
            return create_engine(
                self.url,
                pool_size=pool_size,
                max_overflow=0,
                pool_pre_ping=True,
                pool_use_lifo=True,
                hide_parameters=True,
            )
        if self.url.database not in (None, "", ":memory:"):
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "timeout": SQLITE_BUSY_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Session]:
        """A session that commits when the block ends well and rolls back otherwise.

        With `write=False` it always rolls back, and a flush raises ReadOnly. On SQLite a writing transaction
        takes the write lock at once (BEGIN IMMEDIATE): a read that turns into a write cannot wait for it. The
        threads of a process take turns to ask for it: SQLite's own waiting is by sleeping and trying again.
        """
        with self._turn if write else nullcontext():
            yield from self._session(write)

    def _session(self, write: bool) -> Iterator[Session]:
        session = Session(
            self._writing if write else self._reading,
            expire_on_commit=False,
            join_transaction_mode=self._join,
            info={"write": write},
        )
        try:
            yield session
            if write:
                session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()


@event.listens_for(Session, "before_flush")
def _refuse_to_flush(session: Session, *_: object) -> None:
    if session.info.get("write") is False and (session.new or session.dirty or session.deleted):
        raise ReadOnly


@event.listens_for(Session, "do_orm_execute")
def _refuse_to_write(state: ORMExecuteState) -> None:
    if state.session.info.get("write") is False and (state.is_insert or state.is_update or state.is_delete):
        raise ReadOnly


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("dingen_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def rows(db: Session, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """Columns, read past the unit of work at about half its cost: for the statements of hot pages, which are
    built once."""
    return run(db, statement, parameters).all()


def run(db: Session, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
    """The same for statements that write."""
    db.flush()
    return db.connection().execute(statement, parameters)


def several(name: str, count: int) -> list[Any]:
    """Parameters for an IN whose length is known when the statement is built: several times cheaper than one
    that expands. `numbered` gives them their values."""
    return [bindparam(f"{name}_{number}") for number in range(count)]


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    return {f"{name}_{number}": value for number, value in enumerate(values)}


_INSERTS: Mapping[str, Callable[[Any], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Upsert:
    """An INSERT that knows ON CONFLICT, built once for each dialect; `build` is given the plain INSERT."""

    def __init__(self, table: type[Base], build: Callable[[Any], Executable]) -> None:
        self._built = {dialect: build(insert(table)) for dialect, insert in _INSERTS.items()}

    def run(self, db: Session, parameters: Mapping[str, Any]) -> CursorResult[Any]:
        return run(db, self._built[db.get_bind().dialect.name], parameters)


def upsert(db: Session, table: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT, in the session's dialect."""
    return _INSERTS[db.get_bind().dialect.name](table)


def insert_once(
    db: Session, table: type[Row], unique: Sequence[str], values: Mapping[str, Any]
) -> tuple[Row, bool]:
    """The row with these unique values, locked, and whether this call made it: repeats have one effect."""
    statement = upsert(db, table).values(**values).on_conflict_do_nothing(index_elements=list(unique))
    made = db.execute(statement.returning(sqlalchemy_inspect(table).primary_key[0])).first() is not None
    same = (getattr(table, name) == values[name] for name in unique)
    return db.scalars(select(table).where(*same).with_for_update()).one(), made

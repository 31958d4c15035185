"""The database: column types, the engine, and `transaction()`, the only place that commits."""

from __future__ import annotations

import secrets
import selectors
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.orm.session import JoinTransactionMode
from sqlalchemy.pool import NullPool

PUBLIC_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PUBLIC_ID_LENGTH = 12
SQLITE_BUSY_SECONDS = 15
MAPPED_BYTES = 256 * 1024 * 1024
NO_TURN = nullcontext()
Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps it without the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _text_in_utc if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return _utc_from_text if dialect.name == "sqlite" else _in_utc


def _utc_from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def _text_in_utc(value: datetime | None) -> str | None:
    """As SQLAlchemy's own type for SQLite writes it, in a third of the time."""
    return None if value is None else _moment(value).isoformat(" ", "microseconds")[:-6]


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else _moment(value)


def _moment(value: datetime) -> datetime:
    """In UTC. Raises ValueError for one without a time zone."""
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return value.astimezone(UTC)


def fold(text: str) -> str:
    """Case and accents taken away, so that Émile sorts beside Emiel."""
    decomposed = unicodedata.normalize("NFKD", text.strip())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def fold_address(email: str) -> str:
    """An e-mail address as it is stored, compared and written to: ß stays, since IDNA 2008 knows it from
    ss."""
    return unicodedata.normalize("NFC", email.strip()).lower()


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
        return None if value is None else fold_address(value)


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
    number, letters = secrets.randbits(128), []
    for _ in range(PUBLIC_ID_LENGTH):
        number, letter = divmod(number, len(PUBLIC_ID_ALPHABET))
        letters.append(PUBLIC_ID_ALPHABET[letter])
    return "".join(letters)


class ReadOnly(Exception):
    """A page that only reads tried to write."""


class Database:
    """An engine with its transactions. `connection` joins them all to one outer transaction, for tests."""

    def __init__(self, url: str, *, pool_size: int = 16, connection: Connection | None = None) -> None:
        self.url = make_url(url)
        self.engine: Engine = connection.engine if connection is not None else self._engine()
        self._joined = connection
        self.in_process = self.url.get_backend_name() == "sqlite"
        self._turn: AbstractContextManager[object] = RLock() if self.in_process else NO_TURN
        self._idle: list[Connection] = []
        self._kept = pool_size

    def _engine(self) -> Engine:
        options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
        if self.url.get_backend_name() != "sqlite":
            session = {"options": "-c plan_cache_mode=force_generic_plan"}
            return create_engine(self.url, connect_args=session, **options)
        if self.url.database not in (None, "", ":memory:"):
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            paramstyle="named",
            connect_args={"check_same_thread": False, "timeout": SQLITE_BUSY_SECONDS},
            **options,
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

        The transaction begins and ends at the driver; a session joins it when it is first used for more than
        a `Statement`.
        """
        if self._joined is not None:
            with self._savepoint(self._joined, write=write) as session:
                yield session
            return
        with self._turn if write else NO_TURN:
            connection = self._taken()
            kept: Session = connection.info.get("session") or _session_on(connection)
            kept.info["write"] = write
            try:
                self._begin(connection, write=write)
                yield kept
                if write:
                    if kept.in_transaction():
                        kept.commit()
                    _driver(connection).commit()
            finally:
                if kept.in_transaction() or len(kept.identity_map):
                    kept.close()
                self._keep(connection)

    def _begin(self, connection: Connection, *, write: bool) -> None:
        """To read from PostgreSQL there is no transaction: each statement sees its own state anyway (READ
        COMMITTED), and beginning and ending it would be two journeys for nothing."""
        if self.in_process:
            _driver(connection).execute("BEGIN IMMEDIATE" if write else "BEGIN")
        else:
            _driver(connection).autocommit = not write

    @contextmanager
    def _savepoint(self, connection: Connection, *, write: bool) -> Iterator[Session]:
        mode: JoinTransactionMode = "create_savepoint"
        info = {"write": write, "joined": True}
        joined = Session(connection, expire_on_commit=False, join_transaction_mode=mode, info=info)
        with joined as session:
            if write:
                session.connection()
            yield session
            if write:
                session.commit()

    def _taken(self) -> Connection:
        """One that was used before, else a new one: SQLAlchemy's pool costs as much as a statement."""
        while self._idle:
            connection = self._idle.pop()
            if self.in_process or not _has_hung_up(_driver(connection)):
                return connection
            connection.close()
        return self.engine.connect()

    def _keep(self, connection: Connection) -> None:
        """Nothing of the transaction is left; one that cannot forget it is closed."""
        try:
            connection.rollback()
            _driver(connection).rollback()
        except (DBAPIError, self.engine.dialect.loaded_dbapi.Error):
            connection.invalidate()
        if connection.invalidated or len(self._idle) >= self._kept:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close all connections; new ones are made where they are asked for."""
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


def _session_on(connection: Connection) -> Session:
    """Kept with its connection: a session that was closed is as good as new."""
    session = connection.info["session"] = Session(connection, expire_on_commit=False)
    return session


def undo(db: Session) -> None:
    """Take back what a writing transaction did so far."""
    db.rollback()
    if "joined" not in db.info:
        bind: Any = db.bind
        _driver(bind).rollback()


def _driver(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.driver_connection


def _has_hung_up(driver: Any) -> bool:
    """Whether PostgreSQL went away: an idle connection has something to read only at its end. It costs no
    journey, as a ping would."""
    if driver.closed:
        return True
    with Selector() as selector:
        selector.register(driver.fileno(), selectors.EVENT_READ)
        return bool(selector.select(0))


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
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")


def _begin_sqlite(connection: Connection) -> None:
    if not _driver(connection).in_transaction:
        _driver(connection).execute("BEGIN")

"""Statements that are built once and handed to the driver as text.

SQLAlchemy's execution costs a short query several times what the driver does for it, and a session's first
use of its connection as much again: what hot pages read and write goes past both.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Dialect, Executable, Insert, bindparam, select
from sqlalchemy import inspect as sqlalchemy_inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import cloned_traverse
from sqlalchemy.types import TypeEngine

from app.db import Base, ReadOnly

Row = TypeVar("Row", bound=Base)
Convert = Callable[[Any], Any]

_INSERTS: Mapping[str, Callable[[Any], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Statement:
    """A statement, or a function that makes it of the dialect's `insert`, which knows ON CONFLICT. What
    changes from run to run are its bindparams, for an IN those of `several`; an INSERT of one row takes those
    of its `columns`. What it finds are named tuples, of the type `row` where that is given."""

    def __init__(
        self,
        statement: Executable | Callable[[Any], Executable],
        *,
        columns: Sequence[str] | None = None,
        row: Any = None,
    ) -> None:
        self._statement, self._columns, self._row = statement, columns, row
        self._texts: dict[str, _Text] = {}

    def rows(self, db: Session, parameters: Mapping[str, Any]) -> list[Any]:
        """What it finds or returns."""
        text, cursor = self._begin(db, parameters)
        return text.read(cursor.fetchall())

    def run(self, db: Session, parameters: Mapping[str, Any]) -> int:
        """How many rows it changed."""
        changed: int = self._begin(db, parameters)[1].rowcount
        return changed

    def _begin(self, db: Session, parameters: Mapping[str, Any]) -> tuple[_Text, Any]:
        bind: Any = db.bind
        text = self.text(bind.dialect)
        sql, arguments = text.given(parameters)
        return text, _cursor(db, writes=text.writes).execute(sql, arguments)

    def text(self, dialect: Dialect) -> _Text:
        """Compiled, once. An INSERT returns nothing unasked."""
        if dialect.name not in self._texts:
            statement = self._statement
            if not isinstance(statement, Executable):
                statement = statement(_INSERTS[dialect.name])
            if isinstance(statement, Insert):
                statement = statement.inline()
            self._texts[dialect.name] = _Text(statement, dialect, self._columns, self._row)
        return self._texts[dialect.name]


Asked = tuple[Statement, Mapping[str, Any]]
"""A statement with its values."""


class _Text:
    """A statement in one dialect, with what its values need on their way in and out."""

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str] | None, row: Any) -> None:
        self.writes = not statement.is_select
        if self.writes:
            compiled = statement.compile(dialect=dialect, column_keys=columns)
            wanted = {name for name, bind in compiled.binds.items() if bind.required}
        else:
            statement = cloned_traverse(statement, {}, {"bindparam": _write_out})
            binds = statement.compile(dialect=dialect).binds
            wanted = {name for name, bind in binds.items() if bind.required}
            compiled = statement.params(dict.fromkeys(wanted)).compile(
                dialect=dialect, compile_kwargs={"render_postcompile": True}
            )
        self.sql = str(compiled)
        self._numbered = _numbered(self.sql) if dialect.name == "postgresql" else None
        binds = {name: bind for name, bind in compiled.binds.items() if not bind.literal_execute}
        self._fixed = {name: bind.value for name, bind in binds.items() if name not in wanted}
        self._encoders = _converters(
            (name, _impl(bind.type, dialect).bind_processor(dialect)) for name, bind in binds.items()
        )
        returned = statement.exported_columns
        self._row: Any = row or namedtuple("Row", returned.keys(), rename=True)
        self._decoders = _converters(
            (number, _impl(column.type, dialect).result_processor(dialect, None))
            for number, column in enumerate(returned)
        )

    def given(self, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement and its values, as the driver takes them."""
        values = self.values(parameters)
        if self._numbered is None:
            return self.sql, values
        sql, names = self._numbered
        return sql, [values[name] for name in names]

    def values(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self._fixed, **parameters}
        for name, encode in self._encoders:
            values[name] = encode(values[name])
        return values

    def read(self, found: Iterable[tuple[Any, ...]]) -> list[Any]:
        make, decoders = self._row._make, self._decoders
        if not decoders:
            return list(map(make, found))
        rows = []
        for row in found:
            values = list(row)
            for number, decode in decoders:
                values[number] = decode(values[number])
            rows.append(make(values))
        return rows


_NAMED = re.compile(r"%\((\w+)\)s|%%")


def _numbered(sql: str) -> tuple[str, list[str]]:
    """With PostgreSQL's own $1 for %(name)s, and the names by number: the driver would look for them at each
    execution of a long statement."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"

    return _NAMED.sub(number, sql), list(numbers)


def _write_out(bind: BindParameter[Any]) -> None:
    """A value that never changes becomes part of the text, which may then be planned once and for all."""
    bind.literal_execute = not bind.required


def _impl(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)


def _converters(found: Iterable[tuple[Any, Convert | None]]) -> list[tuple[Any, Convert]]:
    return [(key, convert) for key, convert in found if convert is not None]


def run_all(db: Session, asked: Sequence[Asked]) -> list[int]:
    """How many rows each of these writing statements changed. They must not build on each other: PostgreSQL
    gets them as one (WITH), which takes one journey and shows each the rows as they were before it."""
    bind: Any = db.bind
    if bind.dialect.name != "postgresql":
        return [statement.run(db, parameters) for statement, parameters in asked]
    sql, names, texts = _as_one(tuple(statement for statement, _ in asked), bind.dialect)
    values = {
        f"s{number}_{name}": value
        for number, (text, (_, parameters)) in enumerate(zip(texts, asked, strict=True))
        for name, value in text.values(parameters).items()
    }
    arguments = [values[name] for name in names]
    (changed,) = _cursor(db, writes=True).execute(sql, arguments).fetchall()
    return list(changed)


@lru_cache(maxsize=64)
def _as_one(statements: tuple[Statement, ...], dialect: Dialect) -> tuple[str, list[str], tuple[_Text, ...]]:
    texts = tuple(statement.text(dialect) for statement in statements)
    parts, counts = [], []
    for number, text in enumerate(texts):
        sql = re.sub(r"%\((\w+)\)s", rf"%(s{number}_\1)s", text.sql)
        parts.append(f"s{number} AS ({sql} RETURNING 1)")
        counts.append(f"(SELECT count(*) FROM s{number})")  # noqa: S608 a number of ours
    sql, names = _numbered(f"WITH {', '.join(parts)} SELECT {', '.join(counts)}")
    return sql, names, texts


def _cursor(db: Session, *, writes: bool) -> Any:
    """The driver's, in the transaction of the session and after what that has not written yet."""
    if db.info["write"]:
        if db.in_transaction():
            db.flush()
    elif writes:
        raise ReadOnly
    bind: Any = db.bind
    driver = bind.connection.driver_connection
    if bind.dialect.name == "postgresql":
        return bind.dialect.dbapi.RawCursor(driver)
    return driver.cursor()


def several(name: str, count: int) -> list[Any]:
    """Parameters for an IN whose length is known when the statement is built. `numbered` gives them their
    values."""
    return [bindparam(f"{name}_{number}") for number in range(count)]


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    return {f"{name}_{number}": value for number, value in enumerate(values)}


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

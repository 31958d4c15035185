"""What takes long to make is made once in a while; every test begins with the same rows, and a copy of its own."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table

from app.clock import now
from app.tables import metadata

T = TypeVar("T")
LONGEST = timedelta(minutes=5)
"""What was made longer ago is made anew: tests take it for something that just happened."""


class Kept(Generic[T]):
    """What was made in one database: its rows, as the driver knows them, and what it is to Python."""

    def __init__(self) -> None:
        self._made_at = now() - 2 * LONGEST
        self._made = b""
        self._rows: dict[Table, Sequence[Sequence[Any]]] = {}

    def again(self, connection: Connection, make: Callable[[], T], over: Kept[Any] | None = None) -> T:
        """What `make` wrote and returned. It stands in an empty database, or builds on what is there from
        `over`."""
        if abs(now() - self._made_at) > LONGEST:
            self._make(connection, make)
        for table in reversed(list(over._rows if over else ())):
            connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
        for table, rows in self._rows.items():
            connection.exec_driver_sql(_insertion(connection, table), rows)
        made: T = pickle.loads(self._made)
        return made

    def _make(self, connection: Connection, make: Callable[[], T]) -> None:
        self._made_at = now()
        with connection.begin_nested() as savepoint:
            self._made = pickle.dumps(make())
            found = {table: _rows(connection, table) for table in metadata.sorted_tables}
            self._rows = {table: rows for table, rows in found.items() if rows}
            savepoint.rollback()


def _rows(connection: Connection, table: Table) -> Sequence[Sequence[Any]]:
    """PostgreSQL's as text: it reads every type from it."""
    kind = "::text" if connection.dialect.name == "postgresql" else ""
    columns = ", ".join(f'"{column.name}"{kind}' for column in table.columns)
    order = ", ".join(f'"{table.name}"."{column.name}"' for column in table.primary_key.columns)
    found = connection.exec_driver_sql(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}')
    return [tuple(row) for row in found]


def _insertion(connection: Connection, table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join(mark for _ in table.columns)})'

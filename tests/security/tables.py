"""What all tables hold, to see what a request changed."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Connection

from app.tables import metadata

Rows = dict[str, list[dict[str, Any]]]
LAST_SEEN = {"login_session.last_seen_at", "login_session.expires_at", "person.last_language"}
"""What opening a page may change."""
RANDOM = {
    *("public_id", "token_hash", "once", "code", "object_id", "password_hash", "key", "lease", "details"),
    *("place", "next_due_at", "word"),
}
REFERENCES = {
    ("event", "actor_id"): "person",
    ("event", "enrolment_id"): "enrolment",
    ("mail", "person_id"): "person",
    **{(table, "person_id"): "person" for table in ("notice", "notice_choice", "notice_mail")},
    ("notice", "actor_id"): "person",
    ("notice", "post_id"): "post",
    ("notice", "comment_id"): "comment",
    ("notice", "session_id"): "live_session",
    ("notice", "announcement_id"): "announcement",
    ("notice", "mail_id"): "notice_mail",
}
"""Of tables that outlive what they speak of."""


def rows_of(connection: Connection, leaving: Collection[str] = ()) -> Rows:
    """Every row of every table as the driver reads it, but for the tables and columns ("table.column") in
    `leaving`."""
    driver: Any = connection.connection.driver_connection
    return {
        name: [dict(zip(columns, row, strict=True)) for row in driver.execute(statement).fetchall()]
        for name, columns, statement in _readings(frozenset(leaving))
    }


@cache
def _readings(leaving: frozenset[str]) -> list[tuple[str, list[str], str]]:
    """Of each table its columns and how they are read."""
    found = []
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.columns if f"{table.name}.{column.name}" not in leaving]
        order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        listed = ", ".join(f'"{name}"' for name in columns)
        found.append((table.name, columns, f'SELECT {listed} FROM "{table.name}" ORDER BY {order}'))
    return [reading for reading in found if reading[0] not in leaving]


def comparable(rows: Rows) -> Rows:
    """The rows without what differs by chance: random names are left out, and keys become the place of their
    row."""
    places = {
        name: {row["id"]: place for place, row in enumerate(table)}
        for name, table in rows.items()
        if table and "id" in table[0]
    }
    found: Rows = {}
    for name, table in rows.items():
        plain, keys = _plain(name)
        of = {column: places.get(target, {}) for column, target in keys}
        found[name] = [
            {column: row[column] for column in plain}
            | {column: known.get(row[column], row[column]) for column, known in of.items()}
            for row in table
        ]
    for job in found.get("job", ()):
        job["arguments"] = _without_keys(job["arguments"], places)
    return found


@cache
def _plain(name: str) -> tuple[list[str], list[tuple[str, str]]]:
    """A table's columns that mean what they say, and those that mean a row of another table."""
    plain, keys = [], []
    for column in metadata.tables[name].columns:
        target = REFERENCES.get((name, column.name), name if column.name == "id" else "")
        for key in column.foreign_keys:
            target = key.column.table.name
        if column.name not in RANDOM and target:
            keys.append((column.name, target))
        elif column.name not in RANDOM:
            plain.append(column.name)
    return plain, keys


def _without_keys(arguments: Any, places: dict[str, dict[int, int]]) -> dict[str, Any]:
    told = json.loads(arguments) if isinstance(arguments, str) else arguments
    return {
        word: places.get(word[:-3], {}).get(part, part)
        for word, part in told.items()
        if word not in ("link", "once")
    }

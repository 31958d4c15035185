"""What all tables hold, to see what a request changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Table

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
    """Every row of every table, but for the tables and columns ("table.column") in `leaving`."""
    return {
        table.name: [
            {name: value for name, value in row.items() if f"{table.name}.{name}" not in leaving}
            for row in _read(connection, table)
        ]
        for table in metadata.sorted_tables
        if table.name not in leaving
    }


def comparable(rows: Rows) -> Rows:
    """The rows without what differs by chance: random names are left out, and keys become the place of their
    row."""
    places = {
        name: {row["id"]: place for place, row in enumerate(table)}
        for name, table in rows.items()
        if table and "id" in table[0]
    }
    return {
        name: [dict(_plain(metadata.tables[name], row, places)) for row in table]
        for name, table in rows.items()
    }


def _plain(table: Table, row: dict[str, Any], places: dict[str, dict[int, int]]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name in RANDOM:
            continue
        target = REFERENCES.get((table.name, name), table.name if name == "id" else "")
        for key in table.columns[name].foreign_keys:
            target = key.column.table.name
        if (table.name, name) == ("job", "arguments"):
            yield (
                name,
                {
                    word: places.get(word[:-3], {}).get(part, part)
                    for word, part in value.items()
                    if word not in ("link", "once")
                },
            )
        else:
            yield name, places.get(target, {}).get(value, value) if target else value


def _read(connection: Connection, table: Table) -> list[dict[str, Any]]:
    ordered = table.select().order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(ordered).mappings()]

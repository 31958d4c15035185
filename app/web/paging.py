"""Keyset paging: a page begins after a row, never at an offset."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursors of the pages around them ("" where there is none)."""

    items: Sequence[T]
    next: str = ""


def encode_cursor(*values: Any) -> str:
    """The sort values of a row as an opaque text for an address."""
    plain = [value.timestamp() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The sort values again; None where there is no cursor or it is not one of ours."""
    if not cursor or len(cursor) > 400:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            return None
        return tuple(_decoded(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, OSError, binascii.Error):
        return None


def _decoded(value: Any, kind: type) -> Any:
    """Raises ValueError for what no column can hold."""
    if kind is datetime:
        return datetime.fromtimestamp(value, UTC)
    decoded = kind(value)
    if kind is int and not -(2**63) <= decoded < 2**63:
        raise ValueError("out of range")
    if kind is str and b"\0" in decoded.encode():
        raise ValueError("not a text")
    return decoded

"""Keeping something, with a note for oneself."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.keeping.models import Kept
from app.statements import insert_once


def keep_post(db: Session, person_id: int, post_id: int) -> tuple[Kept, bool]:
    """Keep a post that the person may read; and whether that is new."""
    return _keep(db, {"person_id": person_id, "post_id": post_id})


def keep_thing(db: Session, person_id: int, programme_slug: str, thing_slug: str) -> tuple[Kept, bool]:
    """Keep a Thing; and whether that is new."""
    return _keep(db, {"person_id": person_id, "programme_slug": programme_slug, "thing_slug": thing_slug})


def _keep(db: Session, what: dict[str, Any]) -> tuple[Kept, bool]:
    """What was removed comes back with its note."""
    kept, made = insert_once(db, Kept, tuple(what), what | {"note": ""})
    if kept.removed_at is not None:
        kept.removed_at, kept.at, made = None, now(), True
        db.flush()
    return kept, made


def write_note(db: Session, kept: Kept, note: str) -> None:
    kept.note = note
    db.flush()


def remove(db: Session, kept: Kept) -> None:
    """Keep it no more, until `restore`."""
    kept.removed_at = now()
    db.flush()


def restore(db: Session, kept: Kept) -> None:
    """Undo a removal."""
    kept.removed_at = None
    db.flush()

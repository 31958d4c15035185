"""Telling people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.clock import now
from app.db import new_public_id
from app.notices.models import Kind, Notice
from app.statements import Statement

_COLUMNS = ("public_id", "person_id", "kind", "actor_id", "post_id", "comment_id", "once", "at")
_TELL = Statement(
    lambda insert: (
        insert(Notice).on_conflict_do_nothing(index_elements=["person_id", "once"]).returning(Notice.id)
    ),
    columns=_COLUMNS,
)


def tell(
    db: Session,
    person_id: int,
    kind: Kind,
    *,
    once: str,
    actor_id: int | None = None,
    post_id: int | None = None,
    comment_id: int | None = None,
) -> bool:
    """Tell a person of something, in the caller's transaction; nobody hears of what they did themselves.
    False where there is nothing new to tell: `once` names what happened, and is told a single time."""
    if person_id == actor_id:
        return False
    notice = {
        "public_id": new_public_id(),
        "person_id": person_id,
        "kind": kind.value,
        "actor_id": actor_id,
        "post_id": post_id,
        "comment_id": comment_id,
        "once": once,
        "at": now(),
    }
    return bool(_TELL.rows(db, notice))

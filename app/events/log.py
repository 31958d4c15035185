"""Writing to the log."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db import run
from app.events.models import Event

_APPEND = insert(Event)


def record(
    db: Session,
    actor_id: int | None,
    verb: str,
    object_type: str,
    object_id: str,
    *,
    enrolment_id: int | None = None,
    **data: Any,
) -> None:
    """Append one fact, in the caller's transaction. Never put text that people wrote into `data`."""
    fact = {
        "actor_id": actor_id,
        "verb": verb,
        "object_type": object_type,
        "object_id": object_id,
        "enrolment_id": enrolment_id,
        "data": data,
    }
    run(db, _APPEND, fact)

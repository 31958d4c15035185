"""Writing to the log."""

from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from app.db import new_public_id
from app.events.models import Event
from app.statements import Asked, Statement

_COLUMNS = ("public_id", "at", "actor_id", "verb", "object_type", "object_id", "enrolment_id", "data")
_APPEND = Statement(lambda insert: insert(Event), columns=_COLUMNS)


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
    statement, fact = recording(actor_id, verb, object_type, object_id, enrolment_id=enrolment_id, **data)
    statement.run(db, fact)


def recording(
    actor_id: int | None,
    verb: str,
    object_type: str,
    object_id: str,
    *,
    enrolment_id: int | None = None,
    **data: Any,
) -> Asked:
    """What appends it, for a caller that runs it with more."""
    return _APPEND, {
        "public_id": new_public_id(),
        "at": now(),
        "actor_id": actor_id,
        "verb": verb,
        "object_type": object_type,
        "object_id": object_id,
        "enrolment_id": enrolment_id,
        "data": data,
    }

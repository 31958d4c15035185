"""Writing to the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.clock import now
from app.db import new_public_id
from app.jobs.models import Priority
from app.jobs.services import DEAD_KEPT, Task
from app.mail.models import Mail
from app.statements import Statement
from app.web.i18n import DEFAULT_LANGUAGE

KEPT = timedelta(days=30)
SEND = Task("send-mail", attempts=14)
"""Fourteen attempts take about a day: as long as a mail server may be away."""

_COLUMNS = ("public_id", "letter", "person_id", "language", "details", "once", "created_at")
_POST = Statement(
    lambda insert: insert(Mail).on_conflict_do_nothing(index_elements=["once"]).returning(Mail.id),
    columns=_COLUMNS,
)


@dataclass(frozen=True)
class Letter:
    """A kind of letter. How it reads is told in app/background.py."""

    name: str
    priority: Priority = Priority.NORMAL

    def post(
        self, db: Session, person_id: int, language: str | None, *, once: str | None = None, **details: Any
    ) -> bool:
        """Send it after this transaction. False where a letter with this `once` was written before."""
        mail = {
            "public_id": new_public_id(),
            "letter": self.name,
            "person_id": person_id,
            "language": language or DEFAULT_LANGUAGE,
            "details": details,
            "once": once,
            "created_at": now(),
        }
        written = _POST.rows(db, mail)
        if written:
            SEND.later(db, priority=self.priority, mail_id=written[0].id)
        return bool(written)


def end(db: Session, mail_id: int, *, sent: bool) -> None:
    at = now()
    db.execute(update(Mail).where(Mail.id == mail_id).values(ended_at=at, sent_at=at if sent else None))


def forget_ended(db: Session) -> None:
    """Nobody needs to know for ever what was sent to whom, nor what could not be."""
    db.execute(delete(Mail).where(Mail.ended_at <= now() - KEPT))
    db.execute(delete(Mail).where(Mail.ended_at.is_(None), Mail.created_at <= now() - DEAD_KEPT))

"""What of the lines that may be quoted stands in a cohort's report: all, but for those that its coaches or
organizers leave out. Words are left out, whoever wrote them: changed, they are others, and stand there again.
What their writer allows is not touched by it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.cohorts.queries import CohortLine
from app.errors import NotFound
from app.events.log import record
from app.growth.queries import Quote, Whose, quotes
from app.insight.models import LeftOutQuote
from app.people.viewer import Viewer
from app.statements import upsert
from app.things.catalogue import Programme


def fingerprint(line: str) -> str:
    """By which words are named that stay out: whoever sees it learns nothing of their writer."""
    return sha256(line.encode()).hexdigest()[:32]


def quotes_for_report(
    db: Session, cohort: CohortLine, programme: Programme
) -> tuple[Sequence[Quote], Sequence[Quote]]:
    """Those that may stand in the report, and those that are left out of it."""
    statement = select(LeftOutQuote.fingerprint).where(LeftOutQuote.cohort_id == cohort.id)
    out = set(db.scalars(statement))
    found = quotes(db, Whose(cohort.organization_id, programme, cohort.id))
    return (
        [quote for quote in found if fingerprint(quote.line) not in out],
        [quote for quote in found if fingerprint(quote.line) in out],
    )


def leave_out(db: Session, viewer: Viewer, cohort: CohortLine, programme: Programme, words: str) -> None:
    """The words with that fingerprint. Raises NotFound where nobody allows that they are quoted."""
    shown, out = quotes_for_report(db, cohort, programme)
    if _has(shown, words):
        db.execute(
            upsert(db, LeftOutQuote).values(cohort_id=cohort.id, fingerprint=words).on_conflict_do_nothing()
        )
        record(db, viewer.person_id, "left-out-quote", "report", cohort.public_id)
    elif not _has(out, words):
        raise NotFound


def show_again(db: Session, viewer: Viewer, cohort: CohortLine, programme: Programme, words: str) -> None:
    """Raises NotFound as `leave_out` does."""
    shown, out = quotes_for_report(db, cohort, programme)
    if _has(out, words):
        these = (LeftOutQuote.cohort_id == cohort.id, LeftOutQuote.fingerprint == words)
        db.execute(delete(LeftOutQuote).where(*these))
        record(db, viewer.person_id, "showed-quote", "report", cohort.public_id)
    elif not _has(shown, words):
        raise NotFound


def _has(found: Sequence[Quote], words: str) -> bool:
    return any(fingerprint(quote.line) == words for quote in found)

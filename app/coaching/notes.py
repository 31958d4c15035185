"""Notes about a learner among the coaches of their group: for those who coach it now, and nobody else on the
site. They are about a person, so that person gets them with their own data (see privacy.py)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.models import CoachNote
from app.cohorts.models import Enrolment
from app.cohorts.queries import CohortLine
from app.errors import NotFound
from app.events.log import record
from app.markdown import render_post
from app.people.models import Person
from app.people.viewer import Viewer
from app.statements import insert_once

NOTES_SHOWN = 100


class NoteLine(NamedTuple):
    public_id: str
    author_id: int | None
    author: str | None
    language: str
    html: Markup
    at: datetime
    edited_at: datetime | None


def notes_on(db: Session, cohort: CohortLine, enrolment: Enrolment) -> list[NoteLine]:
    """What coaches of this cohort noted, the newest first; not what those of an earlier one did."""
    found = (
        select(
            CoachNote.public_id,
            CoachNote.author_id,
            Person.name,
            CoachNote.language,
            CoachNote.html,
            CoachNote.at,
            CoachNote.edited_at,
        )
        .outerjoin(Person, Person.id == CoachNote.author_id)
        .where(CoachNote.enrolment_id == enrolment.id, CoachNote.cohort_id == cohort.id)
        .order_by(CoachNote.at.desc(), CoachNote.id.desc())
        .limit(NOTES_SHOWN)
    )
    return [
        NoteLine(
            row.public_id,
            row.author_id,
            row.name,
            row.language,
            Markup(row.html),  # noqa: S704  cleaned when it was stored
            row.at,
            row.edited_at,
        )
        for row in db.execute(found)
    ]


def own_note(
    db: Session, viewer: Viewer, cohort: CohortLine, enrolment: Enrolment, public_id: str
) -> CoachNote:
    """One that the viewer wrote. Raises NotFound."""
    found = db.scalars(
        select(CoachNote).where(
            CoachNote.public_id == public_id,
            CoachNote.author_id == viewer.person_id,
            CoachNote.cohort_id == cohort.id,
            CoachNote.enrolment_id == enrolment.id,
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def write_coach_note(
    db: Session,
    viewer: Viewer,
    cohort_id: int,
    enrolment: Enrolment,
    body: str,
    *,
    language: str,
    once: str,
) -> CoachNote:
    """The same `once` again gives the same note."""
    values = {
        "author_id": viewer.person_id,
        "once": once,
        "cohort_id": cohort_id,
        "enrolment_id": enrolment.id,
        "language": language,
        "body": body,
        "html": render_post(body, language),
    }
    note, made = insert_once(db, CoachNote, ("author_id", "once"), values)
    if made:
        record(db, viewer.person_id, "noted", "coach-note", note.public_id, enrolment_id=enrolment.id)
    return note


def change_coach_note(db: Session, note: CoachNote, body: str) -> None:
    if note.body != body:
        note.body, note.html, note.edited_at = body, render_post(body, note.language), now()
        db.flush()


def delete_coach_note(db: Session, note: CoachNote) -> None:
    db.delete(note)
    db.flush()

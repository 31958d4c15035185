"""What coaches wrote about a person, for that person's own data (GDPR, article 15): nobody may read it on the
site but the coaches of the group, and everybody may ask what is kept of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.coaching.models import CoachNote
from app.cohorts.models import Cohort, Enrolment


class NotedAbout(NamedTuple):
    """A note, without who wrote it: that is a coach's own data, and nothing that the person must know."""

    at: datetime
    group: str
    body: str


def notes_about(db: Session, person_id: int) -> list[NotedAbout]:
    """What coaches noted about a person in any group, oldest first."""
    found = (
        select(CoachNote.at, Cohort.name, CoachNote.body)
        .join(Enrolment, Enrolment.id == CoachNote.enrolment_id)
        .join(Cohort, Cohort.id == CoachNote.cohort_id)
        .where(Enrolment.person_id == person_id)
        .order_by(CoachNote.at, CoachNote.id)
    )
    return [NotedAbout(*row) for row in db.execute(found)]

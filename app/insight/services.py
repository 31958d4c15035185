"""Saying what comes next."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.queries import CohortLine
from app.events.log import record
from app.insight.models import WhatNext
from app.insight.queries import what_next
from app.people.viewer import Viewer
from app.statements import upsert


def write_what_next(db: Session, viewer: Viewer, cohort: CohortLine, body: str) -> None:
    """In the cohort's report; an empty text takes it away."""
    if body == what_next(db, cohort.id):
        return
    if body:
        values = {"body": body, "author_id": viewer.person_id, "updated_at": now()}
        statement = upsert(db, WhatNext).values(cohort_id=cohort.id, **values)
        db.execute(statement.on_conflict_do_update(index_elements=["cohort_id"], set_=values))
    else:
        db.execute(delete(WhatNext).where(WhatNext.cohort_id == cohort.id))
    record(db, viewer.person_id, "wrote-what-next", "report", cohort.public_id)

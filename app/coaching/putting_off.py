"""Not now: a coach puts off being told of a learner; and how long the rules wait in their group."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.attention import Rule, Thresholds
from app.coaching.models import PutOff
from app.cohorts.models import Cohort, Enrolment
from app.events.log import record
from app.people.viewer import Viewer
from app.statements import upsert

PUT_OFF_FOR = timedelta(days=7)


def put_off(db: Session, viewer: Viewer, enrolment: Enrolment, rule: Rule) -> None:
    """For a week, and for this reason; who needs them for an earlier one is there at once."""
    at = now()
    until = at + PUT_OFF_FOR
    row = upsert(db, PutOff).values(
        coach_id=viewer.person_id, enrolment_id=enrolment.id, rule=rule.value, until=until
    )
    again = row.on_conflict_do_update(
        index_elements=["coach_id", "enrolment_id", "rule"], set_={"until": until}, where=PutOff.until <= at
    )
    if db.execute(again.returning(PutOff.rule)).first() is None:
        return
    record(
        db,
        viewer.person_id,
        "put-off",
        "enrolment",
        enrolment.public_id,
        enrolment_id=enrolment.id,
        rule=rule.value,
    )


def set_thresholds(db: Session, cohort: Cohort, limits: Thresholds, *, actor_id: int) -> None:
    text = None if limits == Thresholds() else limits.model_dump_json(exclude_defaults=True)
    if cohort.attention != text:
        cohort.attention = text
        record(db, actor_id, "changed-attention", "cohort", cohort.public_id)
        db.flush()

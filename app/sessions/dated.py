"""Meetings as calendars have them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort
from app.cohorts.queries import CohortLine
from app.db import BigId
from app.people.viewer import Viewer
from app.sessions.models import LiveSession
from app.sessions.queries import groups_of
from app.statements import Statement

IN_CALENDAR = 200
"""As many as a calendar has, from the newest."""


class Dated(NamedTuple):
    """A meeting as calendars have it."""

    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    agenda: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    cancelled_at: datetime | None
    cohort_public_id: str
    cohort_name: str


DATED: Select[*tuple[Any, ...]] = select(
    LiveSession.public_id,
    LiveSession.title,
    LiveSession.starts_at,
    LiveSession.ends_at,
    LiveSession.place,
    LiveSession.url,
    LiveSession.agenda,
    LiveSession.sequence,
    LiveSession.created_at,
    LiveSession.changed_at,
    LiveSession.cancelled_at,
    Cohort.public_id,
    Cohort.name,
).join(Cohort, Cohort.id == LiveSession.cohort_id)
_IN_CALENDAR = (
    DATED.where(LiveSession.starts_at >= bindparam("since", type_=LiveSession.starts_at.type))
    .order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
    .limit(IN_CALENDAR)
)
_OF_PERSON = Statement(
    _IN_CALENDAR.where(LiveSession.cohort_id.in_(groups_of(bindparam("person", type_=BigId)))), row=Dated
)
_OF_COHORT = Statement(
    _IN_CALENDAR.where(LiveSession.cohort_id == bindparam("cohort", type_=BigId)), row=Dated
)
_DATED = Statement(DATED.where(LiveSession.id == bindparam("session", type_=BigId)), row=Dated)


def dated_sessions(
    db: Session, viewer: Viewer, since: datetime, cohort: CohortLine | None = None
) -> list[Dated]:
    """The meetings of a group, or of all in which the viewer learns or coaches, that begin `since` then; the
    cancelled ones too: where one was seen it must be taken away."""
    if cohort is not None:
        return _OF_COHORT.rows(db, {"cohort": cohort.id, "since": since})
    return _OF_PERSON.rows(db, {"person": viewer.person_id, "since": since})


def dated_session(db: Session, session_id: int) -> Dated | None:
    found: list[Dated] = _DATED.rows(db, {"session": session_id})
    return found[0] if found else None

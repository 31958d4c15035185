"""Reading meetings, by whoever may: their group's learners and coaches, and those who organize it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, select, tuple_, union
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.cohorts.queries import CohortLine, coached_cohort, organized_cohort, own_cohort
from app.db import BigId
from app.errors import NotFound
from app.people.viewer import Viewer
from app.sessions.models import Attendance, LiveSession
from app.statements import Statement
from app.web.paging import Page, encode_cursor

COMING_SHOWN = 60
PAST_A_PAGE = 20


def open_cohort(db: Session, viewer: Viewer, public_id: str) -> CohortLine:
    """A cohort whose meetings the viewer sees: they learn in it, coach or organize it. Raises NotFound."""
    if viewer.is_organizer and public_id not in {one.public_id for one in (*viewer.cohorts, *viewer.coached)}:
        return _organized(db, viewer, public_id)
    return own_cohort(db, viewer, public_id)


def managed_cohort(db: Session, viewer: Viewer, public_id: str) -> CohortLine:
    """A cohort whose meetings the viewer plans: they coach or organize it. Raises NotFound."""
    if public_id in {one.public_id for one in viewer.coached}:
        return coached_cohort(db, viewer, public_id)
    return _organized(db, viewer, public_id)


def _organized(db: Session, viewer: Viewer, public_id: str) -> CohortLine:
    cohort = organized_cohort(db, viewer, public_id)
    return CohortLine(*(getattr(cohort, name) for name in CohortLine._fields))


def session_in(db: Session, cohort: CohortLine, public_id: str, *, for_update: bool = False) -> LiveSession:
    """A meeting of the cohort. Raises NotFound."""
    found = select(LiveSession).where(LiveSession.cohort_id == cohort.id, LiveSession.public_id == public_id)
    session = db.scalars(found.with_for_update() if for_update else found).first()
    if session is None:
        raise NotFound
    return session


def groups_of(person: Any) -> CompoundSelect[Any]:
    """The ids of the cohorts in which somebody learns or coaches now."""
    return union(
        select(Enrolment.cohort_id).where(
            Enrolment.person_id == person, Enrolment.ended_at.is_(None), Enrolment.cohort_id.is_not(None)
        ),
        select(CohortCoach.cohort_id).where(CohortCoach.person_id == person, CohortCoach.ended_at.is_(None)),
    )


class SessionLine(NamedTuple):
    """A meeting in a list, with its group and how it is with one person: what they answered, and since when
    they count as present."""

    id: int
    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    language: str
    cancelled_at: datetime | None
    cohort_public_id: str
    cohort_name: str
    time_zone: str
    coming: str | None
    attended_at: datetime | None


_person, _cohort = bindparam("person", type_=BigId), bindparam("cohort", type_=BigId)
_now = bindparam("now", type_=LiveSession.starts_at.type)
_NOT_OVER = LiveSession.ends_at > _now
_LINES: Select[*tuple[Any, ...]] = (
    select(
        LiveSession.id,
        LiveSession.public_id,
        LiveSession.title,
        LiveSession.starts_at,
        LiveSession.ends_at,
        LiveSession.place,
        LiveSession.url,
        LiveSession.language,
        LiveSession.cancelled_at,
        Cohort.public_id,
        Cohort.name,
        Cohort.time_zone,
        Attendance.coming,
        Attendance.attended_at,
    )
    .join(Cohort, Cohort.id == LiveSession.cohort_id)
    .outerjoin(Attendance, and_(Attendance.session_id == LiveSession.id, Attendance.person_id == _person))
)
_NEXT = Statement(
    _LINES.where(
        LiveSession.cohort_id.in_(groups_of(_person)),
        _NOT_OVER,
        LiveSession.starts_at < bindparam("until", type_=LiveSession.starts_at.type),
        LiveSession.cancelled_at.is_(None),
    )
    .order_by(LiveSession.starts_at, LiveSession.id)
    .limit(1),
    row=SessionLine,
)
_NEXT_HERE = Statement(
    _LINES.where(LiveSession.cohort_id == _cohort, _NOT_OVER, LiveSession.cancelled_at.is_(None))
    .order_by(LiveSession.starts_at, LiveSession.id)
    .limit(1),
    row=SessionLine,
)
_COMING = Statement(
    _LINES.where(LiveSession.cohort_id == _cohort, _NOT_OVER)
    .order_by(LiveSession.starts_at, LiveSession.id)
    .limit(COMING_SHOWN),
    row=SessionLine,
)
_BEFORE = tuple_(LiveSession.starts_at, LiveSession.id) < tuple_(
    bindparam("before_at", type_=LiveSession.starts_at.type), bindparam("before_id", type_=BigId)
)


def _past(*behind: ColumnElement[bool]) -> Statement:
    over = _LINES.where(LiveSession.cohort_id == _cohort, LiveSession.ends_at <= _now, *behind)
    newest_first = over.order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
    return Statement(newest_first.limit(PAST_A_PAGE + 1), row=SessionLine)


_PAST = {False: _past(), True: _past(_BEFORE)}


def next_session(db: Session, viewer: Viewer, until: datetime) -> SessionLine | None:
    """The next meeting in any of the viewer's groups that begins before `until`. It asks the database only
    where one of the groups has a coming meeting."""
    at = now()
    groups = (*viewer.cohorts, *viewer.coached)
    if not any(group.meets_until is not None and group.meets_until > at for group in groups):
        return None
    found: list[SessionLine] = _NEXT.rows(db, {"person": viewer.person_id, "now": at, "until": until})
    return found[0] if found else None


def next_session_of(db: Session, viewer: Viewer, cohort: CohortLine) -> SessionLine | None:
    """The next meeting of a group, asked for where it has a coming one."""
    at = now()
    if cohort.meets_until is None or cohort.meets_until <= at:
        return None
    found: list[SessionLine] = _NEXT_HERE.rows(db, _here(viewer, cohort, at))
    return found[0] if found else None


def coming_sessions(db: Session, viewer: Viewer, cohort: CohortLine) -> list[SessionLine]:
    """Those that are not over, the next first, the cancelled ones too."""
    return _COMING.rows(db, _here(viewer, cohort, now()))


def past_sessions(
    db: Session, viewer: Viewer, cohort: CohortLine, after: tuple[datetime, int] | None = None
) -> Page[SessionLine]:
    """Those that are over, the last first, from the row behind `after` (start, id)."""
    before_at, before_id = after or (None, None)
    behind = {"before_at": before_at, "before_id": before_id} if after else {}
    lines: list[SessionLine] = _PAST[after is not None].rows(db, _here(viewer, cohort, now()) | behind)
    more, lines = len(lines) > PAST_A_PAGE, lines[:PAST_A_PAGE]
    return Page(lines, encode_cursor(lines[-1].starts_at, lines[-1].id) if more else "")


def past_sessions_of(db: Session, person_id: int, cohort: CohortLine) -> list[SessionLine]:
    """The last ones of a cohort, with how it was with one of its learners; the cancelled ones too."""
    return _PAST[False].rows(db, {"person": person_id, "cohort": cohort.id, "now": now()})


def _here(viewer: Viewer, cohort: CohortLine, at: datetime) -> dict[str, Any]:
    return {"person": viewer.person_id, "cohort": cohort.id, "now": at}


def planned_minutes(db: Session, cohort_id: int) -> int:
    """What the meetings of a group take together, past or to come."""
    times = select(LiveSession.starts_at, LiveSession.ends_at).where(
        LiveSession.cohort_id == cohort_id, LiveSession.cancelled_at.is_(None)
    )
    return sum(int((ends - starts).total_seconds()) // 60 for starts, ends in db.execute(times))

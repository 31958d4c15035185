"""Reading for coaches: the grid of a cohort, and one learner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    String,
    Text,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment, Pod
from app.cohorts.queries import CohortLine
from app.db import BigId, fold
from app.errors import NotFound
from app.events.models import Event
from app.journals.models import Review
from app.people.models import Person
from app.progress.models import ProgressState
from app.progress.packs import pack_of
from app.progress.queries import STORED
from app.statements import Statement
from app.things.catalogue import Programme
from app.web.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE, MOST_PRINTED, JOURNEY_A_PAGE = 50, 500, 100
ESCAPE = "\\"
SILENT_AFTER = timedelta(days=14)


class Sort(StrEnum):
    SILENCE = "silence"
    NAME = "name"
    PROGRESS = "progress"
    POD = "pod"


class Show(StrEnum):
    ALL = "all"
    WAITING = "waiting"
    SILENT = "silent"
    NOT_BEGUN = "not-begun"


class GridRow(NamedTuple):
    """One learner, with what is stored of their progress; `facts` only where the pack is no longer true.
    `waiting` counts posts for which an answer is due. `pod` is their small group, where they are sorted by
    it; empty for who is in none."""

    enrolment_id: int
    person_id: int
    name: str
    real_name: str | None
    handle: str
    last_active_at: datetime
    sorted_by: Any
    digest: str | None
    pack: str | None
    facts: str | None
    waiting: int
    pod: str | None = None


_WAITS = (Review.enrolment_id == Enrolment.id, Review.awaits_since.is_not(None))
_ACTIVE = (Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None))
_BEHIND_ALL = "\U0010ffff"
_POD = func.coalesce(Pod.name_key, literal(_BEHIND_ALL, Pod.name_key.type))
"""Who is in no small group comes last."""
_SORTED_BY: Mapping[Sort, tuple[Any, type]] = {
    Sort.SILENCE: (Enrolment.last_active_at, datetime),
    Sort.NAME: (Person.name_key, str),
    Sort.PROGRESS: (Enrolment.things_complete, int),
    Sort.POD: (_POD, str),
}


def grid(
    db: Session,
    cohort: CohortLine,
    programme: Programme,
    *,
    sort: Sort = Sort.SILENCE,
    show: Show = Show.ALL,
    search: str = "",
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[GridRow]:
    """So many learners of a cohort, in one statement whatever their number."""
    after = decode_cursor(cursor, _SORTED_BY[sort][1], int)
    statement = _grid(sort, show, size=size, searching=bool(search.strip()), paging=after is not None)
    value, last = after or (None, None)
    parameters = {
        "cohort": cohort.id,
        "digest": programme.digest,
        "silent_since": now() - SILENT_AFTER,
        "search": f"%{_escaped(fold(search))}%",
        "after": value,
        "after_id": last,
    }
    lines: list[GridRow] = statement.rows(db, parameters)
    more, lines = len(lines) > size, lines[:size]
    return Page(lines, encode_cursor(lines[-1].sorted_by, lines[-1].enrolment_id) if more else "")


@lru_cache
def _grid(sort: Sort, show: Show, *, size: int, searching: bool, paging: bool) -> Statement:
    """First the learners of the page, then what is shown of them. PostgreSQL plans for a tenth of all rows
    where it does not know how many are wanted: `size` is part of the statement."""
    key, _ = _SORTED_BY[sort]
    chosen = (
        select(Enrolment.id, key.label("sorted_by"))
        .join(Person, Person.id == Enrolment.person_id)
        .where(*_ACTIVE)
        .order_by(key, Enrolment.id)
        .limit(size + 1)
    )
    if sort is Sort.POD:
        chosen = chosen.outerjoin(Pod, Pod.id == Enrolment.pod_id)
    if searching:
        like = bindparam("search", type_=String)
        named = (Person.name_key, Person.real_name_key)
        chosen = chosen.where(or_(*(key.like(like, escape=ESCAPE) for key in named)))
    if paging:
        behind = tuple_(bindparam("after", type_=key.type), bindparam("after_id", type_=BigId))
        chosen = chosen.where(tuple_(key, Enrolment.id) > behind)
    page = _shown(chosen, show).subquery()
    waiting = select(func.count()).where(*_WAITS).correlate(Enrolment).scalar_subquery()
    rows = (
        select(
            Enrolment.id,
            Person.id,
            Person.name,
            Person.real_name,
            Person.handle,
            Enrolment.last_active_at,
            page.c.sorted_by,
            ProgressState.digest,
            cast(ProgressState.pack, Text),
            case((ProgressState.digest != bindparam("digest"), cast(ProgressState.facts, Text))),
            waiting,
        )
        .join(page, page.c.id == Enrolment.id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .order_by(page.c.sorted_by, Enrolment.id)
    )
    pod: Any = null()
    if sort is Sort.POD:
        pod, rows = func.coalesce(Pod.name, ""), rows.outerjoin(Pod, Pod.id == Enrolment.pod_id)
    return Statement(rows.add_columns(pod), row=GridRow)


def _shown(statement: Select[*tuple[Any, ...]], show: Show) -> Select[*tuple[Any, ...]]:
    if show is Show.SILENT:
        since = bindparam("silent_since", type_=Enrolment.last_active_at.type)
        return statement.where(Enrolment.last_active_at < since)
    if show is Show.NOT_BEGUN:
        begun = exists().where(ProgressState.enrolment_id == Enrolment.id)
        return statement.where(~begun)
    if show is Show.WAITING:
        return statement.where(exists().where(*_WAITS))
    return statement


def _escaped(text: str) -> str:
    """For LIKE."""
    for special in (ESCAPE, "%", "_"):
        text = text.replace(special, ESCAPE + special)
    return text


def everyone(db: Session, cohort_id: int) -> Sequence[Any]:
    """All learners of a cohort by name, with their small group and what is stored of their progress."""
    joined = func.coalesce(Enrolment.joined_at, Enrolment.started_at).label("joined_at")
    return db.execute(
        select(
            Person.name, Person.real_name, joined, Enrolment.last_active_at, Pod.name.label("pod"), *STORED
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Pod, Pod.id == Enrolment.pod_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None))
        .order_by(Person.name_key, Person.id)
    ).all()


@dataclass(frozen=True)
class Learner:
    """One learner of a coached cohort."""

    person: Person
    enrolment: Enrolment
    pack: Mapping[str, str]


def learner(db: Session, cohort: CohortLine, programme: Programme, handle: str) -> Learner:
    """A learner of the cohort by handle. Raises NotFound for anyone else."""
    row = db.execute(
        select(
            Enrolment,
            Person,
            *STORED,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.ended_at.is_(None), Person.handle == handle)
    ).first()
    if row is None:
        raise NotFound
    return Learner(row.Person, row.Enrolment, pack_of(row, programme))


def journey(
    db: Session, enrolment_id: int, verbs: Collection[str], after: tuple[datetime, int] | None = None
) -> Page[Event]:
    """What happened in an enrolment, of what these verbs say, newest first, from the row behind `after` (at,
    id); never what anybody wrote."""
    statement = select(Event).where(Event.enrolment_id == enrolment_id, Event.verb.in_(verbs))
    if after is not None:
        behind = tuple_(literal(after[0], Event.at.type), literal(after[1], BigId))
        statement = statement.where(tuple_(Event.at, Event.id) < behind)
    ordered = statement.order_by(Event.at.desc(), Event.id.desc()).limit(JOURNEY_A_PAGE + 1)
    events = db.scalars(ordered).all()
    more, events = len(events) > JOURNEY_A_PAGE, events[:JOURNEY_A_PAGE]
    return Page(events, encode_cursor(events[-1].at, events[-1].id) if more else "")

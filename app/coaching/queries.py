"""Reading for coaches: the grid of a cohort, and one learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import BigId, fold, rows
from app.errors import NotFound
from app.events.models import Event
from app.journals.models import Comment, Post
from app.journals.queries import coaches_in, visible_when
from app.journals.streams import VIEWER, PostLine, eyes, oldest_first
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.models import ProgressState
from app.progress.queries import fresh_pack, fresh_packs
from app.things.catalogue import Programme
from app.web.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 50
ESCAPE = "\\"
SILENT_AFTER = timedelta(days=14)


class Sort(StrEnum):
    SILENCE = "silence"
    NAME = "name"
    PROGRESS = "progress"


class Show(StrEnum):
    ALL = "all"
    WAITING = "waiting"
    SILENT = "silent"
    NOT_BEGUN = "not-begun"


@dataclass(frozen=True, slots=True)
class GridRow:
    """One learner: `pack` is {slug: state} of what was started; `waiting` counts posts without a coach's
    answer that this coach may read."""

    enrolment_id: int
    person_id: int
    name: str
    handle: str
    last_active_at: datetime
    pack: Mapping[str, str]
    waiting: int = 0


def _waits() -> ColumnElement[bool]:
    """Posts that a coach may read and that no coach of their cohort has answered."""
    answered = (
        exists()
        .where(
            Comment.post_id == Post.id,
            Comment.deleted_at.is_(None),
            Comment.author_id == CohortCoach.person_id,
            CohortCoach.cohort_id == Enrolment.cohort_id,
        )
        .correlate(Post, Enrolment)
    )
    visible = visible_when(*VIEWER, cohort=Enrolment.cohort_id)
    return and_(Post.published_at.is_not(None), visible, Post.author_id != VIEWER[0], ~answered)


_WAITS = _waits()
_ACTIVE = (Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None))
_SORTED_BY: Mapping[Sort, tuple[Any, type]] = {
    Sort.SILENCE: (Enrolment.last_active_at, datetime),
    Sort.NAME: (Person.name_key, str),
    Sort.PROGRESS: (Enrolment.things_complete, int),
}


def grid(
    db: Session,
    viewer: Viewer,
    cohort: Cohort,
    programme: Programme,
    *,
    sort: Sort = Sort.SILENCE,
    show: Show = Show.ALL,
    search: str = "",
    cursor: str | None = None,
) -> Page[GridRow]:
    """Fifty learners of a cohort, in one statement whatever their number; in three where an edit of the
    content made stored packs stale."""
    after = decode_cursor(cursor, _SORTED_BY[sort][1], int)
    statement = _grid(sort, show, searching=bool(search.strip()), paging=after is not None)
    value, last = after or (None, None)
    parameters = {
        **eyes(viewer),
        "cohort": cohort.id,
        "silent_since": now() - SILENT_AFTER,
        "search": f"%{_escaped(fold(search))}%",
        "after": value,
        "after_id": last,
    }
    lines = rows(db, statement, parameters)
    more, lines = len(lines) > PAGE_SIZE, lines[:PAGE_SIZE]
    packs = fresh_packs(db, programme, {row.id: (row.digest, row.pack) for row in lines})
    found = [
        GridRow(
            row.id,
            row.person_id,
            row.name,
            row.handle,
            row.last_active_at,
            packs[row.id],
            row.waiting,
        )
        for row in lines
    ]
    return Page(found, encode_cursor(lines[-1].sorted_by, lines[-1].id) if more else "")


@lru_cache
def _grid(sort: Sort, show: Show, *, searching: bool, paging: bool) -> Select[*tuple[Any, ...]]:
    """First the learners of the page, then what is shown of them."""
    key, _ = _SORTED_BY[sort]
    chosen = (
        select(Enrolment.id, key.label("sorted_by"))
        .join(Person, Person.id == Enrolment.person_id)
        .where(*_ACTIVE)
        .order_by(key, Enrolment.id)
        .limit(PAGE_SIZE + 1)
    )
    if searching:
        chosen = chosen.where(Person.name_key.like(bindparam("search", type_=String), escape=ESCAPE))
    if paging:
        behind = tuple_(bindparam("after", type_=key.type), bindparam("after_id", type_=BigId))
        chosen = chosen.where(tuple_(key, Enrolment.id) > behind)
    page = _shown(chosen, show).subquery()
    waiting = (
        select(func.count())
        .where(Post.enrolment_id == Enrolment.id, _WAITS)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return (
        select(
            Enrolment.id,
            Enrolment.last_active_at,
            page.c.sorted_by,
            Person.id.label("person_id"),
            Person.name,
            Person.handle,
            ProgressState.digest,
            ProgressState.pack,
            waiting.label("waiting"),
        )
        .join(page, page.c.id == Enrolment.id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .order_by(page.c.sorted_by, Enrolment.id)
    )


def _shown(statement: Select[*tuple[Any, ...]], show: Show) -> Select[*tuple[Any, ...]]:
    if show is Show.SILENT:
        since = bindparam("silent_since", type_=Enrolment.last_active_at.type)
        return statement.where(Enrolment.last_active_at < since)
    if show is Show.NOT_BEGUN:
        begun = exists().where(ProgressState.enrolment_id == Enrolment.id)
        return statement.where(~begun)
    if show is Show.WAITING:
        return statement.where(exists().where(Post.enrolment_id == Enrolment.id, _WAITS))
    return statement


def _escaped(text: str) -> str:
    """For LIKE."""
    for special in (ESCAPE, "%", "_"):
        text = text.replace(special, ESCAPE + special)
    return text


_WAITING = (
    select(Post.id)
    .join(Enrolment, Enrolment.id == Post.enrolment_id)
    .where(Enrolment.ended_at.is_(None), _WAITS)
)
_WAITING_IN_COHORT = (
    _WAITING.where(Enrolment.cohort_id == bindparam("cohort"))
    .order_by(Post.published_at, Post.id)
    .limit(bindparam("limit"))
)
_WAITING_BEHIND = _WAITING_IN_COHORT.where(
    tuple_(Post.published_at, Post.id)
    > tuple_(bindparam("after", type_=Post.published_at.type), bindparam("after_id", type_=BigId))
)
_WAITING_COUNTS = (
    _WAITING.with_only_columns(Enrolment.cohort_id, func.count())
    .where(Enrolment.cohort_id.in_(coaches_in(VIEWER[0])))
    .group_by(Enrolment.cohort_id)
)


def waiting_posts(
    db: Session, viewer: Viewer, cohort_id: int, *, cursor: str | None = None, limit: int = 20
) -> Page[PostLine]:
    """Posts that wait for a coach's answer, the longest waiting first."""
    parameters: dict[str, Any] = {"cohort": cohort_id, "limit": limit + 1}
    after = decode_cursor(cursor, datetime, int)
    if after:
        parameters |= {"after": after[0], "after_id": after[1]}
    lines = oldest_first(db, viewer, _WAITING_BEHIND if after else _WAITING_IN_COHORT, parameters)
    more, lines = len(lines) > limit, lines[:limit]
    return Page(lines, encode_cursor(lines[-1].published_at, lines[-1].id) if more else "")


def waiting_by_cohort(db: Session, viewer: Viewer) -> dict[int, int]:
    """How many posts wait for an answer in each cohort that the viewer coaches."""
    return dict(map(tuple, rows(db, _WAITING_COUNTS, eyes(viewer))))


@dataclass(frozen=True)
class Learner:
    """One learner of a coached cohort."""

    person: Person
    enrolment: Enrolment
    pack: Mapping[str, str]


def learner(db: Session, cohort: Cohort, programme: Programme, handle: str) -> Learner:
    """A learner of the cohort by handle. Raises NotFound for anyone else."""
    row = db.execute(
        select(Enrolment, Person, ProgressState.digest, ProgressState.pack)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.ended_at.is_(None), Person.handle == handle)
    ).first()
    if row is None:
        raise NotFound
    enrolment, person, digest, pack = row
    return Learner(person, enrolment, fresh_pack(db, enrolment.id, programme, digest, pack))


def journey(
    db: Session, enrolment_id: int, *, before: datetime | None = None, limit: int = 100
) -> list[Event]:
    """What happened in an enrolment, newest first; never what anybody wrote."""
    statement = select(Event).where(Event.enrolment_id == enrolment_id)
    if before:
        statement = statement.where(Event.at < before)
    return list(db.scalars(statement.order_by(Event.at.desc(), Event.id.desc()).limit(limit)))

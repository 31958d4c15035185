"""Reading for coaches: the grid of a cohort, and one learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import fold
from app.errors import NotFound
from app.events.models import Event
from app.journals.models import Comment, Post
from app.journals.queries import visible_to
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.models import ProgressState
from app.progress.queries import fresh_pack
from app.things.catalogue import Programme
from app.web.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 50
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
    things_complete: int
    pack: Mapping[str, str]
    waiting: int = 0


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
    """Fifty learners of a cohort, in two statements whatever their number."""
    statement = (
        select(
            Enrolment.id,
            Enrolment.last_active_at,
            Enrolment.things_complete,
            Person.id.label("person_id"),
            Person.name,
            Person.name_key,
            Person.handle,
            ProgressState.digest,
            ProgressState.pack,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.ended_at.is_(None))
    )
    if search.strip():
        statement = statement.where(Person.name_key.contains(fold(search), autoescape=True))
    statement = _shown(statement, viewer, show)
    rows = db.execute(_sorted(statement, sort, cursor).limit(PAGE_SIZE + 1)).all()
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    waiting = waiting_counts(db, viewer, cohort.id, [row.id for row in rows])
    found = [
        GridRow(
            row.id,
            row.person_id,
            row.name,
            row.handle,
            row.last_active_at,
            row.things_complete,
            fresh_pack(db, row.id, programme, row.digest, row.pack),
            waiting.get(row.id, 0),
        )
        for row in rows
    ]
    return Page(found, _cursor_of(rows[-1], sort) if more else "")


def _shown(statement: Select[*tuple[Any, ...]], viewer: Viewer, show: Show) -> Select[*tuple[Any, ...]]:
    if show is Show.SILENT:
        return statement.where(Enrolment.last_active_at < now() - SILENT_AFTER)
    if show is Show.NOT_BEGUN:
        return statement.where(ProgressState.enrolment_id.is_(None))
    if show is Show.WAITING:
        return statement.where(exists().where(Post.enrolment_id == Enrolment.id, _waits(viewer)))
    return statement


def _sorted(statement: Select[*tuple[Any, ...]], sort: Sort, cursor: str | None) -> Select[*tuple[Any, ...]]:
    key: Any
    kind: type
    if sort is Sort.NAME:
        key, kind = Person.name_key, str
    elif sort is Sort.PROGRESS:
        key, kind = Enrolment.things_complete, int
    else:
        key, kind = Enrolment.last_active_at, datetime
    after = decode_cursor(cursor, kind, int)
    if after:
        value, enrolment_id = after
        statement = statement.where(or_(key > value, and_(key == value, Enrolment.id > enrolment_id)))
    return statement.order_by(key, Enrolment.id)


def _cursor_of(row: Any, sort: Sort) -> str:
    value = {Sort.NAME: row.name_key, Sort.PROGRESS: row.things_complete}.get(sort, row.last_active_at)
    return encode_cursor(value, row.id)


def _waits(viewer: Viewer) -> ColumnElement[bool]:
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
    return and_(visible_to(viewer), Post.author_id != viewer.person_id, ~answered)


def waiting_counts(
    db: Session, viewer: Viewer, cohort_id: int, enrolment_ids: Sequence[int]
) -> dict[int, int]:
    """How many posts wait for a coach's answer, by enrolment."""
    if not enrolment_ids:
        return {}
    rows = db.execute(
        select(Post.enrolment_id, func.count())
        .join(Enrolment, Enrolment.id == Post.enrolment_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            Post.enrolment_id.in_(enrolment_ids),
            Post.published_at.is_not(None),
            _waits(viewer),
        )
        .group_by(Post.enrolment_id)
    )
    return {enrolment_id: count for enrolment_id, count in rows if enrolment_id is not None}


def waiting_posts(
    db: Session, viewer: Viewer, cohort_id: int, *, cursor: str | None = None, limit: int = 20
) -> Page[Post]:
    """Posts with their authors that wait for a coach's answer, the longest waiting first."""
    statement = (
        select(Post)
        .join(Post.author)
        .options(contains_eager(Post.author))
        .join(Enrolment, Enrolment.id == Post.enrolment_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            Enrolment.ended_at.is_(None),
            Post.published_at.is_not(None),
            _waits(viewer),
        )
    )
    after = decode_cursor(cursor, datetime, int)
    if after:
        at, post_id = after
        statement = statement.where(
            or_(Post.published_at > at, and_(Post.published_at == at, Post.id > post_id))
        )
    rows = list(db.scalars(statement.order_by(Post.published_at, Post.id).limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    return Page(rows, encode_cursor(rows[-1].published_at, rows[-1].id) if more else "")


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

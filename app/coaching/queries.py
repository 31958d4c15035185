"""Reading for coaches: the grid of a cohort, and one learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import CohortCoach, Enrolment
from app.cohorts.queries import CohortLine
from app.db import BigId, fold
from app.errors import NotFound
from app.events.models import Event
from app.journals.models import Comment, Post
from app.journals.queries import coaches_in, visible_when
from app.journals.streams import VIEWER, PostLine, eyes, oldest_first
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.models import ProgressState
from app.progress.packs import pack_of
from app.progress.queries import STORED
from app.statements import Statement
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


class GridRow(NamedTuple):
    """One learner, with what is stored of their progress; `facts` only where the pack is no longer true.
    `waiting` counts posts without a coach's answer that this coach may read."""

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


def _waits() -> ColumnElement[bool]:
    """Posts that a coach may read, not hidden, and that no coach of their cohort has answered."""
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
    visible = visible_when(*VIEWER)
    shown = and_(Post.published_at.is_not(None), Post.hidden_at.is_(None))
    return and_(shown, visible, Post.author_id != VIEWER[0], ~answered)


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
    cohort: CohortLine,
    programme: Programme,
    *,
    sort: Sort = Sort.SILENCE,
    show: Show = Show.ALL,
    search: str = "",
    cursor: str | None = None,
) -> Page[GridRow]:
    """Fifty learners of a cohort, in one statement whatever their number."""
    after = decode_cursor(cursor, _SORTED_BY[sort][1], int)
    statement = _grid(sort, show, searching=bool(search.strip()), paging=after is not None)
    value, last = after or (None, None)
    parameters = {
        **eyes(viewer),
        "cohort": cohort.id,
        "digest": programme.digest,
        "silent_since": now() - SILENT_AFTER,
        "search": f"%{_escaped(fold(search))}%",
        "after": value,
        "after_id": last,
    }
    lines: list[GridRow] = statement.rows(db, parameters)
    more, lines = len(lines) > PAGE_SIZE, lines[:PAGE_SIZE]
    return Page(lines, encode_cursor(lines[-1].sorted_by, lines[-1].enrolment_id) if more else "")


@lru_cache
def _grid(sort: Sort, show: Show, *, searching: bool, paging: bool) -> Statement:
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
        like = bindparam("search", type_=String)
        named = (Person.name_key, Person.real_name_key)
        chosen = chosen.where(or_(*(key.like(like, escape=ESCAPE) for key in named)))
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
    return Statement(
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
        .order_by(page.c.sorted_by, Enrolment.id),
        row=GridRow,
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
    _WAITING.where(Enrolment.cohort_id == bindparam("cohort"), Post.cohort_id == bindparam("cohort"))
    .order_by(Post.published_at, Post.id)
    .limit(bindparam("limit"))
)
_WAITING_BEHIND = _WAITING_IN_COHORT.where(
    tuple_(Post.published_at, Post.id)
    > tuple_(bindparam("after", type_=Post.published_at.type), bindparam("after_id", type_=BigId))
)
_OLDEST, _OLDEST_BEHIND = oldest_first(_WAITING_IN_COHORT), oldest_first(_WAITING_BEHIND)
_WAITING_COUNTS = Statement(
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
    statement = _OLDEST_BEHIND if after else _OLDEST
    lines: list[PostLine] = statement.rows(db, {**eyes(viewer), **parameters})
    more, lines = len(lines) > limit, lines[:limit]
    return Page(lines, encode_cursor(lines[-1].published_at, lines[-1].id) if more else "")


def waiting_by_cohort(db: Session, viewer: Viewer) -> dict[int, int]:
    """How many posts wait for an answer in each cohort that the viewer coaches."""
    return dict(map(tuple, _WAITING_COUNTS.rows(db, eyes(viewer))))


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
    db: Session, enrolment_id: int, *, before: datetime | None = None, limit: int = 100
) -> list[Event]:
    """What happened in an enrolment, newest first; never what anybody wrote."""
    statement = select(Event).where(Event.enrolment_id == enrolment_id)
    if before:
        statement = statement.where(Event.at < before)
    return list(db.scalars(statement.order_by(Event.at.desc(), Event.id.desc()).limit(limit)))

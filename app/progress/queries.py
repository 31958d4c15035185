"""Reading progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.db import numbered, rows, several
from app.people.viewer import Membership
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.rules import NOTHING, Facts, derive, merge
from app.things.catalogue import Programme, Thing


def facts_of(db: Session, enrolment_id: int, slugs: tuple[str, ...] = ()) -> dict[str, Facts]:
    """What is recorded about each Thing, under the slugs it was recorded with; only `slugs`, where given."""
    return facts_of_each(db, [enrolment_id], slugs)[enrolment_id]


def facts_of_each(
    db: Session, enrolment_ids: Sequence[int], slugs: tuple[str, ...] = ()
) -> dict[int, dict[str, Facts]]:
    """`facts_of` several enrolments, in two statements whatever their number."""
    ticks = select(Tick.enrolment_id, Tick.thing_slug, Tick.activity_id).where(
        Tick.enrolment_id.in_(enrolment_ids)
    )
    records = select(
        ThingRecord.enrolment_id,
        ThingRecord.thing_slug,
        ThingRecord.drafted_at,
        ThingRecord.reflected_at,
        ThingRecord.completed_at,
    ).where(ThingRecord.enrolment_id.in_(enrolment_ids))
    if slugs:
        ticks = ticks.where(Tick.thing_slug.in_(slugs))
        records = records.where(ThingRecord.thing_slug.in_(slugs))
    ticked: dict[tuple[int, str], set[str]] = {}
    for enrolment_id, slug, activity_id in db.execute(ticks):
        ticked.setdefault((enrolment_id, slug), set()).add(activity_id)
    found: dict[int, dict[str, Facts]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    for (enrolment_id, slug), ids in ticked.items():
        found[enrolment_id][slug] = Facts(frozenset(ids))
    for enrolment_id, slug, drafted_at, reflected_at, completed_at in db.execute(records):
        ids = ticked.get((enrolment_id, slug), set())
        found[enrolment_id][slug] = Facts(
            frozenset(ids), drafted_at is not None, reflected_at is not None, completed_at
        )
    return found


def slugs_of(thing: Thing) -> tuple[str, ...]:
    """Every slug under which facts about the Thing may be recorded."""
    return (thing.slug, *thing.aliases)


def fresh_pack(
    db: Session, enrolment_id: int, programme: Programme, digest: str | None, pack: Mapping[str, str] | None
) -> Mapping[str, str]:
    """A stored pack where it is true for the programme as it is now, else what the facts say."""
    if pack is not None and digest == programme.digest:
        return pack
    if pack is None:
        return {}
    return derive(programme, facts_of(db, enrolment_id))


def fresh_packs(
    db: Session, programme: Programme, stored: Mapping[int, tuple[str | None, Mapping[str, str] | None]]
) -> dict[int, Mapping[str, str]]:
    """`fresh_pack` of several enrolments: {id: (digest, pack)} as stored. An edit of the content costs two
    statements, however many packs it makes stale."""
    packs = {enrolment_id: pack or {} for enrolment_id, (_, pack) in stored.items()}
    stale = [id_ for id_, (digest, pack) in stored.items() if pack is not None and digest != programme.digest]
    if stale:
        packs |= {id_: derive(programme, facts) for id_, facts in facts_of_each(db, stale).items()}
    return packs


@dataclass(frozen=True)
class ThingProgress:
    """Where one person is with one Thing: `pack` has all Things of the programme, `facts` those of this."""

    enrolment_id: int
    cohort_id: int | None
    pack: Mapping[str, str]
    facts: Facts


@dataclass(frozen=True)
class Course:
    """An enrolment that has not ended, with what is stored of its progress."""

    enrolment_id: int
    public_id: str
    programme_slug: str
    cohort: Membership | None
    mode: str | None
    last_active_at: datetime
    digest: str | None
    stored: Mapping[str, str] | None

    def pack(self, db: Session, programme: Programme) -> Mapping[str, str]:
        return fresh_pack(db, self.enrolment_id, programme, self.digest, self.stored)


_COURSES = (
    select(
        Enrolment.id,
        Enrolment.public_id,
        Enrolment.programme_slug,
        Enrolment.last_active_at,
        Cohort.id.label("cohort_id"),
        Cohort.public_id.label("cohort_public_id"),
        Cohort.name.label("cohort_name"),
        Cohort.mode,
        ProgressState.digest,
        ProgressState.pack,
    )
    .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
    .where(Enrolment.person_id == bindparam("person"), Enrolment.ended_at.is_(None))
    .order_by(Enrolment.last_active_at.desc(), Enrolment.id.desc())
)


def courses_of(db: Session, person_id: int) -> list[Course]:
    """Where a person learns now, in one statement, the most recently active first."""
    return [
        Course(
            row.id,
            row.public_id,
            row.programme_slug,
            None
            if row.cohort_id is None
            else Membership(row.cohort_id, row.cohort_public_id, row.cohort_name),
            row.mode,
            row.last_active_at,
            row.digest,
            row.pack,
        )
        for row in rows(db, _COURSES, {"person": person_id})
    ]


@lru_cache(maxsize=8)
def _thing_progress(slugs: int) -> Select[*tuple[Any, ...]]:
    """For a Thing with so many slugs."""
    names = several("slug", slugs)
    ticked = (
        select(func.aggregate_strings(Tick.activity_id, " "))
        .where(Tick.enrolment_id == Enrolment.id, Tick.thing_slug.in_(names))
        .correlate(Enrolment)
        .scalar_subquery()
    )
    of_thing = and_(ThingRecord.enrolment_id == Enrolment.id, ThingRecord.thing_slug.in_(names))
    return (
        select(
            Enrolment.id,
            Enrolment.cohort_id,
            ProgressState.digest,
            ProgressState.pack,
            ticked.label("ticked"),
            ThingRecord.drafted_at,
            ThingRecord.reflected_at,
            ThingRecord.completed_at,
        )
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .outerjoin(ThingRecord, of_thing)
        .where(
            Enrolment.person_id == bindparam("person"),
            Enrolment.programme_slug == bindparam("programme"),
            Enrolment.ended_at.is_(None),
        )
    )


def thing_progress(db: Session, person_id: int, programme: Programme, thing: Thing) -> ThingProgress | None:
    """In the enrolment that has not ended, in one statement; None where there is none."""
    slugs = slugs_of(thing)
    parameters = {"person": person_id, "programme": programme.slug, **numbered("slug", slugs)}
    found = rows(db, _thing_progress(len(slugs)), parameters)
    if not found:
        return None
    first, facts = found[0], NOTHING
    ticks = frozenset((first.ticked or "").split())
    for row in found:
        facts = merge(
            facts, Facts(ticks, row.drafted_at is not None, row.reflected_at is not None, row.completed_at)
        )
    pack = fresh_pack(db, first.id, programme, first.digest, first.pack)
    return ThingProgress(first.id, first.cohort_id, pack, facts)

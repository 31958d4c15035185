"""Reading progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.rules import NOTHING, Facts, derive, merge
from app.things.catalogue import Programme, Thing


def facts_of(db: Session, enrolment_id: int, slugs: tuple[str, ...] = ()) -> dict[str, Facts]:
    """What is recorded about each Thing, under the slugs it was recorded with; only `slugs`, where given."""
    ticks = select(Tick.thing_slug, Tick.activity_id).where(Tick.enrolment_id == enrolment_id)
    records = select(
        ThingRecord.thing_slug, ThingRecord.drafted_at, ThingRecord.reflected_at, ThingRecord.completed_at
    ).where(ThingRecord.enrolment_id == enrolment_id)
    if slugs:
        ticks = ticks.where(Tick.thing_slug.in_(slugs))
        records = records.where(ThingRecord.thing_slug.in_(slugs))
    ticked: dict[str, set[str]] = {}
    for slug, activity_id in db.execute(ticks):
        ticked.setdefault(slug, set()).add(activity_id)
    found = {slug: Facts(frozenset(ids)) for slug, ids in ticked.items()}
    for slug, drafted_at, reflected_at, completed_at in db.execute(records):
        found[slug] = Facts(
            frozenset(ticked.get(slug, ())), drafted_at is not None, reflected_at is not None, completed_at
        )
    return found


def slugs_of(thing: Thing) -> tuple[str, ...]:
    """Every slug under which facts about the Thing may be recorded."""
    return (thing.slug, *thing.aliases)


def pack_of(db: Session, enrolment_id: int, programme: Programme) -> Mapping[str, str]:
    """{slug: state} of what was started, for the programme as it is now."""
    row = db.execute(
        select(ProgressState.digest, ProgressState.pack).where(ProgressState.enrolment_id == enrolment_id)
    ).first()
    return fresh_pack(db, enrolment_id, programme, row.digest if row else None, row.pack if row else None)


def fresh_pack(
    db: Session, enrolment_id: int, programme: Programme, digest: str | None, pack: dict[str, str] | None
) -> Mapping[str, str]:
    """A stored pack where it is true for the programme as it is now, else what the facts say."""
    if pack is not None and digest == programme.digest:
        return pack
    if pack is None:
        return {}
    return derive(programme, facts_of(db, enrolment_id))


@dataclass(frozen=True)
class ThingProgress:
    """Where one person is with one Thing: `pack` has all Things of the programme, `facts` those of this."""

    enrolment_id: int
    cohort_id: int | None
    pack: Mapping[str, str]
    facts: Facts


_SLUGS: BindParameter[Any] = bindparam("slugs", expanding=True)
_TICKED = (
    select(func.aggregate_strings(Tick.activity_id, " "))
    .where(Tick.enrolment_id == Enrolment.id, Tick.thing_slug.in_(_SLUGS))
    .correlate(Enrolment)
    .scalar_subquery()
)
_THING_PROGRESS = (
    select(
        Enrolment.id,
        Enrolment.cohort_id,
        ProgressState.digest,
        ProgressState.pack,
        _TICKED.label("ticked"),
        ThingRecord.drafted_at,
        ThingRecord.reflected_at,
        ThingRecord.completed_at,
    )
    .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
    .outerjoin(
        ThingRecord, and_(ThingRecord.enrolment_id == Enrolment.id, ThingRecord.thing_slug.in_(_SLUGS))
    )
    .where(
        Enrolment.person_id == bindparam("person"),
        Enrolment.programme_slug == bindparam("programme"),
        Enrolment.ended_at.is_(None),
    )
)


def thing_progress(db: Session, person_id: int, programme: Programme, thing: Thing) -> ThingProgress | None:
    """In the enrolment that has not ended, in one statement; None where there is none."""
    rows = db.execute(
        _THING_PROGRESS, {"person": person_id, "programme": programme.slug, "slugs": slugs_of(thing)}
    ).all()
    if not rows:
        return None
    first, facts = rows[0], NOTHING
    ticks = frozenset((first.ticked or "").split())
    for row in rows:
        facts = merge(
            facts, Facts(ticks, row.drafted_at is not None, row.reflected_at is not None, row.completed_at)
        )
    pack = fresh_pack(db, first.id, programme, first.digest, first.pack)
    return ThingProgress(first.id, first.cohort_id, pack, facts)

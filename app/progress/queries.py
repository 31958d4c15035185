"""Reading progress."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, and_, cast, func, select
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.cohorts.queries import ACTIVE
from app.errors import NotFound
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import pack_of, packed
from app.progress.rules import NOTHING, Facts, derive, merge
from app.statements import Statement, numbered, several
from app.things.catalogue import Programme, Thing

STORED = (
    ProgressState.digest,
    cast(ProgressState.pack, Text).label("pack"),
    cast(ProgressState.facts, Text).label("facts"),
)
"""The row of packs as app/progress/packs.py understands it."""


def facts_of(db: Session, enrolment_id: int) -> dict[str, Facts]:
    """What is recorded about each Thing, under the slugs it was recorded with."""
    ticked: dict[str, set[str]] = {}
    ticks = select(Tick.thing_slug, Tick.activity_id).where(Tick.enrolment_id == enrolment_id)
    for slug, activity_id in db.execute(ticks):
        ticked.setdefault(slug, set()).add(activity_id)
    found = {slug: Facts(frozenset(ids)) for slug, ids in ticked.items()}
    records = select(
        ThingRecord.thing_slug, ThingRecord.drafted_at, ThingRecord.reflected_at, ThingRecord.completed_at
    ).where(ThingRecord.enrolment_id == enrolment_id)
    for slug, drafted_at, reflected_at, completed_at in db.execute(records):
        ids = frozenset(ticked.get(slug, ()))
        found[slug] = Facts(ids, drafted_at is not None, reflected_at is not None, completed_at)
    return found


def slugs_of(thing: Thing) -> tuple[str, ...]:
    """Every slug under which facts about the Thing may be recorded."""
    return (thing.slug, *thing.aliases)


@dataclass(frozen=True)
class ThingProgress:
    """Where one person is with one Thing: `pack` has all Things of the programme, `facts` those of this."""

    pack: Mapping[str, str]
    facts: Facts


@dataclass(frozen=True)
class Recorded:
    """The same from the records, for who is about to change them; `stored` has the facts of all Things as
    the row of packs keeps them."""

    pack: Mapping[str, str]
    facts: Facts
    stored: Mapping[str, Sequence[str]]


@lru_cache(maxsize=8)
def _recorded(slugs: int) -> Statement:
    """For a Thing with so many slugs."""
    names = several("slug", slugs)
    ticked = (
        select(func.aggregate_strings(Tick.activity_id, " "))
        .where(Tick.enrolment_id == Enrolment.id, Tick.thing_slug.in_(names))
        .correlate(Enrolment)
        .scalar_subquery()
    )
    of_thing = and_(ThingRecord.enrolment_id == Enrolment.id, ThingRecord.thing_slug.in_(names))
    return Statement(
        select(
            Enrolment.id,
            *STORED,
            ticked.label("ticked"),
            ThingRecord.drafted_at,
            ThingRecord.reflected_at,
            ThingRecord.completed_at,
        )
        .select_from(Enrolment)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .outerjoin(ThingRecord, of_thing)
        .where(*ACTIVE)
    )


def asking_what_is_recorded(person_id: int, thing: Thing) -> tuple[Statement, Mapping[str, Any]]:
    """Of the person's enrolment that has not ended; `recorded` understands the rows."""
    slugs = slugs_of(thing)
    of = {"person": person_id, "programme": thing.programme}
    return _recorded(len(slugs)), {**of, **numbered("slug", slugs)}


def recorded(db: Session, enrolment_id: int, programme: Programme, rows: Sequence[Any]) -> Recorded:
    """It takes two statements more where the row of packs is missing. Raises NotFound."""
    if not rows or rows[0].id != enrolment_id:
        raise NotFound
    first, facts = rows[0], NOTHING
    ticks = frozenset((first.ticked or "").split())
    for row in rows:
        facts = merge(
            facts, Facts(ticks, row.drafted_at is not None, row.reflected_at is not None, row.completed_at)
        )
    if first.facts is not None:
        return Recorded(pack_of(first, programme), facts, json.loads(first.facts))
    all_facts = facts_of(db, enrolment_id)
    stored = {slug: packed(of_thing) for slug, of_thing in all_facts.items()}
    return Recorded(derive(programme, all_facts), facts, stored)

"""Reading progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Row, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.cohorts.schedule import Scheduled
from app.errors import NotFound
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.models import ProgressState, Talk, ThingRecord, Tick
from app.progress.packs import Stored, facts_in, pack_of, packed, read_facts
from app.progress.rules import NOTHING, Facts, derive, merge
from app.statements import Statement
from app.things.catalogue import Programme, Thing

STORED = (
    ProgressState.digest,
    cast(ProgressState.pack, Text).label("pack"),
    cast(ProgressState.facts, Text).label("facts"),
)
"""The row of packs as app/progress/packs.py understands it."""
COURSE = (
    Enrolment.joined_at,
    Enrolment.timing,
    Cohort.run,
    Cohort.starts_on,
    Cohort.ends_on,
    Cohort.time_zone,
    *STORED,
)
"""And the dates, as app/cohorts/schedule.py does."""


def facts_of(db: Session, enrolment_id: int) -> dict[str, Facts]:
    """What is recorded about each Thing, under the slugs it was recorded with."""
    ticked: dict[str, set[str]] = {}
    ticks = select(Tick.thing_slug, Tick.activity_id).where(Tick.enrolment_id == enrolment_id)
    for slug, activity_id in db.execute(ticks):
        ticked.setdefault(slug, set()).add(activity_id)
    found = {slug: Facts(frozenset(ids)) for slug, ids in ticked.items()}
    records = select(
        ThingRecord.thing_slug,
        ThingRecord.drafted_at,
        ThingRecord.reflected_at,
        ThingRecord.approved_at,
        ThingRecord.completed_at,
    ).where(ThingRecord.enrolment_id == enrolment_id)
    for slug, drafted_at, reflected_at, approved_at, completed_at in db.execute(records):
        ids = frozenset(ticked.get(slug, ()))
        drafted, reflected, approved = (at is not None for at in (drafted_at, reflected_at, approved_at))
        found[slug] = Facts(ids, drafted, reflected, approved, completed_at)
    return found


def slugs_of(thing: Thing) -> tuple[str, ...]:
    """Every slug under which facts about the Thing may be recorded."""
    return (thing.slug, *thing.aliases)


@dataclass(frozen=True)
class ThingProgress:
    """Where one person is with one Thing: `pack` has all Things of the programme, `facts` those of this."""

    pack: Mapping[str, str]
    facts: Facts


class Seen(Stored, Scheduled, Protocol):
    """An enrolment that has not ended with its row of packs and its dates, as this transaction read it."""

    @property
    def enrolment_id(self) -> int: ...
    @property
    def person_id(self) -> int: ...


_SEEN = Statement(
    select(Enrolment.id.label("enrolment_id"), Enrolment.person_id, *COURSE)
    .outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
    .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
    .where(Enrolment.id == bindparam("enrolment"), Enrolment.ended_at.is_(None))
)


def seen(db: Session, enrolment_id: int) -> Seen:
    """Raises NotFound for an enrolment that has ended."""
    found = _SEEN.rows(db, {"enrolment": enrolment_id})
    if not found:
        raise NotFound
    enrolment: Seen = found[0]
    return enrolment


@dataclass(frozen=True)
class Recorded(ThingProgress):
    """For who is about to change them: `stored` has the facts of all Things as the row of packs keeps
    them."""

    stored: Mapping[str, Sequence[str]]


def recorded(db: Session, seen: Seen, programme: Programme, thing: Thing) -> Recorded:
    """From the row of packs; from the records where there is no such row, or where the Thing has facts under
    an earlier slug, whose days are then needed."""
    stored = read_facts(seen)
    if stored is not None and not any(slug in stored for slug in thing.aliases):
        return Recorded(pack_of(seen, programme), facts_in(seen, thing), stored)
    found, facts = facts_of(db, seen.enrolment_id), NOTHING
    for slug in slugs_of(thing):
        facts = merge(facts, found.get(slug, NOTHING))
    copied = {slug: packed(of_thing) for slug, of_thing in found.items()}
    return Recorded(derive(programme, found), facts, copied)


def has_talked(db: Session, enrolment_id: int, thing_slugs: Sequence[str]) -> bool:
    """Whether the learner confirmed that they talked about the Thing."""
    talk = select(Talk.public_id).where(
        Talk.enrolment_id == enrolment_id, Talk.thing_slug.in_(thing_slugs), Talk.confirmed_at.is_not(None)
    )
    return db.scalar(talk.limit(1)) is not None


def talks_to_confirm(db: Session, person_id: int) -> Sequence[Row[Talk, str, str]]:
    """(Talk, the programme's slug, who says so) of each that a learner has not answered, the oldest first."""
    return db.execute(
        select(Talk, Enrolment.programme_slug, Person.name)
        .join(Enrolment, Enrolment.id == Talk.enrolment_id)
        .outerjoin(Person, Person.id == Talk.by_id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.ended_at.is_(None),
            Talk.confirmed_at.is_(None),
            Talk.declined_at.is_(None),
        )
        .order_by(Talk.at, Talk.public_id)
    ).all()


def own_talk(db: Session, viewer: Viewer, public_id: str) -> tuple[Talk, Enrolment]:
    """What a coach says of the viewer, whether or not they answered it; locked. Raises NotFound."""
    found = db.execute(
        select(Talk, Enrolment)
        .join(Enrolment, Enrolment.id == Talk.enrolment_id)
        .where(
            Talk.public_id == public_id,
            Enrolment.person_id == viewer.person_id,
            Enrolment.ended_at.is_(None),
        )
        .with_for_update(of=Talk)
    ).first()
    if found is None:
        raise NotFound
    return found.Talk, found.Enrolment


def talks_of(db: Session, enrolment_id: int) -> Mapping[str, Talk]:
    """{Thing's slug: talk} of an enrolment."""
    return {
        talk.thing_slug: talk for talk in db.scalars(select(Talk).where(Talk.enrolment_id == enrolment_id))
    }

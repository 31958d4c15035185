"""What learners do, recorded with the pack that says where it leaves them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment
from app.cohorts.services import record_activity
from app.db import upsert
from app.errors import NotFound
from app.events.log import record
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.queries import facts_of, slugs_of
from app.progress.rules import NOTHING, Facts, State, derive, is_finished, merge, standing
from app.things.catalogue import Programme, Thing


def complete_activity(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, activity_id: str
) -> Facts:
    """Tick an activity; again changes nothing. Raises NotFound for an activity that the Thing has not."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    made = db.execute(
        upsert(db, Tick)
        .values(enrolment_id=enrolment.id, thing_slug=thing.slug, activity_id=activity_id, at=now())
        .on_conflict_do_nothing()
    )
    facts = _facts(db, enrolment, thing)
    if made.rowcount:  # type: ignore[attr-defined]
        _log(db, enrolment, "ticked", f"{thing.slug}/{activity_id}")
    return _settle(db, enrolment, programme, thing, facts)


def undo_activity(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, activity_id: str
) -> Facts:
    """Take a tick back, and with it a completion that it was part of. Raises NotFound as above."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    gone = db.execute(
        delete(Tick).where(
            Tick.enrolment_id == enrolment.id,
            Tick.thing_slug.in_(slugs_of(thing)),
            Tick.activity_id == activity_id,
        )
    )
    facts = _facts(db, enrolment, thing)
    if not gone.rowcount:  # type: ignore[attr-defined]
        return facts
    _log(db, enrolment, "unticked", f"{thing.slug}/{activity_id}")
    return _settle(db, enrolment, programme, thing, facts, withdrawn=activity_id in thing.counted)


def record_draft(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, *, exists: bool
) -> None:
    """A draft about the Thing exists, or no longer does."""
    facts = _facts(db, enrolment, thing)
    if facts.drafted == exists:
        record_activity(db, enrolment.id, now())
        return
    _settle(db, enrolment, programme, thing, replace(facts, drafted=exists))


def record_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """A post about the Thing exists: a private one counts like any other."""
    facts = _facts(db, enrolment, thing)
    if not facts.reflected:
        _log(db, enrolment, "reflected", thing.slug)
    _settle(db, enrolment, programme, thing, replace(facts, reflected=True, drafted=False))


def withdraw_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """The learner deleted the last post about the Thing."""
    facts = _facts(db, enrolment, thing)
    if facts.reflected:
        _log(db, enrolment, "withdrew-reflection", thing.slug)
        _settle(
            db,
            enrolment,
            programme,
            thing,
            replace(facts, reflected=False),
            withdrawn=thing.has_reflection,
        )


def _facts(db: Session, enrolment: Enrolment, thing: Thing) -> Facts:
    facts = NOTHING
    for recorded in facts_of(db, enrolment.id, slugs_of(thing)).values():
        facts = merge(facts, recorded)
    return facts


def _settle(
    db: Session,
    enrolment: Enrolment,
    programme: Programme,
    thing: Thing,
    facts: Facts,
    *,
    withdrawn: bool = False,
) -> Facts:
    """Store the facts with their consequences: a completion begins when the learner's own act finishes the
    Thing, and ends only when the learner's own act (`withdrawn`) leaves it unfinished."""
    at = now()
    finished = is_finished(thing, facts.ticks, reflected=facts.reflected)
    completed_at = facts.completed_at
    if finished:
        completed_at = completed_at or at
    elif withdrawn:
        completed_at = None
    if completed_at is not None and facts.completed_at is None:
        _log(db, enrolment, "completed", thing.slug)
    facts = replace(facts, completed_at=completed_at)
    _store(db, enrolment, thing, facts)
    pack = _store_pack(db, enrolment, programme, thing, facts)
    complete = sum(state == State.COMPLETE for state in pack.values())
    record_activity(db, enrolment.id, at, things_complete=complete)
    return facts


def _store(db: Session, enrolment: Enrolment, thing: Thing, facts: Facts) -> None:
    at = now()
    for alias in thing.aliases:
        db.execute(
            delete(ThingRecord).where(
                ThingRecord.enrolment_id == enrolment.id, ThingRecord.thing_slug == alias
            )
        )
    values = {
        "drafted_at": at if facts.drafted else None,
        "reflected_at": at if facts.reflected else None,
        "completed_at": facts.completed_at,
    }
    insert = upsert(db, ThingRecord).values(enrolment_id=enrolment.id, thing_slug=thing.slug, **values)
    db.execute(
        insert.on_conflict_do_update(
            index_elements=["enrolment_id", "thing_slug"],
            set_={
                "drafted_at": insert.excluded.drafted_at,
                "reflected_at": insert.excluded.reflected_at,
                "completed_at": insert.excluded.completed_at,
            },
        )
    )


def _store_pack(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, facts: Facts
) -> dict[str, str]:
    stored = db.execute(
        select(ProgressState.digest, ProgressState.pack).where(ProgressState.enrolment_id == enrolment.id)
    ).first()
    if stored is not None and stored.digest == programme.digest:
        pack = dict(stored.pack)
        state = standing(thing, facts).state
        if state is State.NOT_STARTED:
            pack.pop(thing.slug, None)
        else:
            pack[thing.slug] = state.value
    else:
        pack = derive(programme, facts_of(db, enrolment.id))
    insert = upsert(db, ProgressState).values(enrolment_id=enrolment.id, digest=programme.digest, pack=pack)
    db.execute(
        insert.on_conflict_do_update(
            index_elements=["enrolment_id"],
            set_={"digest": insert.excluded.digest, "pack": insert.excluded.pack},
        )
    )
    return pack


def _log(db: Session, enrolment: Enrolment, verb: str, thing: str) -> None:
    record(
        db,
        enrolment.person_id,
        verb,
        "thing",
        f"{enrolment.programme_slug}/{thing}",
        enrolment_id=enrolment.id,
    )

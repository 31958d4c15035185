"""What learners do, recorded with the pack that says where it leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment
from app.cohorts.services import record_activity
from app.db import Upsert
from app.errors import NotFound
from app.events.log import record
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.queries import ThingProgress, facts_of, slugs_of, thing_progress
from app.progress.rules import Facts, State, derive, is_finished, standing
from app.things.catalogue import Programme, Thing

_TICK = Upsert(Tick, lambda insert: insert.on_conflict_do_nothing().returning(Tick.activity_id))
_RECORD = Upsert(
    ThingRecord,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["enrolment_id", "thing_slug"],
        set_={name: insert.excluded[name] for name in ("drafted_at", "reflected_at", "completed_at")},
    ),
)
_STATE = Upsert(
    ProgressState,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["enrolment_id"],
        set_={"digest": insert.excluded.digest, "pack": insert.excluded.pack},
    ),
)


def complete_activity(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, activity_id: str
) -> ThingProgress:
    """Tick an activity; again changes nothing. Raises NotFound for an activity that the Thing has not."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    tick = {"enrolment_id": enrolment.id, "thing_slug": thing.slug, "activity_id": activity_id, "at": now()}
    if _TICK.run(db, tick).first() is not None:
        _log(db, enrolment, "ticked", f"{thing.slug}/{activity_id}")
    return _settle(db, enrolment, programme, thing, _known(db, enrolment, programme, thing))


def undo_activity(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, activity_id: str
) -> ThingProgress:
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
    known = _known(db, enrolment, programme, thing)
    if not gone.rowcount:  # type: ignore[attr-defined]
        return known
    _log(db, enrolment, "unticked", f"{thing.slug}/{activity_id}")
    return _settle(db, enrolment, programme, thing, known, withdrawn=activity_id in thing.counted)


def record_draft(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, *, exists: bool
) -> None:
    """A draft about the Thing exists, or no longer does."""
    known = _known(db, enrolment, programme, thing)
    if known.facts.drafted == exists:
        record_activity(db, enrolment.id, now())
        return
    _settle(db, enrolment, programme, thing, known, replace(known.facts, drafted=exists))


def record_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """A post about the Thing exists: a private one counts like any other."""
    known = _known(db, enrolment, programme, thing)
    if not known.facts.reflected:
        _log(db, enrolment, "reflected", thing.slug)
    _settle(db, enrolment, programme, thing, known, replace(known.facts, reflected=True, drafted=False))


def withdraw_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """The learner deleted the last post about the Thing."""
    known = _known(db, enrolment, programme, thing)
    if not known.facts.reflected:
        return
    _log(db, enrolment, "withdrew-reflection", thing.slug)
    facts = replace(known.facts, reflected=False)
    _settle(db, enrolment, programme, thing, known, facts, withdrawn=thing.has_reflection)


def _known(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> ThingProgress:
    known = thing_progress(db, enrolment.person_id, programme, thing)
    if known is None or known.enrolment_id != enrolment.id:
        raise NotFound
    return known if known.pack else replace(known, pack=derive(programme, facts_of(db, enrolment.id)))


def _settle(
    db: Session,
    enrolment: Enrolment,
    programme: Programme,
    thing: Thing,
    known: ThingProgress,
    facts: Facts | None = None,
    *,
    withdrawn: bool = False,
) -> ThingProgress:
    """Store the facts with their consequences: a completion begins when the learner's own act finishes the
    Thing, and ends only when the learner's own act (`withdrawn`) leaves it unfinished."""
    at = now()
    facts = facts or known.facts
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
    pack = _with_state(known.pack, thing, facts)
    _STATE.run(db, {"enrolment_id": enrolment.id, "digest": programme.digest, "pack": pack})
    complete = sum(state == State.COMPLETE for state in pack.values())
    record_activity(db, enrolment.id, at, things_complete=complete)
    return replace(known, facts=facts, pack=pack)


def _store(db: Session, enrolment: Enrolment, thing: Thing, facts: Facts) -> None:
    at = now()
    if thing.aliases:
        earlier = (ThingRecord.enrolment_id == enrolment.id, ThingRecord.thing_slug.in_(thing.aliases))
        db.execute(delete(ThingRecord).where(*earlier))
    recorded = {
        "enrolment_id": enrolment.id,
        "thing_slug": thing.slug,
        "drafted_at": at if facts.drafted else None,
        "reflected_at": at if facts.reflected else None,
        "completed_at": facts.completed_at,
    }
    _RECORD.run(db, recorded)


def _with_state(pack: Mapping[str, str], thing: Thing, facts: Facts) -> dict[str, str]:
    """The pack, with the Thing as the facts have it now."""
    state = standing(thing, facts).state
    others = {slug: known for slug, known in pack.items() if slug != thing.slug}
    return others if state is State.NOT_STARTED else {**others, thing.slug: state.value}


def _log(db: Session, enrolment: Enrolment, verb: str, thing: str) -> None:
    record(
        db,
        enrolment.person_id,
        verb,
        "thing",
        f"{enrolment.programme_slug}/{thing}",
        enrolment_id=enrolment.id,
    )

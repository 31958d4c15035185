"""What learners do, recorded with the pack that says where it leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment
from app.cohorts.queries import HELD, Held
from app.cohorts.services import enrol, record_activity
from app.errors import NotFound
from app.events.log import record
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import packed
from app.progress.queries import Recorded, ThingProgress, asking_what_is_recorded, recorded, slugs_of
from app.progress.rules import Facts, State, is_finished, standing
from app.statements import Statement, numbered, replacing, rows_of, several, together
from app.things.catalogue import Programme, Thing

_TICK = Statement(
    lambda insert: insert(Tick).on_conflict_do_nothing(),
    columns=("enrolment_id", "thing_slug", "activity_id", "at"),
)


@lru_cache(maxsize=8)
def _untick(slugs: int) -> Statement:
    """Under any of so many slugs."""
    return Statement(
        delete(Tick).where(
            Tick.enrolment_id == bindparam("enrolment"),
            Tick.thing_slug.in_(several("slug", slugs)),
            Tick.activity_id == bindparam("activity"),
        )
    )


@lru_cache(maxsize=8)
def _forget(slugs: int) -> Statement:
    """What is recorded under so many earlier slugs."""
    return Statement(
        delete(ThingRecord).where(
            ThingRecord.enrolment_id == bindparam("enrolment"),
            ThingRecord.thing_slug.in_(several("slug", slugs)),
        )
    )


_RECORD = replacing(
    ThingRecord, ("enrolment_id", "thing_slug"), ("drafted_at", "reflected_at", "completed_at")
)
_STATE = replacing(ProgressState, ("enrolment_id",), ("digest", "pack", "facts"))


def complete_activity(
    db: Session, person_id: int, programme: Programme, thing: Thing, activity_id: str
) -> ThingProgress:
    """Tick an activity, which enrols who is not; again changes nothing. Raises NotFound for an activity that
    the Thing has not."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    enrolment, known = _held(db, person_id, programme, thing)
    tick = {"enrolment_id": enrolment.id, "thing_slug": thing.slug, "activity_id": activity_id, "at": now()}
    with together(db):
        if activity_id not in known.facts.ticks:
            _TICK.run(db, tick)
            _log(db, enrolment, "ticked", f"{thing.slug}/{activity_id}")
        facts = replace(known.facts, ticks=known.facts.ticks | {activity_id})
        return _settle(db, enrolment, programme, thing, known, facts)


def undo_activity(
    db: Session, person_id: int, programme: Programme, thing: Thing, activity_id: str
) -> ThingProgress:
    """Take a tick back, and with it a completion that it was part of. Raises NotFound as above."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    enrolment, known = _held(db, person_id, programme, thing)
    if activity_id not in known.facts.ticks:
        return ThingProgress(known.pack, known.facts)
    slugs = slugs_of(thing)
    tick = {"enrolment": enrolment.id, "activity": activity_id, **numbered("slug", slugs)}
    facts = replace(known.facts, ticks=known.facts.ticks - {activity_id})
    with together(db):
        _untick(len(slugs)).run(db, tick)
        _log(db, enrolment, "unticked", f"{thing.slug}/{activity_id}")
        withdrawn = activity_id in thing.counted
        return _settle(db, enrolment, programme, thing, known, facts, withdrawn=withdrawn)


def record_draft(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, *, exists: bool
) -> None:
    """A draft about the Thing exists, or no longer does."""
    known = _locked(db, enrolment, programme, thing)
    if known.facts.drafted == exists:
        record_activity(db, enrolment.id, now())
        return
    _settle(db, enrolment, programme, thing, known, replace(known.facts, drafted=exists))


def record_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """A post about the Thing exists: a private one counts like any other."""
    known = _locked(db, enrolment, programme, thing)
    if not known.facts.reflected:
        _log(db, enrolment, "reflected", thing.slug)
    _settle(db, enrolment, programme, thing, known, replace(known.facts, reflected=True, drafted=False))


def withdraw_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """The learner deleted the last post about the Thing."""
    known = _locked(db, enrolment, programme, thing)
    if not known.facts.reflected:
        return
    _log(db, enrolment, "withdrew-reflection", thing.slug)
    facts = replace(known.facts, reflected=False)
    _settle(db, enrolment, programme, thing, known, facts, withdrawn=thing.has_reflection)


def _held(db: Session, person_id: int, programme: Programme, thing: Thing) -> tuple[Held, Recorded]:
    """One at a time: the packs of an enrolment are one row."""
    holding = (HELD, {"person": person_id, "programme": programme.slug})
    held, rows = rows_of(db, holding, asking_what_is_recorded(person_id, thing))
    if not held:
        enrol(db, person_id, programme.slug)
        held, rows = rows_of(db, holding, asking_what_is_recorded(person_id, thing))
    return held[0], recorded(db, held[0].id, programme, rows)


def _locked(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> Recorded:
    held, known = _held(db, enrolment.person_id, programme, thing)
    if held.id != enrolment.id:
        raise NotFound
    return known


def _settle(
    db: Session,
    enrolment: Enrolment | Held,
    programme: Programme,
    thing: Thing,
    known: Recorded,
    facts: Facts,
    *,
    withdrawn: bool = False,
) -> ThingProgress:
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
    if thing.aliases or facts != replace(known.facts, ticks=facts.ticks):
        _store(db, enrolment, thing, facts)
    pack = _with_state(known.pack, thing, facts)
    others = {slug: words for slug, words in known.stored.items() if slug not in slugs_of(thing)}
    stored = {**others, thing.slug: packed(facts)}
    state = {"enrolment_id": enrolment.id, "digest": programme.digest, "pack": pack, "facts": stored}
    _STATE.run(db, state)
    complete = sum(state == State.COMPLETE for state in pack.values())
    record_activity(db, enrolment.id, at, things_complete=complete)
    return ThingProgress(pack, facts)


def _store(db: Session, enrolment: Enrolment | Held, thing: Thing, facts: Facts) -> None:
    at = now()
    if thing.aliases:
        earlier = {"enrolment": enrolment.id, **numbered("slug", thing.aliases)}
        _forget(len(thing.aliases)).run(db, earlier)
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


def _log(db: Session, enrolment: Enrolment | Held, verb: str, thing: str) -> None:
    record(
        db,
        enrolment.person_id,
        verb,
        "thing",
        f"{enrolment.programme_slug}/{thing}",
        enrolment_id=enrolment.id,
    )

"""What learners do, recorded with the pack that says where it leaves them.

Nothing is locked beforehand: an act follows from what its transaction read, and is refused as Overtaken where
that has changed when it is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Text, bindparam, case, cast, delete, func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import CohortLine
from app.cohorts.runs import programme_of_run
from app.cohorts.schedule import Scheduled, dates_of
from app.cohorts.services import Place, enrol, recording_activity, recording_place
from app.errors import NotFound, Overtaken
from app.events.log import recording
from app.people.viewer import Viewer
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import SOME_TIME, pack_of, packed
from app.progress.queries import (
    COURSE,
    Recorded,
    Seen,
    ThingProgress,
    has_talked,
    recorded,
    seen,
    slugs_of,
)
from app.progress.rules import Facts, State, is_finished, next_due, standing
from app.statements import Asked, Statement, numbered, run_all, several
from app.things.catalogue import Catalogue, Programme, Thing

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


DAYS = ("drafted_at", "reflected_at", "approved_at", "completed_at")


def _record(insert: Any) -> Executable:
    """What holds already keeps its day; what holds no longer has none."""
    new = insert(ThingRecord)
    days = {
        day: case(
            (new.excluded[day].is_not(None), func.coalesce(getattr(ThingRecord, day), new.excluded[day]))
        )
        for day in DAYS
    }
    made: Executable = new.on_conflict_do_update(index_elements=("enrolment_id", "thing_slug"), set_=days)
    return made


def _state(insert: Any) -> Executable:
    """Unless it has changed since it was seen."""
    new = insert(ProgressState)
    made: Executable = new.on_conflict_do_update(
        index_elements=("enrolment_id",),
        set_={name: new.excluded[name] for name in ("digest", "pack", "facts")},
        where=cast(ProgressState.facts, Text) == bindparam("seen"),
    )
    return made


_RECORD = Statement(_record, columns=("enrolment_id", "thing_slug", *DAYS))
_STATE = Statement(_state, columns=("enrolment_id", "digest", "pack", "facts"))


def enrolment_of(db: Session, viewer: Viewer, programme: Programme) -> Seen:
    """The viewer's enrolment in a programme, as the page read it; begun alone where there is none."""
    return viewer.enrolled_in(programme.slug) or seen(db, enrol(db, viewer.person_id, programme.slug).id)


def complete_activity(
    db: Session, enrolment: Seen, programme: Programme, thing: Thing, activity_id: str
) -> ThingProgress:
    """Tick an activity; again changes nothing. Raises NotFound for an activity that the Thing has not."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    programme, thing = _as_run(enrolment, programme, thing)
    known = recorded(db, enrolment, programme, thing)
    if activity_id in known.facts.ticks:
        return known
    tick = {"enrolment_id": enrolment.enrolment_id, "thing_slug": thing.slug, "activity_id": activity_id}
    facts = known.facts._replace(ticks=known.facts.ticks | {activity_id})
    writes = (
        (_TICK, {**tick, "at": now()}),
        _event(enrolment, "ticked", programme, f"{thing.slug}/{activity_id}"),
    )
    return _settle(db, enrolment, programme, thing, known, facts, *writes)


def undo_activity(
    db: Session, enrolment: Seen, programme: Programme, thing: Thing, activity_id: str
) -> ThingProgress:
    """Take a tick back, and with it a completion that it was part of. Raises NotFound as above."""
    if activity_id not in thing.activity_ids:
        raise NotFound
    programme, thing = _as_run(enrolment, programme, thing)
    known = recorded(db, enrolment, programme, thing)
    if activity_id not in known.facts.ticks:
        return known
    slugs = slugs_of(thing)
    tick = {"enrolment": enrolment.enrolment_id, "activity": activity_id, **numbered("slug", slugs)}
    facts = known.facts._replace(ticks=known.facts.ticks - {activity_id})
    event = _event(enrolment, "unticked", programme, f"{thing.slug}/{activity_id}")
    withdrawn = activity_id in thing.counted
    writes = (_untick(len(slugs)), tick), event
    return _settle(db, enrolment, programme, thing, known, facts, *writes, withdrawn=withdrawn)


def record_draft(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, *, exists: bool
) -> None:
    """A draft about the Thing exists, or no longer does."""
    course = seen(db, enrolment.id)
    programme, thing = _as_run(course, programme, thing)
    known = recorded(db, course, programme, thing)
    if known.facts.drafted == exists:
        run_all(db, [recording_activity(enrolment.id, now())])
        return
    _settle(db, course, programme, thing, known, known.facts._replace(drafted=exists))


def record_reflection(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, *, how: str = "reflected"
) -> None:
    """A post about the Thing exists: a private one counts like any other. `how` is what the log calls it."""
    course = seen(db, enrolment.id)
    programme, thing = _as_run(course, programme, thing)
    known = recorded(db, course, programme, thing)
    writes = [] if known.facts.reflected else [_event(course, how, programme, thing.slug)]
    facts = known.facts._replace(reflected=True, drafted=False)
    _settle(db, course, programme, thing, known, facts, *writes)


def record_approval(
    db: Session, enrolment: Enrolment, programme: Programme, thing: Thing, *, approved: bool
) -> None:
    """A coach approved of what the learner made of the Thing, or takes that back. Where a group does not ask
    for it, it changes nothing but this fact. What is complete stays so."""
    course = seen(db, enrolment.id)
    programme, thing = _as_run(course, programme, thing)
    known = recorded(db, course, programme, thing)
    if known.facts.approved != approved:
        _settle(
            db, course, programme, thing, known, known.facts._replace(approved=approved), by_learner=False
        )


def withdraw_reflection(db: Session, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """The learner deleted the last post about the Thing; what they talked about with a coach stays."""
    course = seen(db, enrolment.id)
    programme, thing = _as_run(course, programme, thing)
    known = recorded(db, course, programme, thing)
    if not known.facts.reflected or has_talked(db, enrolment.id, slugs_of(thing)):
        return
    event = _event(course, "withdrew-reflection", programme, thing.slug)
    facts = known.facts._replace(reflected=False, approved=False)
    _settle(db, course, programme, thing, known, facts, event, withdrawn=thing.has_reflection)


def place_learners(
    db: Session, catalogue: Catalogue, cohort: Cohort | CohortLine, *, only: Collection[int] | None = None
) -> None:
    """After dates or Things of a cohort changed, or those of some of its enrolments: where that puts each
    learner. Without its programme, they stay where they are."""
    programme = catalogue.programme(cohort.programme_slug)
    if programme is None:
        return
    for row in _courses_in(db, cohort.id, only):
        run = programme_of_run(programme, row.run)
        place = place_in(row, run, pack_of(row, run))
        if place != (row.things_complete, row.due_on):
            statement, values = recording_place(row.enrolment_id, None, place)
            statement.run(db, values)


def _courses_in(db: Session, cohort_id: int, only: Collection[int] | None) -> Sequence[Any]:
    found = (
        select(Enrolment.id.label("enrolment_id"), Enrolment.things_complete, Enrolment.due_on, *COURSE)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None))
    )
    if only is not None:
        found = found.where(Enrolment.id.in_(only))
    return db.execute(found).all()


def _as_run(enrolment: Seen, programme: Programme, thing: Thing) -> tuple[Programme, Thing]:
    """As the group of the enrolment has them."""
    run = programme_of_run(programme.whole or programme, enrolment.run)
    return run, run.thing(thing.slug) or thing


def _settle(
    db: Session,
    enrolment: Seen,
    programme: Programme,
    thing: Thing,
    known: Recorded,
    facts: Facts,
    *writes: Asked,
    withdrawn: bool = False,
    by_learner: bool = True,
) -> ThingProgress:
    """Store the facts with their consequences, and what else the act `writes`: a completion begins when an
    act finishes the Thing, and ends only when the learner's own act (`withdrawn`) leaves it unfinished."""
    at = now()
    finished = is_finished(thing, facts)
    completed_at = facts.completed_at
    if finished:
        completed_at = completed_at or at
    elif withdrawn:
        completed_at = None
    facts = facts._replace(completed_at=completed_at)
    pack = _with_state(known.pack, thing, facts)
    own = slugs_of(thing)
    stored = {slug: words for slug, words in known.stored.items() if slug not in own}
    state = {
        "enrolment_id": enrolment.enrolment_id,
        "digest": programme.digest,
        "pack": pack,
        "facts": {**stored, thing.slug: packed(facts)},
        "seen": enrolment.facts or "",
    }
    activity = recording_activity(enrolment.enrolment_id, at)
    if not by_learner or State.COMPLETE in (pack.get(thing.slug), known.pack.get(thing.slug)):
        place = place_in(enrolment, programme, pack)
        activity = recording_place(enrolment.enrolment_id, at if by_learner else None, place)
    asked = [activity, (_STATE, state), *writes]
    if completed_at is not None and known.facts.completed_at is None:
        asked.append(_event(enrolment, "completed", programme, thing.slug))
    renamed = [slug for slug in thing.aliases if slug in known.stored]
    if renamed:
        earlier = {"enrolment": enrolment.enrolment_id, **numbered("slug", renamed)}
        asked.append((_forget(len(renamed)), earlier))
    if renamed or facts != known.facts._replace(ticks=facts.ticks):
        asked.append(_recording(enrolment, thing, facts, at))
    active, stored_state, *_ = run_all(db, asked)
    if not (active and stored_state):
        raise Overtaken
    return ThingProgress(pack, facts)


def place_in(enrolment: Scheduled, programme: Programme, pack: Mapping[str, str]) -> Place:
    """Where that puts the learner in their run."""
    due = {slug: dates.due_on for slug, dates in dates_of(enrolment, programme).items()}
    complete = sum(pack.get(slug) == State.COMPLETE for slug in programme.slugs)
    return Place(complete, next_due(programme, pack, due))


def _recording(enrolment: Seen, thing: Thing, facts: Facts, at: datetime) -> Asked:
    completed_at = at if facts.completed_at == SOME_TIME else facts.completed_at
    return _RECORD, {
        "enrolment_id": enrolment.enrolment_id,
        "thing_slug": thing.slug,
        "drafted_at": at if facts.drafted else None,
        "reflected_at": at if facts.reflected else None,
        "approved_at": at if facts.approved else None,
        "completed_at": completed_at,
    }


def _with_state(pack: Mapping[str, str], thing: Thing, facts: Facts) -> dict[str, str]:
    """The pack, with the Thing as the facts have it now."""
    state = standing(thing, facts).state
    others = {slug: known for slug, known in pack.items() if slug != thing.slug}
    return others if state is State.NOT_STARTED else {**others, thing.slug: state.value}


def _event(enrolment: Seen, verb: str, programme: Programme, what: str) -> Asked:
    return recording(
        enrolment.person_id,
        verb,
        "thing",
        f"{programme.slug}/{what}",
        enrolment_id=enrolment.enrolment_id,
    )

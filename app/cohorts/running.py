"""Running a cohort: changing it, its dates and its Things, what coaches say above them, copying, ending."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.companions import end_all_companionship, end_companionship
from app.cohorts.models import Cohort, CohortCoach, Enrolment, Joining, Mode, ThingNote
from app.cohorts.new_coaches import forget_coaches
from app.cohorts.queries import coaches_of, normal_code, thing_note
from app.cohorts.runs import Run, read_run
from app.cohorts.schedule import Pause, Timing, read_timing, today_in
from app.cohorts.services import CODE_TAKEN, add_coach, create_cohort, lock_cohort, remove_coach
from app.errors import Refused
from app.events.log import record
from app.statements import upsert

CHANGEABLE = (
    "name",
    "mode",
    "joining",
    "language",
    "time_zone",
    "starts_on",
    "ends_on",
    "seats",
    "default_visibility",
    "minimum_words",
)
KEPT_BY_COPIES = ("reply_promise", "reply_days", "reply_text", "attention")
MOVING = frozenset({"starts_on", "ends_on", "time_zone"})
"""What moves the dates of Things."""


def change_cohort(db: Session, cohort: Cohort, values: Mapping[str, Any], *, actor_id: int | None) -> None:
    """Some of CHANGEABLE, and `code`. Raises Refused for a code that another cohort has."""
    code = normal_code(values.get("code") or cohort.code)
    if code != cohort.code:
        if db.scalar(select(Cohort.id).where(Cohort.code == code)) is not None:
            raise Refused(CODE_TAKEN, "code")
        cohort.code = code
    changed = [name for name in CHANGEABLE if name in values and getattr(cohort, name) != values[name]]
    for name in changed:
        setattr(cohort, name, values[name])
    if MOVING.intersection(changed):
        _move_dates(cohort)
    if changed:
        record(db, actor_id, "changed", "cohort", cohort.public_id, fields=changed)
    db.flush()


def _move_dates(cohort: Cohort) -> None:
    """The dates of its Things follow other days than before, which calendars must learn of."""
    run = read_run(cohort.run)
    cohort.run = run.model_copy(update={"version": run.version + 1}).text()


def set_run(db: Session, cohort: Cohort, run: Run, *, actor_id: int | None) -> None:
    """How the cohort runs its programme from now on."""
    text = run.after(read_run(cohort.run)).text()
    if cohort.run != text:
        cohort.run = text
        record(db, actor_id, "changed-run", "cohort", cohort.public_id)
        db.flush()


def write_note(db: Session, cohort: Cohort, slug: str, body: str, *, actor_id: int) -> None:
    """What stands above a Thing for everyone in the cohort; an empty one takes it away."""
    db.refresh(cohort, with_for_update=True)
    run = read_run(cohort.run)
    if thing_note(db, cohort.id, slug) == body:
        return
    noted = {name for name in run.noted if name != slug}
    if body:
        values = {"body": body, "author_id": actor_id, "updated_at": now()}
        statement = upsert(db, ThingNote).values(cohort_id=cohort.id, thing_slug=slug, **values)
        db.execute(statement.on_conflict_do_update(index_elements=["cohort_id", "thing_slug"], set_=values))
        noted.add(slug)
    else:
        db.execute(delete(ThingNote).where(ThingNote.cohort_id == cohort.id, ThingNote.thing_slug == slug))
    cohort.run = run.model_copy(update={"noted": tuple(sorted(noted))}).text()
    record(db, actor_id, "wrote-note", "cohort", cohort.public_id, thing=slug)
    db.flush()


def copy_cohort(
    db: Session,
    cohort: Cohort,
    *,
    name: str,
    starts_on: date | None,
    is_next: bool,
    actor_id: int,
    once: str | None,
) -> Cohort:
    """The same but for its code and its people, coaches excepted. Its dates are moved by whole days, so that
    the first day is `starts_on`. The next run (`is_next`) is offered to the learners of this one."""
    moved = starts_on - cohort.starts_on if starts_on and cohort.starts_on else timedelta()
    made = create_cohort(
        db,
        organization_id=cohort.organization_id,
        created_by_id=actor_id,
        programme_slug=cohort.programme_slug,
        name=name,
        mode=Mode(cohort.mode),
        joining=Joining(cohort.joining),
        language=cohort.language,
        starts_on=starts_on,
        ends_on=cohort.ends_on + moved if cohort.ends_on else None,
        seats=cohort.seats,
        default_visibility=cohort.default_visibility,
        minimum_words=cohort.minimum_words,
        time_zone=cohort.time_zone,
        run=_moved(read_run(cohort.run), moved).text(),
        once=once,
    )
    made.copied_from_id = cohort.id if is_next else None
    for name in KEPT_BY_COPIES:
        setattr(made, name, getattr(cohort, name))
    db.flush()
    for coach in coaches_of(db, cohort.id):
        add_coach(db, made, coach.id, actor_id=actor_id)
    for note in db.scalars(select(ThingNote).where(ThingNote.cohort_id == cohort.id)).all():
        write_note(db, made, note.thing_slug, note.body, actor_id=note.author_id or actor_id)
    return made


def _moved(run: Run, by: timedelta) -> Run:
    def day(found: date | None) -> date | None:
        return found + by if found else None

    off = [one.model_copy(update={"first": one.first + by, "last": one.last + by}) for one in run.weeks_off]
    slots = None
    if run.slots is not None:
        slots = tuple(
            slot.model_copy(update={"opens_on": day(slot.opens_on), "due_on": day(slot.due_on)})
            for slot in run.slots
        )
    return run.model_copy(update={"weeks_off": tuple(off), "slots": slots, "noted": (), "version": 0})


def end_run(db: Session, cohort: Cohort, *, actor_id: int) -> None:
    """Nobody joins it any more, its coaches no longer coach it, its small groups and buddies end, and clocks
    stand still. Who learns in it
    keeps progress and posts, and reads what the others share with the group."""
    if cohort.archived_at is not None:
        return
    today = today_in(cohort.time_zone)
    cohort.archived_at = now()
    if cohort.ends_on is None or cohort.ends_on > today:
        cohort.ends_on = today
        _move_dates(cohort)
    db.execute(update(Enrolment).where(Enrolment.cohort_id == cohort.id).values(due_on=None))
    end_all_companionship(db, cohort.id)
    coaches = select(CohortCoach.person_id).where(
        CohortCoach.cohort_id == cohort.id, CohortCoach.ended_at.is_(None)
    )
    for person_id in db.scalars(coaches).all():
        remove_coach(db, cohort, person_id, actor_id=actor_id)
    record(db, actor_id, "ended", "cohort", cohort.public_id)
    db.flush()


def leave(db: Session, enrolment: Enrolment, *, actor_id: int) -> None:
    """Go on alone, with all progress; the same where a coach or an organizer sends somebody away."""
    if enrolment.cohort_id is None:
        return
    cohort = db.get_one(Cohort, enrolment.cohort_id)
    lock_cohort(db, cohort.id)
    end_companionship(db, enrolment)
    forget_coaches(db, cohort.id, enrolment.person_id)
    enrolment.cohort_id = enrolment.joined_at = enrolment.due_on = enrolment.timing = None
    verb = "left" if actor_id == enrolment.person_id else "removed-learner"
    record(db, actor_id, verb, "cohort", cohort.public_id, enrolment_id=enrolment.id)
    db.flush()
    db.expire(enrolment, ["cohort"])


def give_days(
    db: Session, enrolments: Collection[Enrolment], days: int, slug: str = "", *, actor_id: int
) -> None:
    """So many days more than the group has, for one Thing or for all, in place of those that were given
    before; 0 takes them back."""
    for enrolment, timing in _held(db, enrolments):
        extra = {name: given for name, given in {**dict(timing.extra), slug: days}.items() if given}
        if _keep(enrolment, timing, timing.model_copy(update={"extra": tuple(sorted(extra.items()))})):
            _told(db, enrolment, "gave-days", actor_id, days=days, thing=slug)
    db.flush()


def pause(db: Session, enrolments: Collection[Enrolment], first: date, back: date, *, actor_id: int) -> None:
    """Their clocks stand still from `first` until `back`. A pause that is running or to come is replaced."""
    for enrolment, timing in _held(db, enrolments):
        past = [known for known in timing.pauses if known.back <= first]
        begun = [known.first for known in timing.pauses if known.first < first < known.back]
        if _keep(enrolment, timing, _paused(timing, [*past, Pause(min([first, *begun]), back)])):
            _told(db, enrolment, "paused", actor_id, first=str(first), back=str(back))
    db.flush()


def resume(db: Session, enrolment: Enrolment, today: date, *, actor_id: int) -> None:
    """The pause ends today; one that has not begun is forgotten."""
    ((_, timing),) = _held(db, [enrolment])
    kept = [known for known in timing.pauses if known.back <= today]
    cut = [Pause(known.first, today) for known in timing.pauses if known.first < today < known.back]
    if _keep(enrolment, timing, _paused(timing, [*kept, *cut])):
        _told(db, enrolment, "resumed", actor_id)
    db.flush()


def stop(db: Session, enrolment: Enrolment) -> None:
    """By one's own choice: nobody reminds them, until they do something again. Everything is kept."""
    if enrolment.has_stopped:
        return
    enrolment.stopped_at = now()
    _told(db, enrolment, "stopped", enrolment.person_id)
    db.flush()


def _paused(timing: Timing, pauses: list[Pause]) -> Timing:
    return timing.model_copy(update={"pauses": tuple(pauses)})


def _held(db: Session, enrolments: Collection[Enrolment]) -> Iterator[tuple[Enrolment, Timing]]:
    """Each with its timing as it is now, until the transaction ends: so nothing that was given is lost."""
    of_these = select(Enrolment.id, Enrolment.timing).where(Enrolment.id.in_([one.id for one in enrolments]))
    texts = {row.id: row.timing for row in db.execute(of_these.order_by(Enrolment.id).with_for_update())}
    for enrolment in enrolments:
        yield enrolment, read_timing(texts[enrolment.id])


def _keep(enrolment: Enrolment, before: Timing, timing: Timing) -> bool:
    """Whether that changes anything."""
    if timing == before:
        return False
    enrolment.timing = timing.model_copy(update={"version": before.version + 1}).text()
    return True


def _told(db: Session, enrolment: Enrolment, verb: str, actor_id: int, **data: Any) -> None:
    record(db, actor_id, verb, "enrolment", enrolment.public_id, enrolment_id=enrolment.id, **data)

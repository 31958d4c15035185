"""Planning meetings, changing and cancelling them, and saying who comes and who was there.

What people and calendars must learn of is told in the background, in the same transaction's queue (see
telling.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort
from app.db import new_public_id
from app.errors import Refused
from app.events.log import record
from app.markdown import render_post
from app.sessions.attendees import Attendee
from app.sessions.attending import OPENS_BEFORE, counts, is_word, new_word
from app.sessions.models import Attendance, Coming, How, LiveSession
from app.sessions.telling import reminded_already, tell_later
from app.statements import insert_once, upsert
from app.web.i18n import message

CANCELLED = message("This meeting is cancelled.")
OVER = message("This meeting is over.")
TOO_EARLY = message("Who is there is marked from half an hour before the meeting.")
NOT_NOW = message("The word counts from half an hour before the meeting until three hours after it.")
WRONG_WORD = message("That is not the word of this meeting. Check it with your coach.")


@dataclass(frozen=True)
class Plan:
    """What a coach says of a meeting. `things` are slugs."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    agenda: str
    things: Sequence[str]


def plan_session(
    db: Session,
    cohort_id: int,
    plan: Plan,
    *,
    language: str,
    actor_id: int,
    once: str | None = None,
    is_told: bool = True,
) -> LiveSession:
    """A new meeting; the group hears of it where it `is_told`. The same `once` by the same person gives the
    same one."""
    at = now()
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "cohort_id": cohort_id,
        "language": language,
        "word": new_word(language),
        "reminded_for": plan.starts_at if reminded_already(plan.starts_at) else None,
        "created_by_id": actor_id,
        "once": once or new_public_id(),
        "created_at": at,
        "changed_at": at,
        "notes": "",
        "notes_html": "",
        "sequence": 0,
        **_columns(plan, language),
    }
    session, made = insert_once(db, LiveSession, ("created_by_id", "once"), values)
    if made:
        record(db, actor_id, "planned", "session", session.public_id)
        _keep_meets_until(db, cohort_id)
        if is_told:
            tell_later(db, session, actor_id)
    return session


def _columns(plan: Plan, language: str) -> dict[str, Any]:
    return {
        "title": plan.title,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "place": plan.place,
        "url": plan.url,
        "agenda": plan.agenda,
        "agenda_html": render_post(plan.agenda, language),
        "things": list(plan.things),
    }


TOLD = ("title", "starts_at", "ends_at", "place", "url")
"""What people and calendars must learn of."""


def change_session(db: Session, session: LiveSession, plan: Plan, *, actor_id: int) -> bool:
    """As planned now; whether the group is told of it. Who comes is asked anew where the time is another."""
    values = _columns(plan, session.language)
    changed = {name for name, value in values.items() if getattr(session, name) != value}
    if not changed:
        return False
    was_over = session.ends_at <= now()
    for name in changed:
        setattr(session, name, values[name])
    session.changed_at = now()
    record(db, actor_id, "changed", "session", session.public_id)
    is_told = bool(changed.intersection(TOLD))
    if is_told:
        session.sequence += 1
    if changed.intersection(("starts_at", "ends_at")):
        db.flush()
        _keep_meets_until(db, session.cohort_id)
    if "starts_at" in changed:
        session.reminded_for = session.starts_at if reminded_already(session.starts_at) else None
        db.execute(update(Attendance).where(Attendance.session_id == session.id).values(coming=None))
    db.flush()
    is_told = is_told and not session.cancelled_at and not (was_over and session.ends_at <= now())
    if is_told:
        tell_later(db, session, actor_id)
    return is_told


def write_notes(db: Session, session: LiveSession, notes: str, *, actor_id: int) -> None:
    """What was shown and said, for afterwards."""
    if session.notes == notes:
        return
    session.notes, session.notes_html = notes, render_post(notes, session.language)
    record(db, actor_id, "wrote-notes", "session", session.public_id)
    db.flush()


def set_word(db: Session, session: LiveSession, word: str, *, actor_id: int) -> None:
    if session.word == word:
        return
    session.word = word
    record(db, actor_id, "changed-word", "session", session.public_id)
    db.flush()


def cancel(db: Session, session: LiveSession, *, actor_id: int) -> None:
    """It does not take place, and the group is told. Raises Refused for one that is over."""
    if session.cancelled_at is not None:
        return
    _refuse_over(session)
    _move_on(db, session, now(), "cancelled", actor_id)


def restore(db: Session, session: LiveSession, *, actor_id: int) -> None:
    """It takes place after all."""
    if session.cancelled_at is None:
        return
    _refuse_over(session)
    session.reminded_for = session.starts_at if reminded_already(session.starts_at) else None
    _move_on(db, session, None, "restored", actor_id)


def _move_on(
    db: Session, session: LiveSession, cancelled_at: datetime | None, verb: str, actor_id: int
) -> None:
    session.cancelled_at, session.changed_at = cancelled_at, now()
    session.sequence += 1
    record(db, actor_id, verb, "session", session.public_id)
    db.flush()
    _keep_meets_until(db, session.cohort_id)
    tell_later(db, session, actor_id)


def _refuse_over(session: LiveSession) -> None:
    if session.ends_at <= now():
        raise Refused(OVER)


def _keep_meets_until(db: Session, cohort_id: int) -> None:
    last = select(func.max(LiveSession.ends_at)).where(
        LiveSession.cohort_id == cohort_id, LiveSession.cancelled_at.is_(None)
    )
    db.execute(update(Cohort).where(Cohort.id == cohort_id).values(meets_until=last.scalar_subquery()))


def say_whether(db: Session, session: LiveSession, person_id: int, coming: Coming) -> None:
    """A learner comes, or not. Raises Refused for a meeting that is cancelled or over."""
    if session.cancelled_at is not None:
        raise Refused(CANCELLED)
    _refuse_over(session)
    values = {"session_id": session.id, "person_id": person_id, "coming": coming.value}
    said = upsert(db, Attendance).values(values)
    db.execute(
        said.on_conflict_do_update(
            index_elements=["session_id", "person_id"], set_={"coming": said.excluded.coming}
        )
    )


def be_there(db: Session, session: LiveSession, mine: Attendee, typed: str, how: How) -> None:
    """Somebody says that they are there, by the word. Raises Refused for a wrong one, and at other times."""
    if session.cancelled_at is not None:
        raise Refused(CANCELLED, "word")
    if not counts(session.starts_at, session.ends_at, now()):
        raise Refused(NOT_NOW, "word")
    if not is_word(session.word, typed):
        raise Refused(WRONG_WORD, "word")
    _mark_present(db, session, [mine], how, actor_id=mine.id)


def mark(
    db: Session, session: LiveSession, people: Sequence[Attendee], *, present: bool, actor_id: int
) -> None:
    """A coach says that these people were there, or were not. Raises Refused before there was anything to be
    at."""
    if session.cancelled_at is not None:
        raise Refused(CANCELLED)
    if now() < session.starts_at - OPENS_BEFORE:
        raise Refused(TOO_EARLY)
    if present:
        _mark_present(db, session, people, How.COACH, actor_id=actor_id)
        return
    absent = update(Attendance).where(
        Attendance.session_id == session.id,
        Attendance.person_id.in_([one.id for one in people]),
        Attendance.attended_at.is_not(None),
    )
    values = {"attended_at": None, "how": None}
    changed = db.scalars(absent.values(values).returning(Attendance.person_id)).all()
    _record(db, session, people, changed, "marked-absent", actor_id)


def _mark_present(
    db: Session, session: LiveSession, people: Sequence[Attendee], how: How, *, actor_id: int
) -> None:
    """Who counts as present already keeps what they were marked by."""
    if not people:
        return
    present = {"session_id": session.id, "attended_at": now(), "how": how.value}
    insert = upsert(db, Attendance).values([present | {"person_id": one.id} for one in people])
    mark = insert.on_conflict_do_update(
        index_elements=["session_id", "person_id"],
        set_={name: insert.excluded[name] for name in ("attended_at", "how")},
        where=Attendance.attended_at.is_(None),
    )
    changed = db.scalars(mark.returning(Attendance.person_id)).all()
    _record(db, session, people, changed, "attended", actor_id)


def _record(
    db: Session,
    session: LiveSession,
    people: Sequence[Attendee],
    changed: Sequence[int],
    verb: str,
    actor_id: int,
) -> None:
    for one in people:
        if one.id in changed:
            record(db, actor_id, verb, "session", session.public_id, enrolment_id=one.enrolment_id)

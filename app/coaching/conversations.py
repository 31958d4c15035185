"""A coach and a learner find a time to talk, say what about, and keep what they agreed.

The coach proposes up to three times, the learner chooses one, asks for others or declines; a learner may
begin too. Either may call it off. Each step is told to the other side; of the agenda, the summary and what
they agreed on they read on its page. What one of them does again and again while the other has not answered
is mailed once (`has_unanswered`); that a time is agreed on, or falls, is always mailed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.conversation_letters import mail_dates
from app.coaching.conversation_queries import Seat, has_unanswered
from app.coaching.models import AgendaPoint, AgreedAction, Conversation, Step
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import coaches_of
from app.errors import NotFound, Refused
from app.events.log import record
from app.markdown import render_post
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.statements import insert_once
from app.web.i18n import message

MOST_POINTS, MOST_ACTIONS = 30, 30
NO_COACH = message("Nobody coaches this group now.")
NOT_OPEN = message("This time is not proposed any more. Look again at what is.")
OVER = message("This conversation is over.")
MANY = message("There are many already. Take one away first.")
ENDED = (Step.DECLINED, Step.CANCELLED)


class Proposal(NamedTuple):
    """What a coach offers; `words` are for the learner."""

    times: Sequence[datetime]
    minutes: int
    place: str
    url: str
    words: str


def ask_to_talk(
    db: Session, viewer: Viewer, enrolment: Enrolment, cohort: Cohort, words: str, *, language: str, once: str
) -> Conversation:
    """A learner asks for a conversation; one that waits for a coach already is the same. Raises Refused where
    nobody coaches."""
    coaches = coaches_of(db, cohort.id)
    if not coaches:
        raise Refused(NO_COACH)
    db.refresh(enrolment, ["cohort_id"], with_for_update=True)
    waiting = select(Conversation).where(
        Conversation.enrolment_id == enrolment.id,
        Conversation.cohort_id == cohort.id,
        Conversation.state == Step.ASKED.value,
    )
    found = db.scalars(waiting.with_for_update()).first()
    if found is not None:
        return found
    values = {"state": Step.ASKED.value, "words": words, "language": language}
    made, is_new = _begin(db, viewer, enrolment, cohort.id, values, once)
    if is_new:
        for coach in coaches:
            _tell(db, made, coach.id, Kind.WANTS_TO_TALK, viewer)
    return made


def propose_talk(
    db: Session,
    viewer: Viewer,
    enrolment: Enrolment,
    cohort_id: int,
    proposal: Proposal,
    *,
    language: str,
    once: str,
) -> Conversation:
    """A coach begins one. Raises Refused for a time that is over."""
    _refuse_past(proposal.times)
    values = {
        "state": Step.PROPOSED.value,
        "language": language,
        "coach_id": viewer.person_id,
        **_columns(proposal),
    }
    made, is_new = _begin(db, viewer, enrolment, cohort_id, values, once)
    if is_new:
        _tell(db, made, enrolment.person_id, Kind.TIMES, viewer)
    return made


def _begin(
    db: Session, viewer: Viewer, enrolment: Enrolment, cohort_id: int, values: dict[str, Any], once: str
) -> tuple[Conversation, bool]:
    values |= {"created_by_id": viewer.person_id, "once": once, "cohort_id": cohort_id}
    values |= {"enrolment_id": enrolment.id}
    made, is_new = insert_once(db, Conversation, ("created_by_id", "once"), values)
    if is_new:
        _log(db, viewer, made, values["state"])
    return made, is_new


def _columns(proposal: Proposal) -> dict[str, Any]:
    times = sorted({at.isoformat() for at in proposal.times})
    return {**proposal._asdict(), "times": times}


def _refuse_past(times: Sequence[datetime]) -> None:
    for number, at in enumerate(times, start=1):
        if at <= now():
            raise Refused(message("Choose a time that is still to come."), f"on_{number}")


def propose_times(db: Session, viewer: Viewer, seat: Seat, proposal: Proposal) -> None:
    """A coach proposes other times, and holds the conversation from now on. Raises Refused for one that took
    place or was called off, and for a time that is over."""
    found = seat.conversation
    _refuse_past(proposal.times)
    if took_place(found) or found.state in ENDED:
        raise Refused(OVER)
    values = _columns(proposal) | {"coach_id": viewer.person_id, "state": Step.PROPOSED.value}
    if all(getattr(found, name) == value for name, value in values.items()):
        return
    had_time = _having_time(seat)
    for name, value in values.items():
        setattr(found, name, value)
    move_on(db, viewer, found, Step.PROPOSED)
    _tell(db, found, seat.learner.id, Kind.TIMES, viewer, dated=had_time)


def agree(db: Session, viewer: Viewer, seat: Seat, chosen: str) -> None:
    """The learner takes one of the proposed times. Raises Refused for one that is none of them, or over."""
    found = seat.conversation
    if found.state == Step.AGREED and found.starts_at and found.starts_at.isoformat() == chosen:
        return
    if found.state != Step.PROPOSED or chosen not in found.times:
        raise Refused(NOT_OPEN, "time")
    starts_at = datetime.fromisoformat(chosen)
    if starts_at <= now():
        raise Refused(message("Choose a time that is still to come."), "time")
    found.starts_at, found.ends_at = starts_at, starts_at + timedelta(minutes=found.minutes)
    move_on(db, viewer, found, Step.AGREED)
    _tell_coach(db, found, Kind.CONVERSATION, viewer, dated=_having_time(seat))


def ask_for_others(db: Session, viewer: Viewer, seat: Seat, words: str) -> None:
    """None of the times suits the learner, or no longer. Raises Refused for what nobody proposed, or took
    place."""
    found = seat.conversation
    if found.state == Step.OTHERS and found.words == words:
        return
    if found.state not in (Step.PROPOSED, Step.AGREED, Step.OTHERS) or took_place(found):
        raise Refused(OVER)
    found.words, had_time = words, _having_time(seat)
    move_on(db, viewer, found, Step.OTHERS)
    _tell_coach(db, found, Kind.WANTS_TO_TALK, viewer, dated=had_time)


def call_off(db: Session, viewer: Viewer, seat: Seat) -> None:
    """Either does not want it, or cannot; nobody has to say why. Raises Refused for what took place."""
    found = seat.conversation
    if found.state in ENDED:
        return
    if took_place(found):
        raise Refused(OVER)
    had_time = _having_time(seat)
    is_declined = seat.is_learner and found.state in (Step.PROPOSED, Step.OTHERS)
    move_on(db, viewer, found, Step.DECLINED if is_declined else Step.CANCELLED)
    if seat.is_learner:
        _tell_coach(db, found, Kind.CONVERSATION, viewer, dated=had_time)
    else:
        _tell(db, found, seat.learner.id, Kind.CONVERSATION, viewer, dated=had_time)


def _having_time(seat: Seat) -> Collection[int]:
    """Who has it in their calendar: both sides of one that they agreed on."""
    found = seat.conversation
    sides = (seat.learner.id, found.coach_id)
    return [one for one in sides if one is not None] if found.state == Step.AGREED else ()


def took_place(found: Conversation) -> bool:
    return found.state == Step.AGREED and found.starts_at is not None and found.starts_at <= now()


def move_on(db: Session, viewer: Viewer, found: Conversation, step: Step) -> None:
    found.state, found.changed_at = step.value, now()
    found.sequence += 1
    _log(db, viewer, found, step.value)
    db.flush()


def _tell(
    db: Session,
    found: Conversation,
    person_id: int,
    kind: Kind,
    viewer: Viewer,
    *,
    dated: Collection[int] = (),
) -> None:
    """By mail, too, where the other has nothing to answer yet. Where a time is agreed on or falls, those whom
    it is `dated` for get a letter for their calendars instead."""
    once = f"talk {found.public_id} {found.sequence}"
    by_mail = not dated and not has_unanswered(db, viewer.person_id, person_id)
    tell(db, person_id, kind, once=once, actor_id=viewer.person_id, by_mail=by_mail)
    if dated:
        mail_dates(db, found, {person_id: kind} | dict.fromkeys(dated, Kind.CONVERSATION))


def _tell_coach(
    db: Session, found: Conversation, kind: Kind, viewer: Viewer, *, dated: Collection[int] = ()
) -> None:
    """Who holds it, while they coach the group; all of its coaches otherwise."""
    coaches = [coach.id for coach in coaches_of(db, found.cohort_id)]
    for coach in [found.coach_id] if found.coach_id in coaches else coaches:
        _tell(db, found, coach, kind, viewer, dated=dated)


def _log(db: Session, viewer: Viewer, found: Conversation, step: str) -> None:
    verb = f"conversation-{step}"
    record(db, viewer.person_id, verb, "conversation", found.public_id, enrolment_id=found.enrolment_id)


def add_point(db: Session, viewer: Viewer, seat: Seat, words: str, *, once: str) -> None:
    """Either says what else to talk about."""
    _refuse_many(db, AgendaPoint, seat, MOST_POINTS, once, "point")
    values = {"author_id": viewer.person_id, "words": words}
    _add(db, AgendaPoint, seat, values, once)


def take_point_away(db: Session, viewer: Viewer, point: AgendaPoint) -> None:
    """One's own. Raises NotFound."""
    if point.author_id != viewer.person_id:
        raise NotFound
    db.delete(point)
    db.flush()


def summarize(db: Session, seat: Seat, text: str) -> None:
    """What was said, by the coach, for both. Raises NotFound for the learner."""
    if seat.is_learner:
        raise NotFound
    found = seat.conversation
    if found.summary != text:
        found.summary, found.summary_html = text, render_post(text, found.language)
        db.flush()


def add_action(
    db: Session, viewer: Viewer, seat: Seat, words: str, *, by_learner: bool, due_on: date | None, once: str
) -> None:
    """What one of them does, as they agreed."""
    _refuse_many(db, AgreedAction, seat, MOST_ACTIONS, once, "action")
    values = {
        "author_id": viewer.person_id,
        "words": words,
        "by_learner": by_learner,
        "due_on": due_on,
    }
    _add(db, AgreedAction, seat, values, once)


def tick_off(db: Session, action: AgreedAction, *, done: bool) -> None:
    if (action.done_at is not None) != done:
        action.done_at = now() if done else None
        db.flush()


def take_action_away(db: Session, action: AgreedAction) -> None:
    db.delete(action)
    db.flush()


def _refuse_many(db: Session, table: Any, seat: Seat, most: int, once: str, field: str) -> None:
    others = select(table.id).where(table.conversation_id == seat.conversation.id, table.once != once)
    if len(db.scalars(others).all()) >= most:
        raise Refused(MANY, field)


def _add(db: Session, table: Any, seat: Seat, values: dict[str, Any], once: str) -> None:
    values |= {"conversation_id": seat.conversation.id, "once": once}
    insert_once(db, table, ("conversation_id", "once"), values)

"""Conversations whose sides part before they talk: somebody leaves a group, no longer coaches it, or its run
ends. What was agreed on leaves both calendars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.coaching.conversation_letters import mail_dates
from app.coaching.conversations import ENDED, move_on, took_place
from app.coaching.models import Conversation, Step
from app.cohorts.models import Cohort, Enrolment
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer


def let_go_of_conversations(db: Session, viewer: Viewer, cohort_id: int, coach_id: int) -> None:
    """Somebody no longer coaches a cohort: what they had not held yet waits for another coach, and its
    learner is told."""
    mine = (Conversation.cohort_id == cohort_id, Conversation.coach_id == coach_id)
    for found, learner_id in _to_come(db, *mine):
        had_time, found.coach_id = found.state == Step.AGREED, None
        move_on(db, viewer, found, Step.ASKED)
        once = f"talk {found.public_id} {found.sequence}"
        tell(db, learner_id, Kind.CONVERSATION, once=once, actor_id=coach_id, by_mail=not had_time)
        if had_time:
            mail_dates(db, found, dict.fromkeys((learner_id, coach_id), Kind.CONVERSATION))


def end_conversations(db: Session, viewer: Viewer, *which: ColumnElement[bool]) -> None:
    """Those that did not take place yet. The sides read of it, but for who does it."""
    for found, learner_id in _to_come(db, *which):
        had_time = found.state == Step.AGREED
        move_on(db, viewer, found, Step.CANCELLED)
        once = f"talk {found.public_id} {found.sequence}"
        sides = [one for one in (learner_id, found.coach_id) if one is not None]
        for person_id in sides:
            if person_id != viewer.person_id:
                other = sides[0] if person_id != sides[0] else sides[-1]
                tell(db, person_id, Kind.CONVERSATION, once=once, actor_id=other, by_mail=not had_time)
        if had_time:
            mail_dates(db, found, dict.fromkeys(sides, Kind.CONVERSATION))


def leave_conversations_behind(db: Session, viewer: Viewer, person_id: int, cohort: Cohort) -> None:
    """Somebody came into a cohort from another of the same programme."""
    end_conversations(
        db,
        viewer,
        Enrolment.person_id == person_id,
        Enrolment.programme_slug == cohort.programme_slug,
        Conversation.cohort_id != cohort.id,
    )


def _to_come(db: Session, *which: ColumnElement[bool]) -> Sequence[Any]:
    """(conversation, learner's person id), locked."""
    found = (
        select(Conversation, Enrolment.person_id)
        .join(Enrolment, Enrolment.id == Conversation.enrolment_id)
        .where(*which, Conversation.state.not_in([step.value for step in ENDED]))
        .order_by(Conversation.id)
        .with_for_update(of=Conversation)
    )
    return [row for row in db.execute(found).all() if not took_place(row[0])]

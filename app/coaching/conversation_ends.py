"""Conversations whose sides part before they talk: somebody leaves a group, no longer coaches it, or its run
ends. What was agreed on leaves both calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
        _tell(db, found, {learner_id: coach_id}, (learner_id, coach_id) if had_time else ())


def end_conversations(db: Session, viewer: Viewer, *which: ColumnElement[bool]) -> None:
    """Those that did not take place yet. The sides read of it, but for who does it."""
    for found, learner_id in _to_come(db, *which):
        had_time = found.state == Step.AGREED
        move_on(db, viewer, found, Step.CANCELLED)
        others = {learner_id: found.coach_id or learner_id}
        if found.coach_id is not None:
            others[found.coach_id] = learner_id
        told = {one: other for one, other in others.items() if one != viewer.person_id}
        _tell(db, found, told, others if had_time else ())


def leave_conversations_behind(db: Session, viewer: Viewer, person_id: int, cohort: Cohort) -> None:
    """Somebody came into a cohort from another of the same programme."""
    end_conversations(
        db,
        viewer,
        Enrolment.person_id == person_id,
        Enrolment.programme_slug == cohort.programme_slug,
        Conversation.cohort_id != cohort.id,
    )


def _tell(db: Session, found: Conversation, told: Mapping[int, int], dated: Iterable[int]) -> None:
    """{who: of whom}; those whom it is `dated` for get a letter for their calendars, and nobody another."""
    letters = dict.fromkeys(dated, Kind.CONVERSATION)
    once = f"talk {found.public_id} {found.sequence}"
    for person_id, other_id in told.items():
        tell(db, person_id, Kind.CONVERSATION, once=once, actor_id=other_id, by_mail=not letters)
    if letters:
        mail_dates(db, found, letters)


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

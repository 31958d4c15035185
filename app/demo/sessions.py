"""The demo's meetings: planned, answered, held, and noted down."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.demo.cast import DemoSession
from app.notices.models import Kind
from app.sessions.attendees import attendee
from app.sessions.models import Coming, How, LiveSession
from app.sessions.services import Plan, be_there, mark, plan_session, say_whether, write_notes
from app.sessions.telling import once_of, tell_of_session
from app.sessions.times import moment_at

if TYPE_CHECKING:
    from app.demo.seed import Story


def plan_meeting(story: Story, meeting: DemoSession) -> None:
    made: list[LiveSession] = []
    story.at(meeting.planned, "11:00", meeting.title, partial(_plan, story, meeting, made))
    for answer, learners in meeting.answers.items():
        for learner in learners:
            days = max(meeting.planned - 1, meeting.day, 0)
            story.at(days, "07:00", learner + meeting.title, partial(_answer, story, made, learner, answer))
    for how, learners in meeting.there.items():
        for learner in learners:
            act = partial(_be_there, story, made, meeting.by, learner, how)
            story.at(meeting.day, meeting.at, learner + meeting.title, act)
    if meeting.notes:
        story.at(max(meeting.day - 1, 0), "16:00", meeting.title, partial(_note, story, meeting, made))


def _plan(story: Story, meeting: DemoSession, made: list[LiveSession]) -> None:
    """Told at once: the queue is not worked off before the demo is there."""
    group, actor_id = story.cohorts[meeting.group], story.people[meeting.by].id
    on = story.today - timedelta(days=meeting.day)
    starts_at = moment_at(on, time.fromisoformat(meeting.at), ZoneInfo(group.time_zone))
    plan = Plan(
        meeting.title,
        starts_at,
        starts_at + timedelta(minutes=meeting.minutes),
        meeting.place,
        meeting.url,
        meeting.agenda,
        meeting.things,
    )
    language = group.language or "en"
    session = plan_session(story.db, group.id, plan, language=language, actor_id=actor_id)
    tell_of_session(
        story.db,
        live_session_id=session.id,
        kind=Kind.SESSION.value,
        once=once_of(session, Kind.SESSION),
        person_id=actor_id,
        after=0,
    )
    made.append(session)


def _answer(story: Story, made: list[LiveSession], learner: str, answer: Coming) -> None:
    say_whether(story.db, made[0], story.people[learner].id, answer)


def _be_there(story: Story, made: list[LiveSession], coach: str, learner: str, how: How) -> None:
    (session,) = made
    present = attendee(story.db, session, story.people[learner].handle)
    if how is How.COACH:
        mark(story.db, session, [present], present=True, actor_id=story.people[coach].id)
    else:
        be_there(story.db, session, present, session.word, how)


def _note(story: Story, meeting: DemoSession, made: list[LiveSession]) -> None:
    write_notes(story.db, made[0], meeting.notes, actor_id=story.people[meeting.by].id)

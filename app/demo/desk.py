"""What the demo's coaches tell their groups, note among themselves, and talk about with one learner."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.coaching.conversation_queries import Seat, action_in, actions_of, seat_at
from app.coaching.conversations import (
    Proposal,
    add_action,
    add_point,
    agree,
    propose_talk,
    summarize,
    tick_off,
)
from app.coaching.models import Conversation
from app.coaching.notes import write_coach_note
from app.cohorts.announcing import Said, announce, say_read, tell_of_announcement
from app.cohorts.models import Announcement, Cohort
from app.demo.cast import DemoAnnouncement, DemoConversation, DemoNote
from app.sessions.times import moment_at

if TYPE_CHECKING:
    from app.demo.seed import Story


def plan_desk(story: Story) -> None:
    for told in story.cast.announcements:
        made: list[Announcement] = []
        salt = told.by + told.group
        story.at(told.day, "11:00", salt, partial(_announce, story, told, made))
        for reader in told.read:
            story.at(max(told.day - 1, 0), "09:00", reader + salt, partial(_read, story, reader, made))
    for note in story.cast.notes:
        story.at(note.day, "15:00", note.by + note.about, partial(_note, story, note))
    for talk in story.cast.conversations:
        _plan_talk(story, talk)


def _announce(story: Story, told: DemoAnnouncement, made: list[Announcement]) -> None:
    """Told at once: the queue is not worked off before the demo is there."""
    said = {language: Said(text.title, text.body) for language, text in told.said.items()}
    made.append(
        announce(
            story.db,
            story.cohorts[told.group].id,
            said,
            language=next(iter(said)),
            actor_id=story.people[told.by].id,
            once=f"demo-{told.day}",
        )
    )
    tell_of_announcement(story.db, announcement_id=made[0].id, after=0)


def _read(story: Story, reader: str, made: list[Announcement]) -> None:
    say_read(story.db, made[0].id, story.people[reader].id)


def _group_of(story: Story, key: str) -> Cohort:
    return story.cohorts[next(person.cohort or "" for person in story.cast.people if person.key == key)]


def _note(story: Story, note: DemoNote) -> None:
    enrolment, cohort = story.enrolments[note.about], _group_of(story, note.about)
    viewer, once = story.viewer(note.by), f"demo-{note.about}-{note.day}"
    write_coach_note(story.db, viewer, cohort.id, enrolment, note.text, language="en", once=once)


def _plan_talk(story: Story, talk: DemoConversation) -> None:
    made: list[Conversation] = []
    salt = talk.by + talk.with_
    story.at(talk.day, "10:30", salt, partial(_propose, story, talk, made))
    if talk.chosen is not None:
        story.at(talk.day, "19:00", salt, partial(_choose, story, talk, made))
        story.at(talk.times[talk.chosen], "18:00", salt, partial(_keep, story, talk, made))
    for action in talk.actions:
        if action.done is not None:
            story.at(action.done, "12:00", salt + action.text, partial(_done, story, action.text, made))


def _moments(story: Story, talk: DemoConversation) -> list[datetime]:
    zone, at = ZoneInfo(_group_of(story, talk.with_).time_zone), time.fromisoformat(talk.at)
    return [moment_at(story.today - timedelta(days=day), at, zone) for day in talk.times]


def _propose(story: Story, talk: DemoConversation, made: list[Conversation]) -> None:
    proposal = Proposal(_moments(story, talk), 30, talk.place, "", talk.words)
    enrolment, cohort = story.enrolments[talk.with_], _group_of(story, talk.with_)
    viewer, once = story.viewer(talk.by), f"demo-{talk.with_}"
    made.append(propose_talk(story.db, viewer, enrolment, cohort.id, proposal, language="en", once=once))
    for number, point in enumerate(talk.agenda):
        add_point(story.db, story.viewer(point.by), _seat(story, talk, made), point.text, once=str(number))


def _seat(story: Story, talk: DemoConversation, made: list[Conversation]) -> Seat:
    return seat_at(story.db, story.viewer(talk.with_), made[0].public_id)


def _choose(story: Story, talk: DemoConversation, made: list[Conversation]) -> None:
    chosen = sorted(_moments(story, talk))[talk.chosen or 0]
    agree(story.db, story.viewer(talk.with_), _seat(story, talk, made), chosen.isoformat())


def _keep(story: Story, talk: DemoConversation, made: list[Conversation]) -> None:
    seat, viewer = _seat(story, talk, made), story.viewer(talk.by)
    summarize(story.db, seat._replace(is_learner=False), talk.summary)
    for number, action in enumerate(talk.actions):
        due_on = story.today - timedelta(days=action.due) if action.due is not None else None
        by_learner = action.who == "learner"
        add_action(
            story.db, viewer, seat, action.text, by_learner=by_learner, due_on=due_on, once=str(number)
        )


def _done(story: Story, text: str, made: list[Conversation]) -> None:
    for action in actions_of(story.db, made[0]):
        if action.words == text:
            tick_off(story.db, action_in(story.db, made[0], action.public_id), done=True)

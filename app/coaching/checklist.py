"""Before the start: four things that make the first weeks of a group easier. What facts show is ticked by
itself; what they cannot show a coach ticks by hand. A coach's own Thing is for each of them, the rest for the
group."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.clock import now
from app.coaching.models import CoachCheck
from app.cohorts.models import CohortCoach, Enrolment, ReplyPromise
from app.cohorts.queries import CohortLine
from app.cohorts.schedule import today_in
from app.db import BigId
from app.journals.models import Post, Visibility
from app.people.viewer import Viewer
from app.sessions.models import LiveSession
from app.statements import Statement, upsert

AFTER_THE_START, WITHOUT_A_START = timedelta(days=7), timedelta(days=21)
"""How long the list stays: after the first day, or, where there is none, after somebody became coach."""
AROUND = timedelta(days=7)
"""How near to the first day a meeting is the kick-off."""


class Item(StrEnum):
    THING = "thing"
    PROMISE = "promise"
    KICK_OFF = "kick-off"
    BUDDIES = "buddies"


DISMISSED = "dismissed"
OF_ONE_COACH = (Item.THING.value, DISMISSED)


class Check(NamedTuple):
    """An item; one that is `shown` by facts cannot be ticked off by hand."""

    item: Item
    is_shown: bool
    is_ticked: bool

    @property
    def is_done(self) -> bool:
        return self.is_shown or self.is_ticked


_person, _cohort = bindparam("person", type_=BigId), bindparam("cohort", type_=BigId)
_earliest, _latest = (bindparam(name, type_=LiveSession.starts_at.type) for name in ("earliest", "latest"))
_TICKED = (
    select(func.aggregate_strings(CoachCheck.item, " "))
    .where(
        CoachCheck.cohort_id == _cohort,
        or_(CoachCheck.person_id == _person, CoachCheck.item.not_in(OF_ONE_COACH)),
    )
    .scalar_subquery()
)
_WROTE = exists().where(
    Post.author_id == _person,
    Post.cohort_id == _cohort,
    Post.thing_slug == bindparam("thing"),
    Post.published_at.is_not(None),
    Post.deleted_at.is_(None),
    Post.visibility.in_([Visibility.COHORT.value, Visibility.MEMBERS.value, Visibility.PUBLIC.value]),
)
_MEETS = exists().where(
    LiveSession.cohort_id == _cohort,
    LiveSession.cancelled_at.is_(None),
    LiveSession.starts_at.between(_earliest, _latest),
)
_coach = aliased(CohortCoach)
_learner = (
    Enrolment.cohort_id == _cohort,
    Enrolment.ended_at.is_(None),
    ~exists().where(_coach.cohort_id == _cohort, _coach.person_id == Enrolment.person_id),
)
_PAIRED = and_(
    exists().where(*_learner, Enrolment.buddies.is_not(None)),
    ~exists().where(*_learner, Enrolment.buddies.is_(None)),
)
_FACTS = Statement(
    select(
        CohortCoach.since,
        _TICKED.label("ticked"),
        _WROTE.label("has_written"),
        _MEETS.label("meets"),
        _PAIRED.label("are_paired"),
    ).where(CohortCoach.cohort_id == _cohort, CohortCoach.person_id == _person)
)


def checklist(db: Session, viewer: Viewer, cohort: CohortLine, first_thing: str) -> list[Check]:
    """For a coach of the cohort; empty where it is not the time for it, or they want it no more."""
    today, at = today_in(cohort.time_zone), now()
    if cohort.starts_on is not None and today > cohort.starts_on + AFTER_THE_START:
        return []
    start = datetime.combine(cohort.starts_on, time(12), UTC) if cohort.starts_on else at
    around = AROUND if cohort.starts_on else timedelta(days=365)
    values = {"person": viewer.person_id, "cohort": cohort.id, "thing": first_thing}
    found = _FACTS.rows(db, {**values, "earliest": start - around, "latest": start + around})
    ticked = (found[0].ticked or "").split() if found else []
    is_late = cohort.starts_on is None and (not found or found[0].since < at - WITHOUT_A_START)
    if not found or is_late or DISMISSED in ticked:
        return []
    shown = {
        Item.THING: bool(found[0].has_written),
        Item.PROMISE: _has_promised(cohort),
        Item.KICK_OFF: bool(found[0].meets),
        Item.BUDDIES: bool(found[0].are_paired),
    }
    return [Check(item, is_shown, item.value in ticked) for item, is_shown in shown.items()]


def _has_promised(cohort: CohortLine) -> bool:
    """Whether somebody said more than what is promised anyway."""
    return (cohort.reply_promise, cohort.reply_days, cohort.reply_text) != (ReplyPromise.FIRST, None, None)


def tick_item(db: Session, viewer: Viewer, cohort: CohortLine, item: str, *, done: bool) -> None:
    """By hand; what is for the group alone anybody who coaches it may tick off again."""
    if done:
        ticked = upsert(db, CoachCheck).values(
            cohort_id=cohort.id, person_id=viewer.person_id, item=item, at=now()
        )
        db.execute(ticked.on_conflict_do_nothing(index_elements=["cohort_id", "person_id", "item"]))
        return
    undone = delete(CoachCheck).where(CoachCheck.cohort_id == cohort.id, CoachCheck.item == item)
    if item in OF_ONE_COACH:
        undone = undone.where(CoachCheck.person_id == viewer.person_id)
    db.execute(undone)

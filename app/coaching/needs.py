"""Finding who needs a coach: some statements, each along an index, whatever the number of learners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, distinct, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.blogs.models import Blog, State
from app.clock import now
from app.coaching.attention import (
    Case,
    Rule,
    Thresholds,
    before_working_days,
    chosen,
    is_silent,
    thresholds_of,
)
from app.coaching.conversation_queries import TO_COACH
from app.coaching.models import Conversation, Nudge, PutOff
from app.cohorts.models import Enrolment
from app.cohorts.queries import GOING_ON, CohortLine
from app.cohorts.schedule import today_in
from app.journals.models import Comment, Post, Reaction, Review
from app.journals.queries import SHARED_WITH_COACH
from app.journals.review_rules import Reason, waits
from app.journals.reviews import OPEN_WISH
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import pack_of
from app.progress.queries import STORED
from app.progress.rules import summary
from app.things.catalogue import Programme

MOST = 200
"""Of each kind; nobody works through a longer list."""
_WHO = (
    Enrolment.id.label("enrolment_id"),
    Enrolment.public_id,
    Person.name,
    Person.real_name,
    Person.handle,
    Enrolment.timing,
)


def who_needs_somebody(db: Session, viewer: Viewer, cohort: CohortLine, programme: Programme) -> list[Case]:
    """The learners of a cohort that the viewer coaches, those first who need it most. `programme` is that of
    its run."""
    at, limits = now(), thresholds_of(cohort.attention, cohort.reply_days)
    finders: Sequence[Callable[[], Iterator[Case]]] = (
        lambda: _first_posts(db, cohort, limits, at),
        lambda: _posts(db, cohort, limits, at),
        lambda: _wishes_to_talk(db, cohort),
        lambda: _not_begun(db, cohort, limits, at),
        lambda: _silent(db, cohort, programme, limits, at),
        lambda: _ticks_only(db, cohort, programme, limits),
        lambda: _behind(db, cohort, limits),
        lambda: _blogs(db, cohort),
        lambda: _finished(db, cohort, programme),
    )
    put_off = select(PutOff.enrolment_id, PutOff.rule).where(
        PutOff.coach_id == viewer.person_id, PutOff.until > at
    )
    cases = [case for find in finders for case in find() if case.handle != viewer.handle]
    later = [(row.enrolment_id, row.rule) for row in db.execute(put_off)]
    return chosen(cases, later, today_in(cohort.time_zone))


def _learners(cohort: CohortLine) -> Select[*tuple[Any, ...]]:
    return (
        select(*_WHO)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.ended_at.is_(None), GOING_ON)
    )


def _case(rule: Rule, since: datetime, row: Any, *, post: str = "", detail: str = "") -> Case:
    return Case(
        rule,
        since,
        row.enrolment_id,
        row.public_id,
        row.name,
        row.real_name,
        row.handle,
        row.timing,
        post,
        detail,
    )


def _first_posts(db: Session, cohort: CohortLine, limits: Thresholds, at: datetime) -> Iterator[Case]:
    """Whether the group promises an answer or not: nobody's first post stays without any reaction."""
    earlier = aliased(Review)
    not_the_first = exists().where(
        earlier.enrolment_id == Review.enrolment_id,
        earlier.cohort_id == Review.cohort_id,
        tuple_(earlier.shared_at, earlier.post_id) < tuple_(Review.shared_at, Review.post_id),
    )
    reacted = or_(
        exists().where(
            Comment.post_id == Post.id, Comment.deleted_at.is_(None), Comment.author_id != Post.author_id
        ),
        exists().where(Reaction.post_id == Post.id, Reaction.person_id != Post.author_id),
    )
    alone = (
        _learners(cohort)
        .join(Review, Review.enrolment_id == Enrolment.id)
        .join(Post, Post.id == Review.post_id)
        .where(
            Review.cohort_id == cohort.id,
            Review.shared_at < before_working_days(limits.first_days, at, cohort.time_zone),
            ~not_the_first,
            Review.answered_at.is_(None),
            Review.approved_at.is_(None),
            ~reacted,
        )
        .add_columns(Review.shared_at, Post.public_id.label("post"))
        .order_by(Review.shared_at, Review.post_id)
        .limit(MOST)
    )
    for row in db.execute(alone):
        yield _case(Rule.FIRST_POST, row.shared_at, row, post=row.post)


def _posts(db: Session, cohort: CohortLine, limits: Thresholds, at: datetime) -> Iterator[Case]:
    """Posts whose authors wait for a coach, the longest waiting first."""
    review = tuple(
        getattr(Review, name)
        for name in (
            "shared_at",
            "promised",
            "read_at",
            "answered_at",
            "another_look_at",
            "resubmitted_at",
            "approved_at",
            "awaits_since",
        )
    )
    waiting = (
        _learners(cohort)
        .join(Review, Review.enrolment_id == Enrolment.id)
        .join(Post, Post.id == Review.post_id)
        .where(Review.cohort_id == cohort.id, Review.awaits_since.is_not(None), Post.cohort_id == cohort.id)
        .add_columns(*review, OPEN_WISH.label("asks_since"), Post.public_id.label("post"))
        .order_by(Review.awaits_since, Review.post_id)
        .limit(MOST)
    )
    due_before = before_working_days(limits.answer_days, at, cohort.time_zone)
    for row in db.execute(waiting):
        wait = waits(row)
        if wait is None:
            continue
        since, reason = wait
        if reason is Reason.ASKED:
            yield _case(Rule.ASKED, since, row, post=row.post)
        elif since < due_before:
            yield _case(Rule.DUE, since, row, post=row.post)


def _wishes_to_talk(db: Session, cohort: CohortLine) -> Iterator[Case]:
    """Who asked for a conversation, or for other times."""
    waiting = (
        _learners(cohort)
        .join(Conversation, Conversation.enrolment_id == Enrolment.id)
        .where(Conversation.cohort_id == cohort.id, Conversation.state.in_([step.value for step in TO_COACH]))
        .add_columns(Conversation.changed_at, Conversation.public_id.label("conversation"))
        .order_by(Conversation.changed_at, Conversation.id)
        .limit(MOST)
    )
    for row in db.execute(waiting):
        yield _case(Rule.ASKED, row.changed_at, row, detail=row.conversation)


def _not_begun(db: Session, cohort: CohortLine, limits: Thresholds, at: datetime) -> Iterator[Case]:
    since = func.coalesce(Enrolment.joined_at, Enrolment.started_at).label("since")
    begun = exists().where(ProgressState.enrolment_id == Enrolment.id)
    waiting = (
        _learners(cohort)
        .add_columns(since)
        .where(Enrolment.things_complete == 0, since < at - timedelta(days=limits.begin_days), ~begun)
        .order_by(since)
        .limit(MOST)
    )
    if (
        cohort.starts_on is not None
        and (today_in(cohort.time_zone) - cohort.starts_on).days < limits.begin_days
    ):
        return
    for row in db.execute(waiting):
        yield _case(Rule.NOT_BEGUN, row.since, row)


def _silent(
    db: Session, cohort: CohortLine, programme: Programme, limits: Thresholds, at: datetime
) -> Iterator[Case]:
    """By the index of silence; who has finished may be silent."""
    silent = (
        _learners(cohort)
        .add_columns(Enrolment.last_active_at, Enrolment.started_at, Enrolment.active_days)
        .where(
            Enrolment.last_active_at < at - timedelta(days=limits.silent_days),
            Enrolment.things_complete < summary(programme, {}).needed,
            exists().where(ProgressState.enrolment_id == Enrolment.id),
        )
        .order_by(Enrolment.last_active_at, Enrolment.id)
        .limit(MOST)
    )
    for row in db.execute(silent):
        if is_silent(row.last_active_at, row.started_at, row.active_days, at, limits.silent_days):
            yield _case(Rule.SILENT, row.last_active_at, row)


def _ticks_only(db: Session, cohort: CohortLine, programme: Programme, limits: Thresholds) -> Iterator[Case]:
    if not any(thing.has_reflection for thing in programme.things):
        return
    ticked = (
        select(func.count(distinct(Tick.thing_slug)))
        .where(Tick.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    wrote = exists().where(ThingRecord.enrolment_id == Enrolment.id, ThingRecord.reflected_at.is_not(None))
    never = (
        _learners(cohort)
        .add_columns(Enrolment.last_active_at, ticked.label("ticked"))
        .where(~wrote, ticked >= limits.ticked_things)
        .order_by(Enrolment.last_active_at.desc(), Enrolment.id)
        .limit(MOST)
    )
    for row in db.execute(never):
        yield _case(Rule.TICKS_ONLY, row.last_active_at, row, detail=str(row.ticked))


def _behind(db: Session, cohort: CohortLine, limits: Thresholds) -> Iterator[Case]:
    """By the day on which the first Thing is due that they have not done."""
    today = today_in(cohort.time_zone)
    behind = (
        _learners(cohort)
        .add_columns(Enrolment.due_on)
        .where(Enrolment.due_on < today - timedelta(days=limits.behind_days))
        .order_by(Enrolment.due_on, Enrolment.id)
        .limit(MOST)
    )
    for row in db.execute(behind):
        since = datetime.combine(row.due_on, time(), UTC)
        yield _case(Rule.BEHIND, since, row, detail=row.due_on.isoformat())


def _blogs(db: Session, cohort: CohortLine) -> Iterator[Case]:
    unreachable = (
        _learners(cohort)
        .join(Blog, Blog.enrolment_id == Enrolment.id)
        .add_columns(Blog.troubled_since, Blog.trouble)
        .where(
            Blog.state != State.PROPOSED,
            Blog.visibility.in_(SHARED_WITH_COACH),
            Blog.troubled_since.is_not(None),
            Blog.failures > 1,
        )
        .order_by(Blog.troubled_since)
        .limit(MOST)
    )
    for row in db.execute(unreachable):
        yield _case(Rule.BLOG, row.troubled_since, row, detail=row.trouble or "")


def _finished(db: Session, cohort: CohortLine, programme: Programme) -> Iterator[Case]:
    """Nobody among the coaches has answered, reacted or written since the last Thing was complete."""
    needed = summary(programme, {}).needed
    record, post = aliased(ThingRecord), aliased(Post)
    last = (
        select(func.max(record.completed_at))
        .where(record.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    of_theirs = post.enrolment_id == Enrolment.id
    said = or_(
        exists()
        .where(Comment.post_id == post.id, of_theirs, Comment.by_coach, Comment.at >= last)
        .correlate(Enrolment),
        exists()
        .where(Reaction.post_id == post.id, of_theirs, Reaction.by_coach, Reaction.at >= last)
        .correlate(Enrolment),
        exists().where(Nudge.enrolment_id == Enrolment.id, Nudge.at >= last).correlate(Enrolment),
    )
    done = (
        _learners(cohort)
        .outerjoin(ProgressState, ProgressState.enrolment_id == Enrolment.id)
        .add_columns(last.label("since"), *STORED)
        .where(Enrolment.things_complete >= max(1, needed), last.is_not(None), ~said)
        .order_by(Enrolment.things_complete.desc(), Enrolment.id)
        .limit(MOST)
    )
    for row in db.execute(done):
        if summary(programme, pack_of(row, programme)).finished:
            yield _case(Rule.FINISHED, row.since, row)

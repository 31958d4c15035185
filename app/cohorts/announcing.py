"""Announcing something to a cohort. Its learners are told in the background, some people at a time; who joins
later reads it on the page, without a mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Announcement, AnnouncementRead, Cohort, Enrolment
from app.events.log import record
from app.jobs.services import Task
from app.markdown import render_post
from app.notices.models import Kind
from app.notices.services import mark_announcement_read, tell
from app.statements import insert_once, upsert

TELL_ANNOUNCEMENT = Task("tell-announcement")
BATCH = 50
"""People in one transaction."""


class Said(NamedTuple):
    """A title and a text in Markdown, in one language."""

    title: str
    body: str


def announce(
    db: Session, cohort_id: int, said: Mapping[str, Said], *, language: str, actor_id: int, once: str
) -> Announcement:
    """Tell a cohort something, in these languages, of which `language` is one; the same `once` by the same
    person gives the same announcement."""
    values = {
        "cohort_id": cohort_id,
        "author_id": actor_id,
        "language": language,
        "texts": _texts(said),
        "once": once,
    }
    made, is_new = insert_once(db, Announcement, ("author_id", "once"), values)
    if is_new:
        record(db, actor_id, "announced", "announcement", made.public_id)
        _keep_announced_at(db, cohort_id)
        _tell_later(db, made, after=0)
    return made


def _texts(said: Mapping[str, Said]) -> dict[str, dict[str, str]]:
    return {
        language: {"title": one.title, "body": one.body, "html": render_post(one.body, language)}
        for language, one in said.items()
    }


def change_announcement(db: Session, found: Announcement, said: Mapping[str, Said], *, actor_id: int) -> None:
    """It is marked as edited; who has read it is asked nothing again."""
    texts = _texts(said)
    if found.texts == texts:
        return
    found.texts, found.edited_at = texts, now()
    record(db, actor_id, "changed", "announcement", found.public_id)
    db.flush()


def take_back_announcement(db: Session, found: Announcement, *, actor_id: int) -> None:
    """Learners see it no more, and no notice speaks of it."""
    if found.taken_back_at is not None:
        return
    found.taken_back_at = now()
    record(db, actor_id, "took-back", "announcement", found.public_id)
    db.flush()
    mark_announcement_read(db, found.id)
    _keep_announced_at(db, found.cohort_id)


def restore_announcement(db: Session, found: Announcement, *, actor_id: int) -> None:
    """It stands again; nobody is told anew."""
    if found.taken_back_at is None:
        return
    found.taken_back_at = None
    record(db, actor_id, "restored", "announcement", found.public_id)
    db.flush()
    _keep_announced_at(db, found.cohort_id)


def _keep_announced_at(db: Session, cohort_id: int) -> None:
    last = select(func.max(Announcement.at)).where(
        Announcement.cohort_id == cohort_id, Announcement.taken_back_at.is_(None)
    )
    db.execute(update(Cohort).where(Cohort.id == cohort_id).values(announced_at=last.scalar_subquery()))


def say_read(db: Session, announcement_id: int, person_id: int) -> None:
    """A learner has read it; again changes nothing."""
    said = upsert(db, AnnouncementRead).values(announcement_id=announcement_id, person_id=person_id, at=now())
    db.execute(said.on_conflict_do_nothing(index_elements=["announcement_id", "person_id"]))
    mark_announcement_read(db, announcement_id, person_id)


def _tell_later(db: Session, found: Announcement, *, after: int) -> None:
    key = f"announcement {found.public_id} {after}"
    TELL_ANNOUNCEMENT.later(db, key=key, announcement_id=found.id, after=after)


def tell_of_announcement(db: Session, *, announcement_id: int, after: int) -> None:
    """Write notices for some of its learners; the next ones are a job of their own."""
    found = db.get(Announcement, announcement_id)
    if found is None or found.taken_back_at is not None:
        return
    learners = select(Enrolment.person_id).where(
        Enrolment.cohort_id == found.cohort_id, Enrolment.ended_at.is_(None), Enrolment.person_id > after
    )
    people = db.scalars(learners.order_by(Enrolment.person_id).limit(BATCH)).all()
    once = f"announcement {found.public_id}"
    for person in people:
        tell(
            db,
            person,
            Kind.ANNOUNCEMENT,
            once=once,
            actor_id=found.author_id,
            announcement_id=found.id,
        )
    if len(people) == BATCH:
        _tell_later(db, found, after=people[-1])

"""Who is looking, with whether there is something new to tell them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.journals.notices import SEEN, with_subjects
from app.notices.models import Notice
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress import viewers
from app.statements import Statement

_UNREAD = select(Notice.id).where(Notice.person_id == Person.id, Notice.read_at.is_(None))
_VIEWER = viewers.viewer_statement(exists(_UNREAD.correlate(Person)))
_SEEN = Statement(
    with_subjects(select(Notice.id))
    .where(Notice.person_id == bindparam("viewer"), Notice.read_at.is_(None), SEEN)
    .limit(1)
)


def load_viewer(db: Session, token: str) -> Viewer | None:
    """The person behind a session token. Whether there is a notice that they have not read comes with the
    same statement; whether they may still see what it speaks of is asked only then: PostgreSQL would prepare
    that question for each page."""
    viewer = viewers.load_viewer(db, token, _VIEWER)
    if viewer is not None and viewer.has_news and not _SEEN.rows(db, {"viewer": viewer.person_id}):
        return replace(viewer, has_news=False)
    return viewer

"""Who is looking, with whether there is something new to tell them."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.journals.notices import SEEN, with_subjects
from app.notices.models import Notice
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress import viewers

_UNREAD = with_subjects(select(Notice.id)).where(
    Notice.person_id == Person.id, Notice.read_at.is_(None), SEEN
)
_VIEWER = viewers.viewer_statement(exists(_UNREAD.correlate(Person)))


def load_viewer(db: Session, token: str) -> Viewer | None:
    """The person behind a session token. That there is an unread notice which they may see comes with the
    same statement: one look into an index for who has none."""
    return viewers.load_viewer(db, token, _VIEWER)

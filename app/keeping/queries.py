"""Reading what people keep: each their own, and of what they keep only what they may still read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select, tuple_
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.journals.models import Post
from app.journals.queries import visible_to
from app.keeping.models import Kept
from app.people.models import Person
from app.people.viewer import Viewer
from app.web.paging import Page, encode_cursor

KEPT_LENGTH = 20


class KeptLine(NamedTuple):
    """Something kept. `post_id` is None for a Thing, and for a post that its keeper may not read any more; of
    that nothing is left but the note."""

    id: int
    public_id: str
    note: str
    at: datetime
    kept_programme: str | None
    kept_thing: str | None
    post_id: str | None
    title: str | None
    excerpt: str | None
    language: str | None
    programme_slug: str | None
    thing_slug: str | None
    author_name: str | None
    author_handle: str | None


def _lines(viewer: Viewer) -> Any:
    readable = and_(Post.id == Kept.post_id, Post.published_at.is_not(None), visible_to(viewer))
    return (
        select(
            Kept.id,
            Kept.public_id,
            Kept.note,
            Kept.at,
            Kept.programme_slug,
            Kept.thing_slug,
            Post.public_id,
            Post.title,
            Post.excerpt,
            Post.language,
            Post.programme_slug,
            Post.thing_slug,
            Person.name,
            Person.handle,
        )
        .select_from(Kept)
        .outerjoin(Post, readable)
        .outerjoin(Person, Person.id == Post.author_id)
        .where(Kept.person_id == viewer.person_id, Kept.removed_at.is_(None))
        .order_by(Kept.at.desc(), Kept.id.desc())
    )


def kept_lines(db: Session, viewer: Viewer, after: tuple[datetime, int] | None = None) -> Page[KeptLine]:
    """What the viewer keeps, newest first, from the row behind `after` (at, id)."""
    chosen = _lines(viewer).limit(KEPT_LENGTH + 1)
    if after:
        chosen = chosen.where(tuple_(Kept.at, Kept.id) < after)
    lines = [KeptLine(*row) for row in db.execute(chosen)]
    more, lines = len(lines) > KEPT_LENGTH, lines[:KEPT_LENGTH]
    return Page(lines, encode_cursor(lines[-1].at, lines[-1].id) if more else "")


def all_kept(db: Session, viewer: Viewer) -> list[KeptLine]:
    return [KeptLine(*row) for row in db.execute(_lines(viewer))]


def own_kept(db: Session, viewer: Viewer, public_id: str, *, removed: bool = False) -> Kept:
    """Something that the viewer keeps, or has removed. Raises NotFound."""
    kept = db.scalars(
        select(Kept).where(
            Kept.public_id == public_id,
            Kept.person_id == viewer.person_id,
            Kept.removed_at.is_not(None) if removed else Kept.removed_at.is_(None),
        )
    ).first()
    if kept is None:
        raise NotFound
    return kept


def own_kept_line(db: Session, viewer: Viewer, public_id: str) -> KeptLine:
    """The same as it is shown. Raises NotFound."""
    row = db.execute(_lines(viewer).where(Kept.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return KeptLine(*row)

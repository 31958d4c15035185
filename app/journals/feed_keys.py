"""Secret addresses of feeds. A feed reader cannot sign in: the word in such an address stands for the eyes of
whoever made it, with the rights that they have when it is read."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.clock import now
from app.db import PUBLIC_ID_LENGTH, new_public_id
from app.errors import NotFound, Refused
from app.events.log import record
from app.journals.models import FeedKey
from app.people.models import Person
from app.people.viewer import Viewer
from app.progress.viewers import absent_viewer
from app.statements import insert_once
from app.web.i18n import message

WORD_BYTES = 18
MOST_KEYS = 100


_LIVE = or_(Person.password_changed_at.is_(None), FeedKey.created_at > Person.password_changed_at)
"""A key ends with the password that it was made under: somebody else may have made it."""


def feed_word(secret: str, public_id: str) -> str:
    """The word in the address. It follows from the site's secret, so that its owner can see it again and no
    table holds it."""
    digest = hmac.digest(secret.encode(), f"feed {public_id}".encode(), hashlib.sha256)
    return public_id + urlsafe_b64encode(digest[:WORD_BYTES]).decode()


def reader_by_word(db: Session, secret: str, path: str, word: str) -> Viewer:
    """Whose eyes the word stands for at this feed. Raises NotFound for any other word, and a revoked one."""
    public_id = word[:PUBLIC_ID_LENGTH]
    if not hmac.compare_digest(feed_word(secret, public_id).encode(), word.encode()):
        raise NotFound
    found = select(FeedKey.person_id).join(FeedKey.person)
    person_id = db.scalar(found.where(FeedKey.public_id == public_id, FeedKey.path == path, _LIVE))
    viewer = absent_viewer(db, person_id) if person_id is not None else None
    if viewer is None:
        raise NotFound
    return viewer


def keys_of(db: Session, viewer: Viewer) -> list[FeedKey]:
    """A person's own, the newest first."""
    own = select(FeedKey).join(FeedKey.person).where(FeedKey.person_id == viewer.person_id, _LIVE)
    return list(db.scalars(own.order_by(FeedKey.id.desc())))


def own_key(db: Session, viewer: Viewer, public_id: str) -> FeedKey:
    """Raises NotFound."""
    key = db.scalars(
        select(FeedKey).where(FeedKey.public_id == public_id, FeedKey.person_id == viewer.person_id)
    ).first()
    if key is None:
        raise NotFound
    return key


def keep_key(db: Session, viewer: Viewer, path: str) -> FeedKey:
    """The person's key to a feed; there is one. Raises Refused for more feeds than anybody follows."""
    mine = select(FeedKey).join(FeedKey.person).where(FeedKey.person_id == viewer.person_id)
    for ended in db.scalars(mine.where(~_LIVE)):
        db.delete(ended)
    db.flush()
    own = select(func.count()).select_from(FeedKey).where(FeedKey.person_id == viewer.person_id)
    if (db.scalar(own.where(FeedKey.path != path)) or 0) >= MOST_KEYS:
        raise Refused(
            message("These are as many addresses as anybody can have. Make one stop working first.")
        )
    values = {
        "public_id": new_public_id(),
        "person_id": viewer.person_id,
        "path": path,
        "created_at": now(),
    }
    key, made = insert_once(db, FeedKey, ("person_id", "path"), values)
    if made:
        record(db, viewer.person_id, "made", "feed-key", key.public_id)
    return key


def revoke_key(db: Session, viewer: Viewer, key: FeedKey) -> None:
    """Whoever has the address finds nothing there from now on."""
    record(db, viewer.person_id, "revoked", "feed-key", key.public_id)
    db.delete(key)
    db.flush()

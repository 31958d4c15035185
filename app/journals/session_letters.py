"""What letters say of a meeting, and its entry for calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.journals.notices import NoticeLine, session_words
from app.mail.postman import Attachment
from app.sessions.dated import dated_session
from app.sessions.entries import attached
from app.web.i18n import Locale, Message, message

CHANGED = message("Changed: %(title)s")
CANCELLED = message("Cancelled: %(title)s")


def session_subject(line: NoticeLine, first: Message) -> Message:
    words = session_words(line, first, CHANGED, CANCELLED)
    return message(words.text, title=line.session_title, group=line.group_name)


def where(line: NoticeLine) -> tuple[str, Markup]:
    """Its place and its link, as text and as HTML, unless it does not take place."""
    if line.cancelled_at is not None:
        return "", Markup()
    place, link = line.place or "", line.link or ""
    linked = Markup('<a href="{0}">{0}</a>').format(link) if link else Markup()
    text = "\n".join(part for part in (place, link) if part)
    return text, Markup("<br>").join(part for part in (escape(place), linked) if part)


def for_calendars(
    db: Session, line: NoticeLine, base_url: str, *, sender: str, at: datetime
) -> Callable[[Locale], Attachment] | None:
    """What is attached to a letter about a meeting."""
    dated = dated_session(db, line.session_id) if line.session_id is not None else None
    return partial(attached, dated, base_url, sender=sender, at=at) if dated is not None else None

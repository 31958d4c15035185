"""Calendars, for programs elsewhere: of a group, and of one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.queries import CohortLine
from app.learn.feeds import BEGINNING
from app.people.viewer import Viewer
from app.sessions.dated import dated_sessions
from app.sessions.entries import entry_of
from app.sessions.ical import MEDIA_TYPE, Entry, calendar
from app.web.conditional import document
from app.web.i18n import Locale

PAST = timedelta(days=180)
"""How far back calendars go; what was cancelled is in them for as long."""


def entries_of(
    db: Session, viewer: Viewer, locale: Locale, base_url: str, cohort: CohortLine | None = None
) -> list[Entry]:
    """All that has its time in a group, or in all groups of the viewer."""
    meetings = dated_sessions(db, viewer, now() - PAST, cohort)
    return [entry_of(line, base_url, locale) for line in meetings]


def calendar_response(
    request: Request, entries: Sequence[Entry], name: str, *, file: str = "", secret: bool = False
) -> Response:
    """As a feed, or as a `file` to be opened; by a `secret` address whoever fetches it has no cookie."""
    changed = max((entry.changed for entry in entries), default=BEGINNING)
    headers = {
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding" if secret else "Accept-Encoding, Accept-Language, Cookie",
        "X-Robots-Tag": "noindex",
        "Content-Disposition": f'{"attachment" if file else "inline"}; filename="{file or "calendar.ics"}"',
    }
    return document(request, calendar(entries, name), MEDIA_TYPE, changed=changed, headers=headers)

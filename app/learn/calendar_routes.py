"""Calendar files: for who is signed in, and by secret addresses for programs that cannot sign in."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import own_cohort
from app.journals.feed_keys import reader_by_word
from app.learn.calendars import calendar_response, group_entries, own_entries
from app.learn.reader import Reader, reader_of
from app.people.viewer import Viewer
from app.sessions.dated import dated_session
from app.sessions.entries import entry_of
from app.sessions.queries import open_cohort, session_in
from app.web.i18n import Locale
from app.web.page import sign_in_first
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/calendar.ics")
def cohort_calendar(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, cohort: str, key: str = ""
) -> Response:
    reader = _reader(request, db, viewer, locale, key)
    if reader.viewer is None:
        return sign_in_first(request)
    group = own_cohort(db, reader.viewer, cohort)
    entries = group_entries(reader, reader.viewer, group, request.app.state.settings.base_url)
    return calendar_response(request, entries, group.name, secret=bool(key))


@router.get("/calendar.ics")
def own_calendar(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, key: str = ""
) -> Response:
    reader = _reader(request, db, viewer, locale, key)
    if reader.viewer is None:
        return sign_in_first(request)
    entries = own_entries(reader, reader.viewer, request.app.state.settings.base_url)
    return calendar_response(request, entries, request.app.state.site.name, secret=bool(key))


@router.get("/cohorts/{cohort}/sessions/{session}/calendar.ics")
def session_file(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str
) -> Response:
    """One meeting, to be put into a calendar once."""
    group = open_cohort(db, viewer, cohort)
    dated = dated_session(db, session_in(db, group, session).id)
    entries = [entry_of(dated, request.app.state.settings.base_url, locale)] if dated else []
    return calendar_response(request, entries, group.name, file="meeting.ics")


def _reader(request: Request, db: Session, viewer: Viewer | None, locale: Locale, key: str) -> Reader:
    """Whose eyes a calendar is read with: those of who made the key, else of who is signed in. Raises
    NotFound for a key that is none."""
    if not key:
        return reader_of(request, db, viewer, locale)
    state = request.app.state
    owner = reader_by_word(db, state.settings.secret(), request.url.path, key)
    return reader_of(request, db, owner, state.pages.locale_for(request, owner.language))

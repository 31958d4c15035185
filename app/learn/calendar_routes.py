"""Calendar files: for who is signed in, and by secret addresses for programs that cannot sign in."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import own_cohort
from app.journals.feed_keys import reader_by_word
from app.learn.calendars import calendar_response, entries_of
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
    reader, spoken = _reader(request, db, viewer, locale, key)
    if reader is None:
        return sign_in_first(request)
    group = own_cohort(db, reader, cohort)
    entries = entries_of(db, reader, spoken, request.app.state.settings.base_url, group)
    return calendar_response(request, entries, group.name, secret=bool(key))


@router.get("/calendar.ics")
def own_calendar(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, key: str = ""
) -> Response:
    reader, spoken = _reader(request, db, viewer, locale, key)
    if reader is None:
        return sign_in_first(request)
    entries = entries_of(db, reader, spoken, request.app.state.settings.base_url)
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


def _reader(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, key: str
) -> tuple[Viewer | None, Locale]:
    """Whose eyes a calendar is read with, and their language. Raises NotFound for a key that is none."""
    if not key:
        return viewer, locale
    state = request.app.state
    owner = reader_by_word(db, state.settings.secret(), request.url.path, key)
    return owner, state.pages.locale_for(request, owner.language)

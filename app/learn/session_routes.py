"""Meetings of a group: when and where, whether I come, and that I am there."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound, Refused
from app.learn.forms import ComingForm, HereForm
from app.learn.reader import reader_of
from app.learn.session_queries import coming_view, session_view, sessions_view
from app.people.attempts import WORDS_PER_PERSON
from app.people.viewer import Viewer
from app.sessions.attendees import comers
from app.sessions.queries import open_cohort, session_in
from app.sessions.services import be_there, say_whether
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.paging import decode_cursor
from app.web.render import Flash, is_htmx, redirect, render
from app.web.routing import page_router

router = page_router()
PAST_KEY = (datetime, int)
TOO_OFTEN = message(
    "There were many attempts in a short time. Wait an hour, or tell your coach that you are there."
)


@router.get("/cohorts/{cohort}/sessions")
def sessions_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, after: str = ""
) -> Response:
    group = open_cohort(db, viewer, cohort)
    reader = reader_of(request, db, viewer, locale)
    view = sessions_view(reader, viewer, group, decode_cursor(after, *PAST_KEY))
    return render(request, "learn/sessions.html", {"view": view, "paged": bool(after)})


@router.get("/cohorts/{cohort}/sessions/{session}")
def session_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str
) -> Response:
    return _session_page(request, db, viewer, locale, cohort, session)


def _session_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    *,
    status: int = 200,
) -> Response:
    group = open_cohort(db, viewer, cohort)
    found = session_in(db, group, session)
    view = session_view(reader_of(request, db, viewer, locale), viewer, group, found)
    return render(request, "learn/session.html", {"view": view}, status=status)


@router.post("/cohorts/{cohort}/sessions/{session}/answer")
def answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    form: Bound[ComingForm] = posted(ComingForm),
) -> Response:
    """Whether one comes; for who learns in the group."""
    group = open_cohort(db, viewer, cohort)
    found = session_in(db, group, session)
    if comers(db, found, viewer.person_id).mine is None:
        raise NotFound
    if not form.valid:
        return _session_page(request, db, viewer, locale, cohort, session, status=422)
    say_whether(db, found, viewer.person_id, form.data.answer)
    if not is_htmx(request):
        return redirect(request, f"/cohorts/{cohort}/sessions/{session}#coming")
    coming = coming_view(found, group, viewer, comers(db, found, viewer.person_id), locale)
    return render(request, "learn/session.html", {"coming": coming}, partial="learn/_coming.html")


@router.get("/cohorts/{cohort}/sessions/{session}/here")
def here_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str, word: str = ""
) -> Response:
    """Where the QR code leads: opening it says nothing yet, its one button does."""
    return _here_page(
        request, db, viewer, locale, cohort, session, blank(HereForm, word=word[:40], by="code")
    )


def _here_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    form: Bound[HereForm],
    *,
    status: int = 200,
) -> Response:
    group = open_cohort(db, viewer, cohort)
    found = session_in(db, group, session)
    view = session_view(reader_of(request, db, viewer, locale), viewer, group, found)
    if view.mine is None:
        raise NotFound
    return render(request, "learn/here.html", {"view": view, "form": form}, status=status)


@router.post("/cohorts/{cohort}/sessions/{session}/here")
def say_here(
    request: Request,
    database: Database,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    form: Bound[HereForm] = posted(HereForm),
) -> Response:
    """Attempts are counted: words are short enough to be read aloud."""
    status = 422
    with database.transaction(write=False) as db:
        found = session_in(db, open_cohort(db, viewer, cohort), session)
        if comers(db, found, viewer.person_id).mine is None:
            raise NotFound
    if form.parsed:
        if not request.app.state.limiter.allows(WORDS_PER_PERSON, "word", session, viewer.public_id):
            form.refuse("word", TOO_OFTEN)
            status = 429
        elif _is_there(database, viewer, cohort, session, form):
            url = f"/cohorts/{cohort}/sessions/{session}"
            return redirect(request, url, Flash(locale.gettext("Good that you are here.")))
    with database.transaction(write=False) as db:
        return _here_page(request, db, viewer, locale, cohort, session, form, status=status)


def _is_there(database: Database, viewer: Viewer, cohort: str, session: str, form: Bound[HereForm]) -> bool:
    try:
        with database.transaction() as db:
            found = session_in(db, open_cohort(db, viewer, cohort), session, for_update=True)
            mine = comers(db, found, viewer.person_id).mine
            if mine is None:
                raise NotFound
            be_there(db, found, mine, form.data.word, form.data.by)
    except Refused as refused:
        form.refuse(refused.field or "word", refused.message)
    return form.valid

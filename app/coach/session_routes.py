"""Planning the meetings of a group: its coaches do, and who organizes it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.session_forms import SessionForm, SessionNotesForm
from app.coach.session_queries import form_of, thing_choices
from app.cohorts.queries import CohortLine
from app.errors import Refused
from app.people.viewer import Viewer
from app.sessions.models import LiveSession
from app.sessions.queries import managed_cohort, session_in
from app.sessions.services import (
    Plan,
    cancel,
    change_session,
    plan_session,
    restore,
    write_notes,
)
from app.sessions.times import zone_in_words
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/coach/sessions/new")
def new_session_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, title: str = ""
) -> Response:
    """With a `title` to begin with."""
    group = managed_cohort(db, viewer, cohort)
    form = blank(SessionForm, title=title[:120], minutes=60)
    return _session_form(request, locale, group, None, form)


@router.post("/cohorts/{cohort}/coach/sessions")
def plan(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[SessionForm] = posted(SessionForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    planned = _planned(request, locale, group, form)
    if planned is None:
        return _session_form(request, locale, group, None, form, status=422)
    made = plan_session(
        db,
        group.id,
        planned,
        language=group.language or locale.language,
        actor_id=viewer.person_id,
        once=form.data.once or None,
    )
    done = Flash(locale.gettext("The meeting is planned, and the group is told."))
    return redirect(request, _url(group, made), done)


@router.get("/cohorts/{cohort}/coach/sessions/{session}/edit")
def edit_session_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session)
    return _session_form(request, locale, group, found, form_of(found, ZoneInfo(group.time_zone)))


@router.post("/cohorts/{cohort}/coach/sessions/{session}/edit")
def change(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    form: Bound[SessionForm] = posted(SessionForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    planned = _planned(request, locale, group, form)
    if planned is None:
        return _session_form(request, locale, group, found, form, status=422)
    is_told = change_session(db, found, planned, actor_id=viewer.person_id)
    done = (
        locale.gettext("It is saved, and the group is told.") if is_told else locale.gettext("It is saved.")
    )
    return redirect(request, _url(group, found), Flash(done))


def _planned(request: Request, locale: Locale, group: CohortLine, form: Bound[SessionForm]) -> Plan | None:
    """None where something is wrong with it; what, is added to the form."""
    if not form.valid:
        return None
    slugs = (slug for slug, _ in thing_choices(catalogue_of(request), group, locale))
    try:
        return form.data.plan(ZoneInfo(group.time_zone), frozenset(slugs))
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return None


def _session_form(
    request: Request,
    locale: Locale,
    group: CohortLine,
    session: LiveSession | None,
    form: Bound[SessionForm],
    *,
    status: int = 200,
) -> Response:
    choices = thing_choices(catalogue_of(request), group, locale)
    context = {
        "cohort": group,
        "session": session,
        "form": form,
        "things": choices,
        "zone": zone_in_words(ZoneInfo(group.time_zone), locale),
    }
    return render(request, "coach/session_form.html", context, status=status)


@router.get("/cohorts/{cohort}/coach/sessions/{session}/notes")
def notes_page(request: Request, db: Session, viewer: Viewer, cohort: str, session: str) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session)
    context = {"cohort": group, "session": found, "form": blank(SessionNotesForm, notes=found.notes)}
    return render(request, "coach/session_notes.html", context)


@router.post("/cohorts/{cohort}/coach/sessions/{session}/notes")
def save_notes(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    form: Bound[SessionNotesForm] = posted(SessionNotesForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    if not form.valid:
        context = {"cohort": group, "session": found, "form": form}
        return render(request, "coach/session_notes.html", context, status=422)
    write_notes(db, found, form.data.notes, actor_id=viewer.person_id)
    return redirect(request, f"{_url(group, found)}#notes", Flash(locale.gettext("It is saved.")))


@router.get("/cohorts/{cohort}/coach/sessions/{session}/cancel")
def cancel_page(request: Request, db: Session, viewer: Viewer, cohort: str, session: str) -> Response:
    """It asks once more: everyone gets a mail."""
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session)
    return render(request, "coach/session_cancel.html", {"cohort": group, "session": found})


@router.post("/cohorts/{cohort}/coach/sessions/{session}/cancel")
def cancel_session(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    cancel(db, found, actor_id=viewer.person_id)
    done = Flash(locale.gettext("The meeting is cancelled, and the group is told."))
    return redirect(request, _url(group, found), done)


@router.post("/cohorts/{cohort}/coach/sessions/{session}/restore")
def restore_session(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    restore(db, found, actor_id=viewer.person_id)
    done = Flash(locale.gettext("The meeting takes place after all, and the group is told."))
    return redirect(request, _url(group, found), done)


def _url(group: CohortLine, session: LiveSession) -> str:
    return f"/cohorts/{group.public_id}/sessions/{session.public_id}"

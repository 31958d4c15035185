"""Who was at a meeting, for the coaches of its group alone; and what is shown in the room."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.clock import now
from app.coach.session_forms import PresentForm, WordForm
from app.coach.session_queries import may_mark, row_of
from app.cohorts.queries import CohortLine, coached_cohort
from app.people.viewer import Viewer
from app.sessions.attendees import attendee, attendees, comers_not_marked
from app.sessions.attending import is_shown
from app.sessions.models import LiveSession
from app.sessions.queries import session_in
from app.sessions.services import mark, set_word
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.qr import qr_code
from app.web.render import Flash, is_htmx, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/coach/sessions/{session}/attendance")
def attendance_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str, after: str = ""
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    return _attendance_page(request, db, locale, group, session_in(db, group, session), after=after)


def _attendance_page(
    request: Request,
    db: Session,
    locale: Locale,
    group: CohortLine,
    found: LiveSession,
    *,
    after: str = "",
    status: int = 200,
) -> Response:
    page = attendees(db, found, decode_cursor(after, str, int))
    base = f"{_url(group, found)}/attendance"
    context = {
        "cohort": group,
        "session": found,
        "may_mark": may_mark(found),
        "may_show": found.cancelled_at is None and is_shown(found.ends_at, now()),
        "rows": [row_of(group, found, one, locale) for one in page.items],
        "first_url": base if after else None,
        "next_url": f"{base}?{urlencode({'after': page.next})}" if page.next else None,
    }
    return render(request, "coach/attendance.html", context, status=status)


@router.post("/cohorts/{cohort}/coach/sessions/{session}/attendance")
def mark_comers(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, session: str
) -> Response:
    """Everyone who said that they come was there."""
    group = coached_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    people = comers_not_marked(db, found)
    mark(db, found, people, present=True, actor_id=viewer.person_id)
    words = locale.ngettext(
        "%(num)s more learner is marked.", "%(num)s more learners are marked.", len(people)
    )
    return redirect(request, f"{_url(group, found)}/attendance", Flash(words % {"num": len(people)}))


@router.post("/cohorts/{cohort}/coach/sessions/{session}/attendance/{handle}")
def mark_one(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    handle: str,
    form: Bound[PresentForm] = posted(PresentForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    one = attendee(db, found, handle)
    if not form.valid:
        return _attendance_page(request, db, locale, group, found, status=422)
    mark(db, found, [one], present=form.data.present == "1", actor_id=viewer.person_id)
    if not is_htmx(request):
        return redirect(request, f"{_url(group, found)}/attendance#attendee-{handle}")
    row = row_of(group, found, attendee(db, found, handle), locale)
    return render(request, "coach/attendance.html", {"row": row}, partial="coach/_attendee.html")


@router.get("/cohorts/{cohort}/coach/sessions/{session}/room")
def room_page(request: Request, db: Session, viewer: Viewer, cohort: str, session: str) -> Response:
    """To be shown on the wall: the QR code and the word."""
    group = coached_cohort(db, viewer, cohort)
    return _room_page(request, group, session_in(db, group, session), blank(WordForm))


@router.post("/cohorts/{cohort}/coach/sessions/{session}/room")
def change_word(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    session: str,
    form: Bound[WordForm] = posted(WordForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    found = session_in(db, group, session, for_update=True)
    if not form.valid:
        return _room_page(request, group, found, form, status=422)
    set_word(db, found, form.data.word, actor_id=viewer.person_id)
    return redirect(request, f"{_url(group, found)}/room", Flash(locale.gettext("It is saved.")))


def _room_page(
    request: Request, group: CohortLine, session: LiveSession, form: Bound[WordForm], *, status: int = 200
) -> Response:
    base_url = request.app.state.settings.base_url
    here = f"{base_url}/cohorts/{group.public_id}/sessions/{session.public_id}/here"
    context = {
        "cohort": group,
        "session": session,
        "qr": qr_code(f"{here}?{urlencode({'word': session.word})}"),
        "form": form,
    }
    return render(request, "coach/room.html", context, status=status)


def _url(group: CohortLine, session: LiveSession) -> str:
    return f"/cohorts/{group.public_id}/coach/sessions/{session.public_id}"

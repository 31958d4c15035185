"""A learner takes a break, comes back, stops, and leaves a group."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.conversation_ends import end_conversations
from app.coaching.models import Conversation
from app.cohorts.models import DEFAULT_ZONE, Cohort, Enrolment
from app.cohorts.queries import coaches_of, enrolment_by_public_id, own_enrolment
from app.cohorts.running import pause, resume, stop
from app.cohorts.schedule import read_timing, today_in
from app.errors import NotFound
from app.journals.services import leave_cohort
from app.learn.forms import BreakForm
from app.learn.reader import reader_of
from app.learn.reminders import read_pause_token
from app.learn.short_route import short_route
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.people.ways_in import unkept
from app.plans.services import end_plan, follow_dates
from app.progress.services import place_learners
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
USUAL_BREAK, MAILED_BREAK, LONGEST_BREAK = timedelta(weeks=2), timedelta(weeks=4), timedelta(days=366)


def _today(enrolment: Enrolment) -> date:
    return today_in(enrolment.cohort.time_zone if enrolment.cohort else DEFAULT_ZONE)


@router.get("/enrolments/{enrolment}/break")
def break_page(request: Request, db: Session, viewer: Viewer, enrolment: str) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    form = blank(BreakForm, back=(_today(found) + USUAL_BREAK).isoformat())
    return _break_form(request, found, form)


@router.post("/enrolments/{enrolment}/break")
def take_break(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[BreakForm] = posted(BreakForm),
) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    today = _today(found)
    if form.parsed and not today < form.data.back <= today + LONGEST_BREAK:
        form.refuse("back", message("Choose a day after today, within a year."))
    if not form.valid:
        return _break_form(request, found, form, status=422)
    _take(request, db, found, form.data.back)
    done = locale.gettext("Enjoy your break. See you on %(date)s.") % {"date": locale.date(form.data.back)}
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(done))


@router.post("/enrolments/{enrolment}/break/end")
def end_break(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    before = found.timing
    resume(db, found, _today(found), actor_id=viewer.person_id)
    if found.timing != before:
        _place(request, db, found)
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(locale.gettext("Welcome back.")))


@router.get("/pause/{token}")
def mailed_break_page(request: Request, db: Session, token: str) -> Response:
    """From a mail, without signing in; its one button takes the break."""
    found = _mailed(request, db, token)
    context = {"back": _today(found) + MAILED_BREAK, "is_done": False}
    return unkept(render(request, "learn/mailed_break.html", context))


@router.post("/pause/{token}")
def take_mailed_break(request: Request, db: Session, token: str) -> Response:
    found = _mailed(request, db, token)
    today = _today(found)
    _take(request, db, found, today + MAILED_BREAK)
    context = {"back": today + MAILED_BREAK, "is_done": True}
    return unkept(render(request, "learn/mailed_break.html", context))


def _mailed(request: Request, db: Session, token: str) -> Enrolment:
    """Raises NotFound for a word that is not ours."""
    public_id = read_pause_token(request.app.state.settings.secret(), token)
    found = enrolment_by_public_id(db, public_id) if public_id else None
    if found is None:
        raise NotFound
    return found


def _take(request: Request, db: Session, enrolment: Enrolment, back: date) -> None:
    before = enrolment.timing
    pause(db, [enrolment], _today(enrolment), back, actor_id=enrolment.person_id)
    if enrolment.timing != before:
        _place(request, db, enrolment)


def _place(request: Request, db: Session, enrolment: Enrolment) -> None:
    follow_dates(db, Enrolment.id == enrolment.id)
    if enrolment.cohort:
        place_learners(db, catalogue_of(request), enrolment.cohort, only=[enrolment.id])


def _break_form(
    request: Request, enrolment: Enrolment, form: Bound[BreakForm], *, status: int = 200
) -> Response:
    current = read_timing(enrolment.timing).paused_on(_today(enrolment))
    context = {"enrolment": enrolment, "pause": current, "form": form}
    return render(request, "learn/break.html", context, status=status)


@router.get("/enrolments/{enrolment}/leave")
def leave_page(request: Request, db: Session, viewer: Viewer, enrolment: str) -> Response:
    found, group = _in_group(db, viewer, enrolment)
    coaches = [coach.name for coach in coaches_of(db, group.id)]
    context = {"enrolment": found, "group": group, "coaches": coaches}
    return render(request, "learn/leave.html", context)


@router.post("/enrolments/{enrolment}/leave")
def leave_group(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    found, group = _in_group(db, viewer, enrolment)
    end_conversations(db, viewer, Conversation.enrolment_id == found.id)
    leave_cohort(db, found, actor_id=viewer.person_id)
    done = locale.gettext("You left %(group)s, and go on alone with all that you have done.")
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(done % {"group": group.name}))


def _in_group(db: Session, viewer: Viewer, public_id: str) -> tuple[Enrolment, Cohort]:
    """One's own enrolment in a group. Raises NotFound."""
    enrolment = own_enrolment(db, viewer, public_id)
    if enrolment.cohort is None:
        raise NotFound
    return enrolment, enrolment.cohort


@router.get("/enrolments/{enrolment}/stop")
def stop_page(request: Request, db: Session, viewer: Viewer, enrolment: str) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    return render(request, "learn/stop.html", {"enrolment": found, "group": found.cohort})


@router.post("/enrolments/{enrolment}/stop")
def stop_here(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    """The coaches are told, kindly."""
    found = own_enrolment(db, viewer, enrolment)
    stop(db, found)
    end_plan(db, found)
    for coach in coaches_of(db, found.cohort_id) if found.cohort_id else ():
        once = f"stopped {found.id} {now():%Y-%m-%d}"
        tell(db, coach.id, Kind.STOPPED, once=once, actor_id=viewer.person_id)
    done = locale.gettext("All that you did is kept. Begin again whenever you like.")
    return redirect(request, "/", Flash(done))


@router.get("/enrolments/{enrolment}/short")
def short_page(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    """The short route: what still counts."""
    found = own_enrolment(db, viewer, enrolment)
    reader = reader_of(request, db, viewer, locale)
    enrolled = viewer.enrolled_in(found.programme_slug)
    programme = reader.catalogue.programme(found.programme_slug)
    if enrolled is None or programme is None:
        raise NotFound
    return render(request, "learn/short.html", {"view": short_route(reader, programme)})

"""A learner takes a break, comes back, and leaves a group."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import coaches_of, own_enrolment
from app.cohorts.running import pause, resume
from app.cohorts.schedule import read_timing, today_in
from app.errors import NotFound
from app.journals.services import leave_cohort
from app.learn.forms import BreakForm
from app.people.viewer import Viewer
from app.progress.services import place_learners
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
USUAL_BREAK, LONGEST_BREAK = timedelta(weeks=2), timedelta(days=366)


def _in_group(db: Session, viewer: Viewer, public_id: str) -> tuple[Enrolment, Cohort]:
    """One's own enrolment in a group. Raises NotFound."""
    enrolment = own_enrolment(db, viewer, public_id)
    if enrolment.cohort is None:
        raise NotFound
    return enrolment, enrolment.cohort


@router.get("/enrolments/{enrolment}/break")
def break_page(request: Request, db: Session, viewer: Viewer, enrolment: str) -> Response:
    found, group = _in_group(db, viewer, enrolment)
    today = today_in(group.time_zone)
    form = blank(BreakForm, back=(today + USUAL_BREAK).isoformat())
    return _break_form(request, found, group, form)


@router.post("/enrolments/{enrolment}/break")
def take_break(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[BreakForm] = posted(BreakForm),
) -> Response:
    found, group = _in_group(db, viewer, enrolment)
    today = today_in(group.time_zone)
    if form.parsed and not today < form.data.back <= today + LONGEST_BREAK:
        form.refuse("back", message("Choose a day after today, within a year."))
    if not form.valid:
        return _break_form(request, found, group, form, status=422)
    pause(db, [found], today, form.data.back, actor_id=viewer.person_id)
    _place(request, db, found)
    done = locale.gettext("Enjoy your break. See you on %(date)s.") % {"date": locale.date(form.data.back)}
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(done))


@router.post("/enrolments/{enrolment}/break/end")
def end_break(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    found, group = _in_group(db, viewer, enrolment)
    resume(db, found, today_in(group.time_zone), actor_id=viewer.person_id)
    _place(request, db, found)
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(locale.gettext("Welcome back.")))


def _place(request: Request, db: Session, enrolment: Enrolment) -> None:
    programme = catalogue_of(request).programme(enrolment.programme_slug)
    if programme and enrolment.cohort_id:
        place_learners(db, programme, enrolment.cohort_id, only=[enrolment.id])


def _break_form(
    request: Request, enrolment: Enrolment, group: Cohort, form: Bound[BreakForm], *, status: int = 200
) -> Response:
    pause = read_timing(enrolment.timing).paused_on(today_in(group.time_zone))
    context = {"enrolment": enrolment, "group": group, "pause": pause, "form": form}
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
    leave_cohort(db, found, actor_id=viewer.person_id)
    done = locale.gettext("You left %(group)s, and go on alone with all that you have done.")
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(done % {"group": group.name}))

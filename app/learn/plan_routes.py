"""A learner picks weekly times, and sees what fits into the minutes that they have."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.cohorts.queries import own_enrolment
from app.learn.agreement import agreement_view
from app.learn.calendars import calendar_response, plan_entries
from app.learn.forms import PlanForm
from app.learn.now import MOST, USUAL, now_view
from app.learn.plans import plan_form, plan_view
from app.learn.reader import reader_of
from app.notices.models import PLAN, Frequency
from app.notices.services import choose
from app.people.viewer import Viewer
from app.plans.queries import plan_line
from app.plans.services import end_plan, keep_plan
from app.plans.words import plan_in_words
from app.web.forms import Bound, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/enrolments/{enrolment}/now")
def now_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str, minutes: str = ""
) -> Response:
    """What fits. Any other number of minutes is read as a quarter of an hour."""
    asked = int(minutes) if minutes.isdecimal() and minutes.isascii() and len(minutes) < 4 else USUAL
    view = now_view(reader_of(request, db, viewer, locale), enrolment, min(max(asked, 1), MOST))
    return render(request, "learn/now.html", {"view": view})


@router.get("/enrolments/{enrolment}/plan")
def plan_page(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    form = plan_form(db, found, request.app.state.settings.time_zone)
    return _plan_page(request, db, locale, found, form)


@router.post("/enrolments/{enrolment}/plan")
def save_plan(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[PlanForm] = posted(PlanForm),
) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    if form.parsed:
        _complete(form)
    if not form.valid:
        return _plan_page(request, db, locale, found, form, status=422)
    data = form.data
    lead = int(data.lead) if data.lead else None
    keep_plan(db, found, data.slots, time_zone=data.time_zone, lead=lead)
    if lead is not None:
        choose(db, viewer.person_id, {PLAN: Frequency.AT_ONCE})
    line = plan_line(db, found.id)
    words = plan_in_words(line.times, locale) if line else ""
    done = locale.gettext("Your plan: %(times)s.") % {"times": words}
    return redirect(request, f"/enrolments/{found.public_id}/plan", Flash(done))


def _complete(form: Bound[PlanForm]) -> None:
    """A weekday has its time, and there is one at least."""
    for number, (weekday, at, _) in enumerate(form.data.rows, 1):
        if weekday is not None and at is None:
            form.refuse(f"at_{number}", message("Write a time such as 14:30."))
        if weekday is None and at is not None:
            form.refuse(f"weekday_{number}", message("Choose a day."))
    if not form.data.slots and not form.problems:
        form.refuse("weekday_1", message("Choose a day."))


@router.post("/enrolments/{enrolment}/plan/end")
def end_own_plan(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    end_plan(db, found)
    done = locale.gettext("Your plan has ended. Calendars that you subscribed to take the times away.")
    return redirect(request, f"/programmes/{found.programme_slug}", Flash(done))


@router.get("/enrolments/{enrolment}/plan.ics")
def plan_file(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    """The weekly times, to be put into a calendar once."""
    found = own_enrolment(db, viewer, enrolment)
    reader, line = reader_of(request, db, viewer, locale), plan_line(db, found.id)
    entries = plan_entries(reader, [line], request.app.state.settings.base_url) if line else []
    return calendar_response(request, entries, request.app.state.site.name, file="plan.ics")


@router.get("/enrolments/{enrolment}/agreement")
def agreement_page(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    """With one's manager, to print; what is typed into it stays in the browser."""
    found = own_enrolment(db, viewer, enrolment)
    view = agreement_view(reader_of(request, db, viewer, locale), viewer, found)
    return render(request, "learn/agreement.html", {"view": view})


def _plan_page(
    request: Request,
    db: Session,
    locale: Locale,
    enrolment: Enrolment,
    form: Bound[PlanForm],
    *,
    status: int = 200,
) -> Response:
    view = plan_view(db, enrolment, locale)
    return render(request, "learn/plan.html", {"view": view, "form": form}, status=status)

"""What was reported to a group's coaches, and what is hidden in the group."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import coached_cohort
from app.errors import Refused
from app.moderation.cards import case_of_report
from app.moderation.forms import SAY_WHY, HandleForm
from app.moderation.hidings import hidden_in, hiding_for_coach
from app.moderation.queries import report_for_coach, report_line_for_coach, reports_for_coaches
from app.moderation.services import close_report, hide, lift
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
GONE = message("This text was deleted meanwhile, or only its writer reads it now: there is nothing to hide.")


@router.get("/cohorts/{cohort}/coach/reports")
def reports_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    group = coached_cohort(db, viewer, cohort)
    queue = reports_for_coaches(db, viewer, group)
    context = {
        "cohort": group,
        "base": f"/cohorts/{cohort}/coach",
        "waiting": [case_of_report(line, locale) for line in queue.waiting],
        "more": queue.more,
        "closed": [case_of_report(line, locale) for line in queue.closed],
        "hidden": hidden_in(db, viewer, group),
    }
    return render(request, "coach/reports.html", context)


@router.get("/cohorts/{cohort}/coach/reports/{report}")
def report_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, report: str
) -> Response:
    return _report_page(request, db, viewer, locale, cohort, report, blank(HandleForm))


@router.post("/cohorts/{cohort}/coach/reports/{report}")
def handle_report(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    report: str,
    form: Bound[HandleForm] = posted(HandleForm),
) -> Response:
    found, text, is_there = report_for_coach(db, viewer, coached_cohort(db, viewer, cohort), report)
    if form.parsed and form.data.is_unexplained:
        form.refuse("reason", SAY_WHY)
    if not form.valid:
        return _report_page(request, db, viewer, locale, cohort, report, form, status=422)
    if form.data.action == "fine":
        close_report(db, viewer, found, text, by_organizer=False)
        done = Flash(locale.gettext("The report is closed. Whoever sent it is told that you looked."))
        return redirect(request, f"/cohorts/{cohort}/coach/reports", done)
    if not is_there:
        raise Refused(GONE)
    hide(db, viewer, text, form.data.reason, by_organizer=False)
    done = Flash(locale.gettext("It is hidden, and the writer is told why."))
    return redirect(request, f"/cohorts/{cohort}/coach/reports", done)


def _report_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    report: str,
    form: Bound[HandleForm],
    *,
    status: int = 200,
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    line = report_line_for_coach(db, viewer, group, report)
    context = {
        "base": f"/cohorts/{cohort}/coach",
        "case": case_of_report(line, locale),
        "form": form,
    }
    return render(request, "moderation/report.html", context, status=status)


@router.post("/cohorts/{cohort}/coach/hidings/{hiding}/lift")
def lift_hiding(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, hiding: str
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    lift(db, viewer, hiding_for_coach(db, viewer, group, hiding), by_organizer=False)
    done = Flash(locale.gettext("Its readers see it again. The writer is told."))
    return redirect(request, f"/cohorts/{cohort}/coach/reports", done)

"""What was reported to the organizers, what they are asked to decide, and the log of every step."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.moderation.cards import case_of_appeal, case_of_report
from app.moderation.forms import SAY_WHY, DecideForm, HandleForm
from app.moderation.hidings import appeal_line, appeals, hidden_by_organizers, hiding_for_desk
from app.moderation.log import steps
from app.moderation.queries import (
    groups_without_coach,
    report_for_desk,
    report_line_for_desk,
    reports_for_desk,
)
from app.moderation.services import close_report, decide, hide, lift
from app.organize.queries import organizer
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
HERE = "/organize/reports"


@router.get("/organize/reports")
def reports_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    queue = reports_for_desk(db, organizer(viewer))
    context = {
        "waiting": [case_of_report(line, locale) for line in queue.waiting],
        "more": queue.more,
        "closed": [case_of_report(line, locale) for line in queue.closed],
        "appeals": [case_of_appeal(line, locale) for line in appeals(db, viewer)],
        "hidden": hidden_by_organizers(db, viewer),
        "without_coach": groups_without_coach(db, viewer),
    }
    return render(request, "organize/reports.html", context)


@router.get("/organize/reports/{report}")
def report_page(request: Request, db: Session, viewer: Viewer, locale: Locale, report: str) -> Response:
    return _report_page(request, db, viewer, locale, report, blank(HandleForm))


@router.post("/organize/reports/{report}")
def handle_report(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    report: str,
    form: Bound[HandleForm] = posted(HandleForm),
) -> Response:
    found, text = report_for_desk(db, organizer(viewer), report)
    if form.parsed and form.data.is_unexplained:
        form.refuse("reason", SAY_WHY)
    if not form.valid:
        return _report_page(request, db, viewer, locale, report, form, status=422)
    if form.data.action == "fine":
        close_report(db, viewer, found, text, by_organizer=True)
        done = Flash(locale.gettext("The report is closed. Whoever sent it is told that you looked."))
    else:
        hide(db, viewer, text, form.data.reason, by_organizer=True)
        done = Flash(locale.gettext("It is hidden, and the writer is told why."))
    return redirect(request, HERE, done)


def _report_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    report: str,
    form: Bound[HandleForm],
    *,
    status: int = 200,
) -> Response:
    line = report_line_for_desk(db, organizer(viewer), report)
    context = {
        "base": "/organize",
        "case": case_of_report(line, locale),
        "form": form,
    }
    return render(request, "moderation/report.html", context, status=status)


@router.get("/organize/appeals/{hiding}")
def appeal_page(request: Request, db: Session, viewer: Viewer, locale: Locale, hiding: str) -> Response:
    return _appeal_page(request, db, viewer, locale, hiding, blank(DecideForm))


@router.post("/organize/appeals/{hiding}")
def decide_appeal(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    hiding: str,
    form: Bound[DecideForm] = posted(DecideForm),
) -> Response:
    if not form.valid:
        return _appeal_page(request, db, viewer, locale, hiding, form, status=422)
    appeal_line(db, organizer(viewer), hiding)
    found = hiding_for_desk(db, viewer, hiding)
    decide(db, viewer, found, shown=form.data.decision == "shown", answer=form.data.answer)
    return redirect(request, HERE, Flash(locale.gettext("The writer and the coaches are told.")))


def _appeal_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    hiding: str,
    form: Bound[DecideForm],
    *,
    status: int = 200,
) -> Response:
    case = case_of_appeal(appeal_line(db, organizer(viewer), hiding), locale)
    return render(request, "organize/appeal.html", {"case": case, "form": form}, status=status)


@router.post("/organize/hidings/{hiding}/lift")
def lift_hiding(request: Request, db: Session, viewer: Viewer, locale: Locale, hiding: str) -> Response:
    """What an organizer hid; appeals are decided with an answer."""
    lift(db, viewer, hiding_for_desk(db, organizer(viewer), hiding), by_organizer=True)
    done = Flash(locale.gettext("Its readers see it again. The writer is told."))
    return redirect(request, HERE, done)


@router.get("/organize/log")
def log_page(request: Request, db: Session, viewer: Viewer, locale: Locale, after: str = "") -> Response:
    page = steps(db, organizer(viewer), locale, decode_cursor(after, int))
    return render(request, "organize/log.html", {"page": page, "paged": bool(after)})

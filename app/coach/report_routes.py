"""The report of a group: for its coaches and organizers, and by a secret link for whom they give it to."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.report import link_lines, programme_of, report_view
from app.coach.report_forms import LONGEST_NEXT, LinkForm, NextForm
from app.cohorts.queries import CohortLine
from app.cohorts.schedule import today_in
from app.errors import Refused
from app.insight.links import cohort_by_word, link_of, make_link, withdraw_link
from app.insight.queries import what_next
from app.insight.quoting import leave_out, show_again
from app.insight.services import write_what_next
from app.people.viewer import Viewer
from app.sessions.queries import managed_cohort
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import LANGUAGE_COOKIE, LANGUAGES, Locale, message
from app.web.render import Flash, Pages, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/report")
def report_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    return _report_page(request, db, locale, managed_cohort(db, viewer, cohort), blank(LinkForm))


def _report_page(
    request: Request,
    db: Session,
    locale: Locale,
    group: CohortLine,
    form: Bound[LinkForm],
    *,
    status: int = 200,
) -> Response:
    settings = request.app.state.settings
    links = link_lines(db, group, locale, base_url=settings.base_url, secret=settings.secret())
    view = report_view(db, catalogue_of(request), group, locale)
    return render(request, "coach/report.html", {"view": view, "links": links, "form": form}, status=status)


@router.post("/cohorts/{cohort}/report/links")
def give_link(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[LinkForm] = posted(LinkForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    if form.parsed and form.data.ends_on and form.data.ends_on < today_in(group.time_zone):
        form.refuse("ends_on", message("This day is over. Choose a later one, or none."))
    if form.valid:
        try:
            make_link(db, viewer, group, ends_on=form.data.ends_on, once=form.data.once or None)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return _report_page(request, db, locale, group, form, status=422)
    done = locale.gettext("Here is the link. Give it to whom you want to read the report.")
    return redirect(request, f"/cohorts/{cohort}/report#links", Flash(done))


@router.post("/cohorts/{cohort}/report/links/{link}/withdraw")
def take_link_back(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, link: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    withdraw_link(db, viewer, link_of(db, group.id, link))
    done = locale.gettext("That link no longer works.")
    return redirect(request, f"/cohorts/{cohort}/report#links", Flash(done))


@router.post("/cohorts/{cohort}/report/quotes/{quote}/leave-out")
def leave_quote_out(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, quote: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    leave_out(db, viewer, group, programme_of(catalogue_of(request), group), quote)
    done = locale.gettext("It is left out of the report. Below the report you can show it again.")
    return redirect(request, f"/cohorts/{cohort}/report#quotes", Flash(done))


@router.post("/cohorts/{cohort}/report/quotes/{quote}/show")
def show_quote_again(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, quote: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    show_again(db, viewer, group, programme_of(catalogue_of(request), group), quote)
    done = locale.gettext("It may stand in the report again.")
    return redirect(request, f"/cohorts/{cohort}/report#quotes", Flash(done))


@router.get("/cohorts/{cohort}/report/next")
def next_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    group = managed_cohort(db, viewer, cohort)
    return _next_page(request, group, blank(NextForm, body=what_next(db, group.id)))


def _next_page(request: Request, group: CohortLine, form: Bound[NextForm], *, status: int = 200) -> Response:
    context = {"cohort": group, "form": form, "longest": LONGEST_NEXT}
    return render(request, "coach/report_next.html", context, status=status)


@router.post("/cohorts/{cohort}/report/next")
def say_what_next(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[NextForm] = posted(NextForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    if not form.valid:
        return _next_page(request, group, form, status=422)
    write_what_next(db, viewer, group, form.data.body)
    return redirect(request, f"/cohorts/{cohort}/report", Flash(locale.gettext("It is saved.")))


@router.get("/reports/{token}")
def given_report(request: Request, db: Session, viewer: Viewer | None, token: str) -> Response:
    """Whoever has the link reads it, in the group's language unless they have chosen one. Nobody keeps a
    copy on the way, and search engines are told to leave it."""
    state = request.app.state
    group = cohort_by_word(db, state.settings.secret(), token)
    locale = request.state.locale = _language_of(request, viewer, group)
    view = report_view(db, catalogue_of(request), group, locale)
    answer = render(request, "coach/report.html", {"view": view, "links": None, "form": None})
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _language_of(request: Request, viewer: Viewer | None, group: CohortLine) -> Locale:
    pages: Pages = request.app.state.pages
    chosen = (viewer.language if viewer else None) or request.cookies.get(LANGUAGE_COOKIE)
    return pages.locale_for(request, chosen if chosen in LANGUAGES else group.language)

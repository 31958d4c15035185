"""The coach's pages of a cohort: grid, inbox, one learner."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach import (
    announcement_routes,
    attendance_routes,
    blog_routes,
    buddy_routes,
    checklist_routes,
    inbox_routes,
    joining_routes,
    learner_routes,
    message_routes,
    moderation_routes,
    note_routes,
    pace_routes,
    pod_routes,
    promise_routes,
    report_routes,
    session_routes,
    template_routes,
    time_routes,
    today_routes,
)
from app.coach.progress_csv import progress_csv
from app.coach.queries import cohort_and_programme, grid_view
from app.coaching.queries import MOST_PRINTED, PAGE_SIZE, Show, Sort
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.render import Pages, render
from app.web.routing import page_router

router = page_router()
Choice = TypeVar("Choice", bound=StrEnum)


def chosen(kind: type[Choice], value: str, default: Choice) -> Choice:
    """The option of that name, else the default: a mistyped address still gives a page."""
    return next((option for option in kind if option.value == value), default)


@router.get("/cohorts/{cohort}/coach")
def grid_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    sort: str = "",
    show: str = "",
    q: str = "",
    after: str = "",
    whole: str = "",
) -> Response:
    """`whole=1` has everyone on one page, to print."""
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    is_whole = whole == "1"
    order, filter_ = chosen(Sort, sort, Sort.SILENCE), chosen(Show, show, Show.ALL)
    pages: Pages = request.app.state.pages
    view = grid_view(
        db,
        group,
        programme,
        pages,
        locale,
        sort=order,
        show=filter_,
        search=q[:80],
        cursor="" if is_whole else after,
        size=MOST_PRINTED if is_whole else PAGE_SIZE,
    )
    here, same = f"/cohorts/{cohort}/coach", {"sort": order.value, "show": filter_.value, "q": q[:80]}
    return render(
        request,
        "coach/grid.html",
        {
            "cohort": group,
            "view": view,
            "sort": order.value,
            "show": filter_.value,
            "q": q[:80],
            "first_url": here if after else None,
            "next_url": f"{here}?{urlencode(same | {'after': view.next})}" if view.next else None,
            "whole_url": f"{here}?{urlencode(same | {'whole': '1'})}",
            "most": MOST_PRINTED,
            "paged_url": f"{here}?{urlencode(same)}" if is_whole else None,
        },
    )


@router.get("/cohorts/{cohort}/coach/progress.csv")
def progress_file(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, bom: str = ""
) -> Response:
    """`bom=1` is for Excel, which needs a mark of the encoding and the separator of its country."""
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    text = progress_csv(db, group, programme, locale, bom=bom == "1")
    headers = {"Content-Disposition": f'attachment; filename="progress-{cohort}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


for area in (
    inbox_routes,
    learner_routes,
    promise_routes,
    template_routes,
    moderation_routes,
    blog_routes,
    time_routes,
    session_routes,
    attendance_routes,
    today_routes,
    message_routes,
    joining_routes,
    pod_routes,
    buddy_routes,
    announcement_routes,
    note_routes,
    checklist_routes,
    pace_routes,
    report_routes,
):
    router.pages_of(area.router)

"""How a group gets on: from joining to the end, from week to week, and Thing by Thing."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.pace import pace_view
from app.coach.queries import cohort_and_programme
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.render import render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/coach/pace")
def pace_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    view = pace_view(db, group, programme, locale)
    return render(request, "coach/pace.html", {"cohort": group, "view": view})

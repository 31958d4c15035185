"""Where the records of all one's enrolments are, also of those that have ended."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import all_enrolments
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.render import render
from app.web.routing import page_router

router = page_router()


@router.get("/account/records")
def records_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    """Of programmes that exist."""
    catalogue = catalogue_of(request)
    rows = [
        (programme.text(locale.reading_order()).title, enrolment)
        for enrolment in all_enrolments(db, viewer)
        if (programme := catalogue.programme(enrolment.programme_slug))
    ]
    return render(request, "account/records.html", {"rows": rows})

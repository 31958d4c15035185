"""The page on which an organizer sees how the Things of a programme do."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import runs_of
from app.errors import NotFound
from app.growth.queries import Whose
from app.organize.health import health_view
from app.organize.queries import organizer
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.render import render
from app.web.routing import page_router

router = page_router()


@router.get("/organize/programmes/{programme}/health")
def health_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, run: str = ""
) -> Response:
    """Of all runs, or of the one with the public id `run`."""
    organizer(viewer)
    found = catalogue_of(request).programme(programme)
    if found is None:
        raise NotFound
    runs = runs_of(db, viewer.organization_id, programme)
    cohort = next((one for one in runs if one.public_id == run), None)
    if run and cohort is None:
        raise NotFound
    whose = Whose(viewer.organization_id, found, cohort.id if cohort else None)
    context = {
        "programme": found,
        "text": found.text(locale.reading_order()),
        "runs": runs,
        "run": cohort,
        "view": health_view(db, whose, cohort, locale),
    }
    return render(request, "organize/health.html", context)

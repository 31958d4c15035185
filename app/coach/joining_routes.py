"""Who comes into a coached group; see app/coaching/admission.py."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import coach_desk
from app.coaching.joining_routes import joining_pages
from app.cohorts.requests import cohorts_asked
from app.errors import NotFound
from app.people.viewer import Viewer
from app.web.render import render

router = joining_pages("/cohorts/{cohort}/coach", coach_desk)


@router.get("/join-requests")
def all_requests(request: Request, db: Session, viewer: Viewer) -> Response:
    """Where a notice leads: it does not know of which group it speaks."""
    if not viewer.coached and not viewer.is_organizer:
        raise NotFound
    return render(request, "coaching/all_requests.html", {"groups": cohorts_asked(db, viewer)})

"""A group on the organizer's desk."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import invited_view, organizer_desk
from app.coaching.invitation import invitation
from app.cohorts.forms import PromiseForm, promise_form
from app.cohorts.queries import coaches_of, members_count
from app.cohorts.requests import requests_of
from app.cohorts.runs import programme_of_run, run_of
from app.organize.forms import CoachForm
from app.organize.run_view import run_in_words
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, blank
from app.web.i18n import Locale
from app.web.render import render

INVITED_SHOWN = 20


def cohort_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    public_id: str,
    *,
    coach: Bound[CoachForm] | None = None,
    promise: Bound[PromiseForm] | None = None,
    status: int = 200,
) -> Response:
    """Raises NotFound for who does not organize."""
    desk = organizer_desk(db, viewer, public_id)
    cohort = desk.cohort
    programme = catalogue_of(request).programme(cohort.programme_slug)
    context = {
        "cohort": cohort,
        "programme": programme.text(locale.reading_order()) if programme else None,
        "run": run_in_words(programme_of_run(programme, cohort.run), run_of(programme, cohort.run), locale)
        if programme
        else (),
        "coaches": coaches_of(db, cohort.id),
        "learners": members_count(db, cohort.id),
        "invitation": invitation(request.app.state.settings.base_url, cohort, locale),
        "desk": desk,
        "asking": requests_of(db, cohort.id),
        "invited": invited_view(db, desk, limit=INVITED_SHOWN),
        "form": coach or blank(CoachForm),
        "promise": promise or promise_form(cohort),
    }
    return render(request, "organize/cohort.html", context, status=status)

"""Who coaches a group."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import coaches_of, organized_cohort
from app.cohorts.services import add_coach, remove_coach
from app.errors import NotFound
from app.organize.cohort_page import cohort_page
from app.organize.forms import CoachForm
from app.people.queries import person_by_email
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()


@router.post("/organize/cohorts/{cohort}/coaches")
def add_coach_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[CoachForm] = posted(CoachForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    person = person_by_email(db, form.data.email) if form.parsed else None
    if form.parsed and (person is None or person.organization_id != viewer.organization_id):
        form.refuse("email", message("Nobody here has this address. Ask them to sign up first."))
    if not form.valid or person is None:
        return cohort_page(request, db, viewer, locale, cohort, coach=form, status=422)
    add_coach(db, found, person.id, actor_id=viewer.person_id)
    done = locale.gettext("%(name)s coaches this group now.") % {"name": person.name}
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(done))


@router.post("/organize/cohorts/{cohort}/coaches/{handle}/remove")
def remove_coach_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    coach = next((person for person in coaches_of(db, found.id) if person.handle == handle), None)
    if coach is None:
        raise NotFound
    remove_coach(db, found, coach.id, actor_id=viewer.person_id)
    done = locale.gettext("%(name)s no longer coaches this group.") % {"name": coach.name}
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(done))

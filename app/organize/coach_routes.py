"""Who coaches a group."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.conversation_ends import let_go_of_conversations
from app.cohorts.models import Cohort
from app.cohorts.queries import PersonLine, coaches_of, organized_cohort
from app.cohorts.services import add_coach, remove_coach
from app.errors import NotFound
from app.organize.cohort_page import cohort_page
from app.organize.forms import CoachForm, ReplaceForm
from app.people.models import Person
from app.people.queries import person_by_email
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
COACHES = "/organize/cohorts/{cohort}/coaches"
NOBODY = message("Nobody here has this address. Ask them to sign up first.")


@router.post(COACHES)
def add_coach_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[CoachForm] = posted(CoachForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    person = _colleague(db, viewer, form.data.email) if form.parsed else None
    if form.parsed and person is None:
        form.refuse("email", NOBODY)
    if not form.valid or person is None:
        return cohort_page(request, db, viewer, locale, cohort, coach=form, status=422)
    add_coach(db, found, person.id, actor_id=viewer.person_id)
    done = locale.gettext("%(name)s coaches this group now.") % {"name": person.name}
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(done))


def _colleague(db: Session, viewer: Viewer, email: str) -> Person | None:
    """Whoever has this address in the viewer's organization."""
    person = person_by_email(db, email)
    return person if person and person.organization_id == viewer.organization_id else None


@router.get(f"{COACHES}/{{handle}}/remove")
def remove_page(request: Request, db: Session, viewer: Viewer, cohort: str, handle: str) -> Response:
    """It says first who can read what afterwards."""
    found = organized_cohort(db, viewer, cohort)
    return _remove_page(request, found, *_coach_and_others(db, found, handle), blank(ReplaceForm))


@router.post(f"{COACHES}/{{handle}}/remove")
def remove_coach_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    form: Bound[ReplaceForm] = posted(ReplaceForm),
) -> Response:
    """With an address, somebody coaches instead from the same moment."""
    found = organized_cohort(db, viewer, cohort)
    coach, others = _coach_and_others(db, found, handle)
    email = form.data.email if form.parsed else None
    successor = _colleague(db, viewer, email) if email else None
    if email and successor is None:
        form.refuse("email", NOBODY)
    if successor is not None and successor.id == coach.id:
        form.refuse("email", message("This is the address of who coaches now."))
    if not form.valid:
        return _remove_page(request, found, coach, others, form, status=422)
    if successor is not None:
        add_coach(db, found, successor.id, actor_id=viewer.person_id)
    remove_coach(db, found, coach.id, actor_id=viewer.person_id)
    let_go_of_conversations(db, viewer, found.id, coach.id)
    done = locale.gettext("%(name)s no longer coaches this group.") % {"name": coach.name}
    if successor is not None:
        names = {"name": successor.name, "other": coach.name}
        done = locale.gettext("%(name)s coaches this group now, in place of %(other)s.") % names
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(done))


def _coach_and_others(db: Session, cohort: Cohort, handle: str) -> tuple[PersonLine, list[PersonLine]]:
    """One of its coaches, and the rest. Raises NotFound for who is none."""
    coaches = coaches_of(db, cohort.id)
    coach = next((person for person in coaches if person.handle == handle), None)
    if coach is None:
        raise NotFound
    return coach, [person for person in coaches if person is not coach]


def _remove_page(
    request: Request,
    cohort: Cohort,
    coach: PersonLine,
    others: list[PersonLine],
    form: Bound[ReplaceForm],
    *,
    status: int = 200,
) -> Response:
    names = [person.name for person in others]
    context = {"cohort": cohort, "coach": coach, "others": names, "form": form}
    return render(request, "organize/coach_remove.html", context, status=status)

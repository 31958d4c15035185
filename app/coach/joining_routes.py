"""Who comes into a coached group; see app/coaching/admission.py."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import (
    InviteForm,
    coach_desk,
    invite_page,
    invite_people,
    send_invitation_again,
    withdraw_invitation,
)
from app.coaching.letting_in import decline_person, let_person_in, requests_page
from app.cohorts.requests import cohorts_asked
from app.errors import NotFound
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import render
from app.web.routing import page_router

router = page_router()
INVITE = "/cohorts/{cohort}/coach/invite"
INVITATION = "/cohorts/{cohort}/coach/invitations/{invitation}"
REQUESTS = "/cohorts/{cohort}/coach/requests"


@router.get(INVITE)
def invite(request: Request, db: Session, viewer: Viewer, cohort: str, after: str = "") -> Response:
    return invite_page(request, db, coach_desk(db, viewer, cohort), after=after)


@router.post(INVITE)
def invite_list(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[InviteForm] = posted(InviteForm, file="file"),
) -> Response:
    return invite_people(request, db, viewer, locale, coach_desk(db, viewer, cohort), form)


@router.post(INVITATION + "/withdraw")
def withdraw(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, invitation: str
) -> Response:
    desk = coach_desk(db, viewer, cohort)
    return withdraw_invitation(request, db, viewer, locale, desk, invitation)


@router.post(INVITATION + "/again")
def send_again(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, invitation: str
) -> Response:
    desk = coach_desk(db, viewer, cohort)
    return send_invitation_again(request, db, viewer, locale, desk, invitation)


@router.get(REQUESTS)
def requests(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    return requests_page(request, db, coach_desk(db, viewer, cohort))


@router.post(REQUESTS + "/{handle}/let-in")
def let_in(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    return let_person_in(request, db, viewer, locale, coach_desk(db, viewer, cohort), handle)


@router.post(REQUESTS + "/{handle}/decline")
def decline(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    return decline_person(request, db, viewer, locale, coach_desk(db, viewer, cohort), handle)


@router.get("/join-requests")
def all_requests(request: Request, db: Session, viewer: Viewer) -> Response:
    """Where a notice leads: it does not know of which group it speaks."""
    if not viewer.coached and not viewer.is_organizer:
        raise NotFound
    return render(request, "coaching/all_requests.html", {"groups": cohorts_asked(db, viewer)})

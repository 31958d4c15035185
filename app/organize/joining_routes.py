"""Who comes into a group, on the organizer's desk; see app/coaching/admission.py."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import (
    InviteForm,
    invite_page,
    invite_people,
    organizer_desk,
    send_invitation_again,
    withdraw_invitation,
)
from app.coaching.letting_in import decline_person, let_person_in, requests_page
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.routing import page_router

router = page_router()
INVITE = "/organize/cohorts/{cohort}/invite"
INVITATION = "/organize/cohorts/{cohort}/invitations/{invitation}"
REQUESTS = "/organize/cohorts/{cohort}/requests"


@router.get(INVITE)
def invite(request: Request, db: Session, viewer: Viewer, cohort: str, after: str = "") -> Response:
    return invite_page(request, db, organizer_desk(db, viewer, cohort), after=after)


@router.post(INVITE)
def invite_list(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[InviteForm] = posted(InviteForm, file="file"),
) -> Response:
    return invite_people(request, db, viewer, locale, organizer_desk(db, viewer, cohort), form)


@router.post(INVITATION + "/withdraw")
def withdraw(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, invitation: str
) -> Response:
    desk = organizer_desk(db, viewer, cohort)
    return withdraw_invitation(request, db, viewer, locale, desk, invitation)


@router.post(INVITATION + "/again")
def send_again(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, invitation: str
) -> Response:
    desk = organizer_desk(db, viewer, cohort)
    return send_invitation_again(request, db, viewer, locale, desk, invitation)


@router.get(REQUESTS)
def requests(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    return requests_page(request, db, organizer_desk(db, viewer, cohort))


@router.post(REQUESTS + "/{handle}/let-in")
def let_in(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    return let_person_in(request, db, viewer, locale, organizer_desk(db, viewer, cohort), handle)


@router.post(REQUESTS + "/{handle}/decline")
def decline(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    return decline_person(request, db, viewer, locale, organizer_desk(db, viewer, cohort), handle)

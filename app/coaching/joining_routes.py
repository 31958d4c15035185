"""Who comes into a group: the same pages for its coaches and for organizers, each at their own desk."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import (
    Desk,
    InviteForm,
    invite_page,
    invite_people,
    send_invitation_again,
    withdraw_invitation,
)
from app.coaching.letting_in import decline_person, let_person_in, requests_page
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.routing import PageRouter, page_router


def joining_pages(base: str, desk: Callable[[Session, Viewer, str], Desk]) -> PageRouter:
    """`base` has the place of the `{cohort}`; `desk` raises NotFound for who has nothing to do there."""
    router = page_router()

    @router.get(f"{base}/invite")
    def invite(request: Request, db: Session, viewer: Viewer, cohort: str, after: str = "") -> Response:
        return invite_page(request, db, desk(db, viewer, cohort), after=after)

    @router.post(f"{base}/invite")
    def invite_list(
        request: Request,
        db: Session,
        viewer: Viewer,
        locale: Locale,
        cohort: str,
        form: Bound[InviteForm] = posted(InviteForm, file="file"),
    ) -> Response:
        return invite_people(request, db, viewer, locale, desk(db, viewer, cohort), form)

    @router.post(f"{base}/invitations/{{invitation}}/withdraw")
    def withdraw(
        request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, invitation: str
    ) -> Response:
        return withdraw_invitation(request, db, viewer, locale, desk(db, viewer, cohort), invitation)

    @router.post(f"{base}/invitations/{{invitation}}/again")
    def send_again(
        request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, invitation: str
    ) -> Response:
        return send_invitation_again(request, db, viewer, locale, desk(db, viewer, cohort), invitation)

    @router.get(f"{base}/requests")
    def requests(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
        return requests_page(request, db, desk(db, viewer, cohort))

    @router.post(f"{base}/requests/{{handle}}/let-in")
    def let_in(
        request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
    ) -> Response:
        return let_person_in(request, db, viewer, locale, desk(db, viewer, cohort), handle)

    @router.post(f"{base}/requests/{{handle}}/decline")
    def decline(
        request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
    ) -> Response:
        return decline_person(request, db, viewer, locale, desk(db, viewer, cohort), handle)

    return router

"""The page that a mailed link opens: this address is mine. Opening it changes nothing, since mail programs
look at links before people do; its button does.

Whoever presses it is signed in to the account that asked. Else somebody could make an account with another
person's address, have that person confirm it, and go on using it."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import Refused
from app.people.mailed_links import confirm_address
from app.people.models import AddressLink
from app.people.queries import address_link
from app.people.viewer import Viewer
from app.people.ways_in import unkept
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/confirm/{token}")
def confirm_page(request: Request, db: Session, viewer: Viewer, token: str) -> Response:
    link = _own_link(db, viewer, token)
    return _page(request, link) if link else _dead_link(request)


@router.post("/confirm/{token}")
def confirm(request: Request, db: Session, viewer: Viewer, locale: Locale, token: str) -> Response:
    link = _own_link(db, viewer, token)
    if link is None:
        return _dead_link(request)
    try:
        email = confirm_address(db, link.id, locale.language)
    except Refused as refused:
        return _page(request, link, refused.message.translated(locale.gettext), status=409)
    return redirect(request, "/account", Flash(locale.gettext("%(email)s is confirmed.") % {"email": email}))


def _own_link(db: Session, viewer: Viewer, token: str) -> AddressLink | None:
    link = address_link(db, token)
    return link if link and link.person_id == viewer.person_id else None


def _page(request: Request, link: AddressLink, problem: str = "", *, status: int = 200) -> Response:
    context = {"email": link.email, "person": link.person, "problem": problem}
    return unkept(render(request, "people/confirm.html", context, status=status))


def _dead_link(request: Request) -> Response:
    """The same page for a link that was used, one that has expired, somebody else's and one that never
    was."""
    return unkept(render(request, "people/confirm_gone.html", status=404))

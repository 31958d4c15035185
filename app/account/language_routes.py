"""The language of the interface, chosen on any page."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.routing import Match

from app.account.forms import LanguageForm
from app.people.forms import next_page
from app.people.queries import own_person
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import LANGUAGE_COOKIE
from app.web.render import redirect
from app.web.routing import page_router

router = page_router()
A_YEAR = 365 * 24 * 3600


@router.post("/language")
def choose_language(
    request: Request, db: Session, viewer: Viewer | None, form: Bound[LanguageForm] = posted(LanguageForm)
) -> Response:
    """Back to the page where the switch stands, signed in or not; a language that we do not speak changes
    nothing."""
    back = next_page(form.value("next") or _came_from(request))
    response = redirect(request, _page_at(request, back))
    if form.valid:
        if viewer:
            own_person(db, viewer.person_id).language = form.data.language
        response.set_cookie(
            LANGUAGE_COOKIE,
            form.data.language,
            max_age=A_YEAR,
            path="/",
            secure=request.app.state.pages.secure,
            httponly=True,
            samesite="lax",
        )
    return response


def _came_from(request: Request) -> str:
    """The page of this site that the browser was on (RFC 9110, 10.1.3); our Referrer-Policy lets it tell."""
    page = urlsplit(request.headers.get("referer", ""))
    if page.netloc != request.headers.get("host"):
        return ""
    return f"{page.path}?{page.query}" if page.query else page.path


def _page_at(request: Request, url: str) -> str:
    """`url`, or the nearest page above it where it only takes forms: such an address answered with what is
    to be mended, and cannot be opened."""
    while url != "/" and _takes_forms_only(request, urlsplit(url).path):
        url = urlsplit(url).path.rpartition("/")[0] or "/"
    return url


def _takes_forms_only(request: Request, path: str) -> bool:
    scope = {**request.scope, "method": "GET", "path": path}
    matches = {route.matches(scope)[0] for route in request.app.routes}
    return Match.PARTIAL in matches and Match.FULL not in matches

"""Linking an account elsewhere to one's own, after confirming it, and taking it away."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.people.forms import UnlinkForm
from app.people.identities import link_own_identity, unlink_identity
from app.people.oidc_cookies import WAITING
from app.people.viewer import Viewer
from app.people.ways_in import CONFIRM_PAGE, label_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get(CONFIRM_PAGE)
def confirm_page(request: Request, viewer: Viewer, locale: Locale) -> Response:
    waiting = WAITING.read(request)
    if waiting is None:
        return _too_late(request, locale)
    context = {"waiting": waiting, "provider": label_of(request, waiting.provider), "name": viewer.name}
    return render(request, "people/link_identity.html", context)


@router.post("/account/identities")
def link(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    waiting = WAITING.read(request)
    if waiting is None:
        return _too_late(request, locale)
    link_own_identity(db, viewer.person_id, waiting.issuer, waiting.subject)
    done = locale.gettext("From now on you can sign in with %(provider)s too.")
    provider = label_of(request, waiting.provider)
    response = redirect(request, waiting.next, Flash(done % {"provider": provider}))
    WAITING.forget(request, response)
    return response


@router.post("/account/unlink")
def unlink(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[UnlinkForm] = posted(UnlinkForm),
) -> Response:
    if not form.valid:
        raise NotFound
    issuers = {provider.issuer for provider in request.app.state.settings.oidc.values()}
    unlink_identity(db, viewer.person_id, form.data.issuer, form.data.subject, issuers=issuers)
    return redirect(
        request, "/account", Flash(locale.gettext("That account does not open this one any more."))
    )


def _too_late(request: Request, locale: Locale) -> Response:
    late = locale.gettext(
        "There is no account to link, or it took longer than ten minutes. Please start again."
    )
    return redirect(request, "/account", Flash(late, "warning"))

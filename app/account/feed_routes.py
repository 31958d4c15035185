"""A person's secret addresses of feeds."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.account.feeds import feed_addresses, followed
from app.account.forms import FeedForm
from app.errors import NotFound
from app.journals.feed_keys import keep_key, own_key, revoke_key
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/account/feeds")
def feeds_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    settings = request.app.state.settings
    addresses = feed_addresses(
        db,
        viewer,
        catalogue_of(request),
        locale,
        base_url=settings.base_url,
        secret=settings.secret(),
    )
    return render(request, "account/feeds.html", {"addresses": addresses})


@router.post("/account/feeds")
def make_address(
    request: Request, db: Session, viewer: Viewer, form: Bound[FeedForm] = posted(FeedForm)
) -> Response:
    """There is one for each feed: asking again shows it again."""
    if not form.valid:
        raise NotFound
    key = keep_key(db, viewer, followed(db, viewer, catalogue_of(request), form.data.path))
    return redirect(request, f"/account/feeds#feed-{key.public_id}")


@router.post("/account/feeds/{key}/renew")
def renew_address(request: Request, db: Session, viewer: Viewer, locale: Locale, key: str) -> Response:
    """Another address for the same feed, while it is theirs to have."""
    old = own_key(db, viewer, key)
    path = followed(db, viewer, catalogue_of(request), old.path)
    revoke_key(db, viewer, old)
    new = keep_key(db, viewer, path)
    done = Flash(locale.gettext("Here is a new address. The old one no longer works."))
    return redirect(request, f"/account/feeds#feed-{new.public_id}", done)


@router.post("/account/feeds/{key}/revoke")
def revoke_address(request: Request, db: Session, viewer: Viewer, locale: Locale, key: str) -> Response:
    revoke_key(db, viewer, own_key(db, viewer, key))
    return redirect(request, "/account/feeds", Flash(locale.gettext("That address no longer works.")))

"""Keeping a post or a Thing: one button, wherever it stands."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.journals.queries import readable_post
from app.keeping.services import keep_post, keep_thing
from app.learn.reader import found_programme, found_thing, reader_of
from app.people.viewer import Viewer
from app.web.i18n import Locale
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()


@router.post("/journals/{handle}/{post}/keep")
def keep_this_post(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str
) -> Response:
    found = readable_post(db, viewer, handle, post)
    kept, new = keep_post(db, viewer.person_id, found.id)
    return redirect(request, f"/journals/{handle}/{post}", _told(locale, kept.public_id, new=new))


@router.post("/programmes/{programme}/{thing}/keep")
def keep_this_thing(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, thing: str
) -> Response:
    found = found_programme(reader_of(request, db, viewer, locale).catalogue, programme)
    what = found_thing(found, thing)
    kept, new = keep_thing(db, viewer.person_id, found.slug, what.slug)
    url = f"/programmes/{found.slug}/{what.slug}"
    return redirect(request, url, _told(locale, kept.public_id, new=new))


def _told(locale: Locale, public_id: str, *, new: bool) -> Flash:
    """Only what is new can be undone: the note of what was kept before is not lost by a second press."""
    if not new:
        return Flash(locale.gettext("You keep this already, under “Kept” in your account menu."))
    done = locale.gettext("Kept for you, under “Kept” in your account menu. There is room for a note.")
    return Flash(done, undo_url=f"/account/kept/{public_id}/remove")

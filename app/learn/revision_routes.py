"""Earlier texts of a post, for its author: to look at, to compare and to take back."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.journals.models import Post
from app.journals.queries import own_post, own_revision, revisions_of
from app.journals.services import restore_revision
from app.learn.compare import compare
from app.people.viewer import Viewer
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/journals/{handle}/{post}/revisions")
def revisions_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str
) -> Response:
    found = _own_published(db, viewer, handle, post)
    context = {
        "post": found,
        "url": f"/journals/{handle}/{post}",
        "lang": locale.lang(found.language),
        "revisions": revisions_of(db, found.id),
    }
    return render(request, "learn/revisions.html", context)


@router.get("/journals/{handle}/{post}/revisions/{revision}")
def revision_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, revision: str
) -> Response:
    found = _own_published(db, viewer, handle, post)
    earlier = own_revision(db, found, revision)
    context = {
        "url": f"/journals/{handle}/{post}",
        "lang": locale.lang(found.language),
        "revision": earlier,
        "is_shown": (earlier.title, earlier.body) == (found.title, found.body),
        "has_draft": found.draft_body is not None,
        "title": compare(earlier.title, found.title),
        "body": compare(earlier.body, found.body),
    }
    return render(request, "learn/revision.html", context)


@router.post("/journals/{handle}/{post}/revisions/{revision}/restore")
def restore(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, revision: str
) -> Response:
    found = _own_published(db, viewer, handle, post, for_update=True)
    restore_revision(db, found, own_revision(db, found, revision))
    done = Flash(locale.gettext("The earlier text is back."))
    return redirect(request, f"/journals/{handle}/{post}", done)


def _own_published(
    db: Session, viewer: Viewer, handle: str, public_id: str, *, for_update: bool = False
) -> Post:
    """One of the viewer's posts. Raises NotFound, for a draft as well."""
    if handle != viewer.handle:
        raise NotFound
    post = own_post(db, viewer, public_id, for_update=for_update)
    if post.published_at is None:
        raise NotFound
    return post

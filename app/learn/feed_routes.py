"""What others made of a Thing, and the feeds of all streams: public posts for everyone, and by a secret
address what its owner may read."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.queries import own_cohort
from app.errors import NotFound
from app.journals.feed_keys import reader_by_word
from app.journals.feeds import cohort_feed, journal_feed, thing_feed
from app.learn.feeds import feed_response
from app.learn.journal_queries import STREAM_KEY
from app.learn.reader import Reader, found_programme, found_thing, reader_of
from app.learn.thing_posts import groups_of, thing_posts_view
from app.people.queries import person_by_handle
from app.people.viewer import Viewer
from app.progress.queries import slugs_of
from app.web.i18n import Locale
from app.web.page import sign_in_first
from app.web.paging import decode_cursor
from app.web.render import redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/programmes/{programme}/{thing}/posts")
def thing_posts_page(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    programme: str,
    thing: str,
    show: str = "",
    after: str = "",
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    found = found_programme(reader.catalogue, programme)
    what = found_thing(found, thing)
    if what.slug != thing:
        return redirect(request, f"/programmes/{found.slug}/{what.slug}/posts", status=301)
    if viewer is None and found.access != "public":
        return sign_in_first(request)
    view = thing_posts_view(reader, found, what, show=show, after=decode_cursor(after, *STREAM_KEY))
    return render(request, "learn/thing_posts.html", {"view": view, "paged": bool(after)})


@router.get("/programmes/{programme}/{thing}/feed.atom")
def thing_feed_document(
    request: Request, db: Session, locale: Locale, programme: str, thing: str, key: str = ""
) -> Response:
    reader = _reading(request, db, locale, key)
    found = found_programme(reader.catalogue, programme)
    what = found_thing(found, thing)
    if reader.viewer is None and found.access != "public":
        raise NotFound
    lines = thing_feed(db, reader.viewer, found.slug, slugs_of(what), groups_of(reader.viewer))
    title = reader.locale.gettext("%(thing)s: what others made of it")
    named = title % {"thing": what.text(reader.locale.reading_order()).title}
    page = f"/programmes/{found.slug}/{what.slug}/posts"
    return feed_response(request, reader, named, page, lines, word=key)


@router.get("/journals/{handle}/feed.atom")
def journal_feed_document(
    request: Request, db: Session, locale: Locale, handle: str, key: str = ""
) -> Response:
    """Without a key, a journal is there where its page is: with a public post."""
    reader = _reading(request, db, locale, key)
    person = person_by_handle(db, handle)
    viewer = reader.viewer
    if person is None or (viewer and viewer.organization_id != person.organization_id):
        raise NotFound
    lines = journal_feed(db, viewer, person.id)
    if viewer is None and not lines:
        raise NotFound
    title = reader.locale.gettext("Journal of %(name)s") % {"name": person.name}
    return feed_response(request, reader, title, f"/journals/{handle}", lines, word=key)


@router.get("/cohorts/{cohort}/feed.atom")
def cohort_feed_document(
    request: Request, db: Session, locale: Locale, cohort: str, key: str = ""
) -> Response:
    """Only by a key of somebody who is in the group now."""
    reader = _reading(request, db, locale, key)
    if reader.viewer is None:
        raise NotFound
    group = own_cohort(db, reader.viewer, cohort)
    lines = cohort_feed(db, reader.viewer, group.id)
    return feed_response(request, reader, group.name, f"/cohorts/{cohort}", lines, word=key)


def _reading(request: Request, db: Session, locale: Locale, key: str) -> Reader:
    """With the eyes of whoever made the key, or of the web: who is signed in here does not matter. Raises
    NotFound for a key that is none."""
    if not key:
        return reader_of(request, db, None, locale)
    state = request.app.state
    viewer = reader_by_word(db, state.settings.secret(), request.url.path, key)
    return reader_of(request, db, viewer, state.pages.locale_for(request, viewer.language))

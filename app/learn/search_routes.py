"""Searching in Things and posts."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.learn.reader import reader_of
from app.learn.search_queries import Asked, Search
from app.people.viewer import Viewer
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import render
from app.web.routing import page_router

router = page_router()
MOST_SKIPPED = 6
"""Digits of how many Things were on the pages before."""


@router.get("/search")
def search_page(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    q: str = "",
    about: str = "",
    group: str = "",
    by: str = "",
    things: str = "",
    after: str = "",
) -> Response:
    search = Search(reader_of(request, db, viewer, locale), Asked(q, about, group, by))
    before = decode_cursor(after, int)
    if before:
        view = search.posts(before[0])
    elif things.isascii() and things.isdigit():
        view = search.things(int(things[:MOST_SKIPPED]))
    else:
        view = search.first()
    return render(request, "learn/search.html", {"view": view, "paged": bool(before or things)})

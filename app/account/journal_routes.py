"""One's own journal to take along, in print or as an archive of files, and one's own answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from app.account.chosen import plan_file, record_file
from app.account.from_coaches import coaches_file
from app.account.journal import answers_of, entries_of
from app.account.kept import kept_card, kept_file
from app.account.said import said_file
from app.coaching.privacy import notes_about
from app.journals.queries import own_pictures
from app.journals.takeout import archive, chunks_of, for_a_file
from app.keeping.queries import all_kept
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import render
from app.web.routing import page_router

router = page_router()


@router.get("/account/journal")
def journal_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    """All of it on one page, which prints well."""
    base_url = request.app.state.settings.base_url
    entries = entries_of(db, viewer, catalogue_of(request), locale, base_url)
    return render(request, "account/journal.html", {"entries": entries})


@router.get("/account/journal.zip")
def journal_archive(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    state = request.app.state
    base_url = state.settings.base_url
    entries = entries_of(db, viewer, catalogue_of(request), locale, base_url)
    in_file = [replace(entry, html=for_a_file(entry.html, base_url)) for entry in entries]
    context = {"entries": in_file, "name": viewer.name}
    page = state.pages.html("account/journal_file.html", locale, context)
    cards = [kept_card(line, catalogue_of(request), locale) for line in all_kept(db, viewer)]
    beside = {
        "kept.md": kept_file(cards, base_url, locale),
        "from-coaches.md": coaches_file(notes_about(db, viewer.person_id), locale),
        "said.md": said_file(db, viewer.person_id, catalogue_of(request), locale),
        "plan.md": plan_file(db, viewer, catalogue_of(request), locale),
        "record.md": record_file(db, viewer, catalogue_of(request), locale, base_url),
    }
    file = archive(entries, own_pictures(db, viewer.person_id), page, beside)
    headers = {
        "Content-Disposition": f'attachment; filename="{viewer.handle}.zip"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(chunks_of(file), media_type="application/zip", headers=headers)


@router.get("/account/answers")
def answers_page(request: Request, db: Session, viewer: Viewer, locale: Locale, after: str = "") -> Response:
    """Also those to posts that one may no longer read: to take them back."""
    cursor = decode_cursor(after, datetime, int)
    view = answers_of(db, viewer, catalogue_of(request), locale, after=cursor)
    return render(request, "account/answers.html", {"view": view, "paged": bool(after)})

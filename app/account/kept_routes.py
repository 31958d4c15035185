"""What a person keeps: the list, the notes, and letting go."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.account.forms import NoteForm
from app.account.kept import KEPT_KEY, kept_card
from app.keeping.queries import kept_lines, own_kept, own_kept_line
from app.keeping.services import remove, restore, write_note
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/account/kept")
def kept_page(request: Request, db: Session, viewer: Viewer, locale: Locale, after: str = "") -> Response:
    page = kept_lines(db, viewer, decode_cursor(after, *KEPT_KEY))
    cards = [kept_card(line, catalogue_of(request), locale) for line in page.items]
    return render(request, "account/kept.html", {"cards": cards, "next": page.next, "paged": bool(after)})


@router.get("/account/kept/{kept}/note")
def note_page(request: Request, db: Session, viewer: Viewer, locale: Locale, kept: str) -> Response:
    note = own_kept(db, viewer, kept).note
    return _note_page(request, db, viewer, locale, kept, blank(NoteForm, note=note))


@router.post("/account/kept/{kept}/note")
def save_note(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    kept: str,
    form: Bound[NoteForm] = posted(NoteForm),
) -> Response:
    found = own_kept(db, viewer, kept)
    if not form.valid:
        return _note_page(request, db, viewer, locale, kept, form, status=422)
    write_note(db, found, form.data.note)
    return redirect(request, "/account/kept", Flash(locale.gettext("Your note is saved.")))


def _note_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    kept: str,
    form: Bound[NoteForm],
    *,
    status: int = 200,
) -> Response:
    card = kept_card(own_kept_line(db, viewer, kept), catalogue_of(request), locale)
    return render(request, "account/kept_note.html", {"card": card, "form": form}, status=status)


@router.post("/account/kept/{kept}/remove")
def remove_kept(request: Request, db: Session, viewer: Viewer, locale: Locale, kept: str) -> Response:
    remove(db, own_kept(db, viewer, kept))
    gone = Flash(locale.gettext("You keep it no longer."), undo_url=f"/account/kept/{kept}/restore")
    return redirect(request, "/account/kept", gone)


@router.post("/account/kept/{kept}/restore")
def restore_kept(request: Request, db: Session, viewer: Viewer, locale: Locale, kept: str) -> Response:
    restore(db, own_kept(db, viewer, kept, removed=True))
    return redirect(request, "/account/kept", Flash(locale.gettext("It is back.")))

"""Notices: what happened, what of it was read, and which mail somebody wants of it."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.account.forms import NoticesForm, ReadForm
from app.account.notices import choice_rows, choices_form, notices_view, unwanted_in_words
from app.errors import NotFound
from app.journals.notices import notice_line, place
from app.notices.queries import own_notice
from app.notices.services import choose, mark_all_read, mark_read, unsubscribe
from app.notices.unsubscribing import read_token
from app.people.queries import own_person, person_by_public_id
from app.people.viewer import Viewer
from app.people.ways_in import unkept
from app.things.library import catalogue_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
NOTICE_KEY = (datetime, int)


@router.get("/notices")
def notices_page(request: Request, db: Session, viewer: Viewer, locale: Locale, after: str = "") -> Response:
    view = notices_view(db, viewer, catalogue_of(request), locale, decode_cursor(after, *NOTICE_KEY))
    return render(request, "account/notices.html", {"view": view, "paged": bool(after)})


@router.post("/notices/{notice}/open")
def open_notice(request: Request, db: Session, viewer: Viewer, locale: Locale, notice: str) -> Response:
    """To what it speaks of; it is read now."""
    own = own_notice(db, viewer.person_id, notice)
    if own is None:
        raise NotFound
    mark_read(db, own)
    line = notice_line(db, viewer.person_id, notice)
    if line is None:
        gone = locale.gettext("What this was about is no longer there, or no longer for you to read.")
        return redirect(request, "/notices", Flash(gone, "warning"))
    return redirect(request, place(line))


@router.post("/notices/read")
def read_all(
    request: Request, db: Session, viewer: Viewer, locale: Locale, form: Bound[ReadForm] = posted(ReadForm)
) -> Response:
    until = decode_cursor(form.data.until, *NOTICE_KEY) if form.valid else None
    mark_all_read(db, viewer.person_id, until)
    return redirect(request, "/notices", Flash(locale.gettext("All is marked as read.")))


@router.get("/account/notices")
def choices_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    return _choices_page(request, db, viewer, locale, choices_form(db, viewer))


@router.post("/account/notices")
def save_choices(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[NoticesForm] = posted(NoticesForm),
) -> Response:
    if not form.valid:
        return _choices_page(request, db, viewer, locale, form, status=422)
    choose(db, viewer.person_id, form.data.model_dump(exclude_none=True))
    return redirect(request, "/account/notices", Flash(locale.gettext("Your choice is saved.")))


def _choices_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[NoticesForm],
    *,
    status: int = 200,
) -> Response:
    context = {
        "person": own_person(db, viewer.person_id),
        "rows": choice_rows(viewer, locale),
        "form": form,
    }
    return render(request, "account/notice_choices.html", context, status=status)


@router.get("/unsubscribe")
def unsubscribe_page(request: Request, locale: Locale, token: str = "") -> Response:
    """Opening the link changes nothing, since mail programs look at links before people do; its button
    does."""
    return _unsubscribe_page(request, locale, token, is_done=False)


@router.post("/unsubscribe")
def unsubscribe_by_link(request: Request, db: Session, locale: Locale, token: str = "") -> Response:
    """For people and for mail programs, which send it from elsewhere and without a cookie (RFC 8058)."""
    unwanted = read_token(request.app.state.settings.secret(), token)
    person = person_by_public_id(db, unwanted.public_id) if unwanted else None
    if unwanted and person:
        unsubscribe(db, person.id, unwanted.what)
    return _unsubscribe_page(request, locale, token, is_done=True)


def _unsubscribe_page(request: Request, locale: Locale, token: str, *, is_done: bool) -> Response:
    """The same whether somebody still has the account."""
    unwanted = read_token(request.app.state.settings.secret(), token)
    if unwanted is None:
        return unkept(render(request, "account/unsubscribe_gone.html", status=404))
    context = {"what": unwanted_in_words(unwanted.what, locale), "is_done": is_done}
    return unkept(render(request, "account/unsubscribe.html", context))

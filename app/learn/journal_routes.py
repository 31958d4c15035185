"""Journals, posts, and answering them."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.journals.queries import own_comment, readable_post
from app.journals.services import add_comment, delete_comment, restore_comment
from app.learn.forms import AnswerForm
from app.learn.journal_queries import STREAM_KEY, journal_view, post_view
from app.learn.reader import reader_of
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/journals/{handle}")
def journal_page(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, handle: str, after: str = ""
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    view = journal_view(reader, handle, decode_cursor(after, *STREAM_KEY))
    return render(request, "learn/journal.html", {"view": view, "paged": bool(after)})


@router.get("/journals/{handle}/{post}")
def post_page(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, handle: str, post: str
) -> Response:
    return _post_page(request, db, viewer, locale, handle, post, blank(AnswerForm))


@router.post("/journals/{handle}/{post}/answers")
def answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[AnswerForm] = posted(AnswerForm),
) -> Response:
    found = readable_post(db, viewer, handle, post)
    if not form.valid:
        return _post_page(request, db, viewer, locale, handle, post, form, status=422)
    made = add_comment(
        db, viewer, found, body=form.data.body, audience=form.data.audience, once=form.data.once or None
    )
    done = Flash(locale.gettext("Your answer is sent."))
    return redirect(request, f"/journals/{handle}/{post}#answer-{made.public_id}", done)


def _post_page(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[AnswerForm],
    *,
    status: int = 200,
) -> Response:
    view = post_view(reader_of(request, db, viewer, locale), handle, post)
    if view.audiences and not form.value("audience"):
        form.raw["audience"] = view.audiences[0][0]
    return render(request, "learn/post.html", {"view": view, "form": form}, status=status)


@router.post("/journals/{handle}/{post}/answers/{answer}/delete")
def delete_answer(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str
) -> Response:
    comment = own_comment(db, viewer, answer)
    readable_post(db, viewer, handle, post)
    delete_comment(db, comment)
    url = f"/journals/{handle}/{post}"
    gone = Flash(locale.gettext("Your answer is deleted."), undo_url=f"{url}/answers/{answer}/restore")
    return redirect(request, url, gone)


@router.post("/journals/{handle}/{post}/answers/{answer}/restore")
def restore_answer(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str
) -> Response:
    comment = own_comment(db, viewer, answer, deleted=True)
    readable_post(db, viewer, handle, post)
    restore_comment(db, comment)
    back = Flash(locale.gettext("It is back."))
    return redirect(request, f"/journals/{handle}/{post}#answer-{answer}", back)

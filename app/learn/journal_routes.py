"""Journals, posts, and answering them."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.journals.answers import readable_comment, thread_begun_by
from app.journals.models import Audience, Comment, Post
from app.journals.queries import own_comment, readable_post
from app.journals.services import add_comment, delete_comment, restore_comment
from app.learn.forms import AnswerForm
from app.learn.journal_queries import STREAM_KEY, journal_view, post_view
from app.learn.mentions import with_mention
from app.learn.reader import reader_of
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()

GONE = message("What you reply to is not there any more. You can send this as an answer of its own.")


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
    return show_post(request, db, viewer, locale, handle, post, blank(AnswerForm))


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
    parent = _parent(db, viewer, found, form)
    if name := str(form.value("mention")):
        named = Bound[AnswerForm]({**form.raw, "body": with_mention(str(form.value("body")), name)})
        return show_post(request, db, viewer, locale, handle, post, named)
    if not form.valid:
        return show_post(request, db, viewer, locale, handle, post, form, status=422)
    data = form.data
    try:
        made = add_comment(
            db,
            viewer,
            found,
            body=data.body,
            audience=data.audience,
            once=data.once or None,
            parent=parent,
        )
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return show_post(request, db, viewer, locale, handle, post, form, status=422)
    done = Flash(locale.gettext("Your answer is sent."))
    return redirect(request, f"/journals/{handle}/{post}#answer-{made.public_id}", done)


def _parent(db: Session, viewer: Viewer, post: Post, form: Bound[AnswerForm]) -> Comment | None:
    """The answer that is replied to. One that is gone meanwhile takes no text along: it comes back in the
    form for an answer of its own, for no more readers than it was meant for."""
    name = str(form.value("parent"))
    if not name:
        return None
    try:
        if form.parsed is None and "parent" in form.problems:
            raise NotFound
        return thread_begun_by(db, readable_comment(db, viewer, post, name))
    except NotFound:
        form.raw["parent"] = ""
        form.errors.pop("parent", None)
        form.raw["audience"] = Audience.COACHES.value
        form.refuse("body", GONE)
        return None


def show_post(
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
    if view.audiences and form.value("audience") not in {value for value, _, _ in view.audiences}:
        form.raw["audience"] = view.audiences[0][0]
    replied = str(form.value("parent"))
    problems = [
        (f"reply-{replied}" if replied and name == "body" else name, problem)
        for name, problem in form.errors.items()
    ]
    context = {"view": view, "form": form, "problems": problems}
    return render(request, "learn/post.html", context, status=status)


@router.post("/journals/{handle}/{post}/answers/{answer}/delete")
def delete_answer(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str
) -> Response:
    """What one wrote can be taken back, also where one may no longer read what it answers."""
    delete_comment(db, own_comment(db, viewer, answer))
    undo = f"/journals/{handle}/{post}/answers/{answer}/restore"
    gone = Flash(locale.gettext("Your answer is deleted."), undo_url=undo)
    return redirect(request, _where_it_stood(db, viewer, handle, post), gone)


@router.post("/journals/{handle}/{post}/answers/{answer}/restore")
def restore_answer(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str
) -> Response:
    restore_comment(db, own_comment(db, viewer, answer, deleted=True))
    url = _where_it_stood(db, viewer, handle, post)
    back = Flash(locale.gettext("It is back."))
    return redirect(request, f"{url}#answer-{answer}" if url != "/" else url, back)


def _where_it_stood(db: Session, viewer: Viewer, handle: str, post: str) -> str:
    """The post, where the viewer may read it; else home."""
    try:
        readable_post(db, viewer, handle, post)
    except NotFound:
        return "/"
    return f"/journals/{handle}/{post}"

"""What readers do with answers and posts beyond answering: change, accept, react."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.journals.answers import acceptable_comment, reactions_to, readable_comment
from app.journals.forms import ReactionForm
from app.journals.models import Comment, Post, ReactionKind, Visibility
from app.journals.queries import own_comment, readable_post
from app.journals.reactions import reactions_view
from app.journals.talk import accept, edit_comment, react
from app.learn.forms import AcceptForm, AnswerForm, AnswerTextForm, ThanksForm
from app.learn.journal_routes import show_post
from app.learn.mentions import mentionable, with_mention
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, is_htmx, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/journals/{handle}/{post}/answers/{answer}/edit")
def edit_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str
) -> Response:
    found, comment = _own_answer(db, viewer, handle, post, answer)
    return _editor(request, db, viewer, locale, found, comment, blank(AnswerTextForm, body=comment.body))


@router.post("/journals/{handle}/{post}/answers/{answer}/edit")
def edit(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str,
    form: Bound[AnswerTextForm] = posted(AnswerTextForm),
) -> Response:
    found, comment = _own_answer(db, viewer, handle, post, answer)
    if name := str(form.value("mention")):
        named = Bound[AnswerTextForm]({"body": with_mention(str(form.value("body")), name)})
        return _editor(request, db, viewer, locale, found, comment, named)
    if not form.valid:
        return _editor(request, db, viewer, locale, found, comment, form, status=422)
    edit_comment(db, found, comment, form.data.body)
    done = Flash(locale.gettext("Your answer is changed."))
    return redirect(request, f"/journals/{handle}/{post}#answer-{answer}", done)


def _own_answer(db: Session, viewer: Viewer, handle: str, post: str, answer: str) -> tuple[Post, Comment]:
    """Raises NotFound, also where the viewer may no longer read the post."""
    found = readable_post(db, viewer, handle, post)
    return found, own_comment(db, viewer, answer, of_post=found.id)


def _editor(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    post: Post,
    comment: Comment,
    form: Bound[AnswerTextForm],
    *,
    status: int = 200,
) -> Response:
    url = f"/journals/{post.author.handle}/{post.public_id}"
    author = [(post.author.handle, post.author.name)]
    context = {
        "url": url,
        "answer": comment.public_id,
        "title": post.title or locale.gettext("Without a title"),
        "form": form,
        "people": mentionable(db, viewer, post.cohort_id, post.visibility, author),
    }
    return render(request, "learn/answer.html", context, status=status)


@router.post("/journals/{handle}/{post}/answers/{answer}/accept")
def accept_answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str,
    form: Bound[AcceptForm] = posted(AcceptForm),
) -> Response:
    found = readable_post(db, viewer, handle, post)
    comment = acceptable_comment(db, viewer, found, answer)
    if not form.valid:
        return show_post(request, db, viewer, locale, handle, post, blank(AnswerForm), status=422)
    accept(db, viewer, found, comment, accepted=form.data.accepted == "1")
    return redirect(request, f"/journals/{handle}/{post}#answer-{answer}")


@router.post("/journals/{handle}/{post}/reactions")
def react_to_post(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[ReactionForm] = posted(ReactionForm),
) -> Response:
    return _react(request, db, viewer, locale, readable_post(db, viewer, handle, post), None, form)


@router.post("/journals/{handle}/{post}/answers/{answer}/reactions")
def react_to_answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str,
    form: Bound[ThanksForm] = posted(ThanksForm),
) -> Response:
    found = readable_post(db, viewer, handle, post)
    comment = readable_comment(db, viewer, found, answer)
    return _react(request, db, viewer, locale, found, comment, form)


def _react(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    post: Post,
    comment: Comment | None,
    form: Bound[ReactionForm] | Bound[ThanksForm],
) -> Response:
    """Nobody thanks themselves, nor on a page that is theirs alone."""
    if (comment or post).author_id == viewer.person_id or post.visibility == Visibility.PRIVATE:
        raise NotFound
    handle, url = post.author.handle, f"/journals/{post.author.handle}/{post.public_id}"
    if not form.valid:
        return show_post(request, db, viewer, locale, handle, post.public_id, blank(AnswerForm), status=422)
    react(db, viewer, post, ReactionKind(form.data.kind), on=form.data.on == "1", comment=comment)
    answer = (comment.id, comment.public_id) if comment else None
    found = reactions_to(db, viewer, post.id)
    view = reactions_view(locale, viewer, found, url=url, answer=answer, may_press=True)
    if not is_htmx(request):
        return redirect(request, f"{url}#{view.id}")
    return render(request, "learn/_reactions.html", {"view": view}, partial="learn/_reactions.html")

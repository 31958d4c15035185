"""The page on which a post is written, and what its buttons do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.errors import Refused
from app.journals.models import Post, Visibility
from app.journals.readers import allowed, choices, circle_of
from app.journals.services import (
    About,
    Conflict,
    default_visibility,
    publish_post,
    save_draft,
    start_post,
)
from app.learn.forms import PostForm
from app.markdown import render_post
from app.people.viewer import Viewer
from app.things.catalogue import Programme, Thing, ThingText
from app.web.forms import Bound, blank
from app.web.i18n import Locale, message
from app.web.render import Flash, is_htmx, redirect, render


@dataclass(frozen=True)
class Desk:
    """Where one post is written: `url` takes the form, `done_url` is where publishing leads, None for the
    post itself. `post` is None before the first save. `programme` and `thing` are what it is about."""

    url: str
    back_url: str
    enrolment: Enrolment | None
    post: Post | None
    programme: Programme | None = None
    thing: Thing | None = None
    done_url: str | None = None

    @property
    def about(self) -> About | None:
        if self.enrolment is None or self.programme is None or self.thing is None:
            return None
        return About(self.enrolment, self.programme, self.thing)


@dataclass(frozen=True)
class EditorView:
    url: str
    back_url: str
    thing: Thing | None
    text: ThingText | None
    lang: str
    choices: Sequence[tuple[str, str, str]]
    is_published: bool
    delete_url: str
    preview: Markup | None = None
    other: Post | None = None
    """What another window saved meanwhile."""


def open_desk(request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk) -> Response:
    """The editor with what is written so far."""
    post = desk.post
    if post is None:
        circle = circle_of(db, desk.enrolment)
        visibility = default_visibility(db, viewer.person_id, desk.enrolment, circle).value
        form = blank(PostForm, window=str(uuid4()), version=1, visibility=visibility)
    else:
        title, body = writing_of(post)
        form = blank(
            PostForm,
            once=post.once,
            window=str(uuid4()),
            version=post.version,
            title=title,
            body=body,
            visibility=post.visibility,
        )
    return _page(request, db, viewer, locale, desk, form)


def writing_of(post: Post) -> tuple[str, str]:
    """Title and text as the author last left them."""
    if post.draft_body is None:
        return post.title, post.body
    return post.draft_title or "", post.draft_body


def write(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, form: Bound[PostForm]
) -> Response:
    """Preview, keep as a draft, or publish."""
    if not form.valid:
        return _page(request, db, viewer, locale, desk, form, status=422)
    data = form.data
    if data.action == "preview":
        preview = render_post(data.body, locale.language)
        return _page(request, db, viewer, locale, desk, form, preview=preview)
    if data.action == "publish" and not data.body.strip():
        form.refuse("body", message("Write a sentence or two first."))
        return _page(request, db, viewer, locale, desk, form, status=422)
    if desk.post is None and not (data.body.strip() or data.title):
        return _saved(request, locale, desk, None)
    circle = circle_of(db, desk.enrolment)
    visibility = data.visibility or default_visibility(db, viewer.person_id, desk.enrolment, circle)
    if visibility not in allowed(circle):
        form.refuse("visibility", message("Choose one of the options."))
        return _page(request, db, viewer, locale, desk, form, status=422)
    post = desk.post or start_post(
        db,
        viewer.person_id,
        once=data.once or str(uuid4()),
        language=locale.language,
        visibility=visibility,
        enrolment=desk.enrolment,
        about=desk.about,
    )
    was_published = post.published_at is not None
    act = publish_post if data.action == "publish" else save_draft
    try:
        act(
            db,
            post,
            title=data.title,
            body=data.body,
            visibility=visibility,
            version=data.version if data.version is not None else post.version,
            window=data.window or None,
            about=desk.about,
        )
    except Conflict as conflict:
        return _conflict(request, db, viewer, locale, desk, form, conflict.post)
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _page(request, db, viewer, locale, desk, form, status=422)
    if data.action == "draft":
        return _saved(request, locale, desk, post)
    flash = Flash(_published_words(locale, visibility, again=was_published))
    return redirect(request, desk.done_url or f"/journals/{viewer.handle}/{post.public_id}", flash)


def _saved(request: Request, locale: Locale, desk: Desk, post: Post | None) -> Response:
    if is_htmx(request):
        return _save_line(request, post=post)
    flash = Flash(locale.gettext("Your draft is saved. Nobody else sees it.")) if post else None
    return redirect(request, desk.url, flash)


def _save_line(
    request: Request,
    *,
    post: Post | None = None,
    conflict: bool = False,
    problem: str = "",
    status: int = 200,
) -> Response:
    """What became of a draft that saved itself."""
    context = {"post": post, "conflict": conflict, "problem": problem}
    return render(request, "learn/_saved.html", context, partial="learn/_saved.html", status=status)


def _conflict(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    desk: Desk,
    form: Bound[PostForm],
    other: Post,
) -> Response:
    """Both texts, side by side; whichever is saved next was chosen with both in sight."""
    if is_htmx(request):
        return _save_line(request, post=other, conflict=True, status=409)
    form.raw["version"] = other.version
    return _page(request, db, viewer, locale, desk, form, other=other, status=409)


def _published_words(locale: Locale, visibility: Visibility, *, again: bool) -> str:
    if visibility is Visibility.PRIVATE:
        return locale.gettext("Kept for yourself.")
    if again:
        return locale.gettext("Your post is changed.")
    words = {
        Visibility.COACHES: locale.gettext("Published. Your coach can read it now."),
        Visibility.COHORT: locale.gettext("Published to your group."),
        Visibility.MEMBERS: locale.gettext("Published to everyone here."),
        Visibility.PUBLIC: locale.gettext("Published on the web."),
    }
    return words[visibility]


def _page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    desk: Desk,
    form: Bound[PostForm],
    *,
    preview: Markup | None = None,
    other: Post | None = None,
    status: int = 200,
) -> Response:
    if is_htmx(request):
        return _save_line(request, problem=next(iter(form.errors.values()), ""), status=status)
    thing = desk.thing
    text = thing.text(locale.reading_order()) if thing else None
    post = desk.post
    view = EditorView(
        desk.url,
        desk.back_url,
        thing,
        text,
        locale.lang(text.language) if text else "",
        choices(circle_of(db, desk.enrolment), request.app.state.site.name, locale),
        bool(post and post.published_at),
        f"/journals/{viewer.handle}/{post.public_id}/delete" if post else "",
        preview,
        other,
    )
    context = {"view": view, "form": form, "other_text": writing_of(other) if other else None}
    return render(request, "learn/editor.html", context, status=status)

"""The page on which a post is written, and what its buttons do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.cohorts.promises import promise_in_words, promises_answers
from app.errors import Refused
from app.journals.mentions import people_named
from app.journals.mentors import shares_by_choice
from app.journals.models import Post, Visibility
from app.journals.pictures import ACCEPTED, Prepared, html_of, markdown_of
from app.journals.readers import Circle, allowed, choices, circle_of
from app.journals.reviews import is_waiting
from app.journals.services import (
    About,
    Conflict,
    default_visibility,
    keep_picture,
    minimum_words,
    publish_post,
    save_draft,
    start_post,
    words_of,
)
from app.learn.forms import PictureForm, PostForm
from app.learn.mentions import Mentionable, mentionable, with_mention
from app.people.viewer import Viewer
from app.things.catalogue import Programme, Thing, ThingText
from app.web.forms import Bound, blank
from app.web.i18n import Locale, message
from app.web.page import sign_in_first
from app.web.render import Flash, is_htmx, redirect, render

ASKED = message("Your question is asked.")


@dataclass(frozen=True)
class Desk:
    """Where one post is written: `url` takes the form, `done_url` is where publishing leads, None for the
    post itself. `post` is None before the first save. `programme` and `thing` are what it is about; one that
    `asks` is a question to the group."""

    url: str
    back_url: str
    enrolment: Enrolment | None
    post: Post | None
    programme: Programme | None = None
    thing: Thing | None = None
    done_url: str | None = None
    asks: bool = False

    def url_of(self, post: Post, handle: str) -> str:
        """Where a draft is written on: of posts without a Thing there may be several."""
        return self.url if self.thing else f"/journals/{handle}/{post.public_id}/edit"

    @property
    def about(self) -> About | None:
        """What it is a reflection about; a question is none."""
        if self.asks or self.enrolment is None or self.programme is None or self.thing is None:
            return None
        return About(self.enrolment, self.programme, self.thing)

    def words(self, body: str, language: str) -> Words | None:
        """Counted only where a number of them is asked for."""
        least = minimum_words(self.about)
        return Words(words_of(body, language), least) if least else None


@dataclass(frozen=True)
class Words:
    """How many words of a reflection there are, and how many the cohort asks for."""

    count: int
    least: int


@dataclass(frozen=True)
class EditorView:
    url: str
    pictures_url: str
    back_url: str
    thing: Thing | None
    text: ThingText | None
    lang: str
    choices: Sequence[tuple[str, str, str]]
    people: Sequence[Mentionable]
    asks: bool
    promise: str
    """What the coaches promise to answer, where there are some."""
    may_ask: bool
    mentor: str
    """Who reads it too, where the writer says so."""
    is_published: bool
    delete_url: str
    words: Words | None
    preview: Markup | None = None
    other: Post | None = None
    """What another window saved meanwhile."""


def writer_of(viewer: Viewer | None, form: Bound[Any]) -> Viewer | None:
    """The viewer, unless the form was opened by somebody else on the same computer."""
    opened_by = str(form.value("writer"))
    return viewer if viewer is not None and opened_by in ("", viewer.public_id) else None


def turned_away(request: Request, viewer: Viewer | None, locale: Locale, form: Bound[Any]) -> Response:
    """For a text that reaches us after its writer was signed out: the page carries it until they are back.
    Who is signed in instead does not see it on the page."""
    if is_htmx(request) and viewer is None:
        return sign_in_first(request)
    if is_htmx(request):
        problem = locale.gettext("Somebody else is signed in here now.")
        return _save_line(request, problem=problem, status=409)
    fields = [(name, value) for name, value in form.raw.items() if name in PostForm.model_fields]
    response = render(request, "learn/signed_out.html", {"fields": fields}, status=403)
    response.headers["Cache-Control"] = "no-store"
    return response


def open_desk(request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk) -> Response:
    """The editor with what is written so far."""
    post = desk.post
    if post is None:
        circle = circle_of(db, desk.enrolment)
        visibility = _default(db, viewer, desk, circle).value
        shares = "1" if shares_by_choice(db, desk.enrolment) else ""
        form = blank(PostForm, window=str(uuid4()), version=1, visibility=visibility, for_mentor=shares)
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
            asks="1" if _asks_now(db, post) else "",
            for_mentor="1" if post.mentorship_id is not None else "",
        )
    return _page(request, db, viewer, locale, desk, form)


def _asks_now(db: Session, post: Post) -> bool:
    """Whether its author wants an answer and has none yet."""
    return post.asks_since is not None and (post.published_at is None or is_waiting(db, post))


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
        people = people_named(db, viewer.person_id, data.body)
        preview = html_of(data.body, locale.language, people.link)
        return _page(request, db, viewer, locale, desk, form, preview=preview)
    if data.insert is not None:
        _insert_prompt(locale, desk, form, data.insert)
        return _page(request, db, viewer, locale, desk, form)
    if data.mention:
        form.raw["body"] = with_mention(data.body, data.mention)
        return _page(request, db, viewer, locale, desk, form)
    if data.action == "publish" and not data.body.strip():
        form.refuse("body", message("Write a sentence or two first."))
        return _page(request, db, viewer, locale, desk, form, status=422)
    if desk.post is None and not (data.body.strip() or data.title):
        return _saved(request, viewer, locale, desk, None)
    circle = circle_of(db, desk.enrolment)
    visibility = data.visibility or _default(db, viewer, desk, circle)
    if visibility not in allowed(circle, asks=desk.asks):
        form.refuse("visibility", message("Choose one of the options."))
        return _page(request, db, viewer, locale, desk, form, status=422)
    post = _post_of(db, viewer, locale, desk, data, visibility)
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
            asks=_gets_answers(desk, circle) and (desk.asks or data.asks is not None),
            mentorship_id=_mentorship(circle, data, visibility),
        )
    except Conflict as conflict:
        return _conflict(request, db, viewer, locale, desk, form, conflict.post)
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _page(request, db, viewer, locale, desk, form, status=422)
    if data.action == "draft":
        return _saved(request, viewer, locale, desk, post, window=data.window)
    asked = desk.asks and not was_published
    words = ASKED.translated(locale.gettext) if asked else _published(locale, visibility, again=was_published)
    flash = Flash(words, kept=data.window)
    return redirect(request, desk.done_url or f"/journals/{viewer.handle}/{post.public_id}", flash)


def _mentorship(circle: Circle, data: PostForm, visibility: Visibility) -> int | None:
    """That of the mentor who reads it, too."""
    shares = data.for_mentor is not None and visibility is not Visibility.PRIVATE
    return circle.mentorship_id if shares or visibility is Visibility.MENTOR else None


def _gets_answers(desk: Desk, circle: Circle) -> bool:
    """Whether there are coaches who answer whoever asks them."""
    cohort = desk.enrolment.cohort if desk.enrolment else None
    return cohort is not None and bool(circle.coaches) and promises_answers(cohort)


def _insert_prompt(locale: Locale, desk: Desk, form: Bound[PostForm], number: int) -> None:
    """As a quotation at the end; a script puts it where the cursor is."""
    prompts = desk.thing.text(locale.reading_order()).prompts if desk.thing else ()
    if number < len(prompts):
        body = str(form.value("body")).rstrip()
        form.raw["body"] = f"{body}\n\n> {prompts[number]}\n\n".lstrip()


def add_picture(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    desk: Desk,
    form: Bound[PictureForm],
    picture: Prepared | None,
) -> Response:
    """Into the text at its end; a script gets the Markdown, and puts it where the cursor is. None is a
    picture that was refused, with the reason in the form."""
    if picture is None:
        return _no_picture(request, db, viewer, locale, desk, form)
    circle = circle_of(db, desk.enrolment)
    visibility = form.data.visibility or _default(db, viewer, desk, circle)
    if visibility not in allowed(circle, asks=desk.asks):
        visibility = Visibility.PRIVATE
    post = _post_of(db, viewer, locale, desk, form.data, visibility)
    try:
        name = keep_picture(db, post, picture)
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _no_picture(request, db, viewer, locale, desk, form)
    markdown = markdown_of(form.data.alt, name)
    if is_htmx(request):
        context = {"markdown": markdown, "problem": ""}
        return render(request, "learn/_picture.html", context, partial="learn/_picture.html")
    body = f"{form.data.body.rstrip()}\n\n{markdown}\n".lstrip()
    try:
        save_draft(
            db,
            post,
            title=form.data.title,
            body=body,
            visibility=visibility,
            version=form.data.version if form.data.version is not None else post.version,
            window=form.data.window or None,
            about=desk.about,
            asks=form.data.asks is not None,
            mentorship_id=_mentorship(circle, form.data, visibility),
        )
    except Conflict as conflict:
        return _conflict(request, db, viewer, locale, desk, form, conflict.post)
    return _saved(request, viewer, locale, desk, post, window=form.data.window)


def _no_picture(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, form: Bound[PictureForm]
) -> Response:
    if not is_htmx(request):
        return _page(request, db, viewer, locale, desk, form, status=422)
    context = {"markdown": "", "problem": next(iter(form.errors.values()), "")}
    return render(request, "learn/_picture.html", context, partial="learn/_picture.html", status=422)


def _post_of(
    db: Session, viewer: Viewer, locale: Locale, desk: Desk, data: PostForm, visibility: Visibility
) -> Post:
    """The post that is written here, begun where it is new."""
    return desk.post or start_post(
        db,
        viewer.person_id,
        once=data.once or str(uuid4()),
        language=locale.language,
        visibility=visibility,
        enrolment=desk.enrolment,
        about=desk.about,
        is_question=desk.asks,
    )


def _default(db: Session, viewer: Viewer, desk: Desk, circle: Circle) -> Visibility:
    if desk.asks:
        return Visibility.COHORT
    return default_visibility(db, viewer.person_id, desk.enrolment, circle)


def _saved(
    request: Request, viewer: Viewer, locale: Locale, desk: Desk, post: Post | None, *, window: str = ""
) -> Response:
    if is_htmx(request):
        words = desk.words(post.draft_body or "", post.language) if post else None
        return _save_line(request, post=post, words=words)
    saved = Flash(locale.gettext("Your draft is saved. Nobody else sees it."), kept=window)
    if post is None:
        return redirect(request, desk.url)
    return redirect(request, desk.url_of(post, viewer.handle), saved)


def _save_line(
    request: Request,
    *,
    post: Post | None = None,
    conflict: bool = False,
    problem: str = "",
    words: Words | None = None,
    status: int = 200,
) -> Response:
    """What became of a draft that saved itself."""
    context = {"post": post, "conflict": conflict, "problem": problem, "words": words}
    return render(request, "learn/_saved.html", context, partial="learn/_saved.html", status=status)


def _conflict(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    desk: Desk,
    form: Bound[Any],
    other: Post,
) -> Response:
    """Both texts, side by side; whichever is saved next was chosen with both in sight."""
    if is_htmx(request):
        return _save_line(request, post=other, conflict=True, status=409)
    form.raw["version"] = other.version
    return _page(request, db, viewer, locale, desk, form, other=other, status=409)


def pictures_url(url: str) -> str:
    """Where the form is sent with a picture in it."""
    path, mark, query = url.partition("?")
    return f"{path}/pictures{mark}{query}"


def _published(locale: Locale, visibility: Visibility, *, again: bool) -> str:
    if visibility is Visibility.PRIVATE:
        return locale.gettext("Kept for yourself.")
    if again:
        return locale.gettext("Your post is changed.")
    words = {
        Visibility.MENTOR: locale.gettext("Published. Your mentor can read it now."),
        Visibility.COACHES: locale.gettext("Published. Your coach can read it now."),
        Visibility.POD: locale.gettext("Published to your small group."),
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
    form: Bound[Any],
    *,
    preview: Markup | None = None,
    other: Post | None = None,
    status: int = 200,
) -> Response:
    if is_htmx(request):
        return _save_line(request, problem=next(iter(form.errors.values()), ""), status=status)
    thing = desk.thing
    text = thing.text(locale.reading_order()) if thing else None
    post, circle = desk.post, circle_of(db, desk.enrolment)
    cohort = desk.enrolment.cohort if desk.enrolment and circle.coaches else None
    view = EditorView(
        desk.url,
        pictures_url(desk.url),
        desk.back_url,
        thing,
        text,
        locale.lang(text.language) if text else "",
        choices(circle, request.app.state.site.name, locale, asks=desk.asks),
        mentionable(db, viewer, desk.enrolment.cohort_id) if desk.enrolment else [],
        desk.asks,
        promise_in_words(cohort, locale) if cohort else "",
        _gets_answers(desk, circle) and not desk.asks,
        circle.mentor,
        bool(post and post.published_at),
        f"/journals/{viewer.handle}/{post.public_id}/delete" if post else "",
        desk.words(str(form.value("body")), post.language if post else locale.language),
        preview,
        other,
    )
    context = {
        "view": view,
        "form": form,
        "other_text": writing_of(other) if other else None,
        "accepted": ACCEPTED,
    }
    return render(request, "learn/editor.html", context, status=status)

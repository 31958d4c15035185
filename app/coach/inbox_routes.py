"""The coach's inbox: reading what is shared, one after the other, and saying something to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.inbox_forms import (
    AnotherLookForm,
    ApproveForm,
    CoachAnswerForm,
    HandOverForm,
    MarkReadForm,
)
from app.coach.inbox_queries import Desk, FilledIn, desk_of, filled_in, inbox_view, reading_view, sides_of
from app.coaching.reviewed import inbox_detail, reviewed_post
from app.coaching.services import approve, hand_over, mark_read, want_another_look
from app.cohorts.queries import coached_cohort, coaches_of
from app.errors import Refused
from app.journals.forms import ReactionForm
from app.journals.models import Post, ReactionKind, Review
from app.journals.services import About, add_comment
from app.journals.talk import react
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
INBOX, READING = "/cohorts/{cohort}/coach/inbox", "/cohorts/{cohort}/coach/inbox/{post}"


@router.get(INBOX)
def inbox_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    show: str = "",
    after: str = "",
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show)
    view = inbox_view(db, desk, catalogue_of(request), locale, cursor=after)
    return render(request, "coach/inbox.html", {"cohort": desk.cohort, "desk": desk, "view": view})


@router.post(f"{INBOX}/read")
def read_many(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    show: str = "",
    form: Bound[MarkReadForm] = posted(MarkReadForm),
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show)
    count = mark_read(db, viewer, desk.cohort.id, form.data.chosen) if form.valid else 0
    words = locale.ngettext("One post is marked as read.", "%(num)s posts are marked as read.", count)
    nothing = locale.gettext("Tick the posts that you have read.")
    return redirect(request, desk.url, Flash(words % {"num": count} if count else nothing))


@router.get(READING)
def reading_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
    template: str = "",
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)
    return _reading_page(request, db, locale, desk, post, blank(CoachAnswerForm), template=template)


def _reading_page(
    request: Request,
    db: Session,
    locale: Locale,
    desk: Desk,
    public_id: str,
    form: Bound[Any],
    *,
    template: str = "",
    status: int = 200,
) -> Response:
    catalogue = catalogue_of(request)
    found = inbox_detail(db, desk.viewer, desk.cohort.id, public_id)
    view = reading_view(db, desk, catalogue, locale, found)
    chosen = filled_in(db, desk, catalogue, locale, found, template) if template else FilledIn()
    if chosen.text:
        form.raw["body"] = chosen.text
    if form.value("audience") not in {value for value, _, _ in view.audiences}:
        form.raw["audience"] = view.audiences[0][0]
    context = {
        "cohort": desk.cohort,
        "desk": desk,
        "view": view,
        "form": form,
        "template": template,
        "filled": chosen,
        "public_id": public_id,
    }
    return render(request, "coach/reading.html", context, status=status)


@router.post(f"{READING}/answers")
def answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
    form: Bound[CoachAnswerForm] = posted(CoachAnswerForm),
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)

    def say(found: Post, _: Review) -> None:
        data = form.data
        add_comment(db, viewer, found, body=data.body, audience=data.audience, once=data.once or None)

    return _say(request, db, locale, desk, post, form, say, locale.gettext("Your answer is sent."))


@router.post(f"{READING}/another-look")
def ask_for_another_look(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
    form: Bound[AnotherLookForm] = posted(AnotherLookForm),
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)

    def say(found: Post, review: Review) -> None:
        words, once = form.data.body, form.data.once or None
        want_another_look(db, viewer, found, review, words=words, once=once)

    done = locale.gettext("%(name)s is asked to look at it once more.")
    return _say(request, db, locale, desk, post, form, say, done)


@router.post(f"{READING}/approve")
def approve_post(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
    form: Bound[ApproveForm] = posted(ApproveForm),
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)

    def say(found: Post, review: Review) -> None:
        about, data = _about(catalogue_of(request), found), form.data
        approve(db, viewer, found, review, about, words=data.body.strip(), once=data.once or None)

    return _say(request, db, locale, desk, post, form, say, locale.gettext("It is approved."))


def _say(
    request: Request,
    db: Session,
    locale: Locale,
    desk: Desk,
    public_id: str,
    form: Bound[Any],
    say: Callable[[Post, Review], None],
    done: str,
) -> Response:
    """And on to the next post; back to the page where the form does not fit, or a rule forbids it."""
    found, review = reviewed_post(db, desk.viewer, desk.cohort.id, public_id)
    if form.valid:
        try:
            say(found, review)
        except Refused as refused:
            form.refuse(refused.field or "body", refused.message)
    if not form.valid:
        return _reading_page(request, db, locale, desk, public_id, form, status=422)
    return _onwards(request, db, locale, desk, found, done % {"name": found.author.name})


def _about(catalogue: Catalogue, post: Post) -> About | None:
    """What it is a reflection about; a question is none."""
    if post.is_question:
        return None
    programme = catalogue.programme(post.programme_slug) if post.programme_slug else None
    thing = programme.thing(post.thing_slug) if programme and post.thing_slug else None
    return About(post.enrolment, programme, thing) if programme and thing and post.enrolment else None


@router.post(f"{READING}/read")
def mark_as_read(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)
    found, _ = reviewed_post(db, viewer, desk.cohort.id, post)
    mark_read(db, viewer, desk.cohort.id, [post])
    return _onwards(request, db, locale, desk, found, locale.gettext("Marked as read."))


def _onwards(request: Request, db: Session, locale: Locale, desk: Desk, post: Post, done: str) -> Response:
    """To the next post on the shelf; from the last to the shelf."""
    following = sides_of(db, desk, post.id).next
    if following:
        return redirect(request, following, Flash(done))
    over = locale.gettext("That was the last one here.")
    return redirect(request, desk.url, Flash(f"{done} {over}"))


@router.post(f"{READING}/reactions")
def react_in_inbox(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
    form: Bound[ReactionForm] = posted(ReactionForm),
) -> Response:
    """It is an answer; the coach stays, who may want to add a word."""
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)
    found, _ = reviewed_post(db, viewer, desk.cohort.id, post)
    if not form.valid:
        return _reading_page(request, db, locale, desk, post, blank(CoachAnswerForm), status=422)
    is_on = form.data.on == "1"
    react(db, viewer, found, ReactionKind(form.data.kind), on=is_on)
    done = locale.gettext("It counts as your answer.") if is_on else locale.gettext("It is taken back.")
    return redirect(request, desk.url_of(post, desk.place), Flash(done))


@router.post(f"{READING}/hand-over")
def hand_over_post(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    post: str,
    show: str = "",
    at: str = "",
    form: Bound[HandOverForm] = posted(HandOverForm),
) -> Response:
    desk = desk_of(viewer, coached_cohort(db, viewer, cohort), show, at)
    found, review = reviewed_post(db, viewer, desk.cohort.id, post)
    coaches = {coach.handle: coach for coach in coaches_of(db, desk.cohort.id)}
    to = None
    if form.valid:
        try:
            data = form.data
            to = hand_over(db, viewer, found, review, coaches, to=data.coach, held=data.held)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        page = blank(CoachAnswerForm)
        page.errors = form.errors
        return _reading_page(request, db, locale, desk, post, page, status=422)
    if to is None:
        done = locale.gettext("Whoever comes first answers this.")
    elif to.id == viewer.person_id:
        done = locale.gettext("You answer this.")
    else:
        done = locale.gettext("%(name)s answers this, and is told.") % {"name": to.name}
    return redirect(request, desk.url_of(post, desk.place), Flash(done))

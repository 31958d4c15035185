"""Writing: a reflection about a Thing, a post without one, and changing either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.courses import course_in
from app.cohorts.models import Enrolment
from app.cohorts.queries import active_enrolment, own_enrolment
from app.cohorts.services import enrol
from app.errors import NotFound
from app.journals.models import Post
from app.journals.queries import own_post, post_by_once, writing_about
from app.journals.services import delete_post, restore_post
from app.learn.editor import Desk, open_desk, turned_away, write, writer_of
from app.learn.forms import PostForm
from app.learn.reader import found_programme, found_thing
from app.people.viewer import Enrolled, Viewer
from app.progress.queries import slugs_of
from app.things.catalogue import Programme, Thing
from app.things.library import catalogue_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/programmes/{programme}/{thing}/reflect")
def reflect_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, thing: str
) -> Response:
    found = found_programme(catalogue_of(request), programme)
    what = found_thing(found, thing)
    if what.slug in course_in(found, viewer.enrolled_in(found.slug)).closed:
        return redirect(request, f"/programmes/{found.slug}/{what.slug}")
    enrolment = active_enrolment(db, viewer.person_id, found.slug)
    post = writing_about(db, enrolment.id, slugs_of(what)) if enrolment else None
    return open_desk(request, db, viewer, locale, _reflection_desk(found, what, enrolment, post))


@router.post("/programmes/{programme}/{thing}/reflect")
def reflect(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    programme: str,
    thing: str,
    form: Bound[PostForm] = posted(PostForm),
) -> Response:
    """The enrolment is locked meanwhile: the same form twice at once is one post."""
    writer = writer_of(viewer, form)
    if writer is None:
        return turned_away(request, viewer, locale, form)
    desk = begun_reflection(request, db, writer, form, programme, thing)
    return write(request, db, writer, locale, desk, form)


def begun_reflection(
    request: Request, db: Session, writer: Viewer, form: Bound[Any], programme: str, thing: str
) -> Desk:
    """Where a reflection that was typed belongs; who begins one is in the programme."""
    found = found_programme(catalogue_of(request), programme)
    what = found_thing(found, thing)
    enrolment = enrol(db, writer.person_id, found.slug)
    post = _begun(db, writer, form, enrolment, slugs_of(what))
    if post is None and form.parsed and not form.data.once:
        post = writing_about(db, enrolment.id, slugs_of(what))
    return _reflection_desk(found, what, enrolment, post)


def _reflection_desk(
    programme: Programme, thing: Thing, enrolment: Enrolment | None, post: Post | None
) -> Desk:
    url = f"/programmes/{programme.slug}/{thing.slug}"
    return Desk(f"{url}/reflect", url, enrolment, post, programme, thing, done_url=f"{url}#written")


def _begun(
    db: Session,
    viewer: Viewer,
    form: Bound[Any],
    enrolment: Enrolment | None,
    thing_slugs: Sequence[str | None],
) -> Post | None:
    """The post that the form began. A mark that names another, or one that was deleted meanwhile, is taken
    off the form: what was typed becomes a post of its own."""
    if form.parsed is None or not form.parsed.once:
        return None
    post = post_by_once(db, viewer.person_id, form.parsed.once)
    if post is None:
        return None
    same = post.enrolment_id == (enrolment.id if enrolment else None) and post.thing_slug in thing_slugs
    if same and post.deleted_at is None:
        return post
    form.parsed.once = form.raw["once"] = str(uuid4())
    return None


@router.get("/posts/new")
def new_post_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, group: str = "", ask: str = ""
) -> Response:
    """`group` is an enrolment; `ask` a cohort, to which a question goes."""
    if ask:
        return open_desk(request, db, viewer, locale, _asking_desk(db, viewer, ask, None))
    courses = viewer.enrolments
    if not group and len(courses) > 1:
        context = {"courses": _named(request, locale, courses)}
        return render(request, "learn/which_group.html", context)
    group = group or (courses[0].public_id if courses else "")
    enrolment = own_enrolment(db, viewer, group) if group else None
    return open_desk(request, db, viewer, locale, _free_desk(viewer, enrolment, None))


@router.post("/posts/new")
def new_post(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    group: str = "",
    ask: str = "",
    form: Bound[PostForm] = posted(PostForm),
) -> Response:
    writer = writer_of(viewer, form)
    if writer is None:
        return turned_away(request, viewer, locale, form)
    return write(request, db, writer, locale, begun_post(db, writer, form, group, ask), form)


def begun_post(db: Session, writer: Viewer, form: Bound[Any], group: str, ask: str) -> Desk:
    """Where a post without a Thing that was typed belongs."""
    if ask:
        return _asking_desk(db, writer, ask, form)
    enrolment = own_enrolment(db, writer, group) if group else None
    return _free_desk(writer, enrolment, _begun(db, writer, form, enrolment, (None,)))


def _named(request: Request, locale: Locale, courses: Sequence[Enrolled]) -> list[tuple[str, str]]:
    """(enrolment, name of the group or, alone, of the programme)."""
    named = []
    for course in courses:
        programme = catalogue_of(request).programme(course.programme_slug)
        title = programme.text(locale.reading_order()).title if programme else course.programme_slug
        named.append((course.public_id, course.cohort.name if course.cohort else title))
    return named


def _free_desk(viewer: Viewer, enrolment: Enrolment | None, post: Post | None) -> Desk:
    url = f"/posts/new?group={enrolment.public_id}" if enrolment else "/posts/new"
    return Desk(url, f"/journals/{viewer.handle}", enrolment, post)


def _asking_desk(db: Session, viewer: Viewer, cohort: str, form: Bound[Any] | None) -> Desk:
    """Where a question to a cohort is written. Raises NotFound for one that the viewer does not learn in."""
    for course in viewer.enrolments:
        if course.cohort and course.cohort.public_id == cohort:
            enrolment = own_enrolment(db, viewer, course.public_id)
            post = _begun(db, viewer, form, enrolment, (None,)) if form else None
            return Desk(f"/posts/new?ask={cohort}", f"/cohorts/{cohort}", enrolment, post, asks=True)
    raise NotFound


def own_desk(
    request: Request, db: Session, viewer: Viewer, handle: str, post: str, *, deleted: bool = False
) -> tuple[Post, Desk]:
    """One of the viewer's posts, locked, and where it is written. Raises NotFound."""
    if handle != viewer.handle:
        raise NotFound
    found = own_post(db, viewer, post, deleted=deleted, for_update=True)
    programme = catalogue_of(request).programme(found.programme_slug) if found.programme_slug else None
    thing = programme.thing(found.thing_slug) if programme and found.thing_slug else None
    url = f"/journals/{viewer.handle}/{found.public_id}"
    back = url if found.published_at else f"/journals/{viewer.handle}"
    asks = found.is_question
    return found, Desk(f"{url}/edit", back, found.enrolment, found, programme, thing, url, asks=asks)


@router.get("/journals/{handle}/{post}/edit")
def edit_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str
) -> Response:
    found, desk = own_desk(request, db, viewer, handle, post)
    if found.source_url:
        return _written_elsewhere(request, locale)
    return open_desk(request, db, viewer, locale, desk)


@router.post("/journals/{handle}/{post}/edit")
def edit(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[PostForm] = posted(PostForm),
) -> Response:
    writer = writer_of(viewer, form)
    if writer is None:
        return turned_away(request, viewer, locale, form)
    found, desk = own_desk(request, db, writer, handle, post)
    if found.source_url:
        return _written_elsewhere(request, locale)
    return write(request, db, writer, locale, desk, form)


def _written_elsewhere(request: Request, locale: Locale) -> Response:
    words = locale.gettext("This post lives on your own blog. Change it there, and it changes here.")
    return redirect(request, "/account/blog", Flash(words))


@router.post("/journals/{handle}/{post}/delete")
def delete(request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str) -> Response:
    found, desk = own_desk(request, db, viewer, handle, post)
    delete_post(db, found, desk.about)
    undo = f"/journals/{handle}/{post}/restore"
    was = (
        locale.gettext("Your post is deleted.")
        if found.published_at
        else locale.gettext("Your draft is deleted.")
    )
    return redirect(request, f"/journals/{handle}", Flash(was, undo_url=undo))


@router.post("/journals/{handle}/{post}/restore")
def restore(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str
) -> Response:
    found, desk = own_desk(request, db, viewer, handle, post, deleted=True)
    restore_post(db, found, desk.about)
    url = f"/journals/{handle}/{post}" + ("" if found.published_at else "/edit")
    return redirect(request, url, Flash(locale.gettext("It is back.")))

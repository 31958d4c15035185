"""One's own blog elsewhere: find it, decide what becomes of its posts, and take it away again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.account.blog_forms import BlogForm, BlogSettingsForm, ConfirmForm, EntriesForm, RemoveForm
from app.account.blog_page import MOST_PREVIEWED, blog_page_with, enrolment_for, preview_page
from app.blogs.discovery import Discovery, discover
from app.blogs.fetch import Failed, Fetcher
from app.blogs.models import Blog, State
from app.blogs.parsing import a_parser
from app.blogs.polling import read_blog
from app.blogs.queries import own_blog
from app.blogs.services import ask_again, change_settings, decide, register, remove, wants_peace
from app.blogs.taking_in import NO_THING, NOT_HERE
from app.blogs.words import state_in_words, trouble_in_words
from app.clock import now
from app.cohorts.models import Enrolment
from app.db import Database
from app.errors import NotFound
from app.journals.readers import allowed, circle_of
from app.people.attempts import FETCHES_PER_PERSON
from app.people.viewer import Viewer
from app.people.ways_in import TOO_OFTEN
from app.things.library import catalogue_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()
URL = "/account/blog"


@router.get("/account/blog")
def blog_page(request: Request, db: Session, viewer: Viewer, locale: Locale, after: str = "") -> Response:
    return blog_page_with(request, db, viewer, locale, after=after)


@router.post("/account/blog")
def look_for_blog(
    request: Request,
    database: Database,
    fetcher: Fetcher,
    viewer: Viewer,
    locale: Locale,
    form: Bound[BlogForm] = posted(BlogForm),
) -> Response:
    """Look at an address; nothing is kept."""
    found = _discovered(request, database, fetcher, viewer, form)
    with database.transaction(write=False) as db:
        if isinstance(found, int):
            return blog_page_with(request, db, viewer, locale, form=form, status=found)
        enrolment = enrolment_for(db, viewer, form.data.group)
        return preview_page(request, db, viewer, locale, found, enrolment)


def _discovered(
    request: Request, database: Database, fetcher: Fetcher, viewer: Viewer, form: Bound[Any]
) -> Discovery | int:
    """What is at the address in a form; else the status of a page with the reason, which is added to the
    form."""
    if not form.valid:
        return 422
    if not request.app.state.limiter.allows(FETCHES_PER_PERSON, "fetch", viewer.public_id):
        form.refuse("url", TOO_OFTEN)
        return 429
    with database.transaction(write=False) as db:
        enrolment = enrolment_for(db, viewer, form.data.group)
        programme = catalogue_of(request).programme(enrolment.programme_slug) if enrolment else None
    try:
        with a_parser() as parser:
            return discover(fetcher, parser, form.data.url, programme, form.data.feed)
    except Failed as failed:
        form.refuse("url", trouble_in_words(failed.trouble, failed.status))
        return 422


@router.post("/account/blog/confirm")
def keep_blog(
    request: Request,
    database: Database,
    fetcher: Fetcher,
    viewer: Viewer,
    locale: Locale,
    form: Bound[ConfirmForm] = posted(ConfirmForm),
) -> Response:
    """What the posts are is read anew: of the form only the person's choices count."""
    found = _discovered(request, database, fetcher, viewer, form)
    if isinstance(found, int):
        with database.transaction(write=False) as db:
            return blog_page_with(request, db, viewer, locale, form=form, status=found)
    with database.transaction() as db:
        enrolment = enrolment_for(db, viewer, form.data.group)
        if form.data.visibility not in allowed(circle_of(db, enrolment, mentors=False)):
            form.refuse("visibility", message("Choose one of the options."))
            return preview_page(request, db, viewer, locale, found, enrolment, form=form, status=422)
        blog = _registered(request, db, viewer, found, enrolment, form.data)
        count = blog.new_posts
    words = locale.ngettext(
        "Your blog is here now, with %(num)s post.", "Your blog is here now, with %(num)s posts.", count
    )
    return redirect(request, URL, Flash(words % {"num": count}))


def _registered(
    request: Request,
    db: Session,
    viewer: Viewer,
    found: Discovery,
    enrolment: Enrolment | None,
    data: ConfirmForm,
) -> Blog:
    choices = dict.fromkeys((entry.key for entry in found.feed.entries), NOT_HERE)
    shown = {entry.key for entry in found.feed.entries[:MOST_PREVIEWED]}
    picked = _choices(request, enrolment, data.key, data.choice)
    choices |= {key: choice for key, choice in picked.items() if key in shown}
    return register(
        db,
        viewer.person_id,
        address=found.address,
        feed_url=found.url,
        feed=found.feed,
        enrolment=enrolment,
        visibility=data.visibility,
        takes=data.takes,
        full_text=data.full_text,
        catalogue=catalogue_of(request),
        choices=choices,
    )


def _choices(
    request: Request, enrolment: Enrolment | None, names: Sequence[str], picked: Sequence[str]
) -> dict[str, str]:
    """What was picked for each, where that is one of the options."""
    programme = catalogue_of(request).programme(enrolment.programme_slug) if enrolment else None
    things = {thing.slug for thing in programme.things} if programme else set()
    options = {NOT_HERE, NO_THING, *things}
    return {name: choice for name, choice in zip(names, picked, strict=False) if choice in options}


@router.post("/account/blog/read")
def read_now(
    request: Request, database: Database, fetcher: Fetcher, viewer: Viewer, locale: Locale
) -> Response:
    if not request.app.state.limiter.allows(FETCHES_PER_PERSON, "fetch", viewer.public_id):
        return redirect(request, URL, Flash(TOO_OFTEN.translated(locale.gettext), "warning"))
    with database.transaction() as db:
        blog = _kept(db, viewer)
        if wants_peace(blog, now()):
            words = locale.gettext("The site wants to be left alone until %(moment)s.")
            moment = locale.datetime(blog.next_due_at)
            return redirect(request, URL, Flash(words % {"moment": moment}, "warning"))
        ask_again(blog, now())
        blog_id = blog.id
    return _read(request, database, fetcher, locale, blog_id)


def _read(request: Request, database: Database, fetcher: Fetcher, locale: Locale, blog_id: int) -> Response:
    with a_parser() as parser:
        read_blog(database, fetcher, parser, lambda: catalogue_of(request), blog_id)
    with database.transaction(write=False) as db:
        blog = db.get_one(Blog, blog_id)
        tone = "warning" if blog.trouble else "success"
        return redirect(request, URL, Flash(state_in_words(blog, locale, own=True), tone))


@router.post("/account/blog/entries")
def decide_entries(
    request: Request,
    database: Database,
    fetcher: Fetcher,
    viewer: Viewer,
    locale: Locale,
    form: Bound[EntriesForm] = posted(EntriesForm),
) -> Response:
    """A post that comes in later than the others is read now."""
    with database.transaction() as db:
        blog = _kept(db, viewer)
        if not form.valid:
            return blog_page_with(request, db, viewer, locale, status=422)
        choices = _choices(request, blog.enrolment, form.data.entry, form.data.choice)
        waits = decide(db, blog, catalogue_of(request), choices, form.data.locked)
        blog_id, may_ask = blog.id, blog.state == State.ACTIVE and not wants_peace(blog, now())
    if waits and may_ask and request.app.state.limiter.allows(FETCHES_PER_PERSON, "fetch", viewer.public_id):
        return _read(request, database, fetcher, locale, blog_id)
    return redirect(request, URL, Flash(locale.gettext("It is as you said, and stays so.")))


@router.post("/account/blog/settings")
def save_settings(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[BlogSettingsForm] = posted(BlogSettingsForm),
) -> Response:
    blog = _kept(db, viewer)
    if form.valid and form.data.visibility not in allowed(circle_of(db, blog.enrolment, mentors=False)):
        form.refuse("visibility", message("Choose one of the options."))
    if not form.valid:
        return blog_page_with(request, db, viewer, locale, settings=form, status=422)
    rereads = change_settings(
        db,
        blog,
        visibility=form.data.visibility,
        takes=form.data.takes,
        full_text=form.data.full_text,
    )
    saved = locale.gettext("Saved.")
    soon = locale.gettext("Saved. The texts follow when your blog is read, within a few minutes.")
    return redirect(request, URL, Flash(soon if rereads else saved))


@router.post("/account/blog/remove")
def remove_blog(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[RemoveForm] = posted(RemoveForm),
) -> Response:
    """Also how one says no to a blog that a coach proposed."""
    blog = own_blog(db, viewer.person_id, for_update=True)
    if blog is None:
        raise NotFound
    if not form.valid:
        return blog_page_with(request, db, viewer, locale, status=422)
    remove(db, blog, catalogue_of(request), keep_posts=form.data.posts == "keep")
    return redirect(request, URL, Flash(locale.gettext("Dingen reads it no more.")))


def _kept(db: Session, viewer: Viewer) -> Blog:
    """The viewer's own blog, locked. Raises NotFound; one that was only proposed is none yet."""
    blog = own_blog(db, viewer.person_id, for_update=True)
    if blog is None or blog.state == State.PROPOSED:
        raise NotFound
    return blog

"""The pages of one's own blog: what is kept of it, and what was found at an address before anything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.account.blog_forms import BlogForm, BlogSettingsForm
from app.blogs.discovery import Discovery
from app.blogs.matching import Match, Why, match
from app.blogs.models import Blog, State, Takes
from app.blogs.parsing import FeedEntry, FeedLink
from app.blogs.queries import EntryLine, entries_page, known_entries, own_blog
from app.blogs.services import choice_of, chosen
from app.blogs.taking_in import NO_THING, NOT_HERE, begins, suggested
from app.blogs.words import state_in_words
from app.cohorts.models import Enrolment
from app.cohorts.queries import own_enrolment
from app.journals.cards import host_of
from app.journals.readers import choices, circle_of
from app.journals.services import default_visibility
from app.people.viewer import Viewer
from app.things.catalogue import Programme
from app.things.library import catalogue_of
from app.web.forms import Bound, blank
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import render

MOST_PREVIEWED = 60
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class PreviewLine:
    """A post that was found. `told_by` says what it was matched by; `is_old` is from before the programme
    began for its writer."""

    key: str
    title: str
    url: str
    at: datetime | None
    choice: str
    told_by: str
    is_old: bool


@dataclass(frozen=True)
class Preview:
    discovery: Discovery
    group: str
    lines: Sequence[PreviewLine]
    more: int
    options: Options
    feeds: Sequence[tuple[FeedLink, bool]]
    visibilities: Sequence[tuple[str, str, str]]
    takes: Sequence[tuple[str, str, str]]


def blog_page_with(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    *,
    form: Bound[Any] | None = None,
    settings: Bound[BlogSettingsForm] | None = None,
    after: str = "",
    status: int = 200,
) -> Response:
    """With the form that came back, where one did."""
    blog = own_blog(db, viewer.person_id)
    is_kept = blog is not None and blog.state != State.PROPOSED
    context: dict[str, Any] = {
        "blog": blog if is_kept else None,
        "proposed": blog if blog is not None and not is_kept else None,
        "form": form or blank(BlogForm, url="" if blog is None or is_kept else blog.address),
        "groups": groups_of(request, viewer, locale),
        "settings": settings,
        "paged": bool(after),
    }
    if blog is not None and is_kept:
        context |= _kept(request, db, blog, locale, settings, after)
    return render(request, "account/blog.html", context, status=status)


def _kept(
    request: Request,
    db: Session,
    blog: Blog,
    locale: Locale,
    settings: Bound[BlogSettingsForm] | None,
    after: str,
) -> dict[str, Any]:
    page = entries_page(db, blog.id, after=decode_cursor(after, datetime, int))
    programme = _programme_of(request, blog.enrolment)
    site = request.app.state.site.name
    return {
        "state": state_in_words(blog, locale, own=True),
        "host": host_of(blog.feed_url),
        "lines": [(line, chosen_for(line)) for line in page.items],
        "next": page.next,
        "options": options_of(programme, locale),
        "visibilities": choices(circle_of(db, blog.enrolment, mentors=False), site, locale),
        "takes": takes_in_words(locale),
        "settings": settings
        or blank(
            BlogSettingsForm,
            visibility=blog.visibility,
            takes=blog.takes,
            full_text="1" if blog.full_text else "",
        ),
    }


def chosen_for(line: EntryLine) -> str:
    return chosen(line.thing_slug, taken=line.taken and line.deleted_at is None)


def preview_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    discovery: Discovery,
    enrolment: Enrolment | None,
    *,
    form: Bound[Any] | None = None,
    status: int = 200,
) -> Response:
    """What was found, and what would become of it: nothing is kept before the person says so."""
    programme = _programme_of(request, enrolment)
    circle = circle_of(db, enrolment, mentors=False)
    known = _known_choices(db, viewer, discovery)
    begun = begins(enrolment)
    entries = discovery.feed.entries
    view = Preview(
        discovery,
        enrolment.public_id if enrolment else "",
        [_line(entry, programme, begun, known, locale) for entry in entries[:MOST_PREVIEWED]],
        max(0, len(entries) - MOST_PREVIEWED),
        options_of(programme, locale),
        [(link, link.url == discovery.url) for link in discovery.feeds],
        choices(circle, request.app.state.site.name, locale),
        takes_in_words(locale),
    )
    visibility = default_visibility(db, viewer.person_id, enrolment, circle).value
    form = form or blank(BlogForm, visibility=visibility, takes=Takes.ALL.value)
    context = {"view": view, "form": form}
    return render(request, "account/blog_preview.html", context, status=status)


def _known_choices(db: Session, viewer: Viewer, discovery: Discovery) -> Mapping[str, str]:
    """What was decided already, for who looks at a blog that they have here."""
    blog = own_blog(db, viewer.person_id)
    if blog is None:
        return {}
    keys = {entry.key for entry in discovery.feed.entries}
    return {row.key: choice_of(row) for row in known_entries(db, blog.id, keys, ())}


def _line(
    entry: FeedEntry,
    programme: Programme | None,
    begun: datetime,
    known: Mapping[str, str],
    locale: Locale,
) -> PreviewLine:
    return PreviewLine(
        entry.key,
        entry.title or locale.gettext("Without a title"),
        entry.url,
        entry.at,
        known.get(entry.key, suggested(programme, entry, Takes.ALL, begun)),
        _told_by(match(programme, entry.title, entry.tags), locale),
        entry.at is not None and entry.at < begun,
    )


def _told_by(found: Match | None, locale: Locale) -> str:
    if found is None:
        return ""
    words = {
        Why.TAG: locale.gettext("by its tag “%(text)s”"),
        Why.TITLE: locale.gettext("by “%(text)s” in its title"),
        Why.NAME: locale.gettext("by the name “%(text)s”"),
    }
    return words[found.why] % {"text": found.told_by}


def options_of(programme: Programme | None, locale: Locale) -> Options:
    """What may become of a post."""
    _ = locale.gettext
    order = locale.reading_order()
    things = [
        (
            thing.slug,
            _("Thing %(number)s: %(title)s") % {"number": thing.label, "title": thing.text(order).title},
        )
        for thing in (programme.things if programme else ())
    ]
    return [(NOT_HERE, _("Not in my journal")), (NO_THING, _("In my journal, without a Thing")), *things]


def takes_in_words(locale: Locale) -> list[tuple[str, str, str]]:
    _ = locale.gettext
    return [
        (Takes.ALL.value, _("All my posts"), _("Also those that are about no Thing.")),
        (
            Takes.THINGS.value,
            _("Only those about Things"),
            _("With a tag such as thing7, or “Thing 7” in the title. The others wait in your list."),
        ),
    ]


def groups_of(request: Request, viewer: Viewer, locale: Locale) -> list[tuple[str, str]]:
    """(enrolment, its name), where a person has to say which; the most recently active first."""
    if len(viewer.enrolments) < 2:
        return []
    named = []
    for course in viewer.enrolments:
        programme = catalogue_of(request).programme(course.programme_slug)
        title = programme.text(locale.reading_order()).title if programme else course.programme_slug
        named.append((course.public_id, course.cohort.name if course.cohort else title))
    return named


def enrolment_for(db: Session, viewer: Viewer, group: str) -> Enrolment | None:
    """The one that was chosen, else the most recently active. Raises NotFound for one of somebody else."""
    group = group or (viewer.enrolments[0].public_id if viewer.enrolments else "")
    return own_enrolment(db, viewer, group) if group else None


def _programme_of(request: Request, enrolment: Enrolment | None) -> Programme | None:
    return catalogue_of(request).programme(enrolment.programme_slug) if enrolment else None

"""What the coach's pages show, put together from cohorts, progress, journals and coaching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.blogs.queries import shared_blog
from app.blogs.words import state_in_words
from app.coaching.nudges import NudgeLine, messages_to
from app.coaching.queries import GridRow, Learner, Show, Sort, grid, journey, learner
from app.cohorts.queries import CohortLine, coached_cohort
from app.cohorts.runs import programme_of_run
from app.cohorts.schedule import read_timing, today_in
from app.errors import NotFound
from app.journals.cards import excerpts
from app.journals.streams import journal_lines
from app.people.viewer import Viewer, initials, tone
from app.progress.packs import pack_of
from app.progress.queries import facts_of, talks_of
from app.progress.rules import NOTHING, State, Summary, merge, standing, summary
from app.things.catalogue import Catalogue, Programme, Thing
from app.web.i18n import Locale
from app.web.paging import Page, decode_cursor
from app.web.render import Pages

HANDLE = "{handle}"


def cohort_and_programme(
    db: Session, catalogue: Catalogue, viewer: Viewer, public_id: str
) -> tuple[CohortLine, Programme]:
    """A cohort that the viewer coaches, with the programme as it runs it. Raises NotFound."""
    cohort = coached_cohort(db, viewer, public_id)
    programme = catalogue.programme(cohort.programme_slug)
    if programme is None:
        raise NotFound
    return cohort, programme_of_run(programme, cohort.run)


@dataclass(frozen=True)
class GridView:
    things: tuple[tuple[str, str, str], ...]
    rows: Sequence[Markup]
    next: str


def grid_view(
    db: Session,
    cohort: CohortLine,
    programme: Programme,
    pages: Pages,
    locale: Locale,
    *,
    sort: Sort,
    show: Show,
    search: str,
    cursor: str,
    size: int,
) -> GridView:
    page = grid(db, cohort, programme, sort=sort, show=show, search=search, cursor=cursor, size=size)
    rows: list[Markup] = []
    pod: str | None = None
    for row in page.items:
        if row.pod is not None and row.pod != pod:
            pod = row.pod
            rows.append(_pod_html(pages, locale, pod, len(programme.things)))
        rows.append(
            _row_html(pages, locale, cohort.public_id, programme, row, locale.ago(row.last_active_at))
        )
    return GridView(_headings(programme, locale), rows, page.next)


def _pod_html(pages: Pages, locale: Locale, pod: str, things: int) -> Markup:
    """What stands above the learners of a small group."""
    return pages.piece("coach/_grid_pod.html", locale, {"pod": pod, "things": things})


@lru_cache(maxsize=2048)
def _row_html(
    pages: Pages, locale: Locale, cohort: str, programme: Programme, row: GridRow, ago: str
) -> Markup:
    """A learner's row, rendered once for as long as nothing about it changes."""
    pack, address = pack_of(row, programme), f"/cohorts/{cohort}/coach/learners/{row.handle}"
    context = {
        "row": row,
        "address": address,
        "ago": ago,
        "progress": summary(programme, pack),
        "cells": _cells(programme, locale, pack, address),
    }
    return pages.piece("coach/_grid_row.html", locale, context)


@lru_cache(maxsize=64)
def _headings(programme: Programme, locale: Locale) -> tuple[tuple[str, str, str], ...]:
    """(label, title, address) of each Thing."""
    order = locale.reading_order()
    return tuple(
        (thing.label, thing.text(order).title, f"/programmes/{programme.slug}/{thing.slug}")
        for thing in programme.things
    )


@lru_cache(maxsize=64)
def _prepared(programme: Programme, locale: Locale) -> Mapping[str, Mapping[str, str]]:
    """{slug: {state: table cell}}; fifty learners times twenty-three Things are joined from these."""
    words = {
        State.NOT_STARTED: locale.gettext("not started"),
        State.STARTED: locale.gettext("started"),
        State.REFLECTED: locale.gettext("reflection written"),
        State.COMPLETE: locale.gettext("complete"),
    }
    return {
        thing.slug: {state.value: _cell(thing, state, word) for state, word in words.items()}
        for thing in programme.things
    }


def _cell(thing: Thing, state: State, word: str) -> str:
    optional = " is-optional" if thing.optional else ""
    text = f'<span class="vh">{escape(word)}</span>'
    if state is State.NOT_STARTED:
        return f'<td class="g-cell"><span class="tile tile-grid is-not-started{optional}">{text}</span></td>'
    return (
        f'<td class="g-cell"><a class="tile tile-grid is-{state.value}{optional}" '
        f'href="{HANDLE}#thing-{escape(thing.slug)}">{text}</a></td>'
    )


def _cells(programme: Programme, locale: Locale, pack: Mapping[str, str], address: str) -> Markup:
    prepared = _prepared(programme, locale)
    empty = State.NOT_STARTED.value
    joined = "".join(prepared[thing.slug][pack.get(thing.slug, empty)] for thing in programme.things)
    return Markup(joined.replace(HANDLE, str(escape(address))))  # noqa: S704  prepared above, escaped


@dataclass(frozen=True)
class ThingLine:
    thing: Thing
    title: str
    url: str
    state: str
    activities_done: int
    activities: int
    reflected: bool
    completed_at: datetime | None


@dataclass(frozen=True)
class LearnerView:
    learner: Learner
    initials: str
    tone: int
    summary: Summary
    things: Sequence[ThingLine]
    tiles: Sequence[Mapping[str, Any]]
    posts: Sequence[Markup]
    more_posts: bool
    blog: tuple[str, str] | None
    """The address of their own blog, and how it is with it; None where coaches may not know of one."""
    happened: Page[tuple[datetime, str]]
    messages: Sequence[NudgeLine]
    timing: Sequence[str]
    talkable: Sequence[tuple[str, str]]
    """(slug, title) of the Things that coach and learner may have talked about."""
    talked: Sequence[tuple[str, datetime]]
    """(title, when) of what the learner has not confirmed yet."""


def learner_view(
    db: Session,
    viewer: Viewer,
    cohort: CohortLine,
    catalogue: Catalogue,
    pages: Pages,
    locale: Locale,
    handle: str,
    *,
    after: str = "",
) -> LearnerView:
    """The journey is that behind the cursor `after`."""
    programme = programme_of_run(catalogue.programmes[cohort.programme_slug], cohort.run)
    found = learner(db, cohort, programme, handle)
    posts = journal_lines(db, viewer, found.person.id, limit=10)
    facts = facts_of(db, found.enrolment.id)
    order = locale.reading_order()
    lines = []
    for thing in programme.things:
        known = NOTHING
        for slug in (thing.slug, *thing.aliases):
            known = merge(known, facts.get(slug, NOTHING))
        where = standing(thing, known)
        lines.append(
            ThingLine(
                thing,
                thing.text(order).title,
                f"/programmes/{programme.slug}/{thing.slug}",
                where.state.value,
                where.counted_done,
                where.counted,
                known.reflected,
                known.completed_at,
            )
        )
    tiles = [
        {
            "label": line.thing.label,
            "title": line.title,
            "state": line.state,
            "href": f"#thing-{line.thing.slug}",
            "optional": line.thing.optional,
        }
        for line in lines
    ]
    return LearnerView(
        found,
        initials(found.person.name),
        tone(found.person.id),
        summary(programme, found.pack),
        lines,
        tiles,
        excerpts(pages, locale, catalogue, posts.items),
        bool(posts.next),
        _blog_in_words(db, found, cohort, locale),
        _happened(db, found.enrolment.id, programme, locale, after),
        messages_to(db, found.person.id, enrolment=found.enrolment),
        _timing_in_words(found, cohort, programme, locale),
        *_talks(db, found.enrolment.id, lines),
    )


def _talks(
    db: Session, enrolment_id: int, lines: Sequence[ThingLine]
) -> tuple[list[tuple[str, str]], list[tuple[str, datetime]]]:
    talks = talks_of(db, enrolment_id)
    asked = {slug: talk for slug, talk in talks.items() if not (talk.confirmed_at or talk.declined_at)}
    open_ = [line for line in lines if line.thing.has_reflection and not line.reflected]
    waiting = [(line, asked.get(line.thing.slug)) for line in open_]
    return (
        [(line.thing.slug, f"{line.thing.label}. {line.title}") for line, talk in waiting if talk is None],
        [(line.title, talk.at) for line, talk in waiting if talk is not None],
    )


def _timing_in_words(
    found: Learner, cohort: CohortLine, programme: Programme, locale: Locale
) -> Sequence[str]:
    """The break that they take, and the days that they were given."""
    timing, words = read_timing(found.enrolment.timing), []
    pause = timing.paused_on(today_in(cohort.time_zone))
    if pause:
        words.append(locale.gettext("takes a break until %(date)s") % {"date": locale.date(pause.back)})
    for slug, days in timing.extra:
        thing = programme.thing(slug)
        given = locale.ngettext("%(num)s day more", "%(num)s days more", days) % {"num": days}
        if thing:
            given = locale.gettext("%(days)s for Thing %(number)s") % {"days": given, "number": thing.label}
        words.append(given)
    return words


def _blog_in_words(db: Session, found: Learner, cohort: CohortLine, locale: Locale) -> tuple[str, str] | None:
    blog = shared_blog(db, found.person.id, cohort.id)
    return (blog.address, state_in_words(blog, locale, own=False)) if blog else None


def _happened(
    db: Session, enrolment_id: int, programme: Programme, locale: Locale, after: str
) -> Page[tuple[datetime, str]]:
    """The journey in words; it tells that something was written, never what."""
    sentences = {
        "enrolled": locale.gettext("Began the programme"),
        "joined": locale.gettext("Joined the group"),
        "ticked": locale.gettext("Ticked an activity of %(thing)s"),
        "reflected": locale.gettext("Wrote a reflection about %(thing)s"),
        "said-talked": locale.gettext("A coach said that you talked about %(thing)s"),
        "talked": locale.gettext("Confirmed that you talked about %(thing)s"),
        "completed": locale.gettext("Completed %(thing)s"),
        "nudged": locale.gettext("A coach wrote to them"),
        "stopped": locale.gettext("Stopped for now"),
        "paused": locale.gettext("Took a break"),
        "resumed": locale.gettext("Came back from a break"),
        "gave-days": locale.gettext("Was given more days"),
    }
    told = []
    events = journey(db, enrolment_id, sentences, decode_cursor(after, datetime, int))
    for event in events.items:
        slug = event.object_id.removeprefix(f"{programme.slug}/").partition("/")[0]
        thing = programme.thing(slug)
        name = (
            locale.gettext("Thing %(number)s") % {"number": thing.label}
            if thing
            else locale.gettext("an earlier Thing")
        )
        told.append((event.at, sentences[event.verb] % {"thing": name}))
    return Page(told, events.next)

"""What never changes for the readers of a programme in one language: rendered once, kept as Markup."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

from markupsafe import Markup

from app.cohorts.courses import Course
from app.progress.rules import State
from app.things.catalogue import Activity, Programme, Section, Thing
from app.web.i18n import Locale
from app.web.render import Pages

T = TypeVar("T")
NOT_STARTED = State.NOT_STARTED.value
LOCKED = "locked "
States = tuple[str | None, ...]
"""Of all Things of a programme, in their order: a state, "locked " and a date, or None where one was not
started."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a Thing's article. A `try` or `reflect` part goes on with what the reader has done, a
    `text` part is whole."""

    kind: str
    anchor: str
    html: Markup


@dataclass(frozen=True, slots=True)
class ActivityHtml:
    """An activity to be ticked, one that is ticked, and one to read only."""

    id: str
    open: Markup
    done: Markup
    plain: Markup


@dataclass(frozen=True, slots=True)
class Group:
    """The activities of one level; without levels there is one group without a heading."""

    heading: str
    counts: bool
    activities: tuple[ActivityHtml, ...]


class Fragments:
    """The prepared pieces of one programme; an edited file makes a new programme, and with it new ones."""

    def __init__(self, pages: Pages, locale: Locale, programme: Programme) -> None:
        self.pages, self.locale, self.programme = pages, locale, programme
        self.order = locale.reading_order()
        self.text = programme.text(self.order)
        self.url = f"/programmes/{programme.slug}"
        self.slugs = tuple(thing.slug for thing in programme.things)
        self._kept: dict[Hashable, Any] = {}
        self._whole = fragments(pages, locale, programme.whole) if programme.whole else self

    def tile(self, thing: Thing, state: str, size: str = "", *, current: bool = False) -> Markup:
        """`current` is the one that the reader looks at; it and the large one can be swapped by their ids."""
        return self._keep(
            ("tile", thing.slug, state, size, current),
            lambda: self.render(
                "learn/_tile.html",
                state=state,
                size=size,
                current=current,
                locked=self._day(state.removeprefix(LOCKED)) if state.startswith(LOCKED) else "",
                **self.names(thing),
            ),
        )

    def _day(self, day: str) -> str:
        """ "3 Dec"."""
        return self.locale.date(date.fromisoformat(day), "d MMM")

    def row(self, states: States, size: str = "", current: Thing | None = None) -> Markup:
        """The tiles of all Things as list items."""
        return _row(self, states, size, current)

    def states(self, pack: Mapping[str, str], course: Course | None = None) -> States:
        """Of all Things; those that cannot be read yet, and were not begun, are locked until their day."""
        if course is None or not course.closed:
            return tuple(map(pack.get, self.slugs))
        closed = {slug: f"{LOCKED}{course.dates[slug].opens_on}" for slug in course.closed}
        return tuple(pack.get(slug) or closed.get(slug) for slug in self.slugs)

    def aside(self, states: States, thing: Thing) -> Markup:
        """What stands beside a Thing: all of them."""
        return _aside(self, states, thing)

    def title(self, thing: Thing) -> Markup:
        return self._keep(
            ("title", thing.slug), lambda: self.render("learn/_thing_title.html", **self.names(thing))
        )

    def head(self, thing: Thing) -> Markup:
        """Number, title, summary and facts, and the notice where the text is in another language."""
        labels = self.text.competencies
        return self._keep(
            ("head", thing.slug),
            lambda: self.render(
                "learn/_thing_head.html",
                competencies=[labels.get(slug, slug) for slug in thing.competencies],
                read_in=self.locale.language_name(thing.text(self.order).language),
                wished=self.locale.language_name(self.locale.language),
                **self.names(thing),
            ),
        )

    def article(self, thing: Thing) -> tuple[Part, ...]:
        """Every group reads the same."""
        whole = self._whole
        return whole._keep(("article", thing.slug), lambda: tuple(whole._parts(thing)))

    def _parts(self, thing: Thing) -> list[Part]:
        text = thing.text(self.order)
        parts = []
        for kind, group in groupby(text.sections, key=_kind_of_part):
            sections = list(group)
            html = [self._section(thing, section) for section in sections]
            parts.append(Part(kind, sections[0].anchor, Markup().join(html)))
        return parts

    def _section(self, thing: Thing, section: Section) -> Markup:
        return self.render("learn/_section.html", section=section, **self.names(thing))

    def activities(self, thing: Thing) -> tuple[Group, ...]:
        whole = self._whole
        return whole._keep(("activities", thing.slug), lambda: tuple(whole._groups(thing)))

    def _groups(self, thing: Thing) -> list[Group]:
        text = thing.text(self.order)
        groups = []
        for level, group in groupby(text.activities, key=lambda activity: activity.level):
            activities = list(group)
            heading = text.level_names.get(level, "") if level else ""
            html = tuple(self._activity(thing, activity) for activity in activities)
            groups.append(Group(heading, any(activity.counts for activity in activities), html))
        return groups

    def _activity(self, thing: Thing, activity: Activity) -> ActivityHtml:
        looks = [
            self.render("progress/_activity.html", activity=activity, look=look, **self.names(thing))
            for look in ("open", "done", "plain")
        ]
        return ActivityHtml(activity.id, *looks)

    def neighbours(self, thing: Thing) -> Markup:
        """The way to the Things before and after."""
        before, after = self.programme.neighbours(thing)
        return self._keep(
            ("neighbours", thing.slug),
            lambda: self.render(
                "learn/_prev_next.html",
                before=self.names(before) if before else None,
                after=self.names(after) if after else None,
            ),
        )

    def keep(self, thing: Thing) -> Markup:
        """The button that keeps it."""
        return self._keep(
            ("keep", thing.slug),
            lambda: self.render("learn/_keep.html", url=f"{self.url}/{thing.slug}"),
        )

    def names(self, thing: Thing) -> dict[str, Any]:
        """What the templates of a Thing know of it; `lang` is empty where the text is in the page's own
        language."""
        return self._keep(("names", thing.slug), lambda: self._names(thing))

    def _names(self, thing: Thing) -> dict[str, Any]:
        text = thing.text(self.order)
        return {
            "thing": thing,
            "text": text,
            "url": f"{self.url}/{thing.slug}",
            "lang": self.locale.lang(text.language),
        }

    def part(self, template: str, thing: Thing, **values: Hashable) -> Markup:
        """A piece of the Thing's page that depends on what was done."""
        return self.pages.part(template, self.locale, **self.names(thing), **values)

    def render(self, template: str, **context: Any) -> Markup:
        return self.pages.piece(template, self.locale, context)

    def _keep(self, key: Hashable, make: Callable[[], T]) -> T:
        found: T | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found


def _kind_of_part(section: Section) -> str:
    return section.kind if section.kind in ("try", "reflect") else "text"


@lru_cache(maxsize=1024)
def _row(prepared: Fragments, states: States, size: str, current: Thing | None) -> Markup:
    tiles = (
        prepared.tile(thing, state or NOT_STARTED, size, current=thing is current)
        for thing, state in zip(prepared.programme.things, states, strict=True)
    )
    return Markup("</li><li>").join(tiles)


@lru_cache(maxsize=1024)
def _aside(prepared: Fragments, states: States, thing: Thing) -> Markup:
    return prepared.render(
        "learn/_aside.html",
        programme=prepared.text.title,
        programme_url=prepared.url,
        tiles=_row(prepared, states, "small", thing),
    )


@lru_cache(maxsize=512)
def fragments(pages: Pages, locale: Locale, programme: Programme) -> Fragments:
    return Fragments(pages, locale, programme)

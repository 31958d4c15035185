"""What the page of a search shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from app.errors import NotFound
from app.journals.cards import PostCard, card
from app.journals.search import Found, Wanted, find_posts
from app.learn.reader import Reader, found_programme, found_thing
from app.markdown import plain_text
from app.people.queries import people_called
from app.people.viewer import Membership
from app.progress.queries import slugs_of
from app.things.catalogue import Programme, Thing
from app.things.search import FoundThing, find_things, text_of
from app.words import Query, marked, query, snippet

FIRST_THINGS = 5
MORE_THINGS = 20
LONGEST_NAME = 80


class Asked(NamedTuple):
    """What the address says: what is looked for, and where. `about` is programme or programme/thing."""

    q: str = ""
    about: str = ""
    group: str = ""
    by: str = ""

    def url(self, **more: object) -> str:
        named = {name: value for name, value in {**self._asdict(), **more}.items() if value}
        return f"/search?{urlencode(named)}"


@dataclass(frozen=True)
class ThingHit:
    title: Markup
    url: str
    label: str
    programme: str
    lang: str
    snippet: Markup


Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class SearchView:
    """`abouts` and `groups` are what can be chosen; `more_things` and `next` are addresses of further pages.
    How much there is in all is nowhere said."""

    asked: Asked
    looked: bool
    abouts: Options
    groups: Options
    things: Sequence[ThingHit] = ()
    more_things: str = ""
    posts: Sequence[PostCard] = ()
    next: str = ""


class Search:
    """One search of one reader. Raises NotFound for a programme, Thing or group that they do not have."""

    def __init__(self, reader: Reader, asked: Asked) -> None:
        self.reader = reader
        self.query: Query = query(asked.q)
        self.asked = asked._replace(q=self.query.typed, by=" ".join(asked.by[:LONGEST_NAME].split()))
        self.order = reader.locale.reading_order()
        programme, _, thing = asked.about.partition("/")
        self.programme = found_programme(reader.catalogue, programme) if programme else None
        self.thing = found_thing(self.programme, thing) if self.programme and thing else None

    @cached_property
    def groups(self) -> list[Membership]:
        """Those of the reader, by name."""
        viewer = self.reader.viewer
        mine = {*viewer.cohorts, *viewer.coached} if viewer else set()
        return sorted(mine, key=lambda group: (group.name, group.cohort_id))

    @cached_property
    def group(self) -> Membership | None:
        if not self.asked.group:
            return None
        for group in self.groups:
            if group.public_id == self.asked.group:
                return group
        raise NotFound

    def first(self) -> SearchView:
        """Things, and then posts."""
        group = self.group
        things = [] if group or self.asked.by else self._things()
        more = self.asked.url(things=FIRST_THINGS) if len(things) > FIRST_THINGS else ""
        hits = [self._hit(found) for found in things[:FIRST_THINGS]]
        return replace(self.posts(), things=hits, more_things=more)

    def things(self, skipped: int) -> SearchView:
        """Further Things."""
        found = self._things()[skipped:]
        more = self.asked.url(things=skipped + MORE_THINGS) if len(found) > MORE_THINGS else ""
        hits = [self._hit(one) for one in found[:MORE_THINGS]]
        return replace(self._empty(), things=hits, more_things=more)

    def posts(self, before: int | None = None) -> SearchView:
        """Posts alone."""
        view, wanted = self._empty(), self._wanted()
        if wanted is None:
            return view
        page = find_posts(self.reader.db, self.reader.viewer, wanted, before=before)
        cards = [self._card(found) for found in page.items]
        return replace(view, posts=cards, next=self.asked.url(after=page.next) if page.next else "")

    def _empty(self) -> SearchView:
        groups = [(group.public_id, group.name) for group in self.groups]
        return SearchView(self.asked, bool(self.query.words), self._abouts(), groups)

    def _abouts(self) -> list[tuple[str, str]]:
        """Every programme; the Things of the one that is chosen, and of those that the reader is in."""
        viewer = self.reader.viewer
        mine = {enrolled.programme_slug for enrolled in viewer.enrolments} if viewer else set()
        found = []
        for slug, programme in sorted(self.reader.catalogue.programmes.items()):
            found.append((slug, programme.text(self.order).title))
            if (slug in mine or programme is self.programme) and self._is_open(programme):
                found += [(f"{slug}/{thing.slug}", self._numbered(thing)) for thing in programme.things]
        return found

    def _numbered(self, thing: Thing) -> str:
        return f"\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}{thing.label}: {thing.text(self.order).title}"

    def _is_open(self, programme: Programme) -> bool:
        return self.reader.viewer is not None or programme.access == "public"

    def _things(self) -> list[FoundThing]:
        if not self.query.words:
            return []
        chosen = [self.programme] if self.programme else self.reader.catalogue.programmes.values()
        found = find_things(filter(self._is_open, chosen), self.query, self.order)
        return [hit for hit in found if self.thing in (None, hit.thing)]

    def _hit(self, found: FoundThing) -> ThingHit:
        thing, text = found
        programme = self.reader.catalogue.programmes[thing.programme]
        return ThingHit(
            marked(text.title, self.query),
            f"/programmes/{thing.programme}/{thing.slug}",
            thing.label,
            programme.text(self.order).title,
            self.reader.locale.lang(text.language),
            snippet(text_of(text), self.query),
        )

    def _wanted(self) -> Wanted | None:
        """None where there is nothing to look for."""
        viewer, by = self.reader.viewer, self.asked.by
        authors = None
        if by and self.query.words:
            authors = tuple(people_called(self.reader.db, by, viewer.organization_id if viewer else None))
        if not self.query.words or authors == ():
            return None
        return Wanted(
            self.query,
            self.programme.slug if self.programme else "",
            slugs_of(self.thing) if self.thing else (),
            self.group.cohort_id if self.group else None,
            authors,
        )

    def _card(self, found: Found) -> PostCard:
        shown = card(found.line, self.reader.catalogue, self.reader.locale)
        return replace(
            shown,
            title=marked(shown.title, self.query),
            excerpt=snippet(plain_text(found.html), self.query),
        )

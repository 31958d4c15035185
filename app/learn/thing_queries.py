"""What the page of a Thing shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup

from app.journals.cards import PostCard, card
from app.journals.streams import ThingPosts, thing_posts
from app.learn.fragments import Fragments, Group, Part
from app.learn.reader import Reader
from app.learn.steps import NextStep, step_after
from app.people.viewer import Membership
from app.progress.queries import ThingProgress, slugs_of, thing_progress
from app.progress.rules import NOTHING, Facts, Standing, State, standing
from app.progress.words import standing_in_words
from app.things.catalogue import Programme, Thing


@dataclass(frozen=True)
class TryView:
    """The activities of a Thing and where the reader is with them. Everything in it is the same for all who
    ticked the same, so it is rendered once for them. `swapped` is the answer to a tick."""

    prepared: Fragments
    thing: Thing
    ticks: frozenset[str]
    standing: Standing
    after: NextStep | None
    signed_in: bool
    swapped: bool = False

    @property
    def part(self) -> Part | None:
        return next((part for part in self.prepared.article(self.thing) if part.kind == "try"), None)

    @property
    def groups(self) -> Sequence[Group]:
        return self.prepared.activities(self.thing)

    @property
    def words(self) -> str:
        return standing_in_words(self.standing, self.prepared.locale)

    @property
    def tile(self) -> Markup:
        return self.prepared.tile(self.thing, self.standing.state, "large")

    @property
    def tile_here(self) -> Markup:
        return self.prepared.tile(self.thing, self.standing.state, "small", current=True)


@lru_cache(maxsize=2048)
def try_html(view: TryView) -> Markup:
    return view.prepared.render("learn/_try.html", view=view, **view.prepared.names(view.thing))


@dataclass(frozen=True)
class ReflectView:
    """The invitation to write about a Thing, with what the reader wrote."""

    trying: TryView
    part: Part
    mine: tuple[PostCard, ...]

    @property
    def has_draft(self) -> bool:
        return any(not post.is_published for post in self.mine)

    @property
    def write_kind(self) -> str:
        """A page has one primary button: to write, or to go on once the Thing is done."""
        return "secondary" if self.trying.standing.state is State.COMPLETE else "primary"


@lru_cache(maxsize=1024)
def _invitation(view: ReflectView) -> Markup:
    return _reflect_html(view)


def _reflect_html(view: ReflectView) -> Markup:
    trying = view.trying
    names = trying.prepared.names(trying.thing)
    return trying.prepared.render("learn/_reflect.html", view=view, trying=trying, **names)


@dataclass(frozen=True)
class ThingView:
    """A Thing with what the reader has done."""

    label: str
    title: str
    programme_title: str
    programme_url: str
    head: Markup
    tile: Markup
    tiles: Markup
    article: Sequence[Markup]
    neighbours: Markup
    others: Sequence[Markup]
    group: Membership | None


def thing_view(reader: Reader, programme: Programme, thing: Thing) -> ThingView:
    """The whole page."""
    viewer = reader.viewer
    progress = thing_progress(reader.db, viewer.person_id, programme, thing) if viewer else None
    posts, group = ThingPosts(), None
    if viewer and progress:
        group = next((g for g in viewer.cohorts if g.cohort_id == progress.cohort_id), None)
        posts = thing_posts(
            reader.db,
            viewer,
            programme.slug,
            slugs_of(thing),
            enrolment_id=progress.enrolment_id,
            cohort_id=progress.cohort_id,
        )
    facts, pack = (progress.facts, progress.pack) if progress else (NOTHING, {})
    trying = _try_view(reader, programme, thing, facts, pack)
    prepared = trying.prepared
    return ThingView(
        thing.label,
        thing.text(prepared.order).title,
        prepared.text.title,
        prepared.url,
        prepared.head(thing),
        trying.tile,
        prepared.row(pack, "small", thing),
        _article(reader, trying, posts),
        prepared.neighbours(thing),
        reader.excerpts(posts.others),
        group,
    )


def ticked_view(reader: Reader, programme: Programme, thing: Thing, progress: ThingProgress) -> TryView:
    """What a tick changes on the page."""
    view = _try_view(reader, programme, thing, progress.facts, progress.pack)
    return replace(view, swapped=True)


def _try_view(
    reader: Reader, programme: Programme, thing: Thing, facts: Facts, pack: Mapping[str, str]
) -> TryView:
    where = standing(thing, facts)
    return TryView(
        reader.fragments(programme),
        thing,
        facts.ticks,
        where,
        step_after(reader, programme, thing, pack) if where.state is State.COMPLETE else None,
        reader.viewer is not None,
    )


def _article(reader: Reader, trying: TryView, posts: ThingPosts) -> list[Markup]:
    mine = tuple(card(line, reader.catalogue, reader.locale) for line in posts.mine)
    article = []
    for part in trying.prepared.article(trying.thing):
        if part.kind == "try":
            article.append(try_html(trying))
        elif part.kind == "reflect":
            view = ReflectView(trying, part, mine)
            article.append(_reflect_html(view) if mine else _invitation(view))
        else:
            article.append(part.html)
    return article

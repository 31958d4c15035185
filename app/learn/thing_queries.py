"""What the page of a Thing shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.journals.cards import PostCard, card
from app.journals.streams import ThingPosts, thing_posts
from app.learn.fragments import Group, Part
from app.learn.reader import Reader
from app.learn.steps import NextStep, step_after
from app.people.viewer import Membership
from app.progress.queries import ThingProgress, slugs_of, thing_progress
from app.progress.rules import NOTHING, Facts, Standing, State, standing
from app.progress.words import standing_in_words
from app.things.catalogue import Programme, Thing


@dataclass(frozen=True)
class ThingView:
    """A Thing with what the reader has done; `facts` are empty for who only reads."""

    thing: Thing
    title: str
    summary: str
    url: str
    programme_title: str
    programme_url: str
    lang: str
    head: Markup
    tile: Markup
    tiles: Markup
    tile_here: Markup
    parts: Sequence[Part]
    groups: Sequence[Group]
    neighbours: Markup
    facts: Facts
    standing: Standing
    words: str
    after: NextStep | None
    mine: Sequence[PostCard]
    others: Sequence[Markup]
    group: Membership | None
    signed_in: bool

    @property
    def has_try(self) -> bool:
        return any(part.kind == "try" for part in self.parts)

    @property
    def has_draft(self) -> bool:
        return any(not post.is_published for post in self.mine)

    @property
    def write_kind(self) -> str:
        """A page has one primary button: to write, or to go on once the Thing is done."""
        return "secondary" if self.standing.state is State.COMPLETE else "primary"


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
    return _thing_view(reader, programme, thing, facts, pack, posts, group)


def ticked_view(reader: Reader, programme: Programme, thing: Thing, progress: ThingProgress) -> ThingView:
    """What changes on the page by a tick."""
    return _thing_view(reader, programme, thing, progress.facts, progress.pack, ThingPosts(), None)


def _thing_view(
    reader: Reader,
    programme: Programme,
    thing: Thing,
    facts: Facts,
    pack: Mapping[str, str],
    posts: ThingPosts,
    group: Membership | None,
) -> ThingView:
    prepared, locale = reader.fragments(programme), reader.locale
    text = thing.text(prepared.order)
    where = standing(thing, facts)
    state = where.state.value
    return ThingView(
        thing,
        text.title,
        text.summary,
        f"{prepared.url}/{thing.slug}",
        prepared.text.title,
        prepared.url,
        "" if text.language == locale.language else text.language,
        prepared.head(thing),
        prepared.tile(thing, state, "large"),
        prepared.row(pack, "small", thing),
        prepared.tile(thing, state, "small", current=True),
        prepared.article(thing),
        prepared.activities(thing),
        prepared.neighbours(thing),
        facts,
        where,
        standing_in_words(where, locale),
        step_after(reader, programme, thing, pack) if where.state is State.COMPLETE else None,
        [card(line, reader.catalogue, locale) for line in posts.mine],
        reader.excerpts(posts.others),
        group,
        reader.viewer is not None,
    )

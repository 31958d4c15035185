"""What the page of a Thing shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from app.cohorts.courses import Course
from app.cohorts.queries import thing_note
from app.journals.cards import title_of
from app.journals.readers import readers_in_words
from app.journals.streams import PostLine, ThingPosts, thing_posts
from app.learn.fragments import Fragments, Group, Part
from app.learn.growth_forms import LineForm
from app.learn.reader import Reader
from app.learn.said import said_html
from app.learn.steps import NextStep, step_after
from app.markdown import render_post
from app.people.viewer import Membership
from app.progress.packs import facts_in, pack_of
from app.progress.queries import ThingProgress, slugs_of
from app.progress.rules import NOTHING, Facts, Standing, State, standing
from app.progress.words import standing_in_words
from app.things.catalogue import Programme, Thing
from app.web.forms import Bound

EMPTY = Markup()
NO_PACK: Mapping[str, str] = {}


class TryView(NamedTuple):
    """The activities of a Thing and where the reader is with them. Everything in it is the same for all who
    ticked the same, so it is rendered once for them. `swapped` is the answer to a tick; where that begins or
    ends the completion, `said` goes with it."""

    prepared: Fragments
    thing: Thing
    ticks: frozenset[str]
    standing: Standing
    after: NextStep | None
    signed_in: bool
    swapped: bool = False
    said: Markup = EMPTY

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


def try_html(view: TryView) -> Markup:
    return view.prepared.part("learn/_try.html", view.thing, view=view)


class Written(NamedTuple):
    """A post of the reader's own about the Thing; a draft has no readers."""

    title: str
    url: str
    readers: str
    ago: str


class ReflectView(NamedTuple):
    """The invitation to write about a Thing, with what the reader wrote."""

    trying: TryView
    part: Part
    mine: tuple[Written, ...]

    @property
    def has_draft(self) -> bool:
        return any(not post.readers for post in self.mine)

    @property
    def write_kind(self) -> str:
        """A page has one primary button: to write, or to go on once the Thing is done."""
        return "secondary" if self.trying.standing.state is State.COMPLETE else "primary"


def _reflect_html(view: ReflectView) -> Markup:
    trying = view.trying
    return trying.prepared.part("learn/_reflect.html", trying.thing, view=view, trying=trying)


class ThingView(NamedTuple):
    """A Thing with what the reader has done. One that is not open yet has no article, only its day."""

    title: Markup
    aside: Markup
    head: Markup
    tile: Markup
    from_group: Markup
    article: Markup
    said: Markup
    keep: Markup
    neighbours: Markup
    others: tuple[Markup, ...]
    questions: tuple[Markup, ...]
    group: Membership | None
    url: str


def thing_view(
    reader: Reader, programme: Programme, thing: Thing, line: Bound[LineForm] | None = None
) -> ThingView:
    """The whole page. `line` is what was typed below it."""
    viewer, course = reader.viewer, reader.course(programme)
    programme, enrolled = course.programme, course.enrolled
    thing = programme.thing(thing.slug) or thing
    posts, group, facts, pack = ThingPosts(), None, NOTHING, NO_PACK
    if viewer and enrolled:
        group, facts, pack = enrolled.cohort, facts_in(enrolled, thing), pack_of(enrolled, programme)
    is_closed = thing.slug in course.closed
    if viewer and enrolled and not is_closed:
        posts = thing_posts(
            reader.db,
            viewer,
            programme.slug,
            slugs_of(thing),
            enrolment_id=enrolled.enrolment_id,
            cohort_id=group.cohort_id if group else None,
        )
    trying = _try_view(reader, course, thing, facts, pack)
    prepared = trying.prepared
    return ThingView(
        prepared.title(thing),
        prepared.aside(prepared.states(pack, course), thing),
        prepared.head(thing),
        trying.tile,
        _from_group(reader, course, thing),
        EMPTY if is_closed else Markup("\n".join(_article(reader, trying, posts))),  # noqa: S704  each of them is Markup
        EMPTY if viewer is None or is_closed else said_html(reader, course, thing, pack, form=line),
        prepared.keep(thing) if viewer else EMPTY,
        prepared.neighbours(thing),
        tuple(reader.excerpts(posts.others)),
        tuple(reader.excerpts(posts.questions)),
        group,
        f"{prepared.url}/{thing.slug}",
    )


def ticked_view(reader: Reader, programme: Programme, thing: Thing, progress: ThingProgress) -> TryView:
    """What a tick changes on the page."""
    course = reader.course(programme)
    thing = course.programme.thing(thing.slug) or thing
    view = _try_view(reader, course, thing, progress.facts, progress.pack)
    before = pack_of(course.enrolled, course.programme) if course.enrolled else NO_PACK
    was_done, is_done = (pack.get(thing.slug) == State.COMPLETE for pack in (before, progress.pack))
    said = said_html(reader, course, thing, progress.pack, swapped=True) if was_done != is_done else EMPTY
    return view._replace(swapped=True, said=said)


def _from_group(reader: Reader, course: Course, thing: Thing) -> Markup:
    """What the group has to say about it: its day, and the coaches' note."""
    enrolled, opens_on, note = course.enrolled, course.opens_on(thing.slug), ""
    if enrolled is None or enrolled.cohort is None:
        return EMPTY
    if thing.slug in course.run.noted:
        note = thing_note(reader.db, enrolled.cohort.cohort_id, thing.slug)
    due_on = course.dates[thing.slug].due_on if course.run.deadlines and thing.slug in course.dates else None
    if not (opens_on or due_on or note):
        return EMPTY
    return reader.pages.part(
        "learn/_from_group.html",
        reader.locale,
        group=enrolled.cohort,
        opens_on=opens_on,
        is_closed=thing.slug in course.closed,
        due_on=due_on,
        note=render_post(note) if note else "",
    )


def _try_view(reader: Reader, course: Course, thing: Thing, facts: Facts, pack: Mapping[str, str]) -> TryView:
    where = standing(thing, facts)
    return TryView(
        reader.fragments(course.programme),
        thing,
        facts.ticks,
        where,
        step_after(reader, course, thing, pack) if where.state is State.COMPLETE else None,
        reader.viewer is not None,
    )


def _article(reader: Reader, trying: TryView, posts: ThingPosts) -> list[Markup]:
    mine = tuple(_written(reader, trying.thing, line) for line in posts.mine)
    article = []
    for part in trying.prepared.article(trying.thing):
        if part.kind == "try":
            article.append(try_html(trying))
        elif part.kind == "reflect":
            article.append(_reflect_html(ReflectView(trying, part, mine)))
        else:
            article.append(part.html)
    return article


def _written(reader: Reader, thing: Thing, line: PostLine) -> Written:
    url, locale = f"/journals/{line.author_handle}/{line.public_id}", reader.locale
    title = title_of(line, thing, locale)
    if line.published_at is None:
        return Written(title, f"{url}/edit", "", "")
    return Written(
        title,
        url,
        readers_in_words(locale, line.visibility, mentor=line.for_mentor),
        locale.ago(line.published_at),
    )

"""What the page of everything that was written about a Thing shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.journals.thing_streams import thing_stream
from app.learn.reader import Reader
from app.people.viewer import Membership, Viewer
from app.progress.queries import slugs_of
from app.things.catalogue import Programme, Thing, ThingText

EVERYONE = "everyone"


@dataclass(frozen=True)
class ThingPostsView:
    """`tabs` are (address, name, whether it is this one), where there is a choice. `has_feed` says that the
    web has one."""

    thing: Thing
    text: ThingText
    url: str
    group: Membership | None
    tabs: Sequence[tuple[str, str, bool]]
    posts: Sequence[Markup]
    here: str
    older: str
    has_feed: bool


def thing_posts_view(
    reader: Reader, programme: Programme, thing: Thing, *, show: str, after: tuple[datetime, int] | None
) -> ThingPostsView:
    """Of the reader's own group in the programme, else of everyone."""
    viewer, url = reader.viewer, f"/programmes/{programme.slug}/{thing.slug}"
    enrolled = viewer.enrolled_in(programme.slug) if viewer else None
    group = enrolled.cohort if enrolled else None
    everyone = group is None or show == EVERYONE
    page = thing_stream(
        reader.db,
        viewer,
        programme.slug,
        slugs_of(thing),
        groups=groups_of(viewer) if everyone or group is None else (group.cohort_id,),
        everyone=everyone,
        after=after,
    )
    here = f"{url}/posts?show={EVERYONE}" if group and everyone else f"{url}/posts"
    joint = "&" if "?" in here else "?"
    return ThingPostsView(
        thing,
        thing.text(reader.locale.reading_order()),
        url,
        group,
        _tabs(reader, url, group, everyone=everyone) if group else (),
        reader.excerpts(page.items, heading=2),
        here,
        f"{here}{joint}after={page.next}" if page.next else "",
        programme.access == "public",
    )


def groups_of(viewer: Viewer | None) -> tuple[int, ...]:
    """All in which somebody may read more than everyone here does."""
    return tuple(dict.fromkeys((*viewer.cohort_ids, *viewer.coached_ids))) if viewer else ()


def _tabs(reader: Reader, url: str, group: Membership, *, everyone: bool) -> list[tuple[str, str, bool]]:
    return [
        (f"{url}/posts", group.name, not everyone),
        (f"{url}/posts?show={EVERYONE}", reader.locale.gettext("Everyone here"), everyone),
    ]

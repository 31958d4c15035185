"""Posts as the `post` component shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

from markupsafe import Markup

from app.journals.readers import readers_in_words
from app.journals.streams import PostLine
from app.people.viewer import initials, tone
from app.things.catalogue import Catalogue, Thing
from app.web.i18n import Locale
from app.web.render import Pages

EMPTY = Markup()


class Titled(Protocol):
    """A post, or what speaks of one."""

    @property
    def title(self) -> str | None: ...
    @property
    def programme_slug(self) -> str | None: ...
    @property
    def thing_slug(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class PostCard:
    """What `components/post.html` asks for; `lang` is empty where the post is in the page's language."""

    url: str
    title: str
    author_name: str
    author_url: str
    initials: str
    tone: int
    at: datetime
    visibility: str
    readers: str
    lang: str = ""
    excerpt: str = ""
    body: Markup = EMPTY
    thing_label: str = ""
    thing_title: str = ""
    thing_url: str = ""
    comments: int = 0
    is_answered: bool | None = None
    is_published: bool = True
    is_hidden: bool = False
    source_url: str = ""
    source_host: str = ""


def card(line: PostLine, catalogue: Catalogue, locale: Locale) -> PostCard:
    return _card(line, thing_of(line, catalogue), locale)


def _card(line: PostLine, thing: Thing | None, locale: Locale) -> PostCard:
    thing_title = thing.text(locale.reading_order()).title if thing else ""
    journal = f"/journals/{line.author_handle}"
    return PostCard(
        url=f"{journal}/{line.public_id}",
        title=title_of(line, thing, locale),
        author_name=line.author_name,
        author_url=journal,
        initials=initials(line.author_name),
        tone=tone(line.author_id),
        at=line.at,
        visibility=line.visibility,
        readers=readers_in_words(locale, line.visibility, mentor=line.for_mentor),
        lang=locale.lang(line.language),
        excerpt=line.excerpt,
        thing_label=thing.label if thing else "",
        thing_title=thing_title,
        thing_url=f"/programmes/{thing.programme}/{thing.slug}" if thing else "",
        comments=line.comments,
        is_answered=line.is_answered,
        is_published=line.published_at is not None,
        is_hidden=line.hidden_at is not None,
        source_url=line.source_url or "",
        source_host=host_of(line.source_url or ""),
    )


def excerpts(
    pages: Pages, locale: Locale, catalogue: Catalogue, lines: Iterable[PostLine], heading: int = 3
) -> list[Markup]:
    """Posts in a list, each rendered once for as long as nothing about it changes."""
    return [
        _excerpt_html(pages, locale, line, thing_of(line, catalogue), locale.ago(line.at), heading)
        for line in lines
    ]


@lru_cache(maxsize=2048)
def _excerpt_html(
    pages: Pages, locale: Locale, line: PostLine, thing: Thing | None, ago: str, heading: int
) -> Markup:
    context = {"card": _card(line, thing, locale), "ago": ago, "heading": heading}
    return pages.piece("journals/_excerpt.html", locale, context)


def host_of(url: str) -> str:
    """What people call an address by; nothing for what is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def title_of(post: Titled, thing: Thing | None, locale: Locale) -> str:
    """What a post is called: by its own title, else by the Thing that it is about."""
    about = thing.text(locale.reading_order()).title if thing else ""
    return post.title or about or locale.gettext("Without a title")


def thing_of(post: Titled, catalogue: Catalogue) -> Thing | None:
    """What a post is about, where it still exists."""
    programme = catalogue.programme(post.programme_slug) if post.programme_slug else None
    return programme.thing(post.thing_slug) if programme and post.thing_slug else None

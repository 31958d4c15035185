"""Posts as the `post` component shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from markupsafe import Markup

from app.journals.models import Visibility
from app.journals.streams import PostLine
from app.markdown import excerpt
from app.people.viewer import initials, tone
from app.things.catalogue import Catalogue, Thing
from app.web.i18n import Locale, message

EXCERPT_LENGTH = 280
EMPTY = Markup()


@dataclass(frozen=True, slots=True)
class PostCard:
    """What `components/post.html` asks for."""

    url: str
    title: str
    author_name: str
    author_url: str
    initials: str
    tone: int
    at: datetime
    visibility: str
    readers: str
    excerpt: str = ""
    body: Markup = EMPTY
    thing_label: str = ""
    thing_title: str = ""
    thing_url: str = ""
    comments: int = 0


def card(line: PostLine, catalogue: Catalogue, locale: Locale, *, whole: bool = False) -> PostCard:
    """`whole` brings the text, otherwise there is an excerpt of it."""
    thing = thing_of(line, catalogue)
    thing_title = thing.text(locale.reading_order()).title if thing else ""
    journal = f"/journals/{line.author_handle}"
    return PostCard(
        url=f"{journal}/{line.public_id}",
        title=line.title or thing_title or locale.gettext("Without a title"),
        author_name=line.author_name,
        author_url=journal,
        initials=initials(line.author_name),
        tone=tone(line.author_id),
        at=line.at,
        visibility=line.visibility,
        readers=readers_in_words(locale, line.visibility),
        excerpt="" if whole else _excerpt(line.html),
        body=Markup(line.html) if whole else EMPTY,  # noqa: S704  cleaned when it was stored
        thing_label=thing.label if thing else "",
        thing_title=thing_title,
        thing_url=f"/programmes/{thing.programme}/{thing.slug}" if thing else "",
        comments=line.comments,
    )


def thing_of(line: PostLine, catalogue: Catalogue) -> Thing | None:
    """What a post is about, where it still exists."""
    programme = catalogue.programme(line.programme_slug) if line.programme_slug else None
    return programme.thing(line.thing_slug) if programme and line.thing_slug else None


@lru_cache(maxsize=1024)
def _excerpt(html: str) -> str:
    return excerpt(html, EXCERPT_LENGTH)


READERS = {
    Visibility.PRIVATE: message("only the writer"),
    Visibility.COACHES: message("the coaches"),
    Visibility.COHORT: message("the group"),
    Visibility.MEMBERS: message("everyone here"),
    Visibility.PUBLIC: message("the web"),
}


def readers_in_words(locale: Locale, visibility: str) -> str:
    return READERS[Visibility(visibility)].translated(locale.gettext)

"""What a person keeps, as the pages and the archive show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.keeping.queries import KeptLine
from app.things.catalogue import Catalogue, Thing
from app.web.i18n import Locale

KEPT_KEY = (datetime, int)


@dataclass(frozen=True)
class KeptCard:
    """Without a `title` it is no longer there for its keeper."""

    url: str
    note: str
    at: datetime
    title: str = ""
    address: str = ""
    by: str = ""
    about: str = ""
    lang: str = ""
    excerpt: str = ""


def kept_card(line: KeptLine, catalogue: Catalogue, locale: Locale) -> KeptCard:
    url = f"/account/kept/{line.public_id}"
    if line.post_id is not None:
        return _post(url, line, catalogue, locale)
    thing = _thing(catalogue, line.kept_programme, line.kept_thing)
    if thing is None:
        return KeptCard(url, line.note, line.at)
    programme = catalogue.programmes[thing.programme]
    text = thing.text(locale.reading_order())
    return KeptCard(
        url,
        line.note,
        line.at,
        title=text.title,
        address=f"/programmes/{programme.slug}/{thing.slug}",
        about=f"{_numbered(thing, locale)}, {programme.text(locale.reading_order()).title}",
        lang=locale.lang(text.language),
        excerpt=text.summary,
    )


def _post(url: str, line: KeptLine, catalogue: Catalogue, locale: Locale) -> KeptCard:
    thing = _thing(catalogue, line.programme_slug, line.thing_slug)
    about = thing.text(locale.reading_order()).title if thing else ""
    return KeptCard(
        url,
        line.note,
        line.at,
        title=line.title or about or locale.gettext("Without a title"),
        address=f"/journals/{line.author_handle}/{line.post_id}",
        by=line.author_name or "",
        about=_numbered(thing, locale) if thing else "",
        lang=locale.lang(line.language or ""),
        excerpt=line.excerpt or "",
    )


def _thing(catalogue: Catalogue, programme_slug: str | None, slug: str | None) -> Thing | None:
    """Where it still exists."""
    programme = catalogue.programme(programme_slug) if programme_slug else None
    return programme.thing(slug) if programme and slug else None


def _numbered(thing: Thing, locale: Locale) -> str:
    return locale.gettext("Thing %(number)s") % {"number": thing.label}


def kept_file(cards: Iterable[KeptCard], base_url: str, locale: Locale) -> str:
    """What is kept as a Markdown file; "" where there is nothing."""
    parts = []
    for card in cards:
        title = card.title or locale.gettext("No longer there for you")
        heading = f"[{title}]({base_url}{card.address})" if card.address else title
        facts = ", ".join(fact for fact in (card.by, card.about, locale.date(card.at)) if fact)
        parts.append("\n\n".join(part for part in (f"## {heading}", facts, card.note) if part))
    return "\n\n".join((f"# {locale.gettext('Kept')}", *parts)) + "\n" if parts else ""

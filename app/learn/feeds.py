"""Feeds as Atom (RFC 4287), for readers elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from fastapi import Request, Response
from markupsafe import escape

from app.journals.cards import thing_of, title_of
from app.journals.feeds import FeedLine
from app.journals.models import Visibility
from app.learn.reader import Reader
from app.web.conditional import document

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NAMES = UUID("6f1c4b0e-3a55-4b5c-9a53-23d1e9c0f7d2")
"""Under it, entries keep their ids when the site moves to another address."""
BEGINNING = datetime(2006, 8, 1, tzinfo=UTC)
"""When a feed in which nothing has been yet was last changed: the first 23 Things."""

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r'<(a|img)((?: [\w:-]+(?:="[^"]*")?)*)>')
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')


@dataclass(frozen=True)
class Entry:
    id: str
    url: str
    title: str
    author: str
    author_url: str
    language: str
    published: str
    updated: str
    summary: str
    content: str
    thing: str
    programme_url: str
    thing_title: str


def feed_response(
    request: Request,
    reader: Reader,
    title: str,
    page_path: str,
    lines: Sequence[FeedLine],
    *,
    word: str,
) -> Response:
    """The feed of a page; with a `word`, it is one person's, and no cache of others may keep it."""
    base, path = request.app.state.settings.base_url, request.url.path
    changed = max((line.updated for line in lines), default=BEGINNING)
    context = {
        "base": base,
        "self_url": f"{base}{path}?key={word}" if word else base + path,
        "page_url": base + page_path,
        "id": _urn(f"feed {path} {word}"),
        "title": title,
        "updated": changed.isoformat(timespec="seconds"),
        "entries": [_entry(reader, line, base) for line in lines],
    }
    xml = reader.pages.html("learn/feed.xml", reader.locale, context)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, Accept-Language, Cookie"}
    if word:
        headers = {
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding",
            "X-Robots-Tag": "noindex",
        }
    return document(request, NOT_XML.sub("", xml).encode(), MEDIA_TYPE, changed=changed, headers=headers)


def _urn(name: str) -> str:
    return uuid5(NAMES, name).urn


def _entry(reader: Reader, found: FeedLine, base: str) -> Entry:
    line, locale = found.line, reader.locale
    thing = thing_of(line, reader.catalogue)
    url = f"{base}/journals/{line.author_handle}/{line.public_id}"
    return Entry(
        _urn(f"post {line.public_id}"),
        url,
        title_of(line, thing, locale),
        line.author_name,
        f"{base}/journals/{line.author_handle}",
        line.language,
        line.at.isoformat(timespec="seconds"),
        found.updated.isoformat(timespec="seconds"),
        line.excerpt,
        elsewhere(found.html, base, url, is_public=line.visibility == Visibility.PUBLIC),
        thing.slug if thing else "",
        f"{base}/programmes/{thing.programme}" if thing else "",
        thing.text(locale.reading_order()).title if thing else "",
    )


def elsewhere(html: str, base: str, url: str, *, is_public: bool) -> str:
    """Cleaned html as it stands on another site: addresses in full. A picture in a post that is not for the
    web takes a sign-in, so there stands a link to the post instead."""

    def tag(found: re.Match[str]) -> str:
        name, attributes = found[1], dict(_ATTRIBUTE.findall(found[2]))
        if name == "img" and not is_public:
            return f'<a href="{url}">[{attributes.get("alt") or escape("…")}]</a>'
        address = "href" if name == "a" else "src"
        target = attributes.get(address, "")
        if target.startswith("/"):
            attributes[address] = base + target
        elif target.startswith("#"):
            attributes[address] = url + target
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f"<{name}{written}>"

    return _TAG.sub(tag, html)

"""The program that reads what a server sent: as a feed, else as a page that may name feeds.

It takes one thing after another from its input, each a header (JSON) and a body behind their lengths, and
answers with JSON behind its length: null where the body cannot be read. Each may take so much time and all of
them so much memory; whoever goes beyond ends it. It knows nothing of the rest of the house.
"""

from __future__ import annotations

import json
import sys
from html import escape
from io import BytesIO
from struct import Struct
from typing import Any

CPU_SECONDS = 6
MEMORY = 700_000_000
MOST_ENTRIES = 200
MOST_LINKS = 60
MOST_TAGS = 20
LONGEST_LINE = LONGEST_BASE = 1_000
LONGEST_TEXT = 60_000
LONGEST_TEXTS = 3_000_000
"""Characters of all entries together."""

ASKED, ANSWERED = Struct(">II"), Struct(">I")
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+xml")
TAGS = {
    *("p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "div", "section", "figure"),
    *("figcaption", "table", "thead", "tbody", "tr", "th", "td", "a", "em", "strong", "b", "i", "s", "code"),
    *("sup", "img", "h1", "h2", "h3", "h4", "h5", "h6"),
}


def main() -> int:
    _bound_memory()
    import feedparser  # noqa: F401  before the first one waits for it

    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(ASKED.size):
        header_length, body_length = ASKED.unpack(head)
        header = json.loads(source.read(header_length))
        body = source.read(body_length)
        _bound_time()
        try:
            found = read(body, header["type"], header["url"])
        except Exception:
            found = None
        answer = json.dumps(found).encode()
        sink.write(ANSWERED.pack(len(answer)) + answer)
        sink.flush()
    return 0


def read(body: bytes, content_type: str, url: str) -> dict[str, Any]:
    import feedparser

    headers = {"content-type": content_type, "content-location": url}
    found = feedparser.parse(BytesIO(body), response_headers=headers, sanitize_html=False)
    if found.version or found.entries:
        return {"feed": _feed(found, url)}
    return {"page": _page(body, content_type)}


def _feed(found: Any, url: str) -> dict[str, Any]:
    left, entries = LONGEST_TEXTS, []
    for entry in found.entries[:MOST_ENTRIES]:
        html = _html_of(entry, url, min(left, LONGEST_TEXT))
        left = max(0, left - len(html))
        entries.append(
            {
                "id": _line(entry.get("id")),
                "url": _line(entry.get("link")),
                "title": _line(_words(entry.get("title_detail") or {})),
                "author": _line(entry.get("author")),
                "at": _moment(entry.get("published_parsed") or entry.get("updated_parsed")),
                "tags": [_line(tag.get("term")) for tag in entry.get("tags", [])[:MOST_TAGS]],
                "html": html,
            }
        )
    feed = found.feed
    return {
        "title": _line(_words(feed.get("title_detail") or {})),
        "url": _line(feed.get("link")),
        "language": _line(feed.get("language"))[:20],
        "entries": entries,
    }


def _html_of(entry: Any, url: str, longest: int) -> str:
    """The whole text where the feed has it, else its summary; cleaned a first time. The addresses in it grow
    where they are made whole, so it is cut once more, and what that cut through is closed."""
    texts = [*entry.get("content", []), entry.get("summary_detail") or {}]
    found = max(texts, key=lambda text: len(text.get("value") or ""))
    value = (found.get("value") or "")[:LONGEST_TEXT]
    if found.get("type") == "text/plain":
        value = "".join(f"<p>{escape(part)}</p>" for part in value.split("\n\n"))
    base = str(entry.get("link") or url)[:LONGEST_BASE]
    try:
        cleaned = _cleaned(value, base)
    except ValueError:  # no address to begin from
        base = url[:LONGEST_BASE]
        cleaned = _cleaned(value, base)
    return cleaned if len(cleaned) <= longest else _cleaned(cleaned[:longest], base)


def _cleaned(html: str, base: str) -> str:
    import nh3

    cleaned: str = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base),
        link_rel=None,
    )
    return cleaned


def _words(detail: Any) -> str:
    import nh3

    value = str(detail.get("value") or "")[: 4 * LONGEST_LINE]
    if detail.get("type") in ("text/html", "application/xhtml+xml"):
        from html import unescape

        return unescape(nh3.clean(value, tags=set()))
    return value


def _moment(parsed: Any) -> float | None:
    from calendar import timegm

    try:
        return float(timegm(parsed)) if parsed else None
    except (ValueError, OverflowError, TypeError):
        return None


def _line(value: Any) -> str:
    text = " ".join(str(value or "").split())[:LONGEST_LINE]
    return text.replace("\0", "").encode(errors="replace").decode()


def _page(body: bytes, content_type: str) -> dict[str, Any]:
    """The feeds that a page names (HTML, 4.6.7.1), and its links to tags, in their order."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(body)
    title, base = page.css_first("title"), page.css_first("base[href]")
    feeds, tags = [], []
    for node in page.css("link[rel][href]")[:500]:
        kind = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in (node.attributes.get("rel") or "").lower().split() and kind in FEED_TYPES:
            feeds.append(
                {"url": _line(node.attributes["href"]), "title": _line(node.attributes.get("title"))}
            )
    for node in page.css("a[href]")[:3000]:
        target = node.attributes["href"] or ""
        tagged = "tag" in (node.attributes.get("rel") or "").lower().split()
        if tagged or any(part in target for part in ("/tag/", "/label/", "/category/", "/tags/")):
            tags.append(_line(target))
    return {
        "is_html": "html" in content_type.lower() or page.css_first("title, h1, link") is not None,
        "title": _line(title.text()) if title else "",
        "base": _line(base.attributes["href"]) if base else "",
        "feeds": feeds[:MOST_LINKS],
        "tags": list(dict.fromkeys(tags))[:MOST_LINKS],
    }


def _bound_memory() -> None:
    """Windows has no such limits; there the parent's patience is the only one."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _bound_time() -> None:
    """From now on; the kernel ends who does not keep to it."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())

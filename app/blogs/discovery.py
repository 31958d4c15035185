"""From any address of a blog to its feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from app.blogs.fetch import Answer, Deadline, Failed, Fetcher
from app.blogs.matching import is_of_programme
from app.blogs.models import Trouble
from app.blogs.parsing import Feed, FeedLink, Page, Parser
from app.things.catalogue import Programme

BESIDE = ("feed/",)
AT_THE_ROOT = ("/feed/", "/rss.xml", "/feeds/posts/default", "/atom.xml", "/index.xml", "/feed.xml")
"""Where blogs have their feeds when they do not say so, the most common first."""
NAMED_TRIED = 4
MOST_TRIED = 7
"""After the page itself: nobody sends Dingen to knock at more doors of a site."""
MOST_SHOWN = 8
COMMENTS = re.compile(r"comments?|reacties|commentaires|replies", re.IGNORECASE)


@dataclass(frozen=True)
class Discovery:
    """What was found at `address`: its feeds, the one that is shown first, and what that holds."""

    address: str
    feeds: tuple[FeedLink, ...]
    url: str
    feed: Feed


def discover(
    fetcher: Fetcher, parser: Parser, typed: str, programme: Programme | None = None, wanted: str = ""
) -> Discovery:
    """All of it takes no longer than one fetch may. `wanted` is one of the feeds, chosen before. Raises
    Failed."""
    deadline = fetcher.deadline()
    answer = _first(fetcher, typed.strip(), deadline)
    found = parser.read(answer)
    if isinstance(found, Feed):
        return Discovery(answer.url, (FeedLink(answer.url, found.title),), answer.url, found)
    links = tuple(_named(answer.url, found, programme))
    for link in _candidates(answer.url, links, wanted):
        with suppress(Failed):
            there = fetcher.get(link.url, deadline=deadline)
            if there.ok:
                feed = parser.feed(there)
                shown = tuple(dict.fromkeys((*links, FeedLink(link.url, link.title or feed.title))))
                return Discovery(answer.url, shown[:MOST_SHOWN], link.url, feed)
    deadline.left()
    raise Failed(Trouble.NO_FEED)


def _first(fetcher: Fetcher, typed: str, deadline: Deadline) -> Answer:
    """People leave out how an address begins; by https, else by http."""
    if re.match(r"[a-z][a-z0-9+.-]*://", typed, re.IGNORECASE):
        ways = [typed]
    elif re.match(r"feed:", typed, re.IGNORECASE):
        ways = [re.sub(r"(?i)^feed:(//)?", "https://", typed)]
    else:
        ways = [f"https://{typed}", f"http://{typed}"]
    for number, url in enumerate(ways):
        try:
            answer = fetcher.get(url, deadline=deadline)
        except Failed as failed:
            can_go_on = failed.trouble in (Trouble.UNREACHABLE, Trouble.CERTIFICATE)
            if number + 1 < len(ways) and can_go_on:
                continue
            raise
        if answer.ok:
            return answer
        raise answer.failure
    raise Failed(Trouble.ADDRESS)


def _named(url: str, page: Page, programme: Programme | None) -> Iterator[FeedLink]:
    """The feeds that a page names, those of its comments last, and before all one of the programme's tag."""
    base = _joined(url, page.base) or url
    if programme is not None:
        yield from _of_tag(base, page, programme)
    links = [FeedLink(_joined(base, link.url), link.title) for link in page.feeds]
    yield from sorted(
        (link for link in links if link.url),
        key=lambda link: bool(COMMENTS.search(link.url) or COMMENTS.search(link.title)),
    )


def _of_tag(base: str, page: Page, programme: Programme) -> Iterator[FeedLink]:
    """WordPress has the feed of a tag below its page, Blogger under the name of the label."""
    for tag in page.tags:
        target = urlsplit(_joined(base, tag))
        name = unquote(target.path.rstrip("/").rpartition("/")[2])
        if not target.netloc or not is_of_programme(name, programme):
            continue
        site = f"{target.scheme}://{target.netloc}"
        if "/search/label/" in target.path:
            yield FeedLink(f"{site}/feeds/posts/default/-/{target.path.rpartition('/')[2]}", name)
        else:
            yield FeedLink(f"{site}{target.path.rstrip('/')}/feed/", name)
        return


def _candidates(url: str, links: tuple[FeedLink, ...], wanted: str) -> list[FeedLink]:
    """In the order in which they are tried."""
    if wanted:
        return [next((link for link in links if link.url == wanted), FeedLink(wanted, ""))]
    beside = [FeedLink(urljoin(url.rstrip("/") + "/", path), "") for path in BESIDE]
    at_the_root = [FeedLink(urljoin(url, path), "") for path in AT_THE_ROOT]
    guessed = [*links[:NAMED_TRIED], *beside, *at_the_root]
    return list({link.url: link for link in reversed(guessed)}.values())[::-1][:MOST_TRIED]


def _joined(base: str, link: str) -> str:
    """Where a link leads; nothing where that is nowhere on the web."""
    try:
        found = urljoin(base, link)
        return found if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""

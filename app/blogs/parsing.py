"""Reading feeds and pages in a process of its own, whose time and memory are bounded: a few kilobytes can be
made to take minutes and gigabytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import quote, urlsplit

from app.blogs import feed_child as child
from app.blogs.fetch import Answer, Failed
from app.blogs.models import Trouble

LONGEST_SECONDS = 12.0
LONGEST_ANSWER = 20_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2999
"""Of a post: programs write year 1 where they know none, and nothing is written on the web before it."""
IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
KEPT = 2
"""Readers that wait for the next who needs one: to begin takes fifty times as long as to read a feed."""
MOST_READ = 500
"""By one reader, before another one begins with a clean memory."""


@dataclass(frozen=True)
class FeedEntry:
    """A post in a feed. `html` has been cleaned a first time; nobody may rely on it."""

    guid: str
    url: str
    title: str
    author: str
    at: datetime | None
    tags: Sequence[str]
    html: str

    @property
    def key(self) -> str:
        return hashed(self.guid or self.url)

    @property
    def url_key(self) -> str:
        return hashed(self.url or self.guid)

    @property
    def digest(self) -> str:
        return hashed("\0".join((self.title, self.url, self.html, *sorted(self.tags))))


@dataclass(frozen=True)
class Feed:
    """A feed; of entries that say to be the same, the first."""

    title: str
    url: str
    language: str
    entries: Sequence[FeedEntry]


@dataclass(frozen=True)
class FeedLink:
    """A feed that a page names."""

    url: str
    title: str


@dataclass(frozen=True)
class Page:
    """A page of a blog: its feeds and its links to tags, as it writes them."""

    title: str
    base: str
    feeds: Sequence[FeedLink]
    tags: Sequence[str]


class Parser:
    """One reader, begun when it is first needed, and anew where one had to be ended. For one thread."""

    def __init__(self, seconds: float = LONGEST_SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def read(self, answer: Answer) -> Feed | Page:
        """Raises Failed for what is neither, or takes too much."""
        content_type = answer.headers.get("content-type", "")
        found = self._asked({"type": content_type, "url": answer.url}, answer.body)
        if not isinstance(found, dict):
            raise Failed(Trouble.BROKEN)
        if "feed" in found:
            return _feed(found["feed"])
        page = found["page"]
        links = [FeedLink(link["url"], link["title"]) for link in page["feeds"]]
        if not page["is_html"]:
            raise Failed(Trouble.NO_FEED)
        return Page(page["title"], page["base"], links, page["tags"])

    def feed(self, answer: Answer) -> Feed:
        """Raises Failed for anything but a feed."""
        found = self.read(answer)
        if isinstance(found, Page):
            raise Failed(Trouble.NO_FEED)
        return found

    def _asked(self, header: Mapping[str, str], body: bytes) -> Any:
        head = json.dumps(header).encode()
        process = self._started()
        watch = Timer(self._seconds, process.kill)
        watch.start()
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(child.ASKED.pack(len(head), len(body)) + head + body)
            process.stdin.flush()
            (length,) = child.ANSWERED.unpack(process.stdout.read(child.ANSWERED.size))
            if length > LONGEST_ANSWER:
                raise ValueError("a long answer")
            return json.loads(process.stdout.read(length))
        except Exception as error:  # it ended in the middle of it
            self.end()
            raise Failed(Trouble.BROKEN) from error
        finally:
            watch.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        self._count += 1
        if self._process is None or self._process.poll() is not None or self._count > MOST_READ:
            self.end()
            self._count = 1
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-I", str(Path(child.__file__))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        self._process.wait()
        self._process = None


_idle: list[Parser] = []


@contextmanager
def a_parser() -> Iterator[Parser]:
    """One that nobody else uses meanwhile. It ends with this process, whose pipe it reads."""
    try:
        parser = _idle.pop()
    except IndexError:
        parser = Parser()
    try:
        yield parser
    finally:
        if len(_idle) < KEPT:
            _idle.append(parser)
        else:
            parser.end()


def hashed(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def hashed_bytes(body: bytes) -> str:
    return sha256(body).hexdigest()


def _feed(found: Mapping[str, Any]) -> Feed:
    entries: dict[str, FeedEntry] = {}
    for entry in found["entries"]:
        made = FeedEntry(
            entry["id"],
            _address(entry["url"]) or _address(entry["id"]),
            entry["title"],
            entry["author"],
            _moment(entry["at"]),
            tuple(tag for tag in entry["tags"] if tag),
            entry["html"],
        )
        if made.guid or made.url:
            entries.setdefault(made.key, made)
    return Feed(found["title"], _address(found["url"]), found["language"], tuple(entries.values()))


def _address(url: str) -> str:
    """As it may stand in a link; nothing for what is none of the web, or names no host."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    try:
        quoted = quote(url, safe=IN_ADDRESSES)
        return quoted if urlsplit(quoted).hostname else ""
    except ValueError:
        return ""


def _moment(seconds: float | None) -> datetime | None:
    """None, unknown, for what nobody can have meant."""
    try:
        moment = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None

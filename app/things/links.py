"""Links and pictures in a Thing: what they point at, and whether it is there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.names import file_name

PREFIX = "s-"
"""Begins every id in a Thing's HTML, so that none can meet an id of the page."""

PICTURES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif"})

_INLINE_CODE = re.compile(r"`+[^`\n]+`+")
_ADDRESS = r"[ \t]*(?:<(?P<angle>[^<>\n]*)>|(?P<plain>[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))"
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]\n]*)\]\(" + _ADDRESS)
_LINK = re.compile(r"\]\((?!https?://)" + _ADDRESS)
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\[\]\n]+\]:[ \t]*<?(?P<plain>[^\s<>]+)")


@dataclass(frozen=True, slots=True)
class Link:
    target: str
    line: int
    col: int
    image: bool
    alt: str


def links_in(prose: tuple[str, ...], first_line: int) -> Iterator[Link]:
    """The links and pictures of a text that can be wrong, with their places: not those in code, and no
    ordinary links to the web."""
    for at, line in enumerate(prose, first_line):
        if "](" not in line and "]:" not in line:
            continue
        masked = _INLINE_CODE.sub(lambda code: " " * len(code[0]), line) if "`" in line else line
        pictures = set()
        for found in _IMAGE.finditer(masked) if "![" in masked else ():
            pictures.add(found.end())
            yield Link(found["angle"] or found["plain"] or "", at, found.start() + 1, True, found["alt"])
        for found in _LINK.finditer(masked):
            if found.end() not in pictures:
                yield Link(found["angle"] or found["plain"] or "", at, found.start() + 3, False, "")
        if found_definition := _DEFINITION.match(masked):
            yield Link(found_definition["plain"], at, found_definition.start("plain") + 1, False, "")


def thing_url(programme: str, slug: str) -> str:
    return f"/programmes/{programme}/{slug}"


def image_url(programme: str, path: str) -> str:
    return f"/programmes/{programme}/images/{quote(path)}"


@dataclass(frozen=True)
class Targets:
    """Where a programme's relative links lead; `exists` knows the files of the folder `things/`."""

    programme: str

    def link(self, href: str) -> str | None:
        """The URL of a relative link, by its form alone."""
        parts = urlsplit(href)
        path = unquote(parts.path)
        if path.startswith("/"):
            return None
        if picture := self.picture(href):
            return image_url(self.programme, picture)
        *folders, name = posixpath.normpath(path).split("/")
        programme = folders[1] if len(folders) == 2 and folders[0] == ".." else self.programme
        named = file_name(name)
        if named is None:
            return None
        fragment = f"#{PREFIX}{parts.fragment.removeprefix(PREFIX)}" if parts.fragment else ""
        url = f"/programmes/{programme}" if named.number is None else thing_url(programme, named.slug)
        return url + fragment

    def picture(self, source: str) -> str | None:
        """Where a picture is below the programme's folder `images/`, by its form alone."""
        path = posixpath.normpath(unquote(urlsplit(source).path))
        if not path.startswith("images/") or posixpath.splitext(path)[1].lower() not in PICTURES:
            return None
        return path.removeprefix("images/")

    def problems(
        self, path: str, links: tuple[Link, ...], exists: Callable[[str], bool]
    ) -> Iterator[Problem]:
        """`exists` is asked with paths below the folder of programmes: "digital-work/images/a.svg"."""
        for link in links:
            if found := self._problem(link, exists):
                yield problem(found[0], path, found[1], (link.line, link.col))

    def _problem(self, link: Link, exists: Callable[[str], bool]) -> tuple[Code, str] | None:
        try:
            parts = urlsplit(link.target)
        except ValueError:
            return Code.T401, f"The address '{link.target[:80]}' cannot be read"
        if parts.scheme or parts.netloc:
            if link.image:
                return Code.T404, f"The picture '{link.target[:80]}' is on another site"
            if parts.scheme not in ("", "http", "https", "mailto"):
                return Code.T405, f"The address '{link.target[:80]}' is of an unusual kind"
            return None
        if link.image:
            if not self.picture(link.target) or not exists(self._below(parts.path)):
                return Code.T402, f"The picture '{link.target[:80]}' does not exist"
            return (Code.T403, "The picture has no description") if not link.alt.strip() else None
        if not parts.path or parts.path.startswith("/"):
            return None
        if not self.link(link.target) or not exists(self._below(parts.path)):
            return Code.T401, f"The link '{link.target[:80]}' leads nowhere"
        return None

    def _below(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.programme, unquote(path)))

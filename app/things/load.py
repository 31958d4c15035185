"""From a folder of Markdown files to the catalogue."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from app.things.assemble import Assembly
from app.things.cache import Cache
from app.things.catalogue import Catalogue, Problem, Programme
from app.things.disk import FOLDER, NONE, MarkdownFile, read_content
from app.things.names import file_name

NOTHING: Mapping[str, str] = {}


class Loader:
    """Loads again and again from one folder; a second load parses only what has changed."""

    def __init__(self, content_dir: Path) -> None:
        self.content_dir = content_dir
        self._cache = Cache(content_dir / FOLDER)
        self._folder = NONE

    def load(self, accepted: Mapping[str, str] = NOTHING) -> Catalogue:
        """The catalogue of the files as they are.

        A file with an error is replaced by its text in `accepted` (by path), or left out; nothing that an
        author can do raises. When the whole folder is gone, everything accepted stays.
        """
        folder = self._folder = read_content(self.content_dir, self._folder)
        before = _by_programme(accepted)
        gone = folder.programmes is None
        sources = _as_files(before) if folder.programmes is None else folder.programmes
        self._cache = Cache(self._cache.folder, before=self._cache)
        problems: list[Problem] = list(folder.problems)
        programmes: dict[str, Programme] = {}
        for slug, files in sorted(sources.items()):
            exists = (lambda _: True) if gone else self._exists
            assembly = Assembly(slug, files, before.get(slug, NOTHING), self._cache, exists)
            programme = assembly.programme()
            if programme:
                programmes[slug] = programme
            if not gone:
                problems += assembly.problems
        self._cache.close()
        problems.sort(key=lambda found: (found.path, found.line, found.col, found.code))
        return Catalogue(programmes, tuple(dict.fromkeys(problems)))

    def _exists(self, path: str) -> bool:
        """Whether there is a Thing's file or a picture below `things/`."""
        return not path.startswith("..") and (self.content_dir / FOLDER / path).is_file()


def load(content_dir: Path, accepted: Mapping[str, str] = NOTHING) -> Catalogue:
    return Loader(content_dir).load(accepted)


def _by_programme(accepted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, text in accepted.items():
        folder, name = posixpath.split(path)
        if posixpath.dirname(folder) == FOLDER and file_name(name):
            found.setdefault(posixpath.basename(folder), {})[name] = text
    return found


def _as_files(accepted: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, MarkdownFile]]:
    return {
        slug: {name: MarkdownFile(f"{FOLDER}/{slug}/{name}", text) for name, text in files.items()}
        for slug, files in accepted.items()
    }

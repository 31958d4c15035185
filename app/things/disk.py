"""The files below `things/`, as they are now."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.names import RESERVED, SLUG
from app.things.pictures import picture_problems

LARGEST = 1_000_000
FOLDER = "things"
SETTLED_NS = 1_000_000_000
"""Time stamps are coarse: two changes may share one."""


@dataclass(frozen=True)
class MarkdownFile:
    """A Markdown file; `text` is None when it cannot be read, and `problems` says why."""

    path: str
    text: str | None
    problems: tuple[Problem, ...] = ()
    state: object = None


@dataclass(frozen=True)
class Folder:
    """`programmes` maps a programme's slug to its files by name; None when there is no folder `things/`."""

    programmes: Mapping[str, Mapping[str, MarkdownFile]] | None
    problems: tuple[Problem, ...] = field(default=())


NONE = Folder(None)


def read_content(content_dir: Path, before: Folder = NONE) -> Folder:
    """All Markdown files of all programmes; those that are as they were `before` are not read again.

    Whatever is unreadable is a problem, never an exception.
    """
    root = content_dir / FOLDER
    try:
        folders = sorted(entry for entry in root.iterdir() if entry.is_dir() and entry.name[0] not in "._")
    except NotADirectoryError:
        return Folder(None, (problem(Code.T001, FOLDER, f"'{FOLDER}' is a file and not a folder"),))
    except FileNotFoundError:
        return Folder(None, (problem(Code.T001, FOLDER, f"There is no folder '{FOLDER}' in {content_dir}"),))
    except OSError:
        return Folder(None, (problem(Code.T006, FOLDER, f"The folder '{FOLDER}' cannot be read"),))
    problems: list[Problem] = []
    programmes: dict[str, Mapping[str, MarkdownFile]] = {}
    for entry in folders:
        path = f"{FOLDER}/{_printable(entry.name)}"
        if not SLUG.fullmatch(entry.name) or entry.name in RESERVED:
            problems.append(
                problem(Code.T003, path, f"'{_printable(entry.name)}' cannot be the name of a programme")
            )
            continue
        try:
            problems += picture_problems(entry, path)
            earlier = (before.programmes or {}).get(entry.name, {})
            programmes[entry.name] = dict(programme_files(entry, path, earlier))
        except OSError:
            problems.append(problem(Code.T006, path, "The folder cannot be read"))
            programmes[entry.name] = {}
    if not folders:
        problems.append(problem(Code.T002, FOLDER, "There is no programme yet"))
    return Folder(programmes, tuple(problems))


def programme_files(
    folder: Path, path: str, before: Mapping[str, MarkdownFile]
) -> Iterator[tuple[str, MarkdownFile]]:
    """The Markdown files of one programme by name; `path` is what messages call the folder."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith(".md") and entry.name[0] not in "._" and entry.name.lower() != "readme.md":
            name = _printable(entry.name)
            earlier = before.get(name)
            state = _state(entry)
            same = earlier is not None and state is not None and earlier.state == state
            yield name, earlier if earlier and same else read_file(Path(entry), f"{path}/{name}", state)


def _state(entry: os.DirEntry[str]) -> object:
    """What changes whenever the file does; None for a file so fresh that it may change unseen."""
    try:
        stat = entry.stat()
    except OSError:
        return None
    if time.time_ns() - stat.st_mtime_ns < SETTLED_NS:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_mode


def read_file(file: Path, path: str, state: object = None) -> MarkdownFile:
    """The text of a file, with line ends as one character and without a byte order mark."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError:
        return MarkdownFile(path, None, (problem(Code.T006, path, "The file cannot be read"),))
    if len(data) > LARGEST:
        return MarkdownFile(path, None, (problem(Code.T008, path, "The file is larger than 1 MB"),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return MarkdownFile(path, None, (problem(Code.T007, path, "The file is not UTF-8", (line, column)),))
    if not text.strip():
        return MarkdownFile(path, None, (problem(Code.T009, path, "The file is empty"),))
    return MarkdownFile(
        path, text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"), state=state
    )


def _printable(name: str) -> str:
    """A file name may hold bytes that are no text, and line ends."""
    if name.isprintable():
        return name.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else "\ufffd" for c in name.encode("utf-8", "replace").decode())

"""The files below `things/`, as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.names import RESERVED, SLUG

LARGEST = 1_000_000
FOLDER = "things"


@dataclass(frozen=True)
class SourceFile:
    """A Markdown file; `text` is None when it cannot be read, and `problems` says why."""

    path: str
    text: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Folder:
    """`programmes` maps a programme's slug to its files by name; None when there is no folder `things/`."""

    programmes: Mapping[str, Mapping[str, SourceFile]] | None
    problems: tuple[Problem, ...] = field(default=())


def read_content(content_dir: Path) -> Folder:
    """All Markdown files of all programmes. Whatever is unreadable is a problem, never an exception."""
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
    programmes: dict[str, Mapping[str, SourceFile]] = {}
    for entry in folders:
        path = f"{FOLDER}/{_printable(entry.name)}"
        if not SLUG.fullmatch(entry.name) or entry.name in RESERVED:
            problems.append(
                problem(Code.T003, path, f"'{_printable(entry.name)}' cannot be the name of a programme")
            )
            continue
        try:
            programmes[entry.name] = dict(_files(entry, path))
        except OSError:
            problems.append(problem(Code.T006, path, "The folder cannot be read"))
            programmes[entry.name] = {}
    if not folders:
        problems.append(problem(Code.T002, FOLDER, "There is no programme yet"))
    return Folder(programmes, tuple(problems))


def _files(folder: Path, path: str) -> Iterator[tuple[str, SourceFile]]:
    for entry in sorted(folder.iterdir()):
        if entry.suffix == ".md" and entry.name[0] not in "._" and entry.name.lower() != "readme.md":
            name = _printable(entry.name)
            yield name, read_file(entry, f"{path}/{name}")


def read_file(file: Path, path: str) -> SourceFile:
    """The text of a file, with line ends as one character and without a byte order mark."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError:
        return SourceFile(path, None, (problem(Code.T006, path, "The file cannot be read"),))
    if len(data) > LARGEST:
        return SourceFile(path, None, (problem(Code.T008, path, "The file is larger than 1 MB"),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return SourceFile(path, None, (problem(Code.T007, path, "The file is not UTF-8", (line, column)),))
    if not text.strip():
        return SourceFile(path, None, (problem(Code.T009, path, "The file is empty"),))
    return SourceFile(path, text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"))


def _printable(name: str) -> str:
    """A file name may hold bytes that are no text, and line ends."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name.encode("utf-8", "replace").decode())

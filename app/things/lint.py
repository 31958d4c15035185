"""`dingen check`: the same checks as the server's, for a content folder, a programme or one file."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.slugs import unique_slug
from app.things.assemble import MAIN, Assembly
from app.things.cache import Cache
from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.disk import FOLDER, programme_files, read_file
from app.things.front_matter import ProgrammeMeta, ThingMeta
from app.things.load import Loader
from app.things.names import file_name, names_for
from app.things.parse import Parsed, parse
from app.things.pictures import picture_problems

_MINUTES = re.compile(r"\{[ \t]*(minutes=\d+)[ \t]*\}[ \t]*$")


def check(path: Path) -> list[Problem]:
    """What is wrong at `path`, in the order of files and lines, with paths as seen from here."""
    if not path.exists():
        return [problem(Code.T001, str(path), f"There is no file or folder '{path}'")]
    if path.is_file():
        shown = _shown(path)
        return [found for found in check(path.parent or Path()) if found.path == shown]
    if _is_programme(path):
        return _check_programme(path)
    content_dir = path.resolve().parent if path.resolve().name == FOLDER else path
    return [_seen_from_here(found, content_dir) for found in Loader(content_dir).load().problems]


def fix(path: Path) -> list[Path]:
    """Write the ids that activities lack, the same ones in every language; return the changed files."""
    changed: list[Path] = []
    for folder in _programme_folders(path):
        only = path.name if path.is_file() else None
        for original in sorted(folder.glob("*.md")):
            named = file_name(original.name)
            if named is None or named.number is None or named.language is not None:
                continue
            translations = sorted(folder.glob(f"{original.stem}.*.md"))
            if only is None or only in (original.name, *(file.name for file in translations)):
                changed += _fix_thing(original, translations)
    return changed


def _is_programme(folder: Path) -> bool:
    return any(file_name(file.name) for file in folder.glob("*.md"))


def _programme_folders(path: Path) -> list[Path]:
    if path.is_file():
        return [path.parent]
    if _is_programme(path):
        return [path]
    things = path if path.resolve().name == FOLDER else path / FOLDER
    return sorted(folder for folder in things.glob("*") if folder.is_dir() and _is_programme(folder))


def _check_programme(folder: Path) -> list[Problem]:
    folder = folder.resolve()
    name = f"{FOLDER}/{folder.name}"
    files = dict(programme_files(folder, name, {}))

    def exists(below: str) -> bool:
        return not below.startswith("..") and (folder.parent / below).is_file()

    assembly = Assembly(folder.name, files, {}, Cache(folder.parent), exists)
    assembly.programme()
    problems = {*assembly.problems, *picture_problems(folder, name)}
    seen = [
        replace(found, path=_shown(folder.parent / found.path.removeprefix(f"{FOLDER}/")))
        for found in problems
    ]
    return sorted(seen, key=lambda found: (found.path, found.line, found.col, found.code))


def _seen_from_here(found: Problem, content_dir: Path) -> Problem:
    return replace(found, path=_shown(content_dir / found.path))


def _shown(path: Path) -> str:
    absolute = path.resolve()
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def _fix_thing(original: Path, translations: list[Path]) -> Iterator[Path]:
    """Ids come from whichever language has them, else from the words of the original."""
    parsed = {file: found for file in (original, *translations) if (found := _parse(file))}
    if original not in parsed:
        return
    activities = parsed[original].outline.activities
    alike = {file: found for file, found in parsed.items() if len(found.ids) == len(activities)}
    taken = {identity for found in alike.values() for identity in found.ids}
    ids: list[str] = []
    for n, activity in enumerate(activities):
        given = (found.ids[n] for found in alike.values() if found.ids[n] and found.ids[n] not in ids)
        ids.append(next(given, "") or unique_slug(activity.text, taken, "activity"))
    for file, found in alike.items():
        bare = {problem.line for problem in found.problems if problem.code == Code.T301.name}
        missing = {
            found.body_line + activity.end: identity
            for activity, identity in zip(found.outline.activities, ids, strict=True)
            if found.body_line + activity.line in bare
        }
        if missing:
            _write_ids(file, missing)
            yield file


def _parse(file: Path) -> Parsed[ThingMeta] | None:
    """The outline matters here; that a translation's front matter is another one does not."""
    text = read_file(file, "").text
    main = read_file(file.parent / MAIN, "").text
    meta = parse("", main, ProgrammeMeta, names_for("", {})).meta if main else None
    named = file_name(file.name)
    language = (named.language if named else None) or (meta.language if meta else "")
    return (
        None
        if text is None
        else parse("", text, ThingMeta, names_for(language, meta.sections if meta else {}))
    )


def _write_ids(file: Path, missing: dict[int, str]) -> None:
    """Add ids at the ends of lines, counted from 1, and leave every other byte as it is."""
    lines = re.split(r"(\r\n|\n|\r)", file.read_bytes().decode())
    for number, identity in missing.items():
        at = 2 * (number - 1)
        text, minutes = lines[at].rstrip(), _MINUTES.search(lines[at])
        if minutes:
            lines[at] = f"{text[: minutes.start()]}{{#{identity} {minutes[1]}}}"
        else:
            lines[at] = f"{text} {{#{identity}}}"
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "wb") as stream:
        stream.write("".join(lines).encode())
    shutil.copymode(file, name)
    Path(name).replace(file)

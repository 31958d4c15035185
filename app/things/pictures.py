"""Pictures of a programme: how large they are, and drawings that could run a script or fetch something when
opened on a page of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import imagesize

from app.things.catalogue import Problem
from app.things.codes import Code, problem

LARGEST_DRAWING = 2_000_000

_UNSAFE = re.compile(
    rb"<\s*(?:[\w.-]+:)?(?:script|foreignobject|iframe|embed|object|handler|set|animate)\b"
    rb"|\son\w+\s*="
    rb"|\b(?:href|src)\s*=\s*(?![\"']?\s*(?:\#|data:image/(?:png|jpeg|gif|webp);))"
    rb"|url\(\s*[\"']?\s*(?!\#)[^)\s]"
    rb"|@import|javascript:|<!entity|<\?xml-stylesheet|&\#",
    re.IGNORECASE,
)


def size_of(file: Path) -> tuple[int, int] | None:
    """Width and height in CSS pixels, from the head of the file; None where it does not say."""
    try:
        width, height = imagesize.get(file)
    except (OSError, ValueError):
        return None
    return (round(width), round(height)) if width > 0 and height > 0 else None


def picture_problems(folder: Path, path: str) -> Iterator[Problem]:
    """The unsafe drawings of a programme; `path` is what messages call its folder."""
    for parent, _, names in os.walk(folder / "images"):
        for name in sorted(names):
            file = Path(parent, name)
            if file.suffix.lower() == ".svg" and is_unsafe(file):
                below = file.relative_to(folder).as_posix()
                yield problem(
                    Code.T406, f"{path}/{below}", "The drawing has a script or a part from elsewhere"
                )


def is_unsafe(file: Path) -> bool:
    """Whether a drawing is not the plain picture that it should be; one that is not there is safe."""
    try:
        stat = file.stat()
    except OSError:
        return False
    return stat.st_size > LARGEST_DRAWING or _is_unsafe(
        file, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size
    )


@lru_cache(1_000)
def _is_unsafe(file: Path, *_: int) -> bool:
    try:
        data = file.read_bytes()
        data.decode()  # another encoding could hide what we look for
    except OSError:
        return False
    except UnicodeDecodeError:
        return True
    return b"\0" in data or _UNSAFE.search(data) is not None

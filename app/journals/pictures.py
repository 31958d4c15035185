"""Pictures in posts: what people upload is decoded and written anew, so that nothing but the picture is left
of it: no place where it was taken, no name of a camera, no second file behind the first."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from markupsafe import Markup

from app.errors import Refused
from app.journals import picture_child as child
from app.markdown import render_post
from app.web.i18n import message

LARGEST_UPLOAD = 12_000_000
LONGEST_SECONDS = 20
MEDIA_TYPE = "image/webp"
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"

NO_PICTURE = message("This is no picture that we can read. Take a JPEG, PNG, WebP or GIF.")
TOO_LARGE = message(
    "This picture is too large. Make it smaller, or take a photo of it: up to 12 MB and 50 megapixels."
)

NAME = r"([2-9a-hjkmnp-z]{12})-(\d{1,4})x(\d{1,4})\.webp"
_NAME = re.compile(NAME)


@dataclass(frozen=True)
class Prepared:
    """A picture as it is kept: WebP, upright, at most 1600 pixels wide or high."""

    content: bytes
    width: int
    height: int


def prepare(file: IO[bytes], size: int) -> Prepared:
    """Decodes in a process of its own, whose time and memory are bounded: a few kilobytes can be made to take
    minutes and gigabytes. Raises Refused for what is no picture, or too large a one."""
    if size > LARGEST_UPLOAD:
        raise Refused(TOO_LARGE, "picture")
    file.seek(0)
    command = [sys.executable, "-I", str(Path(child.__file__))]
    try:
        done = subprocess.run(  # noqa: S603  our own program
            command, input=file.read(), capture_output=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(TOO_LARGE, "picture") from error
    if done.returncode != child.DONE:
        raise Refused(NO_PICTURE if done.returncode == child.NO_PICTURE else TOO_LARGE, "picture")
    width, height = child.SIZE.unpack(done.stdout[: child.SIZE.size])
    return Prepared(done.stdout[child.SIZE.size :], width, height)


def name_of(public_id: str, width: int, height: int) -> str:
    """What stands in the picture's address; with its size, so that a page keeps its place."""
    return f"{public_id}-{width}x{height}.webp"


def id_in(name: str) -> str | None:
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def markdown_of(alt: str, name: str) -> str:
    """As it stands in a text. Signs that would end the description are escaped (CommonMark 0.31, 2.4)."""
    described = re.sub(r"([\\\[\]`*_<&!])", r"\\\1", " ".join(alt.split()))
    return f"![{described}](/pictures/{name})"


def html_of(body: str, language: str, mention: Callable[[str], str | None] | None = None) -> Markup:
    """A post as its readers see it, with its pictures; `mention` is as in `Frame`."""
    return render_post(body, language, image=picture_in_post, mention=mention)


def picture_in_post(source: str) -> Mapping[str, str] | None:
    """The attributes of an img for a picture of ours; None for any other, which becomes a link."""
    found = _NAME.fullmatch(source.removeprefix("/pictures/"))
    if found is None or not source.startswith("/pictures/"):
        return None
    return {"src": source, "width": found[2], "height": found[3]}

"""Pictures in posts: what people upload is decoded and written anew, so that nothing but the picture is left
of it: no place where it was taken, no name of a camera, no second file behind the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

from app.errors import Refused
from app.web.i18n import message

LARGEST_UPLOAD = 12_000_000
MOST_PIXELS = 50_000_000
"""Of a JPEG, which is decoded at a fraction of its size; others take four bytes of memory for each of
theirs."""
MOST_PIXELS_AT_ONCE = 16_000_000
LONGEST_SIDE = 1600
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEDIA_TYPE = "image/webp"
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"

NO_PICTURE = message("This is no picture that we can read. Take a JPEG, PNG, WebP or GIF.")
TOO_LARGE = message(
    "This picture is too large. Make it smaller, or take a photo of it: up to 12 MB and 50 megapixels."
)

_NAME = re.compile(r"([2-9a-hjkmnp-z]{12})-(\d{1,4})x(\d{1,4})\.webp")
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Prepared:
    """A picture as it is kept: WebP, upright, at most 1600 pixels wide or high."""

    content: bytes
    width: int
    height: int


def prepare(upload: bytes) -> Prepared:
    """Raises Refused for what is no picture, or too large a one."""
    if len(upload) > LARGEST_UPLOAD:
        raise Refused(TOO_LARGE, "picture")
    with _one_at_a_time:
        try:
            return _written_anew(upload)
        except Refused:
            raise
        except Exception as error:
            raise Refused(NO_PICTURE, "picture") from error


def _written_anew(upload: bytes) -> Prepared:
    """Pillow's decoders raise whatever comes up in a broken file."""
    with Image.open(BytesIO(upload), formats=FORMATS) as picture:
        pixels = picture.width * picture.height
        if picture.format == "JPEG":
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        if pixels > MOST_PIXELS or picture.width * picture.height > MOST_PIXELS_AT_ONCE:
            raise Refused(TOO_LARGE, "picture")
        upright = ImageOps.exif_transpose(picture)
        has_alpha = upright.has_transparency_data
        plain = upright.convert("RGBA" if has_alpha else "RGB")
        plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        clean = Image.new(plain.mode, plain.size)
        clean.paste(plain)
        written = BytesIO()
        clean.save(written, "WEBP", quality=QUALITY, method=4)
        return Prepared(written.getvalue(), clean.width, clean.height)


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


def picture_in_post(source: str) -> Mapping[str, str] | None:
    """The attributes of an img for a picture of ours; None for any other, which becomes a link."""
    found = _NAME.fullmatch(source.removeprefix("/pictures/"))
    if found is None or not source.startswith("/pictures/"):
        return None
    return {"src": source, "width": found[2], "height": found[3]}

"""The program that decodes a picture: from its input to its output, where width and height stand before the
WebP.

It knows nothing of the rest of the house, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import struct
import sys
from io import BytesIO

MOST_PIXELS = 50_000_000
MOST_PIXELS_AT_ONCE = 16_000_000
"""A plain JPEG is decoded at a fraction of its size; others take several bytes of memory for each pixel."""
LONGEST_SIDE = 1600
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
CPU_SECONDS = 6
MEMORY = 1_000_000_000

DONE, NO_PICTURE, TOO_LARGE = 0, 3, 4
SIZE = struct.Struct(">II")


def main() -> int:
    _bound()
    from PIL import Image, ImageOps

    try:
        picture = Image.open(BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
        pixels = picture.width * picture.height
        if picture.format in ("JPEG", "MPO") and not picture.info.get("progressive"):
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        if pixels > MOST_PIXELS or picture.width * picture.height > MOST_PIXELS_AT_ONCE:
            return TOO_LARGE
        upright = ImageOps.exif_transpose(picture)
        plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        clean = Image.new(plain.mode, plain.size)
        clean.paste(plain)
        written = BytesIO()
        clean.save(written, "WEBP", quality=QUALITY, method=4)
    except Image.DecompressionBombError:
        return TOO_LARGE
    except Exception:
        return NO_PICTURE
    sys.stdout.buffer.write(SIZE.pack(*clean.size) + written.getvalue())
    return DONE


def _bound() -> None:
    """Windows has no such limits; there the parent's patience is the only one."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(main())

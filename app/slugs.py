"""Words made fit for URLs and ids."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60


def slug_of(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; "" when nothing of the text can be kept."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))
    slug = ""
    for word in words:
        if slug and len(slug) + len(word) >= LONGEST:
            break
        slug = f"{slug}-{word}" if slug else word[:LONGEST]
    return slug


def unique_slug(text: str, taken: set[str], fallback: str = "part") -> str:
    """A slug that is not yet in `taken`, and now is."""
    base = slug_of(text) or fallback
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    taken.add(slug)
    return slug

"""What stands on somebody's blog, as a page of ours may show it."""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from app.markdown import clean_foreign

LOWEST_HEADING = 6
FIRST_HEADING = 3
_GIVEN = r'(?:\s+[a-z]+="[^"]*")*\s*/?'
_PART = re.compile(rf"<a{_GIVEN}>|</a>|<img{_GIVEN}>|<(/?)h([1-6])>")
"""As nh3 writes them, which has been over it before. A beginning without an end costs no look at the rest."""
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')


def cleaned(html: str) -> Markup:
    """Pictures become links to where they are: no page of ours asks another site for anything. Headings
    begin under the title of the page. Whatever the steps before make of a trap, nh3 has the last word."""
    levels = sorted({found[2] for found in _PART.finditer(html) if found[2]})
    inside = False

    def changed(found: re.Match[str]) -> str:
        nonlocal inside
        part = found[0]
        if found[2]:
            level = min(FIRST_HEADING + levels.index(found[2]), LOWEST_HEADING)
            return f"<{found[1]}h{level}>"
        if part.startswith("<img"):
            return _link_to(part, inside=inside)
        inside = part != "</a>"
        return part

    return clean_foreign(_PART.sub(changed, html))


def _link_to(picture: str, *, inside: bool) -> str:
    attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(picture)}
    source = attributes.get("src", "")
    words = attributes.get("alt", "").strip() or _file_in(source)
    if inside or not source:
        return escape(words)
    return f'<a href="{escape(source)}">{escape(words or source)}</a>'


def _file_in(address: str) -> str:
    try:
        return unquote(urlsplit(address).path.rpartition("/")[2])
    except ValueError:
        return ""

"""Lists of blogs: OPML 2.0 out, OPML or CSV in."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from xml.sax.saxutils import quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from app.db import fold
from app.errors import Refused
from app.web.i18n import message

MEDIA_TYPE = "text/x-opml; charset=utf-8"
MOST_LINES = 100
WHO = ("email", "e-mail", "mail", "name", "naam", "nom", "handle", "learner", "person")
WHERE = ("url", "blog", "feed", "address", "adres", "adresse", "xmlurl", "htmlurl", "website", "site")
_UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Outline:
    """One line of a list that goes out."""

    text: str
    feed_url: str
    home_url: str


@dataclass(frozen=True)
class Line:
    """One line of a list that comes in: who writes, as somebody put it, and where."""

    number: int
    who: str
    url: str


def written(title: str, outlines: Iterable[Outline]) -> bytes:
    lines = "".join(
        f'    <outline type="rss" text={_quoted(outline.text)} title={_quoted(outline.text)}'
        f" xmlUrl={_quoted(outline.feed_url)} htmlUrl={_quoted(outline.home_url)}/>\n"
        for outline in outlines
    )
    name = _UNKEPT.sub("", title).replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head><title>{name}</title></head>\n  <body>\n{lines}  </body>\n</opml>\n"
    ).encode()


def _quoted(text: str) -> str:
    return quoteattr(_UNKEPT.sub("", text))


def decoded(content: bytes) -> str:
    """As spreadsheets save it: UTF-8, or what Windows had before. Raises Refused for what is no text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(message("This is no list that we can read. Take an OPML or a CSV file."), "blogs")


def lines_of(text: str) -> Sequence[Line]:
    """Raises Refused for what is no list, and for one that is too long."""
    found = list(_of_opml(text) if text.lstrip().startswith("<") else _of_csv(text))
    if not found:
        raise Refused(message("There is no blog in this list."), "blogs")
    if len(found) > MOST_LINES:
        raise Refused(
            message("These are more than %(most)s blogs. Take them in parts.", most=MOST_LINES), "blogs"
        )
    return found


def _of_opml(text: str) -> Iterator[Line]:
    try:
        root = fromstring(text.lstrip().encode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Refused(
            message("This OPML file cannot be read. Export it again, or take a CSV file."), "blogs"
        ) from error
    number = 0
    for node in root.iter("outline"):
        url = node.get("htmlUrl") or node.get("xmlUrl") or node.get("url") or ""
        if url.strip():
            number += 1
            yield Line(number, (node.get("text") or node.get("title") or "").strip(), url.strip())


def _of_csv(text: str) -> Iterator[Line]:
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise Refused(
            message("This is no list that we can read. Take an OPML or a CSV file."), "blogs"
        ) from error
    rows = [row for row in rows if any(row)]
    heads = [fold(cell) for cell in rows[0]] if rows else []
    who = [at for at, head in enumerate(heads) if head in WHO]
    where = [at for at, head in enumerate(heads) if head in WHERE]
    for number, row in enumerate(rows[1:] if where else rows, start=1):
        if where:
            url = next((row[at] for at in where if at < len(row) and row[at]), "")
            name = next((row[at] for at in who if at < len(row) and row[at]), "")
        else:
            url = next((cell for cell in row if _ADDRESS.fullmatch(cell)), "")
            name = next((cell for cell in row if cell and cell != url), "")
        yield Line(number, name, url)

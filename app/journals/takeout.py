"""A journal to take along: Markdown files with their pictures beside them, and one page with everything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import yaml
from markupsafe import Markup

from app.journals.pictures import NAME
from app.slugs import unique_slug

IN_MEMORY = 4_000_000
"""Bytes of an archive before it goes to the disk."""
CHUNK = 65_536
PICTURE = re.compile(f"/pictures/{NAME}")
OWN_LINK = re.compile(r'(?<=href=")(?=/)')


@dataclass(frozen=True)
class Entry:
    """One post or draft. `at` is local; `address` is empty for a draft."""

    title: str
    at: datetime
    about: str
    programme: str
    readers: str
    language: str
    address: str
    body: str
    html: Markup
    original: str = ""
    """Where it stands, of what was written on a blog elsewhere."""

    @property
    def is_draft(self) -> bool:
        return not self.address


def archive(
    entries: Sequence[Entry],
    pictures: Iterable[tuple[str, bytes]],
    page: str,
    beside: Mapping[str, str],
) -> IO[bytes]:
    """A zip with `journal.html`, a Markdown file for each entry, the pictures, and `beside` them files by
    name, without those that hold nothing; read from its beginning. `pictures` are ids with what they hold."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  chunks_of closes it
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("journal.html", page)
        for name, text in beside.items():
            if text:
                zipped.writestr(name, text)
        names: set[str] = set()
        for entry in entries:
            info = ZipInfo(_name_for(entry, names), entry.at.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            zipped.writestr(info, _markdown(entry))
        for public_id, content in pictures:
            zipped.writestr(f"pictures/{public_id}.webp", content, ZIP_STORED)
    file.seek(0)
    return file


def _name_for(entry: Entry, taken: set[str]) -> str:
    name = unique_slug(f"{entry.at:%Y-%m-%d} {entry.title}", taken)
    return f"{'drafts' if entry.is_draft else 'posts'}/{name}.md"


def _markdown(entry: Entry) -> str:
    facts = {
        "title": entry.title,
        "date": entry.at.isoformat(timespec="seconds"),
        "thing": entry.about,
        "programme": entry.programme,
        "readers": entry.readers,
        "language": entry.language,
        "address": entry.address,
        "original": entry.original,
    }
    head = yaml.safe_dump(
        {name: fact for name, fact in facts.items() if fact}, allow_unicode=True, sort_keys=False
    )
    return f"---\n{head}---\n\n{PICTURE.sub(_beside('../'), entry.body)}\n"


def _beside(to_root: str) -> str:
    return rf"{to_root}pictures/\1.webp"


def for_a_file(html: Markup, base_url: str) -> Markup:
    """With pictures beside the file, and other addresses of this site in full."""
    return Markup(OWN_LINK.sub(base_url, PICTURE.sub(_beside(""), html)))  # noqa: S704  cleaned when it was stored


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk

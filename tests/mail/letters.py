"""Reading a letter as a mail program shows it."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.conftest import BASE_URL


def text_of(letter: EmailMessage) -> str:
    return part_of(letter, "plain")


def html_of(letter: EmailMessage) -> str:
    return part_of(letter, "html")


def part_of(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def link_in(letter: EmailMessage) -> str:
    """The one address of this site that leads to a page, without the host."""
    links = set(re.findall(rf"{re.escape(BASE_URL)}(/\S+)", text_of(letter)))
    assert len(links) == 1, links
    return links.pop()


def told(letters: list[EmailMessage]) -> list[tuple[str, str]]:
    """(to whom, about what)"""
    return [(letter["To"].addresses[0].addr_spec, letter["Subject"]) for letter in letters]

"""Which Thing a post on somebody's own blog is about, by what its writer called it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.db import fold
from app.things.catalogue import Programme, Thing

WORDS = {
    "en": """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty twenty-one twenty-two twenty-three twenty-four twenty-five
        twenty-six twenty-seven twenty-eight twenty-nine thirty""",
    "nl": """een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien
        zeventien achttien negentien twintig eenentwintig tweeentwintig drieentwintig vierentwintig
        vijfentwintig zesentwintig zevenentwintig achtentwintig negenentwintig dertig""",
    "fr": """un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
        dix-huit dix-neuf vingt vingt-et-un vingt-deux vingt-trois vingt-quatre vingt-cinq vingt-six
        vingt-sept vingt-huit vingt-neuf trente""",
}
NUMBERS = {
    spelled: Decimal(number)
    for words in WORDS.values()
    for number, word in enumerate(words.split(), start=1)
    for spelled in {word, word.replace("-", " "), word.replace("-", "")}
}
_SPELLED = "|".join(sorted(NUMBERS, key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:[.,]\d{1,2})?"
_WORD = r"(?:thing|ding|chose)s?|dingen"
_GAP = r"[\s_-]*(?:(?:#|n°|nº|no\.?|nr\.?|num(?:mer|ber|ero)?)[\s_-]*)?"
"""Between the word and its number; what fits in one way only is read in one pass."""
LONGEST_TAG, LONGEST_TITLE = 60, 200

TAG = re.compile(rf"#?(?:\d{{1,3}}[\s_-]*)?(?:{_WORD}){_GAP}({_DIGITS}|{_SPELLED})")
"""A whole tag: thing7, ding-07, 23things-7, "chose 7"."""
TITLE = re.compile(
    rf"\b(?:{_WORD}){_GAP}"
    rf"(?:({_DIGITS})\b((?:\s*(?:,|&|\+|/|-|–|and|en|et)\s*\d{{1,3}}\b)*)|({_SPELLED})(?=\s*(?:$|[:.,;!?–—|/()\[\]-])))"
)
"""In a title: "Thing 7", "Ding #7:", "Chose n° 7". A number in words ends it, or is followed by a sign: "the
thing one needs" is about no Thing. Further numbers behind it are more Things."""


class Why(StrEnum):
    TAG = "tag"
    TITLE = "title"
    NAME = "name"


@dataclass(frozen=True)
class Match:
    """What a post is about, and what told it: the tag, the words in its title, or the Thing's own name."""

    thing: Thing
    why: Why
    told_by: str


def match(programme: Programme | None, title: str, tags: Sequence[str]) -> Match | None:
    """Tags go before the title, and that before names. What speaks of several Things is about none."""
    if programme is None:
        return None
    for why, found in (
        (Why.TAG, list(_in_tags(programme, tags))),
        (Why.TITLE, list(_in_title(programme, title))),
        (Why.NAME, list(_by_name(programme, (*tags, title)))),
    ):
        things = {thing.slug: (thing, told_by) for thing, told_by in found}
        if len(things) > 1:
            return None
        for thing, told_by in things.values():
            return Match(thing, why, told_by)
    return None


def _in_tags(programme: Programme, tags: Iterable[str]) -> Iterator[tuple[Thing, str]]:
    for tag in tags:
        found = TAG.fullmatch(fold(tag[:LONGEST_TAG]))
        if found and (thing := _numbered(programme, found[1])):
            yield thing, tag


def _in_title(programme: Programme, title: str) -> Iterator[tuple[Thing, str]]:
    for found in TITLE.finditer(fold(title[:LONGEST_TITLE])):
        digits, others, spelled = found.groups()
        for number in (digits or spelled, *re.findall(r"\d+", others or "")):
            if thing := _numbered(programme, number):
                yield thing, found[0]


def _by_name(programme: Programme, names: Iterable[str]) -> Iterator[tuple[Thing, str]]:
    called = {fold(name): name for name in names if name}
    for thing in programme.things:
        for own in {fold(text.title) for text in thing.texts.values()} | {thing.slug}:
            if own in called:
                yield thing, called[own]


def _numbered(programme: Programme, number: str) -> Thing | None:
    wanted = NUMBERS.get(number) or Decimal(number.replace(",", "."))
    return next((thing for thing in programme.things if thing.number == wanted), None)


def is_of_programme(tag: str, programme: Programme) -> bool:
    """Whether a blog's tag seems to gather what is written for the programme: "23things", "23 dingen"."""
    plain = re.sub(r"[^a-z0-9]", "", fold(tag))
    names = {re.sub(r"[^a-z0-9]", "", fold(text.title)) for text in programme.texts.values()}
    return bool(re.fullmatch(r"\d{0,3}(things|dingen|choses)", plain)) or plain in names

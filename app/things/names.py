"""What files, sections and levels are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any

from app.things.catalogue import Level, SectionKind

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_FILE = re.compile(
    rf"(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)-(?P<slug>{SLUG.pattern})(?:\.(?P<language>{LANGUAGE.pattern}))?\.md"
)
_PROGRAMME = re.compile(rf"programme(?:\.(?P<language>{LANGUAGE.pattern}))?\.md")

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "discover": "Discover",
        "try": "Try",
        "check": "Check yourself",
        "reflect": "Reflect",
        "further": "Go further",
        "getting-started": "Getting started",
        "learn-more": "Learn more",
        "challenge-me": "Challenge me",
    },
    "nl": {
        "discover": "Ontdek",
        "try": "Probeer",
        "check": "Test jezelf",
        "reflect": "Reflecteer",
        "further": "Ga verder",
        "getting-started": "Om te beginnen",
        "learn-more": "Meer leren",
        "challenge-me": "Daag me uit",
    },
    "fr": {
        "discover": "Découvrir",
        "try": "Essayer",
        "check": "Testez-vous",
        "reflect": "Réfléchir",
        "further": "Aller plus loin",
        "getting-started": "Pour commencer",
        "learn-more": "En savoir plus",
        "challenge-me": "Défi",
    },
}
SECTION_KINDS: tuple[SectionKind, ...] = ("discover", "try", "check", "reflect", "further")
RESERVED = frozenset({"images", "record"})


@dataclass(frozen=True)
class FileName:
    """`number` is None for programme.md; `language` is None for the default."""

    number: Decimal | None
    slug: str
    language: str | None


def file_name(name: str) -> FileName | None:
    """What a file's name says, or None when it is none of ours."""
    if found := _PROGRAMME.fullmatch(name):
        return FileName(None, "programme", found["language"])
    if (found := _FILE.fullmatch(name)) and found["slug"] not in RESERVED:
        return FileName(Decimal(found["number"]), found["slug"], found["language"])
    return None


@dataclass(frozen=True)
class Names:
    """The section and level names that a text in one language may use; `known` tells whether there are any
    in that language itself."""

    language: str
    known: bool
    names: tuple[tuple[str, str], ...]

    @cached_property
    def _sections(self) -> Mapping[str, SectionKind]:
        return {
            _fold(name): kind for key, name in reversed(self.names) for kind in SECTION_KINDS if kind == key
        }

    @cached_property
    def _levels(self) -> Mapping[str, Level]:
        return {_fold(name): level for key, name in reversed(self.names) for level in Level if level == key}

    def section(self, heading: str) -> SectionKind:
        return self._sections.get(_fold(heading), "other")

    def level(self, heading: str) -> Level | None:
        return self._levels.get(_fold(heading))

    def nearly(self, heading: str, *, level: bool) -> str | None:
        """The name that an unknown heading was probably meant to be."""
        known = self._levels if level else self._sections
        close = get_close_matches(_fold(heading)[:60], known, n=1, cutoff=0.75)
        return next((name for _, name in self.names if close and _fold(name) == close[0]), None)


def names_for(language: str, extra: Mapping[str, Mapping[Any, str]]) -> Names:
    """A programme's own `sections` first, then ours in `language`, then ours in the others: a heading that
    was left untranslated is still understood."""
    base = language.partition("-")[0]
    ours = sorted(SECTIONS, key=lambda known: known != base)
    pairs = [*extra.get(language, {}).items(), *(pair for known in ours for pair in SECTIONS[known].items())]
    return Names(language, base in SECTIONS or language in extra, tuple(pairs))


@lru_cache(2_000)
def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())

"""Finding Things by their words, in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from app.things.catalogue import Programme, Thing, ThingText
from app.words import Query, forms, plain, words_in

Place = tuple[int, str]
"""Which Thing of a programme, and in which language."""


class FoundThing(NamedTuple):
    """A Thing, and the text of it that has the words."""

    thing: Thing
    text: ThingText


@lru_cache(maxsize=256)
def text_of(text: ThingText) -> str:
    """What is searched below the title."""
    return f"{text.summary} {text.plain}"


class Shelf:
    """The words of a programme's Things, without accents, with where they stand."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self._places: dict[str, set[Place]] = {}
        for number, thing in enumerate(programme.things):
            for language, text in thing.texts.items():
                for word in {plain(word) for word in words_in(f"{text.title} {text_of(text)}")}:
                    self._places.setdefault(word, set()).add((number, language))
        self._words = sorted(self._places)

    def find(self, query: Query, languages: Iterable[str]) -> Iterator[FoundThing]:
        """The Things with all words in one text: the first of `languages` that has them, else another."""
        order = {language: place for place, language in enumerate(languages)}
        places = set.intersection(*map(set, self._matches(query)))
        by_thing: dict[int, list[str]] = {}
        for number, language in places:
            by_thing.setdefault(number, []).append(language)
        for number in sorted(by_thing):
            thing = self.programme.things[number]
            best = min(by_thing[number], key=lambda language: (order.get(language, len(order)), language))
            yield FoundThing(thing, thing.texts[best])

    def _matches(self, query: Query) -> Iterator[set[Place]]:
        """Where each word of the query stands."""
        near = [word for word in self._near(query.heads) if query.marks(word)]
        for number, wanted in enumerate(query.words, start=1):
            begins = query.beginning if number == len(query.words) else ""
            yield {
                place
                for word in near
                if not wanted.isdisjoint(forms(word)) or (begins and word.startswith(begins))
                for place in self._places[word]
            }

    def _near(self, heads: Iterable[str]) -> Iterator[str]:
        for head in heads:
            at = bisect_left(self._words, head)
            while at < len(self._words) and self._words[at].startswith(head):
                yield self._words[at]
                at += 1


@lru_cache(maxsize=64)
def shelf(programme: Programme) -> Shelf:
    """Made when somebody first searches; an edited file makes a new programme, and with it a new shelf."""
    return Shelf(programme)


def find_things(
    programmes: Iterable[Programme], query: Query, languages: tuple[str, ...]
) -> list[FoundThing]:
    """The Things with all words, those first that have them in their title."""
    found = [hit for programme in programmes for hit in shelf(programme).find(query, languages)]
    return sorted(found, key=lambda hit: not query.fits(hit.text.title))

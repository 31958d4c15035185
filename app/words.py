"""Words as one looks for them: without accents, case and endings, alike for whatever is searched.

A word stands for itself and for its stems in the languages of the interface, since people write in others
than the one that they read the site in. Both sides of a search have all of these: they meet where one is the
same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice
from threading import Lock
from typing import Any
from unicodedata import normalize

from markupsafe import Markup, escape

from app.db import fold

STEMMERS = ("english", "dutch", "french")
LONGEST_WORD = 40
MOST_IN_TEXT = 2_000
"""Different words that a text is found by; a book has no more in its first twenty pages."""
LONGEST_QUERY = 200
MOST_WORDS = 10
SHORTEST_BEGINNING = 4
"""Letters of a word that is also found where others begin with it: in Dutch nouns grow at their end."""
SNIPPET = 240
LEAD = 70
"""Characters of a snippet, and of those before the first word that was found."""
LOOKED_THROUGH = 20_000
"""Characters of a text in which a snippet is looked for."""

WORD = re.compile(r"[^\W_]+")
_ACCENTED = "".join(
    letter for letter in map(chr, (*range(0xC0, 0x250), *range(0xFB00, 0xFB05))) if letter.isalpha()
)
"""The Latin letters that are other letters without their accents, and ligatures."""
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_one_at_a_time = Lock()


@cache
def _stemmers() -> list[Any]:
    """Loaded when the first word is looked for or published: the library brings thirty languages."""
    import snowballstemmer

    return [snowballstemmer.stemmer(language) for language in STEMMERS]


@lru_cache(maxsize=20_000)
def plain(word: str) -> str:
    """In one case, without accents and ligatures. What is left of signs that Unicode takes for a letter or
    digit but writes with others, such as ⒈, is letters and digits alone: both indexes know nothing else."""
    folded = fold(word).translate(_LIGATURES)
    return "".join(letter for letter in folded if letter.isalnum())[:LONGEST_WORD]


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """What a word is found by: itself and its stems, with and without regard for its accents. None for single
    letters, such as what an apostrophe leaves over."""
    bare = plain(word)
    if len(bare) < 2 and not bare.isdigit():
        return frozenset()
    spellings = {bare, word.casefold()[:LONGEST_WORD]}
    with _one_at_a_time:
        stems = [plain(stemmer.stemWord(spelling)) for stemmer in _stemmers() for spelling in spellings]
    return frozenset({bare, *stems} - {""})


def words_in(text: str) -> set[str]:
    """The words of a text as they are written, each once. Letters and their accents are one character."""
    return set(WORD.findall(normalize("NFC", text)))


def forms_in(text: str) -> set[str]:
    """Of the words of a text, up to MOST_IN_TEXT of them."""
    found: set[str] = set()
    for word in islice(dict.fromkeys(WORD.findall(normalize("NFC", text))), MOST_IN_TEXT):
        found |= forms(word)
    return found


@dataclass(frozen=True)
class Query:
    """What somebody looks for: each word by its forms, and how the last one begins, where it is long enough
    to stand for others. Whatever else was typed means nothing."""

    typed: str
    words: tuple[frozenset[str], ...] = ()
    beginning: str = ""

    @cached_property
    def heads(self) -> frozenset[str]:
        """How words may begin that are meant. Endings differ, and so may a Dutch ge-."""
        return frozenset({form[:2] for word in self.words for form in word} | {"ge"})

    @cached_property
    def _near(self) -> re.Pattern[str]:
        """The words of a text that begin so, accents aside: the others need no closer look."""
        return re.compile(
            f"(?<![^\\W_])(?:{'|'.join(map(_head, sorted(self.heads)))})[^\\W_]*", re.IGNORECASE
        )

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset().union(*self.words)

    def marks(self, word: str) -> bool:
        """Whether a word of a text is one of these."""
        if self.beginning and plain(word).startswith(self.beginning):
            return True
        return not self._wanted.isdisjoint(forms(word))

    def marked_in(self, text: str) -> Iterator[re.Match[str]]:
        """The words of a text that are meant."""
        return (word for word in self._near.finditer(text) if self.marks(word[0]))

    def fits(self, text: str) -> bool:
        """Whether a text has every word."""
        near = [word[0] for word in self.marked_in(text)]
        there: set[str] = set().union(*map(forms, near))
        *others, last = self.words
        begun = bool(self.beginning) and any(plain(word).startswith(self.beginning) for word in near)
        return all(not word.isdisjoint(there) for word in others) and (begun or not last.isdisjoint(there))


@lru_cache(maxsize=2_000)
def _head(head: str) -> str:
    """A pattern for a head in all its spellings."""
    letters = "".join(f"[{re.escape(letter)}{_spellings(letter)}]" for letter in head)
    ligatures = "".join(letter for letter in _ACCENTED if plain(letter).startswith(head) and len(head) > 1)
    return f"{letters}|[{ligatures}]" if ligatures else letters


@cache
def _spellings(letter: str) -> str:
    return "".join(accented for accented in _ACCENTED if plain(accented).startswith(letter))


def query(typed: str) -> Query:
    """As much as is reasonable of what was typed."""
    typed = " ".join(typed[:LONGEST_QUERY].split())
    written = [word for word in WORD.findall(normalize("NFC", typed)) if forms(word)][:MOST_WORDS]
    if not written:
        return Query(typed)
    last = plain(written[-1])
    begins = len(last) >= SHORTEST_BEGINNING and last.isalpha()
    words = dict.fromkeys(forms(word) for word in written[:-1])
    return Query(typed, (*words, forms(written[-1])), last if begins else "")


def snippet(text: str, wanted: Query) -> Markup:
    """The part of a plain text in which the words first stand, with each of them marked; its beginning where
    none does."""
    text = normalize("NFC", text[:LOOKED_THROUGH])
    first = next(wanted.marked_in(text), None)
    start = _back_to_space(text, first.start() - LEAD) if first else 0
    end = start + SNIPPET
    if end < len(text):
        end = text.rfind(" ", start + SNIPPET // 2, end) if " " in text[start + SNIPPET // 2 : end] else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return Markup("").join((before, marked(text[start:end], wanted), after))


def _back_to_space(text: str, at: int) -> int:
    """Where the word begins that is at a place, if it begins soon before."""
    if at <= 0:
        return 0
    space = text.rfind(" ", max(0, at - LONGEST_WORD), at + 1)
    return space + 1 if space >= 0 else at


def marked(text: str, wanted: Query) -> Markup:
    """A plain text with the words marked."""
    return Markup("").join(_pieces(normalize("NFC", text), wanted))


def _pieces(text: str, wanted: Query) -> Iterator[Markup]:
    done = 0
    for word in wanted.marked_in(text):
        yield escape(text[done : word.start()])
        yield Markup("<mark>{}</mark>").format(word[0])
        done = word.end()
    yield escape(text[done:])

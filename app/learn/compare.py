"""What became of a text: compared by lines, and inside changed lines by words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

MOST_PAIRS = 500_000
"""Of lines or words that are held against each other, for all of a text: about a second at worst. What is
left then is shown as one change."""
KEPT = 0.3
"""Where less than that of changed lines stays, they read better as a whole than word for word."""

_LINES = re.compile(r"\n|[^\n]+\n?")
_WORDS = re.compile(r"\s*\S+|\s+")


class Kind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """Same and removed pieces make up the old text, same and added ones the new."""

    kind: Kind
    text: str


def compare(old: str, new: str) -> list[Piece]:
    budget = Budget(MOST_PAIRS)
    pieces = (piece for block in _blocks(_LINES, old, new, budget) for piece in _pieces(*block, budget))
    return [
        Piece(kind, "".join(piece.text for piece in run))
        for kind, run in groupby(pieces, lambda piece: piece.kind)
    ]


@dataclass
class Budget:
    """What may still be spent."""

    left: int

    def pays(self, cost: int) -> bool:
        self.left -= cost
        return self.left >= 0


def _blocks(pattern: re.Pattern[str], old: str, new: str, budget: Budget) -> Iterator[tuple[str, str]]:
    """Both texts in their order, cut where they begin and cease to differ."""
    one, other = pattern.findall(old), pattern.findall(new)
    if old == new or not budget.pays(len(one) * len(other)):
        yield old, new
        return
    for _, i, end, j, other_end in SequenceMatcher(None, one, other).get_opcodes():
        yield "".join(one[i:end]), "".join(other[j:other_end])


def _pieces(old: str, new: str, budget: Budget) -> Iterator[Piece]:
    blocks = [(old, new)]
    if old and new and old != new:
        by_words = list(_blocks(_WORDS, old, new, budget))
        kept = sum(len(one) for one, other in by_words if one == other)
        blocks = by_words if kept >= KEPT * max(len(old), len(new)) else blocks
    for one, other in blocks:
        if one == other:
            yield from _piece(Kind.SAME, one)
        else:
            yield from _piece(Kind.REMOVED, one)
            yield from _piece(Kind.ADDED, other)


def _piece(kind: Kind, text: str) -> Iterator[Piece]:
    if text:
        yield Piece(kind, text)

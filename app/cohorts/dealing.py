"""Dealing learners into small groups and pairs. Nothing here reads or writes anything."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

SMALLEST, LARGEST = 2, 6


class Mix(StrEnum):
    """Whom a small group puts together: people of all sorts, or those who are about equally far."""

    MIXED = "mixed"
    ALIKE = "alike"


class Dealt(NamedTuple):
    """A learner who is dealt, and how far they are."""

    enrolment_id: int
    name: str
    handle: str
    progress: int


def sizes(count: int, size: int) -> list[int]:
    """How many come into each group: as near to `size` as can be, within one of each other, never one alone;
    none where there are fewer than two people."""
    if count < SMALLEST:
        return []
    fewest, most = -(-count // LARGEST), count // SMALLEST
    groups = min(range(fewest, most + 1), key=lambda groups: (abs(count - groups * size), groups))
    return [count // groups + (number < count % groups) for number in range(groups)]


def deal(people: Sequence[Dealt], size: int, mix: Mix) -> list[list[Dealt]]:
    """Everyone in one group of 2 to 6. The furthest come first into groups that are alike; mixed ones are
    dealt to and fro, so that the sums of any two of the same size differ by no more than two people may."""
    ordered = sorted(people, key=lambda one: (-one.progress, one.enrolment_id))
    found = sizes(len(ordered), size)
    if mix is Mix.ALIKE:
        return _chunks(ordered, found)
    groups: list[list[Dealt]] = [[] for _ in found]
    for row, start in enumerate(range(0, len(ordered), max(1, len(groups)))):
        turn = groups if row % 2 == 0 else groups[::-1]
        for group, one in zip(turn, ordered[start : start + len(groups)], strict=False):
            group.append(one)
    return groups


def pair(people: Sequence[Dealt]) -> list[list[Dealt]]:
    """Two and two as they come, the last three together where their number is odd; nobody where one is
    alone."""
    count = len(people)
    if count < SMALLEST:
        return []
    pairs = [2] * (count // 2)
    pairs[-1] += count % 2
    return _chunks(people, pairs)


def _chunks(people: Sequence[Dealt], found: Sequence[int]) -> list[list[Dealt]]:
    rest, chunks = iter(people), []
    for count in found:
        chunks.append([next(rest) for _ in range(count)])
    return chunks

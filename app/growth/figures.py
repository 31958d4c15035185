"""What may be told of many answers: the one rule, for every page, report and export.

An average or a median is told from five answers up; of fewer, how many there were. Nobody should be able to
find out one answer by comparing two figures either, over time or between a group and all groups. So answers
are told by fives: as soon as five of a group wait, in the order in which they came, they are told together,
and each is told once. From then on they stay as they are, whoever changes their answer, leaves or goes
(app/growth/ballots.py). What waits in a group for long, and what those say who learn alone, is told of the
programme when there are five of it.

Whatever one takes from another then, what remains is made of whole fives. That five people gave the same
answer cannot be hidden: their average says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import NamedTuple, TypeVar

FEWEST = 5
PATIENCE = timedelta(days=60)
"""How long an answer waits for others of its group."""

Measure = Callable[[Sequence[int]], float]


class Waiting(NamedTuple):
    """An answer that is not told yet: whose, of which group, and since when."""

    key: int
    group: int | None
    since: datetime


def fives(waiting: Iterable[Waiting], at: datetime) -> list[tuple[int | None, Sequence[Waiting]]]:
    """Those that are told together now, with their group; without one they are told of the programme.
    `waiting` are in the order in which they came."""
    groups: dict[int | None, list[Waiting]] = defaultdict(list)
    for one in waiting:
        groups[one.group].append(one)
    rest = groups.pop(None, [])
    told: list[tuple[int | None, Sequence[Waiting]]] = []
    for group, answers in groups.items():
        told += [(group, five) for five in _by_fives(answers)]
        left = answers[len(answers) - len(answers) % FEWEST :]
        rest += [one for one in left if one.since <= at - PATIENCE]
    return told + [(None, five) for five in _by_fives(sorted(rest, key=lambda one: one.since))]


class Figure(NamedTuple):
    """Of so many `answers` the average or median, made of those that are `counted`; None where these are too
    few."""

    answers: int
    counted: int = 0
    value: float | None = None


def average(answers: int, told: Sequence[int]) -> Figure:
    return _figure(answers, told, fmean)


def middle(answers: int, told: Sequence[int]) -> Figure:
    return _figure(answers, told, median)


def _figure(answers: int, told: Sequence[int], measure: Measure) -> Figure:
    return Figure(answers, len(told), measure(told)) if told else Figure(answers)


Item = TypeVar("Item")


def _by_fives(answers: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Whole fives; what is left over waits on."""
    return (answers[first : first + FEWEST] for first in range(0, len(answers) - FEWEST + 1, FEWEST))

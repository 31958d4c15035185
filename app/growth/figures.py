"""What may be told of many answers: the one rule, for every page, report and export.

An average or a median is told from five answers up; of fewer, how many there were. Nobody should be able to
find out one answer by comparing two figures either:

- *over time*: who looks each day would learn the sixth answer from the averages of five and of six. So
  answers count by fives, in the order in which they came: of nine the first five, and all ten of ten.
- *between a group and all groups*: what is left when a group's figure is taken from that of all would be
  that of the others, who may be two. So a figure over groups is made of those groups that have one of their
  own, and of the rest together, where the rest has five answers too.

Whatever one takes from another then, what remains is made of five answers or more. That five people gave the
same answer cannot be hidden: their average says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median
from typing import NamedTuple

FEWEST = 5

Measure = Callable[[Sequence[int]], float]


class Figure(NamedTuple):
    """Of so many `answers` the average or median, made of those that are `counted`; None where these are too
    few."""

    answers: int
    counted: int = 0
    value: float | None = None


def figure(groups: Iterable[Sequence[int]], measure: Measure) -> Figure:
    """`groups` are the answers of each group, in the order in which they came."""
    told: list[int] = []
    rest: list[int] = []
    answers = 0
    for group in groups:
        answers += len(group)
        if len(group) < FEWEST:
            rest += group
        else:
            told += _by_fives(group)
    told += _by_fives(rest)
    return Figure(answers, len(told), measure(told)) if told else Figure(answers)


def average(groups: Iterable[Sequence[int]]) -> Figure:
    return figure(groups, fmean)


def middle(groups: Iterable[Sequence[int]]) -> Figure:
    return figure(groups, median)


def _by_fives(answers: Sequence[int]) -> Sequence[int]:
    return answers[: len(answers) - len(answers) % FEWEST]

"""Dealing learners: everyone once, never one alone, and put together as was wished."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.cohorts.dealing import LARGEST, SMALLEST, Dealt, Mix, deal, pair, sizes


def people(progress: list[int]) -> list[Dealt]:
    return [Dealt(number, f"P{number}", f"p{number}", done) for number, done in enumerate(progress)]


crowds = st.lists(st.integers(0, 60), max_size=80).map(people)
wishes = st.integers(SMALLEST, LARGEST)


@given(crowds, wishes, st.sampled_from(Mix))
def test_everyone_is_dealt_once_and_groups_are_of_nearly_one_size(
    crowd: list[Dealt], size: int, mix: Mix
) -> None:
    groups = deal(crowd, size, mix)
    assert sorted(one for group in groups for one in group) == (sorted(crowd) if len(crowd) > 1 else [])
    counts = [len(group) for group in groups]
    assert all(SMALLEST <= count <= LARGEST for count in counts)
    assert not counts or max(counts) - min(counts) <= 1


@given(st.integers(2, 300), wishes)
def test_no_other_number_of_groups_comes_nearer_to_the_size(count: int, size: int) -> None:
    groups = len(sizes(count, size))
    possible = [n for n in range(1, count) if count // n >= SMALLEST and -(-count // n) <= LARGEST]
    assert abs(count - groups * size) == min(abs(count - n * size) for n in possible)


@given(crowds, wishes)
def test_who_is_alike_is_next_to_each_other(crowd: list[Dealt], size: int) -> None:
    groups = deal(crowd, size, Mix.ALIKE)
    for before, after in pairwise(groups):
        assert min(one.progress for one in before) >= max(one.progress for one in after)


@given(crowds, wishes)
def test_mixed_groups_are_equally_far_on_average(crowd: list[Dealt], size: int) -> None:
    groups = deal(crowd, size, Mix.MIXED)
    if not groups:
        return
    spread = max(one.progress for one in crowd) - min(one.progress for one in crowd)
    averages = [sum(one.progress for one in group) / len(group) for group in groups]
    assert max(averages) - min(averages) <= 2 * spread / max(map(len, groups)) + 1e-9


@given(crowds)
def test_pairs_are_two_and_the_last_three_where_one_is_left(crowd: list[Dealt]) -> None:
    pairs = pair(crowd)
    assert [one for group in pairs for one in group] == (crowd if len(crowd) > 1 else [])
    assert all(len(group) == 2 for group in pairs[:-1])
    assert all(len(group) in (2, 3) for group in pairs[-1:])

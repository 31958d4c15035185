"""The one rule: nothing but counts below five, and no two figures that give away what fewer than five said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.growth.figures import FEWEST, Figure, average, figure, middle


def test_of_four_answers_only_their_number_is_told() -> None:
    assert average([[1, 2, 3, 4]]) == Figure(4)
    assert middle([[]]) == middle([]) == Figure(0)


def test_from_five_answers_there_is_an_average_and_a_median() -> None:
    assert average([[1, 2, 3, 4, 5]]) == Figure(5, 5, 3)
    assert middle([[10, 10, 30, 60, 60]]) == Figure(5, 5, 30)


def test_what_one_more_person_answers_shows_with_the_next_four() -> None:
    five = average([[3, 3, 3, 3, 3]])
    for more in range(1, 5):
        assert average([[3, 3, 3, 3, 3, *[1] * more]]) == five._replace(answers=5 + more)
    assert average([[3, 3, 3, 3, 3, 1, 1, 1, 1, 1]]) == Figure(10, 10, 2)


def test_a_small_group_hides_among_others_or_is_left_out() -> None:
    large, small, other = [4, 4, 4, 4, 4], [1, 1], [2, 2, 2]
    assert average([large, small]) == Figure(7, 5, 4)
    assert average([large, small, other]) == Figure(10, 10, 2.8)


@given(st.lists(st.lists(st.sampled_from([1]), max_size=12), max_size=6))
def test_what_is_left_of_all_without_some_groups_is_of_five_people_or_of_nobody(
    groups: Sequence[Sequence[int]],
) -> None:
    whole = figure(groups, len).counted
    of_each = [figure([group], len).counted for group in groups]
    for size in range(len(groups) + 1):
        for taken in combinations(of_each, size):
            left = whole - sum(taken)
            assert left == 0 or left >= FEWEST


@given(st.lists(st.integers(0, 3), max_size=30))
def test_from_one_look_to_the_next_five_answers_are_new_or_none(arrivals: Sequence[int]) -> None:
    groups: list[list[int]] = [[] for _ in range(4)]
    before = [0] * 4
    for number in arrivals:
        groups[number].append(1)
        now = [figure([group], len).counted for group in groups]
        assert all(more - less in (0, FEWEST) for less, more in zip(before, now, strict=True))
        before = now

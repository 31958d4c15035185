"""The one rule: nothing but counts below five, and no two figures that give away what fewer than five said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.growth.figures import FEWEST, PATIENCE, Figure, Waiting, average, fives, middle

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)


def waiting(groups: Sequence[int | None], since: datetime = BEGIN) -> list[Waiting]:
    return [Waiting(number, group, since) for number, group in enumerate(groups)]


def told(answers: Sequence[Waiting], at: datetime = BEGIN) -> list[tuple[int | None, list[int]]]:
    return [(group, [one.key for one in five]) for group, five in fives(answers, at)]


def test_without_answers_that_are_told_only_their_number_is() -> None:
    assert average(4, []) == middle(4, []) == Figure(4)


def test_what_is_told_has_an_average_and_a_median() -> None:
    assert average(7, [1, 2, 3, 4, 5]) == Figure(7, 5, 3)
    assert middle(5, [10, 10, 30, 60, 60]) == Figure(5, 5, 30)


def test_five_of_a_group_are_told_together_and_the_sixth_waits() -> None:
    assert told(waiting([1] * 4)) == []
    assert told(waiting([1] * 6)) == [(1, [0, 1, 2, 3, 4])]
    assert len(told(waiting([1] * 10))) == 2


def test_those_of_different_groups_wait_for_their_own() -> None:
    assert told(waiting([1, 2, 1, 2, 1, 2, 1, 2])) == []
    assert told(waiting([None] * 3 + [1] * 3)) == []
    assert told(waiting([None] * 5)) == [(None, [0, 1, 2, 3, 4])]


def test_what_waits_for_long_is_told_of_the_programme() -> None:
    answers = waiting([1, 1, 2, 2, None])
    assert told(answers, BEGIN + PATIENCE - timedelta(seconds=1)) == []
    assert told(answers, BEGIN + PATIENCE) == [(None, [4, 0, 1, 2, 3])]


@given(st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(0, 30)), max_size=60))
def test_however_answers_come_five_or_more_are_new_at_once_and_each_is_told_once(
    arrivals: Sequence[tuple[int | None, int]],
) -> None:
    """Whatever is told of a group or a programme grows by whole fives, and no answer is in two of them."""
    at, waits, seen = BEGIN, list[Waiting](), set[int]()
    for number, (group, days) in enumerate(arrivals):
        at += timedelta(days=days)
        waits.append(Waiting(number, group, at))
        for of, five in fives(waits, at):
            keys = {one.key for one in five}
            assert len(keys) == FEWEST and not keys & seen
            assert of is None or {one.group for one in five} == {of}
            seen |= keys
        waits = [one for one in waits if one.key not in seen]
    own = [[one for one in waits if one.group == group] for group in (None, 1, 2, 3)]
    assert all(len(left) < FEWEST for left in own)

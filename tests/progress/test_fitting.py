"""What fits into some minutes: the exact next steps, in their order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cohorts.courses import Course
from app.cohorts.runs import PLAIN
from app.progress.fitting import Doing, Fitting, what_fits
from app.progress.packs import pack_of, packed
from app.progress.rules import Facts, derive
from app.things.catalogue import Programme, Thing
from tests.progress.test_hours import thing


class Row(NamedTuple):
    digest: str
    pack: str
    facts: str


def numbered(number: int, made: Thing, **changes: object) -> Thing:
    return replace(made, slug=f"t{number}", number=Decimal(number), **changes)


FIRST = numbered(1, thing(("find", 8, True), ("credit", 3, True), ("more", 10, False), minutes=20))
SECOND = numbered(2, thing(("walk", 6, True), minutes=10, reflects=False))
THIRD = numbered(3, thing(("long", 45, True), ("short", 5, True), minutes=55, reflects=False))


def fitting(minutes: int, *things: Thing, **facts: Facts) -> Fitting:
    programme = Programme("p", "en", {}, things, digest="digest")
    known = str({slug: packed(one) for slug, one in facts.items()}).replace("'", '"')
    row = Row("digest", str(derive(programme, facts)).replace("'", '"'), known)
    return what_fits(Course(None, programme, PLAIN), pack_of(row, programme), row, minutes)


def told(found: Fitting) -> list[tuple[str, str, int]]:
    return [(step.doing.value, step.activity or step.thing.slug, step.minutes) for step in found.steps]


def test_the_first_steps_of_the_next_thing_come_first_until_the_time_is_full() -> None:
    assert told(fitting(5, FIRST)) == [("read", "t1", 5)]
    assert told(fitting(15, FIRST)) == [("read", "t1", 5), ("try", "find", 8)]
    assert told(fitting(30, FIRST))[2:] == [("try", "credit", 3), ("write", "t1", 10)]
    assert fitting(30, FIRST).minutes == 26


def test_where_there_is_time_left_the_next_thing_begins() -> None:
    assert told(fitting(30, FIRST, SECOND))[-1] == ("read", "t2", 4)
    assert told(fitting(60, FIRST, SECOND, THIRD))[-1] == ("read", "t3", 5)


def test_what_was_begun_goes_on_where_it_was_left() -> None:
    begun = Facts(frozenset({"find"}))
    assert told(fitting(15, SECOND, FIRST, t1=begun)) == [("try", "credit", 3), ("write", "t1", 10)]
    drafted = Facts(frozenset({"find", "credit"}), drafted=True)
    assert told(fitting(5, FIRST, t1=drafted)) == [("finish", "t1", 5)]


def test_an_activity_that_takes_too_long_waits_for_another_day() -> None:
    begun = replace(THIRD, slug="t3")
    assert told(fitting(10, begun, t3=Facts(drafted=True))) == [("try", "short", 5)]
    assert told(fitting(60, begun, t3=Facts(drafted=True))) == [("try", "long", 45), ("try", "short", 5)]


def test_where_nothing_fits_there_is_the_step_to_begin_with() -> None:
    found = fitting(5, FIRST, t1=Facts(frozenset({"find", "credit"})))
    assert (told(found), found.fits) == ([("write", "t1", 10)], False)
    assert told(fitting(3, FIRST)) == [("read", "t1", 5)] and not fitting(3, FIRST).fits


def test_who_has_finished_is_sent_nowhere() -> None:
    done = Facts(frozenset({"walk"}))
    assert fitting(60, SECOND, t2=done) == Fitting((), fits=True)
    extra = replace(FIRST, optional=True)
    programme = Programme("p", "en", {}, (SECOND, extra), digest="digest", complete="required")
    row = Row("digest", '{"t2": "complete"}', '{"t2": ["walk", "+complete"]}')
    course = Course(None, programme, PLAIN)
    assert what_fits(course, pack_of(row, programme), row, 60).steps == ()


def test_what_cannot_be_read_yet_is_not_offered() -> None:
    programme = Programme("p", "en", {}, (SECOND, FIRST), digest="digest")
    course = Course(None, programme, PLAIN, later=frozenset({"t1"}), closed=frozenset({"t1"}))
    row = Row("digest", "{}", "{}")
    assert {step.thing.slug for step in what_fits(course, {}, row, 60).steps} == {"t2"}


lengths = st.one_of(st.none(), st.integers(1, 40))
things = st.lists(
    st.builds(
        lambda activities, minutes, reflects: thing(
            *((f"a{at}", one, True) for at, one in enumerate(activities)), minutes=minutes, reflects=reflects
        ),
        st.lists(lengths, min_size=1, max_size=3),
        lengths,
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=things, minutes=st.integers(1, 90))
def test_the_steps_never_take_longer_than_the_time_and_something_is_always_named(
    made: list[Thing], minutes: int
) -> None:
    found = fitting(minutes, *(numbered(at, one) for at, one in enumerate(made)))
    assert found.steps
    if found.fits:
        assert found.minutes <= minutes
    else:
        assert len(found.steps) == 1 and found.minutes > minutes
    order = [step.thing.number for step in found.steps]
    assert order == sorted(order)
    assert all(step.minutes > 0 or step.doing is Doing.TRY for step in found.steps)

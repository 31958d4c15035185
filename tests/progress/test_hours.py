"""How long what somebody did takes, by the minutes that the programme plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.progress.hours import ACTIVITY, READING, REFLECTION, minutes_done, minutes_in, minutes_of, parts_of
from app.progress.packs import packed
from app.progress.rules import NOTHING, Facts
from app.things.catalogue import Activity, Programme, Section, Thing, ThingText

REFLECT = Section("reflect", "reflect", "Reflect", Markup(), Markup())
DONE = datetime(2026, 5, 4, tzinfo=UTC)


def thing(
    *activities: tuple[str, int | None, bool], minutes: int | None = None, reflects: bool = True
) -> Thing:
    """`activities` are (id, minutes, counts)."""
    made = tuple(
        Activity(name, Markup(name), name, None, counts, minutes) for name, minutes, counts in activities
    )
    text = ThingText("en", "Title", "", (REFLECT,) if reflects else (), made)
    return Thing("p", "one", Decimal(1), {"en": text}, "en", minutes=minutes)


def programme(*things: Thing) -> Programme:
    return Programme("p", "en", {}, things, digest="digest")


def test_what_a_thing_says_is_for_reading_activities_and_reflection() -> None:
    parts = parts_of(thing(("find", 8, True), ("credit", 3, True), ("more", 10, False), minutes=20))
    assert parts == (5, {"find": 8, "credit": 3, "more": 10}, 4, 20)


def test_activities_that_say_nothing_share_what_remains() -> None:
    parts = parts_of(thing(("find", 8, True), ("credit", None, True), minutes=20, reflects=False))
    assert parts == (6, {"find": 8, "credit": 6}, 0, 20)


def test_without_any_minutes_each_part_takes_what_is_usual() -> None:
    parts = parts_of(thing(("find", None, True), ("credit", 3, True)))
    whole = READING + ACTIVITY + 3 + REFLECTION
    assert parts == (READING, {"find": ACTIVITY, "credit": 3}, REFLECTION, whole)


def test_activities_that_say_more_than_their_thing_leave_nothing_to_share() -> None:
    parts = parts_of(thing(("find", 30, True), ("credit", None, True), minutes=20))
    assert parts == (0, {"find": 30, "credit": 0}, 0, 20)


def test_a_complete_thing_takes_the_whole_and_further_activities_on_top() -> None:
    found = thing(("find", 8, True), ("credit", 3, True), ("more", 10, False), minutes=20)
    assert minutes_of(found, Facts(frozenset({"find", "credit"}), reflected=True)) == 20
    assert minutes_of(found, Facts(frozenset({"find", "more"}), completed_at=DONE)) == 30
    assert minutes_of(found, Facts(completed_at=DONE)) == 20


def test_a_begun_thing_takes_what_was_done_of_it() -> None:
    found = thing(("find", 8, True), ("credit", 3, True), minutes=20)
    assert minutes_of(found, NOTHING) == 0
    assert minutes_of(found, Facts(drafted=True)) == 0
    assert minutes_of(found, Facts(frozenset({"find"}))) == 8 + 5
    assert minutes_of(found, Facts(frozenset({"gone"}))) == 5
    assert minutes_of(found, Facts(frozenset({"find"}), reflected=True)) == 8 + 4 + 5


def test_facts_under_an_earlier_name_count_once_and_those_of_removed_things_not() -> None:
    found = replace(thing(("find", 8, True), ("credit", 3, True), minutes=20), aliases=("old",))
    facts = {
        "old": Facts(frozenset({"find"})),
        "one": Facts(frozenset({"find", "credit"}), reflected=True),
        "gone": Facts(completed_at=DONE),
    }
    assert minutes_done(programme(found), facts) == 20


class Row(NamedTuple):
    digest: str | None
    pack: str | None
    facts: str | None


def test_a_row_of_packs_says_the_same() -> None:
    found = thing(("find", 8, True), minutes=20)
    facts = {"one": Facts(frozenset({"find"}), drafted=True)}
    text = f'{{"one": {packed(facts["one"])}}}'.replace("'", '"')
    assert minutes_in(Row("digest", "{}", text), programme(found)) == minutes_done(programme(found), facts)
    assert minutes_in(Row(None, None, None), programme(found)) == 0


stated = st.one_of(st.none(), st.integers(1, 60))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    activities=st.lists(st.tuples(stated, st.booleans()), max_size=5),
    minutes=stated,
    reflects=st.booleans(),
    done=st.sets(st.integers(0, 4)),
)
def test_parts_make_the_whole_and_doing_more_never_takes_less(
    activities: Sequence[tuple[int | None, bool]], minutes: int | None, reflects: bool, done: set[int]
) -> None:
    found = thing(
        *((str(at), *activity) for at, activity in enumerate(activities)), minutes=minutes, reflects=reflects
    )
    parts = parts_of(found)
    counted = sum(parts.activities[name] for name in found.counted)
    assert parts.reading + counted + parts.reflection == max(parts.whole, counted)
    ticks = frozenset(str(at) for at in done)
    fewer = Facts(frozenset(sorted(ticks)[1:]))
    if counted <= parts.whole:
        assert minutes_of(found, fewer) <= minutes_of(found, Facts(ticks))
        assert minutes_of(found, Facts(ticks)) <= minutes_of(found, Facts(ticks, reflected=reflects))

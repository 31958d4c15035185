"""Progress: the pack always says what the facts say, and a completion is a dated fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.cohorts.services import end_enrolment, enrol
from app.db import Database
from app.errors import NotFound, Overtaken
from app.people.services import create_person
from app.progress import packs
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.queries import facts_of, seen
from app.progress.rules import NOTHING, Facts, State, derive, merge, next_thing, standing, summary
from app.progress.services import (
    complete_activity,
    record_draft,
    record_reflection,
    undo_activity,
    withdraw_reflection,
)
from app.things.catalogue import Activity, Programme, Thing, ThingText
from app.things.library import Library
from tests import proof
from tests.cast import PROGRAMME
from tests.conftest import CONTENT
from tests.deeds import pack_of, stored_of


@pytest.fixture(scope="module")
def programme() -> Programme:
    return Library(CONTENT).catalogue.programmes[PROGRAMME]


def thing_of(programme: Programme, slug: str) -> Thing:
    thing = programme.thing(slug)
    assert thing is not None
    return thing


def begin(db: Session, name: str = "Somebody") -> Enrolment:
    return enrol(db, create_person(db, name=name).id, PROGRAMME)


def with_activities(thing: Thing, activities: Sequence[Activity]) -> Thing:
    old = thing.texts["en"]
    text = ThingText("en", old.title, old.summary, old.sections, tuple(activities))
    return replace(thing, texts={"en": text})


def edited(programme: Programme, slug: str, activities: Sequence[Activity]) -> Programme:
    """The programme after an author changed the activities of a Thing."""
    things = tuple(
        with_activities(thing, activities) if thing.slug == slug else thing for thing in programme.things
    )
    digest = sha256(f"{programme.digest} edited".encode()).hexdigest()[:16]
    return replace(programme, things=things, digest=digest)


ACTIVITIES = ["first/a", "first/b", "second/start", "second/go-on", "third/only"]
steps = st.one_of(
    st.tuples(st.sampled_from(["tick", "untick"]), st.sampled_from(ACTIVITIES)),
    st.tuples(
        st.sampled_from(["draft", "undraft", "reflect", "withdraw"]), st.sampled_from(["first", "second"])
    ),
    st.tuples(st.just("edit"), st.sampled_from(["first", "second", "third"])),
)


def copied(db: Session, enrolment_id: int, programme: Programme) -> dict[str, list[str]]:
    """What the row of packs says of each Thing."""
    row = stored_of(db, enrolment_id)
    known = {thing.slug: packs.facts_in(row, thing) if row else NOTHING for thing in programme.things}
    return {slug: packs.packed(facts) for slug, facts in known.items()}


def recorded_of(programme: Programme, facts: Mapping[str, Facts]) -> dict[str, list[str]]:
    """The same of what is recorded."""
    return {thing.slug: packs.packed(facts.get(thing.slug, NOTHING)) for thing in programme.things}


class _Undo(Exception):
    pass


@pytest.mark.prove
@settings(
    max_examples=proof.size(30, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=st.lists(steps, max_size=14))
def test_the_pack_equals_the_derivation_after_any_story(
    database: Database, programme: Programme, story: list[tuple[str, str]]
) -> None:
    current = programme
    try:
        with database.transaction() as db:
            enrolment = begin(db)
            for verb, name in story:
                slug, _, activity = name.partition("/")
                thing = thing_of(current, slug)
                if verb == "edit":
                    current = edited(current, slug, thing.texts["en"].activities[:1])
                elif verb in ("tick", "untick"):
                    act = complete_activity if verb == "tick" else undo_activity
                    if activity in thing.activity_ids:
                        act(db, seen(db, enrolment.id), current, thing, activity)
                elif verb in ("draft", "undraft"):
                    record_draft(db, enrolment, current, thing, exists=verb == "draft")
                else:
                    act_ = record_reflection if verb == "reflect" else withdraw_reflection
                    act_(db, enrolment, current, thing)
                facts = facts_of(db, enrolment.id)
                assert pack_of(db, enrolment.id, current) == derive(current, facts)
                assert copied(db, enrolment.id, current) == recorded_of(current, facts)
                assert 0 <= summary(current, derive(current, facts)).percent <= 100
            raise _Undo
    except _Undo:
        pass


def test_a_thing_is_complete_when_all_that_counts_is_ticked_and_it_is_reflected_on(
    database: Database, programme: Programme
) -> None:
    first = thing_of(programme, "first")
    with database.transaction() as db:
        enrolment = begin(db)
        states = [pack_of(db, enrolment.id, programme).get("first")]
        complete_activity(db, seen(db, enrolment.id), programme, first, "a")
        states.append(pack_of(db, enrolment.id, programme).get("first"))
        record_reflection(db, enrolment, programme, first)
        states.append(pack_of(db, enrolment.id, programme).get("first"))
        complete_activity(db, seen(db, enrolment.id), programme, first, "b")
        states.append(pack_of(db, enrolment.id, programme).get("first"))
        assert states == [None, State.STARTED, State.REFLECTED, State.COMPLETE]
        assert db.get_one(Enrolment, enrolment.id, populate_existing=True).things_complete == 1


def test_only_the_first_level_counts(database: Database, programme: Programme) -> None:
    second = thing_of(programme, "second")
    assert second.counted == {"start"}
    with database.transaction() as db:
        enrolment = begin(db)
        complete_activity(db, seen(db, enrolment.id), programme, second, "go-far")
        record_reflection(db, enrolment, programme, second)
        assert pack_of(db, enrolment.id, programme)["second"] == State.REFLECTED
        complete_activity(db, seen(db, enrolment.id), programme, second, "start")
        undo_activity(db, seen(db, enrolment.id), programme, second, "go-far")
        assert pack_of(db, enrolment.id, programme)["second"] == State.COMPLETE


def test_new_activities_never_take_a_completion_away(database: Database, programme: Programme) -> None:
    third = thing_of(programme, "third")
    with database.transaction() as db:
        enrolment = begin(db)
        complete_activity(db, seen(db, enrolment.id), programme, third, "only")
        more = replace(third.texts["en"].activities[0], id="added-later")
        later = edited(programme, "third", (*third.texts["en"].activities, more))
        assert pack_of(db, enrolment.id, later)["third"] == State.COMPLETE
        renamed = edited(programme, "third", (more,))
        assert pack_of(db, enrolment.id, renamed)["third"] == State.COMPLETE


def test_unticking_takes_the_completion_back_and_ticking_again_gives_a_new_date(
    database: Database, programme: Programme
) -> None:
    third = thing_of(programme, "third")
    with database.transaction() as db:
        enrolment = begin(db)
        complete_activity(db, seen(db, enrolment.id), programme, third, "only")
        assert undo_activity(db, seen(db, enrolment.id), programme, third, "only").facts.completed_at is None
        assert "third" not in pack_of(db, enrolment.id, programme)
        assert (
            complete_activity(db, seen(db, enrolment.id), programme, third, "only").facts.completed_at
            is not None
        )


def test_facts_under_an_earlier_slug_belong_to_the_thing_of_today(
    database: Database, programme: Programme
) -> None:
    with database.transaction() as db:
        enrolment = begin(db)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        db.add(ThingRecord(enrolment_id=enrolment.id, thing_slug="older-second", completed_at=at))
        db.add(Tick(enrolment_id=enrolment.id, thing_slug="older-second", activity_id="start"))
        db.flush()
        assert derive(programme, facts_of(db, enrolment.id)) == {"second": State.COMPLETE}
        complete_activity(db, seen(db, enrolment.id), programme, thing_of(programme, "second"), "go-on")
        assert pack_of(db, enrolment.id, programme) == {"second": State.COMPLETE}


def test_a_removed_thing_keeps_its_history_and_counts_for_nothing(
    database: Database, programme: Programme
) -> None:
    with database.transaction() as db:
        enrolment = begin(db)
        db.add(ThingRecord(enrolment_id=enrolment.id, thing_slug="long-gone", reflected_at=datetime.now(UTC)))
        db.flush()
        assert derive(programme, facts_of(db, enrolment.id)) == {}
        assert "long-gone" in facts_of(db, enrolment.id)


def test_an_unknown_activity_is_not_found(database: Database, programme: Programme) -> None:
    with database.transaction() as db:
        enrolment = begin(db)
        with pytest.raises(NotFound):
            complete_activity(
                db, seen(db, enrolment.id), programme, thing_of(programme, "first"), "no-such-activity"
            )
        assert db.scalars(select(Tick)).all() == []


def test_a_lost_pack_is_made_again_by_the_next_act(database: Database, programme: Programme) -> None:
    with database.transaction() as db:
        enrolment = begin(db)
        complete_activity(db, seen(db, enrolment.id), programme, thing_of(programme, "third"), "only")
        db.execute(delete(ProgressState))
        complete_activity(db, seen(db, enrolment.id), programme, thing_of(programme, "first"), "a")
        assert pack_of(db, enrolment.id, programme) == {"first": State.STARTED, "third": State.COMPLETE}


def test_what_was_read_before_another_act_is_not_built_upon(database: Database, programme: Programme) -> None:
    first = thing_of(programme, "first")
    with database.transaction() as db:
        enrolment = begin(db)
        early = seen(db, enrolment.id)
        complete_activity(db, early, programme, first, "a")
        with pytest.raises(Overtaken):
            complete_activity(db, early, programme, first, "b")


def test_an_enrolment_that_ended_meanwhile_is_not_written_to(
    database: Database, programme: Programme
) -> None:
    with database.transaction() as db:
        enrolment = begin(db)
        early = seen(db, enrolment.id)
        end_enrolment(db, enrolment)
        with pytest.raises(Overtaken):
            complete_activity(db, early, programme, thing_of(programme, "first"), "a")


def test_a_thing_that_asks_for_nothing_is_never_complete(programme: Programme) -> None:
    first = thing_of(programme, "first")
    empty = replace(first, texts={"en": ThingText("en", "Nothing", "Nothing to do.")})
    assert standing(empty, NOTHING).state is State.NOT_STARTED


def test_what_is_left_is_told_in_numbers(programme: Programme) -> None:
    where = standing(thing_of(programme, "first"), Facts(ticks=frozenset({"a"}), reflected=True))
    assert (where.activities_left, where.reflection_left, where.state) == (1, False, State.REFLECTED)


def test_two_records_of_one_thing_add_up(programme: Programme) -> None:
    earlier = datetime(2026, 1, 1, tzinfo=UTC)
    both = merge(Facts(frozenset("a"), completed_at=earlier), Facts(frozenset("b"), reflected=True))
    assert both == Facts(frozenset("ab"), reflected=True, completed_at=earlier)


def test_the_next_thing_is_the_one_begun_else_the_first_fresh_one(programme: Programme) -> None:
    slugs = [
        getattr(next_thing(programme, pack), "slug", None)
        for pack in (
            {},
            {"first": "complete"},
            {"first": "complete", "third": "started"},
            {"first": "complete", "second": "complete", "third": "complete"},
        )
    ]
    assert slugs == ["first", "second", "third", None]

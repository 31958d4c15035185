"""What is stored of answers, and what may be told of those of a group or of a whole programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.clock import now, set_to
from app.cohorts.models import Cohort, Enrolment
from app.growth.ballots import tell_what_waits
from app.growth.figures import PATIENCE, Figure
from app.growth.models import Ballot, Moment, SelfRating, ThingAnswer, Use
from app.growth.queries import Quote, ThingFigures, Whose, figures_by_thing, growth, own_answers, quotes
from app.growth.services import Sense, Sureness, add_line, look_back, rate_oneself, say_use, take_back
from app.journals.services import leave_cohort
from app.people.models import Person
from app.things.catalogue import Programme, Thing
from tests.conftest import Site
from tests.deeds import crowd, enrolments_of


def of_cohort(site: Site, cohort: Cohort) -> Whose:
    return Whose(cohort.organization_id, site.programme, cohort.id)


def of_all(site: Site) -> Whose:
    return Whose(site.cast.cohort.organization_id, site.programme)


def more_learners(db: Session, cohort: Cohort, count: int) -> list[Enrolment]:
    crowd(db, [f"Crowd {number}" for number in range(count)], cohort)
    return enrolments_of(db, cohort)[-count:]


def rate(db: Session, enrolments: Sequence[Enrolment], start: int, end: int | None = None) -> None:
    for enrolment in enrolments:
        rate_oneself(db, enrolment.id, Moment.START, Sureness(start, start, start))
        if end:
            rate_oneself(db, enrolment.id, Moment.END, Sureness(end, end, None))


@pytest.fixture
def thing(site: Site) -> Thing:
    return site.programme.things[0]


def test_an_answer_takes_the_place_of_the_one_before_and_can_be_taken_back(site: Site, thing: Thing) -> None:
    with site.db() as db:
        enrolment = enrolments_of(db, site.cast.cohort)[0]
        say_use(db, enrolment.id, thing, Use.SOON)
        say_use(db, enrolment.id, thing, Use.DID)
        add_line(db, enrolment.id, thing, "At the desk.", quotable=True)
        own = own_answers(db, enrolment.id, site.programme).get(thing.slug)
        assert own and (own.use, own.line, own.quotable, own.is_asked) == ("did", "At the desk.", True, False)
        take_back(db, enrolment.id, thing)
        own = own_answers(db, enrolment.id, site.programme).get(thing.slug)
        assert own and (own.use, own.line, own.quotable) == (None, "At the desk.", False)
        assert db.scalar(select(func.count()).select_from(ThingAnswer)) == 1
        assert quotes(db, of_all(site)) == []


def test_answers_move_with_a_thing_that_gets_another_name(site: Site, thing: Thing) -> None:
    renamed = replace(thing, slug="renamed", aliases=(*thing.aliases, thing.slug))
    programme: Programme = replace(site.programme, things=(renamed, *site.programme.things[1:]))
    with site.db() as db:
        enrolment = enrolments_of(db, site.cast.cohort)[0]
        say_use(db, enrolment.id, thing, Use.DID)
        add_line(db, enrolment.id, thing, "Seen.", quotable=True)
        whose = of_all(site)._replace(programme=programme)
        assert figures_by_thing(db, whose)["renamed"].uses == {Use.DID: 1}
        assert quotes(db, whose) == [Quote("renamed", Use.DID, "Seen.")]
        say_use(db, enrolment.id, renamed, Use.NO)
        assert db.scalars(select(ThingAnswer.thing_slug)).all() == ["renamed"]
        own = own_answers(db, enrolment.id, programme)["renamed"]
        assert (own.use, own.line) == ("no", "Seen.")


def test_uses_are_counted_and_only_allowed_lines_are_quoted(site: Site, thing: Thing) -> None:
    with site.db() as db:
        learner, peer = enrolments_of(db, site.cast.cohort)
        (other,) = enrolments_of(db, site.cast.other_cohort)
        say_use(db, learner.id, thing, Use.DID)
        add_line(db, learner.id, thing, "Every day now.", quotable=True)
        say_use(db, peer.id, thing, Use.NO)
        add_line(db, peer.id, thing, "My boss would not let me.", quotable=False)
        say_use(db, other.id, thing, Use.DID)
        ours = of_cohort(site, site.cast.cohort)
        assert figures_by_thing(db, ours)[thing.slug].uses == {Use.DID: 1, Use.NO: 1}
        assert figures_by_thing(db, of_all(site))[thing.slug].uses == {Use.DID: 2, Use.NO: 1}
        assert quotes(db, ours) == quotes(db, of_all(site)) == [Quote(thing.slug, Use.DID, "Every day now.")]
        assert quotes(db, of_cohort(site, site.cast.other_cohort)) == []


def test_minutes_have_a_median_and_usefulness_an_average_from_five_answers(site: Site, thing: Thing) -> None:
    with site.db() as db:
        learners = more_learners(db, site.cast.cohort, 5)
        for enrolment, minutes in zip(learners[:4], (10, 20, 20, 60), strict=True):
            look_back(db, enrolment.id, {thing: Sense(minutes, 4)})
        ours = of_cohort(site, site.cast.cohort)
        figures = figures_by_thing(db, ours)[thing.slug]
        assert (figures.minutes, figures.useful) == (Figure(4), Figure(4))
        look_back(db, learners[4].id, {thing: Sense(90, None)})
        figures = figures_by_thing(db, ours)[thing.slug]
        assert (figures.minutes, figures.useful) == (Figure(5, 5, 20), Figure(4))
        look_back(db, learners[4].id, {thing: Sense(90, 2)})
        assert figures_by_thing(db, ours)[thing.slug].useful == Figure(5, 5, 3.6)


def test_before_and_after_are_told_of_those_who_answered_both(site: Site) -> None:
    with site.db() as db:
        learners = more_learners(db, site.cast.cohort, 7)
        rate(db, learners[:4], 2, 4)
        rate(db, learners[4:6], 5)
        rate_oneself(db, learners[6].id, Moment.START, Sureness())
        ours = of_cohort(site, site.cast.cohort)
        told = growth(db, ours)
        assert (told.started, told.ended) == (6, 4)
        assert told.changes["dare"] == (Figure(4), Figure(4))
        rate(db, learners[4:5], 2, 5)
        told = growth(db, ours)
        assert told.changes["dare"] == (Figure(5, 5, 2), Figure(5, 5, 4.2))
        assert told.changes["ask"] == (Figure(0), Figure(0))
        assert growth(db, of_all(site)) == told


def test_answers_leave_a_group_with_who_leaves_it_and_go_with_who_is_erased(site: Site, thing: Thing) -> None:
    with site.db() as db:
        learner = enrolments_of(db, site.cast.cohort)[0]
        say_use(db, learner.id, thing, Use.DID)
        rate(db, [learner], 1)
        leave_cohort(db, learner, actor_id=learner.person_id)
        assert figures_by_thing(db, of_cohort(site, site.cast.cohort))[thing.slug] == ThingFigures()
        assert figures_by_thing(db, of_all(site))[thing.slug].uses == {Use.DID: 1}
        db.execute(delete(Person).where(Person.id == learner.person_id))
        assert not db.scalars(select(ThingAnswer)).all() and not db.scalars(select(SelfRating)).all()


def look(db: Session, learners: Sequence[Enrolment], thing: Thing, useful: int | None) -> None:
    for enrolment in learners:
        look_back(db, enrolment.id, {thing: Sense(None, useful)})


def test_what_was_told_stays_whoever_changes_leaves_or_is_erased(site: Site, thing: Thing) -> None:
    ours, all_of_them = of_cohort(site, site.cast.cohort), of_all(site)
    with site.db() as db:
        first, *others = learners = more_learners(db, site.cast.cohort, 6)
        look(db, learners[:5], thing, 3)
        rate(db, learners[:5], 2, 4)
        told = Figure(5, 5, 3)
        assert figures_by_thing(db, ours)[thing.slug].useful == told
        look(db, [first], thing, 5)
        look(db, others[:1], thing, None)
        rate(db, [first], 1, 1)
        leave_cohort(db, others[1], actor_id=others[1].person_id)
        for whose in (ours, all_of_them):
            assert figures_by_thing(db, whose)[thing.slug].useful == told
            assert growth(db, whose).changes["dare"] == (Figure(5, 5, 2), Figure(5, 5, 4))
        look(db, learners[5:], thing, 1)
        assert figures_by_thing(db, ours)[thing.slug].useful == Figure(6, 5, 3)
        db.execute(delete(Person).where(Person.id == others[2].person_id))
        assert figures_by_thing(db, ours)[thing.slug].useful == Figure(5, 5, 3)
        assert not any(
            ballot.value for ballot in db.scalars(select(Ballot)) if ballot.enrolment_id == first.id
        )


def test_what_waits_is_what_somebody_says_last(site: Site, thing: Thing) -> None:
    ours = of_cohort(site, site.cast.cohort)
    with site.db() as db:
        learners = more_learners(db, site.cast.cohort, 6)
        look(db, learners[:4], thing, 1)
        look(db, learners[:3], thing, 5)
        look(db, learners[3:4], thing, None)
        assert figures_by_thing(db, ours)[thing.slug].useful == Figure(3)
        look(db, learners[4:6], thing, 5)
        assert figures_by_thing(db, ours)[thing.slug].useful == Figure(5, 5, 5)


def test_a_small_group_is_told_with_the_programme_after_two_months(site: Site, thing: Thing) -> None:
    ours, all_of_them = of_cohort(site, site.cast.cohort), of_all(site)
    with site.db() as db:
        look(db, more_learners(db, site.cast.cohort, 3), thing, 2)
        look(db, more_learners(db, site.cast.other_cohort, 1), thing, 2)
        assert figures_by_thing(db, all_of_them)[thing.slug].useful == Figure(4)
        with set_to(now() + PATIENCE):
            look(db, more_learners(db, site.cast.other_cohort, 2)[:1], thing, 4)
            assert figures_by_thing(db, all_of_them)[thing.slug].useful == Figure(5)
        with set_to(now() + 2 * PATIENCE):
            look(db, more_learners(db, site.cast.other_cohort, 1), thing, 4)
            assert figures_by_thing(db, all_of_them)[thing.slug].useful == Figure(6, 5, 2.4)
        assert figures_by_thing(db, ours)[thing.slug].useful == Figure(3)


def test_what_waits_long_enough_is_told_though_nobody_answers_any_more(site: Site, thing: Thing) -> None:
    with site.db() as db:
        look(db, more_learners(db, site.cast.cohort, 3), thing, 2)
        look(db, more_learners(db, site.cast.other_cohort, 3), thing, 4)
        tell_what_waits(db)
        assert figures_by_thing(db, of_all(site))[thing.slug].useful == Figure(6)
        with set_to(now() + PATIENCE):
            for _ in range(2):
                tell_what_waits(db)
                assert figures_by_thing(db, of_all(site))[thing.slug].useful == Figure(6, 5, 2.8)


def test_an_answer_is_told_once_under_whatever_name_a_thing_has(site: Site, thing: Thing) -> None:
    renamed = replace(thing, slug="renamed", aliases=(*thing.aliases, thing.slug))
    programme: Programme = replace(site.programme, things=(renamed, *site.programme.things[1:]))
    whose = of_cohort(site, site.cast.cohort)._replace(programme=programme)
    with site.db() as db:
        learners = more_learners(db, site.cast.cohort, 5)
        look(db, learners[:4], thing, 3)
        look(db, learners[:1], renamed, 3)
        look(db, learners[4:], renamed, 3)
        assert figures_by_thing(db, whose)["renamed"].useful == Figure(5)
        look(db, learners[1:4], renamed, 3)
        assert figures_by_thing(db, whose)["renamed"].useful == Figure(5, 5, 3)

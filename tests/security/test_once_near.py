"""Who learned in a group, or coached it, or was somebody's mentor, gets afterwards what anybody gets: every line
of the matrix is asked."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohorts.mentoring import accept, ask_mentor, end_mentorship, offered_by_word, word_of
from app.cohorts.models import Cohort, Pod
from app.cohorts.pods import change_pod, pair_up
from app.cohorts.queries import active_enrolment
from app.cohorts.services import add_coach, enrol, remove_coach
from app.journals.models import Visibility
from app.journals.services import join_cohort, leave_cohort, publish_post, start_post
from app.people.models import Person
from app.people.services import open_session
from app.progress.viewers import absent_viewer
from tests.cast import PROGRAMME
from tests.deeds import crowd
from tests.security.routes import CALLS
from tests.security.test_matrix import outcome_of, send
from tests.security.world import World

SECRET = "a secret of tests"


def learned_there(world: World, db: Session, person: Person, cohort: Cohort) -> None:
    """In the learner's small group, as the peer's buddy, with a post for all of them."""
    cast = world.site.cast
    join_cohort(db, person.id, cohort)
    enrolment = active_enrolment(db, person.id, PROGRAMME)
    assert enrolment is not None
    pod = db.scalars(select(Pod).where(Pod.cohort_id == cohort.id)).one()
    handles = [cast.learner.handle, cast.peer.handle]
    change_pod(db, pod, pod.name, [*handles, person.handle], actor_id=cast.coach.id)
    pair_up(db, cohort.id, [[*handles, person.handle]], actor_id=cast.coach.id, once="three")
    post = start_post(
        db, person.id, once="x", language="en", visibility=Visibility.COHORT, enrolment=enrolment
    )
    publish_post(db, post, title="Bye", body="Soon gone.", visibility=Visibility.COHORT, version=post.version)
    leave_cohort(db, enrolment, actor_id=person.id)
    pair_up(db, cohort.id, [handles], actor_id=cast.coach.id, once="two")


def coached_it(world: World, db: Session, person: Person, cohort: Cohort) -> None:
    add_coach(db, cohort, person.id, actor_id=world.site.cast.organizer.id)
    remove_coach(db, cohort, person.id, actor_id=world.site.cast.organizer.id)


def was_the_mentor(world: World, db: Session, person: Person, cohort: Cohort) -> None:
    """Of a peer who ended it."""
    enrolment = active_enrolment(db, world.site.cast.peer.id, PROGRAMME)
    assert enrolment is not None and enrolment.cohort_id == cohort.id
    mentorship, viewer = ask_mentor(db, enrolment, ""), absent_viewer(db, person.id)
    assert viewer is not None
    accept(db, viewer, offered_by_word(db, SECRET, viewer, word_of(SECRET, mentorship)))
    end_mentorship(db, mentorship, actor_id=enrolment.person_id)


@pytest.mark.parametrize("was", [learned_there, coached_it, was_the_mentor])
def test_who_was_near_gets_what_anybody_gets(world: World, was) -> None:
    """Both learn alone in the programme, the one as before, the other as ever."""
    with world.site.db() as db:
        cohort = db.get_one(Cohort, world.site.cast.cohort.id)
        people = dict(zip(("anybody", "was-near"), crowd(db, ["Ann", "Bea"]), strict=True))
        was(world, db, people["was-near"], cohort)
        for role, person in people.items():
            enrol(db, person.id, PROGRAMME)
            world._tokens[role] = open_session(db, person.id)
    wrong = []
    for call in CALLS:
        path = call.path(world)
        now, ever = (outcome_of(send(world, role, call, path), call) for role in ("was-near", "anybody"))
        if now != ever:
            wrong.append(f"{call}: {now} instead of {ever}")
    assert not wrong, "\n".join(wrong)

"""Who may see a post: the one predicate against a slow, obviously right reading of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment, Mentorship, Pod
from app.db import Database
from app.journals.models import Audience, Comment, Post, Visibility
from app.journals.queries import (
    comment_visible_to,
    eyes_of,
    readers_among,
    visible_to,
    visible_when,
)
from app.people.models import Organization, Person, Role
from app.people.services import open_session
from app.people.viewer import Viewer
from app.progress.viewers import load_viewer
from tests import proof

PEOPLE, COHORTS, ORGANIZATIONS, PODS = 6, 3, 2, 2
person_numbers = st.integers(0, PEOPLE - 1)
cohort_numbers = st.integers(0, COHORTS - 1)


class EnrolmentPlan(NamedTuple):
    """`pod` is one of those of its cohort."""

    person: int
    cohort: int | None
    ended: bool
    pod: int | None


class MentorPlan(NamedTuple):
    enrolment: int
    mentor: int | None
    ended: bool


class CommentPlan(NamedTuple):
    author: int
    audience: Audience
    deleted: bool
    hidden: bool


@dataclass(frozen=True)
class PostPlan:
    author: int
    enrolment: int | None
    visibility: Visibility
    published: bool
    deleted: bool
    hidden: bool
    mentorship: int | None
    comments: tuple[CommentPlan, ...]


@dataclass(frozen=True)
class World:
    organizations: tuple[int, ...]
    roles: tuple[Role, ...]
    enrolments: tuple[EnrolmentPlan, ...]
    coaches: tuple[tuple[int, int, bool], ...]
    mentorships: tuple[MentorPlan, ...]
    posts: tuple[PostPlan, ...]


def _in_a_pod_only_while_there(plan: EnrolmentPlan) -> EnrolmentPlan:
    return plan._replace(pod=None) if plan.cohort is None or plan.ended else plan


@st.composite
def worlds(draw: st.DrawFn) -> World:
    enrolments = draw(
        st.lists(
            st.builds(
                EnrolmentPlan,
                person_numbers,
                st.none() | cohort_numbers,
                ended=st.booleans(),
                pod=st.none() | st.integers(0, PODS - 1),
            ).map(_in_a_pod_only_while_there),
            max_size=8,
        )
    )
    seldom = st.integers(0, 3).map(lambda number: not number)
    answers = st.builds(CommentPlan, person_numbers, st.sampled_from(Audience), deleted=seldom, hidden=seldom)
    enrolment_numbers = st.integers(0, len(enrolments) - 1) if enrolments else st.nothing()
    mentors = st.builds(MentorPlan, enrolment_numbers, st.none() | person_numbers, ended=seldom)
    mentorships = draw(st.lists(mentors, max_size=4, unique_by=lambda plan: plan.enrolment))
    posts = st.builds(
        PostPlan,
        author=person_numbers,
        enrolment=st.none() | enrolment_numbers,
        visibility=st.sampled_from(Visibility),
        published=st.integers(0, 3).map(bool),
        deleted=seldom,
        hidden=seldom,
        mentorship=st.none() | (st.integers(0, len(mentorships) - 1) if mentorships else st.nothing()),
        comments=st.lists(answers, max_size=2).map(tuple),
    )
    return World(
        organizations=tuple(draw(st.tuples(*[st.integers(0, 1)] * PEOPLE))),
        roles=tuple(draw(st.tuples(*[st.sampled_from(Role)] * PEOPLE))),
        enrolments=tuple(enrolments),
        coaches=tuple(
            draw(
                st.lists(
                    st.tuples(cohort_numbers, person_numbers, st.booleans()),
                    max_size=5,
                    unique_by=lambda coach: coach[:2],
                )
            )
        ),
        mentorships=tuple(mentorships),
        posts=tuple(draw(st.lists(posts, min_size=1, max_size=6))),
    )


def may_read(world: World, viewer: int | None, post: PostPlan) -> bool:
    """The rules of the product, read aloud."""
    if post.deleted:
        return False
    if viewer == post.author:
        return True
    if not post.published:
        return False
    if post.visibility is Visibility.PRIVATE:
        return False
    if post.hidden:
        is_theirs = post.visibility is not Visibility.MENTOR
        return viewer is not None and is_theirs and _coaches_the_cohort_of(world, viewer, post)
    if post.visibility is Visibility.PUBLIC:
        return True
    if viewer is None:
        return False
    if post.mentorship is not None and world.mentorships[post.mentorship][1:] == (viewer, False):
        return True
    same_organization = world.organizations[viewer] == world.organizations[post.author]
    if post.visibility is Visibility.MEMBERS and same_organization:
        return True
    if post.visibility is Visibility.MENTOR:
        return False
    if _coaches_the_cohort_of(world, viewer, post):
        return True
    if post.visibility is Visibility.POD:
        return _is_in_the_pod_of(world, viewer, post)
    return post.visibility is Visibility.COHORT and _learns_in_the_cohort_of(world, viewer, post)


def may_read_comment(world: World, viewer: int | None, post: PostPlan, comment: CommentPlan) -> bool:
    if comment.deleted or not may_read(world, viewer, post):
        return False
    if viewer is not None and (viewer == comment.author or _coaches_the_cohort_of(world, viewer, post)):
        return True
    if comment.hidden:
        return False
    return comment.audience is Audience.READERS or viewer == post.author


def _cohort_of(world: World, post: PostPlan) -> int | None:
    return None if post.enrolment is None else world.enrolments[post.enrolment].cohort


def _coaches_the_cohort_of(world: World, viewer: int, post: PostPlan) -> bool:
    cohort = _cohort_of(world, post)
    return cohort is not None and (cohort, viewer, False) in world.coaches


def _learns_in_the_cohort_of(world: World, viewer: int, post: PostPlan) -> bool:
    cohort = _cohort_of(world, post)
    there = ((one.person, one.cohort) for one in world.enrolments if not one.ended)
    return cohort is not None and (viewer, cohort) in there


def _is_in_the_pod_of(world: World, viewer: int, post: PostPlan) -> bool:
    if post.enrolment is None or world.enrolments[post.enrolment].pod is None:
        return False
    of_author = world.enrolments[post.enrolment]
    return any(
        one.person == viewer and (one.cohort, one.pod) == (of_author.cohort, of_author.pod)
        for one in world.enrolments
    )


def build(db: Session, world: World) -> tuple[list[Person], list[list[int]], list[int]]:
    """The world in the database: people, the ids of each post's comments, the ids of the posts."""
    for table in (Comment, Post, CohortCoach, Mentorship, Enrolment, Pod, Cohort):
        db.execute(delete(table))
    organizations = [Organization(name=str(number)) for number in range(ORGANIZATIONS)]
    db.add_all(organizations)
    db.flush()
    people = [
        Person(
            organization_id=organizations[world.organizations[number]].id,
            name=f"P{number}",
            name_key=f"P{number}",
            handle=f"p{number}-{organizations[0].id}",
            role=world.roles[number],
        )
        for number in range(PEOPLE)
    ]
    cohorts = [
        Cohort(
            organization_id=organizations[0].id,
            programme_slug="p",
            name=str(n),
            mode="coach-led",
            code=str(n),
        )
        for n in range(COHORTS)
    ]
    db.add_all([*people, *cohorts])
    db.flush()
    pods = [[Pod(cohort_id=one.id, name=str(n), name_key=str(n)) for n in range(PODS)] for one in cohorts]
    db.add_all(pod for of_cohort in pods for pod in of_cohort)
    db.flush()
    enrolments = [
        Enrolment(
            person_id=people[plan.person].id,
            programme_slug=f"p{number}",
            cohort_id=None if plan.cohort is None else cohorts[plan.cohort].id,
            pod_id=None if plan.cohort is None or plan.pod is None else pods[plan.cohort][plan.pod].id,
            ended_at=now() if plan.ended else None,
        )
        for number, plan in enumerate(world.enrolments)
    ]
    db.add_all(enrolments)
    db.add_all(
        CohortCoach(
            cohort_id=cohorts[cohort].id, person_id=people[person].id, ended_at=now() if ended else None
        )
        for cohort, person, ended in world.coaches
    )
    db.flush()
    mentorships = [
        Mentorship(
            enrolment_id=enrolments[plan.enrolment].id,
            mentor_id=None if plan.mentor is None else people[plan.mentor].id,
            ended_at=now() if plan.ended else None,
        )
        for plan in world.mentorships
    ]
    db.add_all(mentorships)
    db.flush()
    posts = [
        Post(
            author_id=people[plan.author].id,
            enrolment_id=None if plan.enrolment is None else enrolments[plan.enrolment].id,
            cohort_id=None if plan.enrolment is None else enrolments[plan.enrolment].cohort_id,
            visibility=plan.visibility,
            mentorship_id=None if plan.mentorship is None else mentorships[plan.mentorship].id,
            published_at=now() if plan.published else None,
            deleted_at=now() if plan.deleted else None,
            hidden_at=now() if plan.hidden else None,
        )
        for plan in world.posts
    ]
    db.add_all(posts)
    db.flush()
    comments = [
        [
            Comment(
                post_id=post.id,
                author_id=people[comment.author].id,
                audience=comment.audience,
                body="",
                html="",
                deleted_at=now() if comment.deleted else None,
                hidden_at=now() if comment.hidden else None,
            )
            for comment in plan.comments
        ]
        for plan, post in zip(world.posts, posts, strict=True)
    ]
    for of_post in comments:
        db.add_all(of_post)
    db.flush()
    return people, [[comment.id for comment in of_post] for of_post in comments], [post.id for post in posts]


class _Undo(Exception):
    pass


def _by_prepared_statements(db: Session, viewer: Viewer) -> set[int]:
    """What the statements of hot pages let through: they ask for the viewer's groups themselves."""
    eyes = eyes_of(viewer.person_id, viewer.organization_id)
    return set(db.scalars(select(Post.id).where(visible_when(*eyes))))


def _check_readers(
    db: Session, world: World, people: list[Person], plan: PostPlan, post_id: int, comment_ids: list[int]
) -> None:
    """The same, asked of a text: who among people may read it."""
    numbers = {person.id: number for number, person in enumerate(people)}
    found = readers_among(db, numbers.keys(), post_id)
    assert {numbers[one] for one in found} == {n for n in range(PEOPLE) if may_read(world, n, plan)}
    for comment_id, comment in zip(comment_ids, plan.comments, strict=True):
        found = readers_among(db, numbers.keys(), post_id, comment_id)
        heard = {n for n in range(PEOPLE) if may_read_comment(world, n, plan, comment)}
        assert {numbers[one] for one in found} == heard


@pytest.mark.prove
@settings(
    max_examples=proof.size(40, 2000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=worlds())
def test_everyone_reads_exactly_what_the_rules_allow(database: Database, world: World) -> None:
    try:
        with database.transaction() as db:
            people, comment_ids, post_ids = build(db, world)
            for number in (None, *range(PEOPLE)):
                viewer = load_viewer(db, open_session(db, people[number].id)) if number is not None else None
                readable = set(db.scalars(select(Post.id).where(visible_to(viewer))))
                allowed = {
                    post_id
                    for post_id, plan in zip(post_ids, world.posts, strict=True)
                    if may_read(world, number, plan)
                }
                assert readable == allowed
                if viewer:
                    assert readable == _by_prepared_statements(db, viewer)
                heard = set(
                    db.scalars(
                        select(Comment.id)
                        .join(Comment.post)
                        .where(visible_to(viewer), comment_visible_to(viewer))
                    )
                )
                assert heard == {
                    comment_id
                    for plan, ids in zip(world.posts, comment_ids, strict=True)
                    for comment_id, comment in zip(ids, plan.comments, strict=True)
                    if may_read_comment(world, number, plan, comment)
                }
            for plan, post_id, ids in zip(world.posts, post_ids, comment_ids, strict=True):
                _check_readers(db, world, people, plan, post_id, ids)
            raise _Undo
    except _Undo:
        pass

"""A database of the size that the figures speak of, its rows written in bulk."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import Base, Database
from app.journals.models import Comment, Post, Review
from app.journals.services import EXCERPT_LENGTH
from app.markdown import excerpt, render_post
from app.people.models import Person
from app.people.services import open_session, the_organization
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import packed
from app.progress.rules import Facts
from app.things.catalogue import Programme

COHORT_SIZE = 50
POSTS_EACH = 6
TICKING_LEARNERS = 64
AT_ONCE = 5000
"""Learners whose rows are held in memory before they are written."""
BODY = (
    "A man came in at five past ten with a line from a poem his mother used to say.\n\n"
    "I typed the **whole line** without thinking and got wedding venues, pages of them.\n\n"
    "- first the four words he was sure about\n- then the name of the town\n\n"
    "What did not work was searching inside one site: a space after the colon cost me ten minutes. "
) * 2


@dataclass(frozen=True)
class Seeded:
    """What the scenarios need: session tokens and addresses."""

    learner: str
    coach: str
    ticking: tuple[str, ...]
    cohort: str


def seed(
    database: Database,
    programme: Programme,
    learners: int,
    *,
    cohort_size: int = COHORT_SIZE,
    posts_each: int = POSTS_EACH,
    ticks: bool = True,
) -> Seeded:
    """Without `ticks`, what they prove is stored all the same: pages that show many learners read nothing
    else."""
    with database.transaction() as db:
        organization = the_organization(db, "Bench")
        people = _people(db, organization.id, learners)
        coach_id = _insert(db, Person, [_person(organization.id, "Coach")])[0]
        cohorts = _insert(
            db,
            Cohort,
            [
                {
                    "organization_id": organization.id,
                    "programme_slug": programme.slug,
                    "name": f"Group {number}",
                    "mode": "coach-led",
                    "code": f"CODE{number}",
                }
                for number in range(max(1, learners // cohort_size))
            ],
        )
        _insert(db, CohortCoach, [{"cohort_id": cohorts[0], "person_id": coach_id}], returning=False)
        cohort_of = [cohorts[min(place // cohort_size, len(cohorts) - 1)] for place in range(learners)]
        enrolments = _enrolments(db, programme, people, cohort_of)
        for begin in range(0, learners, AT_ONCE):
            some = slice(begin, begin + AT_ONCE)
            _learning(db, programme, enrolments[some], ticks)
            learning = zip(people[some], enrolments[some], cohort_of[some], strict=True)
            _posts(db, programme, list(learning), coach_id, posts_each)
        return Seeded(
            learner=open_session(db, people[7]),
            coach=open_session(db, coach_id),
            ticking=tuple(open_session(db, person) for person in people[:TICKING_LEARNERS]),
            cohort=db.scalars(select(Cohort.public_id).where(Cohort.id == cohorts[0])).one(),
        )


def _insert(
    db: Session, table: type[Base], rows: list[dict[str, Any]], *, returning: bool = True
) -> list[int]:
    if not returning:
        db.execute(insert(table), rows)
        return []
    ids: Any = table.__mapper__.primary_key[0]
    return list(db.scalars(insert(table).returning(ids, sort_by_parameter_order=True), rows))


def _person(organization_id: int, name: str) -> dict[str, Any]:
    handle = name.lower().replace(" ", "-")
    return {"organization_id": organization_id, "name": name, "name_key": name, "handle": handle}


def _people(db: Session, organization_id: int, learners: int) -> list[int]:
    return _insert(db, Person, [_person(organization_id, f"Learner {n:05}") for n in range(learners)])


def _enrolments(db: Session, programme: Programme, people: list[int], cohort_of: list[int]) -> list[int]:
    at = now()
    return _insert(
        db,
        Enrolment,
        [
            {
                "person_id": person,
                "programme_slug": programme.slug,
                "cohort_id": cohort,
                "started_at": at - timedelta(days=60),
                "last_active_at": at - timedelta(minutes=number * 37 % 80_000),
                "things_complete": number % len(programme.things),
            }
            for number, (person, cohort) in enumerate(zip(people, cohort_of, strict=True))
        ],
    )


def _learning(db: Session, programme: Programme, enrolments: list[int], with_ticks: bool) -> None:
    at = now()
    ticks, records, packs = [], [], []
    for number, enrolment in enumerate(enrolments):
        pack, facts = {}, {}
        for thing in programme.things[: number % len(programme.things)]:
            ticks += [
                {"enrolment_id": enrolment, "thing_slug": thing.slug, "activity_id": activity, "at": at}
                for activity in thing.counted
            ]
            records.append(
                {"enrolment_id": enrolment, "thing_slug": thing.slug, "reflected_at": at, "completed_at": at}
            )
            pack[thing.slug] = "complete"
            facts[thing.slug] = packed(Facts(thing.counted, reflected=True, completed_at=at))
        state = {"enrolment_id": enrolment, "digest": programme.digest, "pack": pack, "facts": facts}
        packs.append(state)
    if with_ticks:
        _insert(db, Tick, ticks, returning=False)
    _insert(db, ThingRecord, records, returning=False)
    _insert(db, ProgressState, packs, returning=False)


def _posts(
    db: Session, programme: Programme, learning: list[tuple[int, int, int]], coach_id: int, each: int
) -> None:
    at, html = now(), str(render_post(BODY, "en"))
    draw = random.Random(23)
    visibilities = ("cohort", "cohort", "coaches", "members", "private")
    posts = [
        {
            "author_id": person,
            "enrolment_id": enrolment,
            "cohort_id": cohort,
            "programme_slug": programme.slug,
            "thing_slug": programme.things[number % len(programme.things)].slug,
            "visibility": draw.choice(visibilities),
            "title": f"What I learned, part {number}",
            "body": BODY,
            "html": html,
            "excerpt": excerpt(html, EXCERPT_LENGTH),
            "published_at": at - timedelta(minutes=draw.randrange(80_000)),
        }
        for person, enrolment, cohort in learning
        for number in range(each)
    ]
    ids = _insert(db, Post, posts)
    _reviews(db, posts, ids)
    answers = [
        {
            "post_id": post,
            "author_id": coach_id,
            "by_coach": True,
            "audience": "coaches",
            "body": "Well done.",
            "html": "Well done.",
        }
        for post in ids[::2]
    ]
    _insert(db, Comment, answers, returning=False)


def _reviews(db: Session, posts: list[dict[str, Any]], ids: list[int]) -> None:
    """Of each second post the author waits for an answer."""
    reviews = []
    for number, (post, post_id) in enumerate(zip(posts, ids, strict=True)):
        if post["visibility"] == "private":
            continue
        at, answered = post["published_at"], now() if number % 2 == 0 else None
        reviews.append(
            {
                "post_id": post_id,
                "cohort_id": post["cohort_id"],
                "enrolment_id": post["enrolment_id"],
                "shared_at": at,
                "promised": "every",
                "awaits_since": None if answered else at,
                "read_at": answered,
                "answered_at": answered,
            }
        )
    _insert(db, Review, reviews, returning=False)

"""A cohort of any size in which every rule of who needs a coach holds for somebody, beside many others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blogs.models import Blog
from app.clock import now
from app.coaching.models import Nudge
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import Database
from app.journals.models import Post, Review
from app.people.models import Person
from app.people.services import open_session, the_organization
from app.progress.models import ProgressState, ThingRecord, Tick
from app.progress.packs import packed
from app.progress.rules import Facts
from app.settings import ROOT
from app.things.catalogue import Programme
from app.things.library import Library
from bench.seed import _insert, _person

SMALL, OTHERS = 50, 100
KINDS = (
    *("first-post", "first-post", "asked", "due", "blog", "finished", "silent", "silent", "silent"),
    *("not-begun", "not-begun", "not-begun", "ticks-only", "ticks-only", "behind", "behind", "thanked"),
)
"""What holds for the first learners of each fifty; the others are well."""
NOTHING, ALL = ("not-begun",), ("finished", "thanked")


@dataclass(frozen=True)
class Seeded:
    coach: str
    coach_id: int
    large: str
    small: str


def kind_of(number: int) -> str:
    place = number % SMALL
    return KINDS[place] if place < len(KINDS) else "well"


def seed(database: Database, learners: int) -> Seeded:
    programme = Library(ROOT / "content").catalogue.programmes["digital-work"]
    sizes = [learners, SMALL, *[SMALL] * OTHERS]
    with database.transaction() as db:
        organization = the_organization(db, "Bench")
        coach = _insert(db, Person, [_person(organization.id, "Coach")])[0]
        made = [
            {
                "organization_id": organization.id,
                "programme_slug": programme.slug,
                "name": f"Group {number}",
                "mode": "coach-led",
                "code": f"CODE{number}",
                "reply_promise": "every",
                "starts_on": (now() - timedelta(days=60)).date(),
            }
            for number in range(len(sizes))
        ]
        cohorts = _insert(db, Cohort, made)
        coached = [{"cohort_id": cohort, "person_id": coach} for cohort in cohorts[:2]]
        _insert(db, CohortCoach, coached, returning=False)
        for cohort, size in zip(cohorts, sizes, strict=True):
            _fill(db, programme, organization.id, cohort, size, coach)
        public = dict(db.execute(select(Cohort.id, Cohort.public_id)).tuples().all())
        return Seeded(open_session(db, coach), coach, public[cohorts[0]], public[cohorts[1]])


def _fill(
    db: Session, programme: Programme, organization_id: int, cohort: int, size: int, coach: int
) -> None:
    """So many learners, with what holds for each."""
    names = [_person(organization_id, f"Learner {cohort}-{number}") for number in range(size)]
    people, kinds = _insert(db, Person, names), [kind_of(number) for number in range(size)]
    at, things = now(), programme.things
    done = [
        0 if kind in NOTHING else len(things) if kind in ALL else number % 12 + 1
        for number, kind in enumerate(kinds)
    ]
    rows = [
        {
            "person_id": person,
            "programme_slug": programme.slug,
            "cohort_id": cohort,
            "started_at": at - timedelta(days=60),
            "joined_at": at - timedelta(days=60),
            "last_active_at": at - timedelta(days=40 if kind == "silent" else 1, minutes=number % 1000),
            "active_days": 12,
            "things_complete": count,
            "due_on": (at - timedelta(days=20 if kind == "behind" else -5)).date(),
        }
        for number, (person, kind, count) in enumerate(zip(people, kinds, done, strict=True))
    ]
    enrolments = _insert(db, Enrolment, rows)
    for table, found in _progress(programme, enrolments, kinds, done, at).items():
        if found:
            _insert(db, table, found, returning=False)
    _write(db, programme, cohort, list(zip(people, enrolments, kinds, strict=True)), at)
    blogs = [
        {
            "person_id": person,
            "enrolment_id": enrolment,
            "address": f"https://blog{person}.example/",
            "visibility": "cohort",
            "troubled_since": at - timedelta(days=3) if kind == "blog" else None,
            "trouble": "status" if kind == "blog" else None,
            "failures": 5 if kind == "blog" else 0,
        }
        for person, enrolment, kind in zip(people, enrolments, kinds, strict=True)
        if kind in ("blog", "well")
    ]
    _insert(db, Blog, blogs, returning=False)
    thanks = [
        {
            "enrolment_id": enrolment,
            "person_id": person,
            "sender_id": coach,
            "language": "en",
            "body": "Well done.",
            "once": f"thanks-{enrolment}",
        }
        for person, enrolment, kind in zip(people, enrolments, kinds, strict=True)
        if kind == "thanked"
    ]
    _insert(db, Nudge, thanks, returning=False)


def _progress(
    programme: Programme, enrolments: Sequence[int], kinds: Sequence[str], done: Sequence[int], at: datetime
) -> dict[Any, list[dict[str, Any]]]:
    ticks, records, packs = [], [], []
    for number, (enrolment, kind, count) in enumerate(zip(enrolments, kinds, done, strict=True)):
        pack, facts = {}, {}
        day = at - timedelta(days=number % 50 + 2)
        for thing in programme.things[:count]:
            writes = kind != "ticks-only"
            ticks += [
                {"enrolment_id": enrolment, "thing_slug": thing.slug, "activity_id": activity, "at": day}
                for activity in thing.counted
            ]
            if writes:
                records.append(
                    {
                        "enrolment_id": enrolment,
                        "thing_slug": thing.slug,
                        "reflected_at": day,
                        "completed_at": day,
                    }
                )
            pack[thing.slug] = "complete" if writes else "started"
            known = Facts(thing.counted, reflected=writes, completed_at=day if writes else None)
            facts[thing.slug] = packed(known)
        if count:
            packs.append(
                {"enrolment_id": enrolment, "digest": programme.digest, "pack": pack, "facts": facts}
            )
    return {Tick: ticks, ThingRecord: records, ProgressState: packs}


def _write(
    db: Session, programme: Programme, cohort: int, learners: list[tuple[int, int, str]], at: datetime
) -> None:
    """A first post of everybody who writes, answered but where somebody waits for that; and a second one of
    who asks for an answer or was promised one."""
    writers = [one for one in learners if one[2] not in ("not-begun", "ticks-only")]
    waiting = [one for one in writers if one[2] in ("asked", "due")]
    posts = [(*one, False, one[2] == "first-post") for one in writers]
    posts += [(*one, one[2] == "asked", True) for one in waiting]
    rows = [
        {
            "author_id": person,
            "enrolment_id": enrolment,
            "cohort_id": cohort,
            "programme_slug": programme.slug,
            "thing_slug": programme.things[0].slug,
            "visibility": "coaches",
            "title": "What I learned",
            "body": "Some words.",
            "html": "<p>Some words.</p>",
            "excerpt": "Some words.",
            "published_at": at - timedelta(days=20),
            "asks_since": at - timedelta(days=20) if asks else None,
        }
        for person, enrolment, _, asks, _ in posts
    ]
    reviews = [
        {
            "post_id": post,
            "cohort_id": cohort,
            "enrolment_id": enrolment,
            "shared_at": at - timedelta(days=20),
            "promised": "first" if kind == "first-post" else "every",
            "awaits_since": at - timedelta(days=20) if waits else None,
            "read_at": None if waits else at,
            "answered_at": None if waits else at,
        }
        for post, (_, enrolment, kind, _, waits) in zip(_insert(db, Post, rows), posts, strict=True)
    ]
    _insert(db, Review, reviews, returning=False)

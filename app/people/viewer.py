"""Who is looking: the login session, the person and where they belong, in one statement."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from app.people.models import Role

TONES = 8


class Membership(NamedTuple):
    """A cohort that a person belongs to now, as learner or coach. Its meetings end at `meets_until`; it was
    last told something at `announced_at`, which is known to learners alone."""

    cohort_id: int
    public_id: str
    name: str
    meets_until: datetime | None = None
    announced_at: datetime | None = None


class Enrolled(NamedTuple):
    """An enrolment that has not ended, alone or in a cohort, with what is stored of its progress (see
    app/progress/packs.py) and of its dates (app/cohorts/schedule.py). `pod_id` is their small group, and
    `buddies` what they share with their buddies."""

    enrolment_id: int
    public_id: str
    person_id: int
    programme_slug: str
    last_active_at: datetime
    cohort: Membership | None
    pod_id: int | None
    buddies: str | None
    joined_at: datetime | None
    timing: str | None
    run: str | None
    starts_on: date | None
    ends_on: date | None
    time_zone: str | None
    digest: str | None
    pack: str | None
    facts: str | None


@dataclass(frozen=True)
class Viewer:
    """A signed-in person. `cohorts` are those with an enrolment that has not ended, `coached` those coached
    now; both, the small groups of the enrolments and the mentorships that they are the mentor in
    (`mentoring`) decide what `visible_to` shows. `enrolments` are all that have not ended, the most recently
    active first. `has_news` where there is a notice that they have not read."""

    person_id: int
    public_id: str
    organization_id: int
    name: str
    handle: str
    language: str | None
    role: str
    session_id: int
    last_seen_at: datetime
    shared_computer: bool = False
    has_news: bool = False
    cohorts: tuple[Membership, ...] = ()
    coached: tuple[Membership, ...] = ()
    enrolments: tuple[Enrolled, ...] = field(default=(), compare=False)
    mentoring: tuple[int, ...] = ()

    @property
    def is_organizer(self) -> bool:
        return self.role in (Role.ORGANIZER, Role.ADMINISTRATOR)

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    def enrolled_in(self, programme_slug: str) -> Enrolled | None:
        return next((found for found in self.enrolments if found.programme_slug == programme_slug), None)

    @cached_property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def tone(self) -> int:
        return tone(self.person_id)

    @cached_property
    def cohort_ids(self) -> tuple[int, ...]:
        return tuple(membership.cohort_id for membership in self.cohorts)

    @cached_property
    def pod_ids(self) -> tuple[int, ...]:
        return tuple(enrolled.pod_id for enrolled in self.enrolments if enrolled.pod_id is not None)

    @cached_property
    def coached_ids(self) -> tuple[int, ...]:
        return tuple(membership.cohort_id for membership in self.coached)


def copies_key(secret: str, public_id: str) -> str:
    """What a browser encrypts its copies of a person's unsaved texts with; no other person's pages have it.
    256 bits in base64, for AES-GCM."""
    digest = hmac.digest(secret.encode(), f"browser copies of {public_id}".encode(), hashlib.sha256)
    return b64encode(digest).decode()


def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def tone(person_id: int) -> int:
    """Which of the avatar colours a person has."""
    return person_id % TONES

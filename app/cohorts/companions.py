"""Who is with whom: small groups and buddies in a cohort, for the pages of both sides, and how they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session, aliased

from app.cohorts.dealing import Dealt
from app.cohorts.models import Enrolment, Pod
from app.people.models import Person
from app.people.viewer import Enrolled
from app.statements import Statement


class Member(NamedTuple):
    """A learner of a cohort, with their small group and the mark that they share with their buddies."""

    enrolment_id: int
    id: int
    name: str
    handle: str
    progress: int
    pod_id: int | None
    buddies: str | None

    @property
    def dealt(self) -> Dealt:
        return Dealt(self.enrolment_id, self.name, self.handle, self.progress)


class PodLine(NamedTuple):
    """A small group with who is in it, by name."""

    id: int
    public_id: str
    name: str
    members: Sequence[Member] = ()


_MEMBER = (
    Enrolment.id,
    Person.id,
    Person.name,
    Person.handle,
    Enrolment.things_complete,
    Enrolment.pod_id,
    Enrolment.buddies,
)
_MEMBERS = Statement(
    select(*_MEMBER)
    .join(Person, Person.id == Enrolment.person_id)
    .where(Enrolment.cohort_id == bindparam("cohort"), Enrolment.ended_at.is_(None))
    .order_by(Person.name_key, Person.id),
    row=Member,
)
_PODS = Statement(
    select(Pod.id, Pod.public_id, Pod.name)
    .where(Pod.cohort_id == bindparam("cohort"))
    .order_by(Pod.name_key, Pod.id)
)


@dataclass(frozen=True)
class Companions:
    """Everyone in a cohort by name, its small groups, and those who are each other's buddies."""

    members: Sequence[Member]
    pods: Sequence[PodLine]
    buddies: Sequence[Sequence[Member]]

    def in_no_pod(self) -> list[Member]:
        return [member for member in self.members if member.pod_id is None]

    def without_buddy(self) -> list[Member]:
        return [member for member in self.members if member.buddies is None]


def companions_in(db: Session, cohort_id: int) -> Companions:
    members: list[Member] = _MEMBERS.rows(db, {"cohort": cohort_id})
    pods = [
        PodLine(row.id, row.public_id, row.name, [one for one in members if one.pod_id == row.id])
        for row in _PODS.rows(db, {"cohort": cohort_id})
    ]
    marks = dict.fromkeys(member.buddies for member in members if member.buddies)
    buddies = [[member for member in members if member.buddies == mark] for mark in marks]
    return Companions(members, pods, buddies)


class Companion(NamedTuple):
    """Somebody who is with a learner, as a buddy or in their small group, whose `pod` is its name."""

    enrolment_id: int
    id: int
    name: str
    handle: str
    pod: str | None
    is_buddy: bool


_own = aliased(Enrolment)
_WITH = Statement(
    select(
        _own.id.label("enrolment_id"),
        Person.id,
        Person.name,
        Person.handle,
        Pod.name.label("pod"),
        (Enrolment.buddies.is_not_distinct_from(_own.buddies) & _own.buddies.is_not(None)).label("is_buddy"),
    )
    .select_from(_own)
    .join(
        Enrolment,
        (Enrolment.id != _own.id)
        & (Enrolment.cohort_id == _own.cohort_id)
        & ((Enrolment.pod_id == _own.pod_id) | (Enrolment.buddies == _own.buddies)),
    )
    .join(Person, Person.id == Enrolment.person_id)
    .outerjoin(Pod, (Pod.id == _own.pod_id) & (Pod.id == Enrolment.pod_id))
    .where(_own.person_id == bindparam("person"), _own.ended_at.is_(None), Enrolment.ended_at.is_(None))
    .order_by(Person.name_key, Person.id),
    row=Companion,
)


class With(NamedTuple):
    """Who is with a learner in one of their enrolments."""

    pod: str
    pod_members: tuple[Companion, ...]
    buddies: tuple[Companion, ...]


NOBODY = With("", (), ())


def companions_of(db: Session, enrolments: Iterable[Enrolled]) -> dict[int, With]:
    """{enrolment: who is with them} of one person, where there is somebody; nothing is asked of the database
    for who is in no small group and has no buddy."""
    paired = [enrolled for enrolled in enrolments if enrolled.pod_id or enrolled.buddies]
    if not paired:
        return {}
    found: dict[int, list[Companion]] = {}
    for companion in _WITH.rows(db, {"person": paired[0].person_id}):
        found.setdefault(companion.enrolment_id, []).append(companion)
    return {enrolment: _with(companions) for enrolment, companions in found.items()}


def _with(companions: Sequence[Companion]) -> With:
    of_pod = tuple(one for one in companions if one.pod)
    name = of_pod[0].pod if of_pod else None
    return With(name or "", of_pod, tuple(one for one in companions if one.is_buddy))


def names_in_pod(db: Session, enrolment: Enrolment) -> list[str]:
    """Who else is in the small group of an enrolment."""
    if enrolment.pod_id is None:
        return []
    others = (
        select(Person.name)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.pod_id == enrolment.pod_id,
            Enrolment.ended_at.is_(None),
            Enrolment.id != enrolment.id,
        )
    )
    return list(db.scalars(others.order_by(Person.name_key, Person.id)))


def part(db: Session, enrolment: Enrolment) -> None:
    """They have no buddy any more; who would be left alone has none either."""
    mark, enrolment.buddies = enrolment.buddies, None
    db.flush()
    if mark is None:
        return
    left = db.scalars(select(Enrolment).where(Enrolment.buddies == mark)).all()
    if len(left) == 1:
        left[0].buddies = None
        db.flush()


def end_companionship(db: Session, enrolment: Enrolment) -> None:
    """Who leaves a cohort is in no small group of it and nobody's buddy; nor in one into which they came
    since the enrolment was read."""
    db.refresh(enrolment, ["cohort_id", "pod_id", "buddies"], with_for_update=True)
    enrolment.pod_id = None
    part(db, enrolment)


def end_all_companionship(db: Session, cohort_id: int) -> None:
    """There are no small groups and buddies in a cohort any more."""
    for enrolment in db.scalars(
        select(Enrolment).where(Enrolment.cohort_id == cohort_id, Enrolment.pod_id.is_not(None))
    ):
        enrolment.pod_id = None
    db.flush()
    db.execute(update(Enrolment).where(Enrolment.cohort_id == cohort_id).values(buddies=None))
    db.execute(delete(Pod).where(Pod.cohort_id == cohort_id))

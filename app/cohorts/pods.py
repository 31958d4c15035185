"""What a coach does with small groups and buddies. Each holds the cohort, so that nobody is in two."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohorts.companions import part
from app.cohorts.dealing import LARGEST, SMALLEST
from app.cohorts.models import Enrolment, Pod
from app.cohorts.queries import learners_named
from app.cohorts.services import lock_cohort
from app.db import fold
from app.errors import NotFound, Refused
from app.events.log import record
from app.notices.models import Kind
from app.notices.services import tell
from app.statements import insert_once
from app.web.i18n import message

HOW_MANY = message("Choose two to six people.")
BUDDIES = message("Choose two people, or three.")
NAME_TAKEN = message("There is a small group with this name already.")
MOST_BUDDIES = 3

Named = tuple[str, Collection[str]]
"""A small group to be: its name, and the handles of its members."""


def pod_of(db: Session, cohort_id: int, public_id: str) -> Pod:
    """A small group of the cohort. Raises NotFound."""
    pod = db.scalars(select(Pod).where(Pod.public_id == public_id, Pod.cohort_id == cohort_id)).first()
    if pod is None:
        raise NotFound
    return pod


def make_pods(
    db: Session, cohort_id: int, wanted: Sequence[Named], *, anew: bool = False, actor_id: int, once: str
) -> int:
    """Small groups of these learners, who leave the ones that they are in; `anew` all that were there before
    are dissolved. How many were made: the same with the same `once` are made once. Raises Refused for other
    than two to six people, who learn in the cohort now, and for a name that is taken."""
    lock_cohort(db, cohort_id)
    keys = [f"{once} {number}" for number in range(len(wanted))]
    if db.scalars(select(Pod.id).where(Pod.created_by_id == actor_id, Pod.once.in_(keys))).first():
        return 0
    _refuse_twice(wanted)
    found = [(name, _learners(db, cohort_id, handles)) for name, handles in wanted]
    if anew:
        for pod in db.scalars(select(Pod).where(Pod.cohort_id == cohort_id)).all():
            dissolve(db, pod, actor_id=actor_id)
    for key, (name, learners) in zip(keys, found, strict=True):
        _refuse_taken(db, cohort_id, name)
        values = {
            "cohort_id": cohort_id,
            "name": name,
            "name_key": name,
            "created_by_id": actor_id,
            "once": key,
        }
        pod, _ = insert_once(db, Pod, ("created_by_id", "once"), values)
        record(db, actor_id, "made", "pod", pod.public_id)
        _put(db, pod, learners, actor_id=actor_id)
    return len(found)


def change_pod(db: Session, pod: Pod, name: str, handles: Collection[str], *, actor_id: int) -> None:
    """Its name, and who is in it from now on. Raises Refused as `make_pods` does."""
    lock_cohort(db, pod.cohort_id)
    learners = _learners(db, pod.cohort_id, handles)
    if fold(name) != pod.name_key:
        _refuse_taken(db, pod.cohort_id, name)
    pod.name = pod.name_key = name
    for enrolment in db.scalars(select(Enrolment).where(Enrolment.pod_id == pod.id)):
        if enrolment not in learners:
            enrolment.pod_id = None
    _put(db, pod, learners, actor_id=actor_id)


def dissolve(db: Session, pod: Pod, *, actor_id: int) -> None:
    for enrolment in db.scalars(select(Enrolment).where(Enrolment.pod_id == pod.id)):
        enrolment.pod_id = None
    record(db, actor_id, "dissolved", "pod", pod.public_id)
    db.flush()
    db.delete(pod)
    db.flush()


def pair_up(
    db: Session, cohort_id: int, wanted: Sequence[Collection[str]], *, actor_id: int, once: str
) -> int:
    """Those with the handles of a pair are each other's buddies from now on, and no longer those of others.
    How many pairs are new. Raises Refused for other than two or three who learn in the cohort now."""
    lock_cohort(db, cohort_id)
    new = 0
    for handles in wanted:
        learners = _learners(db, cohort_id, handles, most=MOST_BUDDIES)
        people = sorted(learner.id for learner in learners)
        mark = sha256(f"{actor_id} {once} {people}".encode()).hexdigest()[:12]
        if all(learner.buddies == mark for learner in learners):
            continue
        new += 1
        for learner in learners:
            part(db, learner)
        for learner in learners:
            learner.buddies = mark
            tell(db, learner.person_id, Kind.BUDDY, once=f"buddies {mark}", actor_id=actor_id)
        record(db, actor_id, "paired", "buddies", mark)
    db.flush()
    return new


def _put(db: Session, pod: Pod, learners: Collection[Enrolment], *, actor_id: int) -> None:
    for learner in learners:
        if learner.pod_id != pod.id:
            learner.pod_id = pod.id
            tell(db, learner.person_id, Kind.POD, once=f"pod {pod.public_id}", actor_id=actor_id)
    db.flush()


def _learners(
    db: Session, cohort_id: int, handles: Collection[str], *, most: int = LARGEST
) -> list[Enrolment]:
    learners = learners_named(db, cohort_id, handles)
    if not SMALLEST <= len(learners) <= most:
        raise Refused(HOW_MANY if most == LARGEST else BUDDIES, "learner")
    return learners


def _refuse_twice(wanted: Sequence[Named]) -> None:
    """Nobody comes into two of them, and no two have one name."""
    handles = [handle for _, members in wanted for handle in members]
    if len(handles) != len(set(handles)):
        raise Refused(HOW_MANY, "learner")
    if len(wanted) != len({fold(name) for name, _ in wanted}):
        raise Refused(NAME_TAKEN, "name")


def _refuse_taken(db: Session, cohort_id: int, name: str) -> None:
    if db.scalars(select(Pod.id).where(Pod.cohort_id == cohort_id, Pod.name_key == name)).first():
        raise Refused(NAME_TAKEN, "name")

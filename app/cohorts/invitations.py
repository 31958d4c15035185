"""Inviting people to a cohort by their addresses: a list is checked as a whole, and goes in as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from app.clock import now
from app.cohorts.address_lists import Invitee, Problem, read_list
from app.cohorts.letters import INVITED, LIFE
from app.cohorts.models import Cohort, CohortCoach, Enrolment, Invitation
from app.cohorts.queries import members_count
from app.cohorts.services import is_over, lock_cohort
from app.db import new_public_id
from app.errors import NotFound, Refused
from app.events.log import record
from app.jobs.models import Priority
from app.jobs.services import Task
from app.people.mailed_links import mailed_token
from app.people.models import Person
from app.people.queries import token_hash
from app.statements import upsert
from app.web.i18n import Message, message

KEPT = timedelta(days=90)
AGAIN_AFTER = timedelta(days=1)
FEW = 20
ROWS_AT_ONCE = 500
LETTERS_AT_ONCE = 100
PURPOSE = "invitation"

WRITE_INVITATIONS = Task("write-invitations")

IN_GROUP = message("This person is in the group already. Take the line away.")
COACHES = message("This person coaches the group. Take the line away.")
OVER = message("This group has ended: nobody can join it any more.")
GONE = message("This invitation was used, or it was taken back.")


@dataclass(frozen=True)
class Checked:
    """Who would be invited, who was within a day and gets no second mail, and what is wrong."""

    people: Sequence[Invitee]
    recent: frozenset[str]
    problems: Sequence[Problem]

    @property
    def count(self) -> int:
        """How many letters it makes."""
        return sum(invitee.email not in self.recent for invitee in self.people)


def check_list(db: Session, cohort: Cohort, text: str) -> Checked:
    people, problems = read_list(text)
    inside = _addresses_inside(db, cohort.id)
    problems += [Problem(one.number, inside[one.email]) for one in people if one.email in inside]
    if is_over(cohort):
        problems.append(Problem(0, OVER))
    places = None if cohort.seats is None else max(0, cohort.seats - members_count(db, cohort.id))
    if places is not None and len(people) > places:
        problems.append(Problem(0, _no_room(len(people), places)))
    at = now()
    known = _invited(db, cohort.id)
    rows = [known[one.email] for one in people if one.email in known]
    recent = {row.email for row in rows if _is_open(row) and row.invited_at > at - AGAIN_AFTER}
    return Checked(people, frozenset(recent), sorted(problems, key=lambda problem: problem.number))


def _no_room(count: int, free: int) -> Message:
    return message(
        "The list has %(count)s people, and the group has room for %(free)s. Shorten the list, or have the "
        "group made larger.",
        count=count,
        free=free,
    )


def _addresses_inside(db: Session, cohort_id: int) -> dict[str, Any]:
    """{address: why it needs no invitation}."""
    learners = (
        select(Person.email)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None))
    )
    coaches = (
        select(Person.email)
        .join(CohortCoach, CohortCoach.person_id == Person.id)
        .where(CohortCoach.cohort_id == cohort_id, CohortCoach.ended_at.is_(None))
    )
    inside = {email: COACHES for email in db.scalars(coaches) if email}
    return inside | {email: IN_GROUP for email in db.scalars(learners) if email}


def _invited(db: Session, cohort_id: int) -> Mapping[str, Any]:
    found = db.execute(
        select(
            Invitation.email,
            Invitation.public_id,
            Invitation.token_hash,
            Invitation.name,
            Invitation.invited_at,
            Invitation.used_at,
            Invitation.withdrawn_at,
        ).where(Invitation.cohort_id == cohort_id)
    )
    return {row.email: row for row in found.all()}


def _is_open(row: Any) -> bool:
    """Whether its link still works."""
    return row.used_at is None and row.withdrawn_at is None and bool(row.invited_at > now() - LIFE)


def invite_all(
    db: Session, cohort: Cohort, checked: Checked, *, actor_id: int, language: str, secret: str
) -> int:
    """A letter to each who had none within a day; how many. `language` is that of the letters where neither
    list nor cohort says one. The letters are written in the background."""
    lock_cohort(db, cohort.id)
    known = _invited(db, cohort.id)
    rows = []
    for invitee in checked.people:
        row = known.get(invitee.email)
        is_open = row is not None and _is_open(row)
        if row is not None and is_open and row.invited_at > now() - AGAIN_AFTER:
            continue
        link = row.public_id if row is not None and is_open else new_public_id()
        rows.append(
            {
                "public_id": link,
                "token_hash": token_hash(mailed_token(secret, PURPOSE, link)),
                "cohort_id": cohort.id,
                "invited_by_id": actor_id,
                "email": invitee.email,
                "name": invitee.name or (row.name if row is not None else ""),
                "language": invitee.language or cohort.language or language,
                "invited_at": now(),
                "letters": 1,
            }
        )
    for start in range(0, len(rows), ROWS_AT_ONCE):
        _keep(db, rows[start : start + ROWS_AT_ONCE])
    if rows:
        many = len(rows) > FEW
        _write_later(db, cohort.id, many=many)
        record(db, actor_id, "invited", "cohort", cohort.public_id, count=len(rows))
    return len(rows)


def _keep(db: Session, rows: list[dict[str, Any]]) -> None:
    made = upsert(db, Invitation).values(rows)
    anew = {name: made.excluded[name] for name in rows[0] if name not in ("cohort_id", "email", "letters")}
    anew |= {"letters": Invitation.letters + 1}
    anew |= dict.fromkeys(("mailed_at", "used_at", "withdrawn_at"))
    db.execute(made.on_conflict_do_update(index_elements=["cohort_id", "email"], set_=anew))


def _write_later(db: Session, cohort_id: int, *, many: bool, after: int = 0) -> None:
    priority = Priority.BULK if many else Priority.NORMAL
    WRITE_INVITATIONS.later(db, priority=priority, cohort_id=cohort_id, many=many, after=after)


def write_invitations(db: Session, cohort_id: int, *, many: bool, after: int) -> None:
    """Letters that are still to be written, some at a time; the next ones are a job of their own."""
    waiting = (
        select(Invitation)
        .where(
            Invitation.cohort_id == cohort_id,
            Invitation.id > after,
            Invitation.mailed_at.is_(None),
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.id)
        .limit(LETTERS_AT_ONCE)
    )
    found = db.scalars(waiting.with_for_update()).all()
    letter = replace(INVITED, priority=Priority.BULK) if many else INVITED
    for invitation in found:
        once = f"invitation {invitation.public_id} {invitation.letters}"
        sender = invitation.invited_by_id or 0
        letter.post(db, sender, invitation.language, once=once, invitation=invitation.public_id)
        invitation.mailed_at = now()
    db.flush()
    if len(found) == LETTERS_AT_ONCE:
        _write_later(db, cohort_id, many=many, after=found[-1].id)


def open_invitations(
    db: Session, cohort_id: int, *, after: int | None = None, limit: int = 50
) -> list[Invitation]:
    """Those that nobody used yet, the newest first, from the row behind the id `after`."""
    found = select(Invitation).where(Invitation.cohort_id == cohort_id, *_live())
    if after is not None:
        found = found.where(Invitation.id < after)
    return list(db.scalars(found.order_by(Invitation.id.desc()).limit(limit)))


def _live() -> Iterator[Any]:
    yield Invitation.used_at.is_(None)
    yield Invitation.withdrawn_at.is_(None)
    yield Invitation.invited_at > now() - LIFE


def open_invitation(db: Session, cohort_id: int, public_id: str) -> Invitation:
    """One of a cohort that nobody used yet, locked. Raises NotFound."""
    own = (Invitation.cohort_id == cohort_id, Invitation.public_id == public_id)
    found = db.scalars(select(Invitation).where(*own, *_live()).with_for_update()).first()
    if found is None:
        raise NotFound
    return found


def withdraw(db: Session, invitation: Invitation, cohort: Cohort, *, actor_id: int) -> None:
    invitation.withdrawn_at = now()
    record(db, actor_id, "withdrew-invitation", "cohort", cohort.public_id)
    db.flush()


def may_be_sent_again(invitation: Invitation) -> bool:
    return invitation.invited_at <= now() - AGAIN_AFTER


def send_again(db: Session, invitation: Invitation, cohort: Cohort, *, actor_id: int) -> None:
    """Raises Refused within a day of the last letter, and where nobody can join any more."""
    if is_over(cohort):
        raise Refused(OVER)
    if not may_be_sent_again(invitation):
        raise Refused(message("A mail went there less than a day ago. Wait until tomorrow."))
    invitation.invited_at, invitation.mailed_at = now(), None
    invitation.letters += 1
    invitation.invited_by_id = actor_id
    db.flush()
    _write_later(db, cohort.id, many=False)
    record(db, actor_id, "invited", "cohort", cohort.public_id, count=1)


def invitation_by_token(db: Session, token: str) -> Invitation | None:
    """One that works, with its cohort."""
    found = (
        select(Invitation)
        .where(Invitation.token_hash == token_hash(token), *_live())
        .options(joinedload(Invitation.cohort))
    )
    invitation = db.scalars(found).first()
    return None if invitation is None or is_over(invitation.cohort) else invitation


def use_invitation(db: Session, invitation: Invitation) -> None:
    """Raises Refused where somebody used it meanwhile, or it was taken back."""
    lock_cohort(db, invitation.cohort_id)
    used = update(Invitation).where(Invitation.id == invitation.id, *_live()).values(used_at=now())
    if db.execute(used.returning(Invitation.id)).first() is None:
        raise Refused(GONE)


def forget_invitations(db: Session) -> None:
    """A month after its link died nobody needs an address any more."""
    db.execute(delete(Invitation).where(Invitation.invited_at <= now() - KEPT))

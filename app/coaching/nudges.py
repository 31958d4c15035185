"""Short messages from coaches to learners: to one or many, each in the learner's language, at most one in
seven days to a person whoever sends it, and none to who does not want any or takes a break."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.coaching.models import Nudge
from app.cohorts.models import Enrolment
from app.cohorts.queries import CohortLine
from app.cohorts.schedule import read_timing, today_in
from app.events.log import record
from app.mail.services import Letter
from app.notices.models import Frequency, Kind
from app.notices.queries import chosen_by
from app.notices.services import begin_mail, mark_mailed, tell
from app.people.models import Person
from app.people.viewer import Viewer
from app.statements import upsert
from app.web.i18n import LANGUAGES

MESSAGE = Letter("message")
APART = timedelta(days=7)
NAME = "{name}"
"""What stands in a text for who reads it."""


class Recipient(NamedTuple):
    """`why_not` is why nothing can be sent: recent, muted or away; empty where it can."""

    enrolment_id: int
    person_id: int
    public_id: str
    handle: str
    name: str
    language: str
    wants_mail: bool
    why_not: str

    def text(self, texts: Mapping[str, str]) -> str:
        return texts.get(self.language, "").replace(NAME, self.name.split()[0])


def recipients(
    db: Session, cohort: CohortLine, handles: Collection[str], default: str, *, lock: bool = False
) -> list[Recipient]:
    """Those of a cohort's learners with these handles, by name, in the first language that is known of them.
    With `lock` nobody else writes to them meanwhile."""
    at = now()
    people = (
        select(Person, Enrolment)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.cohort_id == cohort.id, Enrolment.ended_at.is_(None), Person.handle.in_(set(handles))
        )
        .order_by(Person.name_key, Person.id)
    )
    if lock:
        people = people.with_for_update(of=Person)
    found = db.execute(people).all()
    ids = [row.Person.id for row in found]
    written = select(Nudge.person_id).where(Nudge.person_id.in_(ids), Nudge.at > at - APART)
    recent = frozenset(db.scalars(written))
    wishes, today = chosen_by(db, ids, Kind.MESSAGE), today_in(cohort.time_zone)
    return [
        Recipient(
            row.Enrolment.id,
            row.Person.id,
            row.Person.public_id,
            row.Person.handle,
            row.Person.name,
            _language(row.Person, default),
            row.Person.confirmed_address is not None
            and wishes.get(row.Person.id, Frequency.AT_ONCE) == Frequency.AT_ONCE,
            _why_not(row, recent, wishes, today),
        )
        for row in found
    ]


def _why_not(row: Any, recent: frozenset[int], wishes: Mapping[int, Frequency], today: date) -> str:
    if row.Person.id in recent:
        return "recent"
    if wishes.get(row.Person.id) == Frequency.NEVER:
        return "muted"
    return "away" if read_timing(row.Enrolment.timing).paused_on(today) else ""


def _language(person: Person, default: str) -> str:
    return next((one for one in (person.language, person.last_language) if one in LANGUAGES), None) or default


def send(db: Session, viewer: Viewer, to: Sequence[Recipient], texts: Mapping[str, str], *, once: str) -> int:
    """To how many of those who may get one; they were read with a lock. The same `once` again writes to
    nobody twice."""
    return sum(_send(db, viewer, one, one.text(texts), once) for one in to if not one.why_not)


def _send(db: Session, viewer: Viewer, one: Recipient, body: str, once: str) -> bool:
    row = upsert(db, Nudge).values(
        enrolment_id=one.enrolment_id,
        person_id=one.person_id,
        sender_id=viewer.person_id,
        language=one.language,
        body=body,
        once=once,
    )
    nudge_id = db.scalar(row.on_conflict_do_nothing(index_elements=["person_id", "once"]).returning(Nudge.id))
    if nudge_id is None:
        return False
    record(db, viewer.person_id, "nudged", "person", one.public_id, enrolment_id=one.enrolment_id)
    notice = tell(
        db, one.person_id, Kind.MESSAGE, once=f"message {nudge_id}", actor_id=viewer.person_id, by_mail=False
    )
    if notice is not None and one.wants_mail:
        _mail(db, one, nudge_id, notice)
    return True


def _mail(db: Session, one: Recipient, nudge_id: int, notice_id: int) -> None:
    """At once, unless they had as much mail as they should; then it waits for the digest."""
    mail_id = begin_mail(db, one.person_id, f"message {nudge_id}", since=now() - APART)
    if mail_id is not None:
        mark_mailed(db, notice_id, mail_id)
        once = f"{one.public_id} message {nudge_id}"
        MESSAGE.post(db, one.person_id, one.language, once=once, nudge_id=nudge_id)


class NudgeLine(NamedTuple):
    public_id: str
    at: datetime
    sender: str | None
    language: str
    body: str


def messages_to(
    db: Session, person_id: int, *, enrolment: Enrolment | None = None, limit: int = 50
) -> list[NudgeLine]:
    """The newest first; with an enrolment, those of its group's coaches alone, since they joined it."""
    sent = (
        select(Nudge.public_id, Nudge.at, Person.name, Nudge.language, Nudge.body)
        .outerjoin(Person, Person.id == Nudge.sender_id)
        .where(Nudge.person_id == person_id)
        .order_by(Nudge.at.desc(), Nudge.id.desc())
        .limit(limit)
    )
    if enrolment is not None:
        since = enrolment.joined_at or enrolment.started_at
        sent = sent.where(Nudge.enrolment_id == enrolment.id, Nudge.at >= since)
    return [NudgeLine(*row) for row in db.execute(sent)]

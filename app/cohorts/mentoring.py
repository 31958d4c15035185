"""Mentors: a more experienced colleague whom a learner asks, and who sees only what the learner shares.

The learner has a link to hand over; who opens it signed in may accept. Whoever has the typed address here is
asked on their own pages as well, and the learner is told nothing of whether there is such a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from app.clock import now
from app.cohorts.models import CohortCoach, Enrolment, Mentorship
from app.errors import NotFound, Refused
from app.events.log import record
from app.notices.models import Kind
from app.notices.services import tell
from app.people.mailed_links import link_word, opened_by
from app.people.models import Person
from app.people.queries import person_by_email
from app.people.viewer import Viewer
from app.statements import upsert
from app.web.i18n import message

PURPOSE = "mentor"
OWN = message("This is your own link. Give it to somebody else.")
COACHES = message("You coach this group: a mentor is somebody who is not a coach.")

_OPEN = Mentorship.ended_at.is_(None)
_own = aliased(Mentorship)


def mentors_in(person: Any) -> Select[Any]:
    """The mentorships in which a person is the mentor now; the same as a viewer's `mentoring`."""
    return select(_own.id).where(_own.mentor_id == person, _own.ended_at.is_(None))


def mentorship_of(db: Session, enrolment_id: int) -> Mentorship | None:
    """The one that has not ended, with its mentor, where somebody has accepted."""
    found = select(Mentorship).where(Mentorship.enrolment_id == enrolment_id, _OPEN)
    return db.scalars(found.options(joinedload(Mentorship.mentor))).first()


def mentor_of(db: Session, enrolment: Enrolment | None) -> Mentorship | None:
    """The mentorship of an enrolment that has a mentor now."""
    found = mentorship_of(db, enrolment.id) if enrolment is not None else None
    return found if found is not None and found.mentor is not None else None


def ask_mentor(db: Session, enrolment: Enrolment, email: str) -> Mentorship:
    """Begin to look for a mentor; where that has begun, or there is one, it stays as it is."""
    begun = upsert(db, Mentorship).values(enrolment_id=enrolment.id)
    made = db.execute(
        begun.on_conflict_do_nothing(
            index_elements=["enrolment_id"], index_where=Mentorship.ended_at.is_(None)
        ).returning(Mentorship.id)
    ).first()
    mentorship = mentorship_of(db, enrolment.id)
    if mentorship is None:
        raise NotFound
    if made:
        learner = db.get_one(Person, enrolment.person_id)
        asked = person_by_email(db, email) if email else None
        if asked and asked.id != learner.id and _is_known_here(asked, learner):
            mentorship.asked_id = asked.id
            once = f"mentor asked {enrolment.public_id} {now():%G-%V}"
            tell(db, asked.id, Kind.MENTOR_ASKED, once=once, actor_id=learner.id)
        _note(db, "asked-mentor", mentorship, enrolment.person_id)
    return mentorship


def _is_known_here(asked: Person, learner: Person) -> bool:
    """Somebody of the same organization who has shown that the address is theirs: anybody can type one when
    they sign up."""
    return asked.organization_id == learner.organization_id and asked.email_verified_at is not None


def word_of(secret: str, mentorship: Mentorship) -> str:
    """The word in the link that the learner hands over."""
    return link_word(secret, PURPOSE, mentorship.public_id)


def offered_by_word(db: Session, secret: str, viewer: Viewer, word: str) -> Mentorship:
    """The mentorship that a link offers. Raises NotFound for one that was accepted or has ended."""
    return _offered(db, viewer, Mentorship.public_id == opened_by(secret, PURPOSE, word))


def offered_to(db: Session, viewer: Viewer, public_id: str) -> Mentorship:
    """One that the viewer was asked for by their address. Raises NotFound."""
    return _offered(db, viewer, Mentorship.public_id == public_id, Mentorship.asked_id == viewer.person_id)


def _offered(db: Session, viewer: Viewer, *which: Any) -> Mentorship:
    found = (
        select(Mentorship)
        .join(Enrolment, Enrolment.id == Mentorship.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            *which,
            _OPEN,
            Mentorship.mentor_id.is_(None),
            Person.organization_id == viewer.organization_id,
        )
        .options(joinedload(Mentorship.enrolment).joinedload(Enrolment.person))
        .with_for_update(of=Mentorship)
    )
    mentorship = db.scalars(found).first()
    if mentorship is None:
        raise NotFound
    return mentorship


def offers_to(db: Session, viewer: Viewer) -> Sequence[Mentorship]:
    """Those that the viewer was asked for by their address, and has not answered."""
    found = select(Mentorship).where(
        Mentorship.asked_id == viewer.person_id, _OPEN, Mentorship.mentor_id.is_(None)
    )
    found = found.options(joinedload(Mentorship.enrolment).joinedload(Enrolment.person))
    return db.scalars(found.order_by(Mentorship.id)).all()


def accept(db: Session, viewer: Viewer, mentorship: Mentorship) -> None:
    """Raises Refused for the learner, and for who coaches their group."""
    enrolment = mentorship.enrolment
    if enrolment.person_id == viewer.person_id:
        raise Refused(OWN)
    coaches = select(CohortCoach.person_id).where(
        CohortCoach.cohort_id == enrolment.cohort_id,
        CohortCoach.person_id == viewer.person_id,
        CohortCoach.ended_at.is_(None),
    )
    if db.scalars(coaches).first() is not None:
        raise Refused(COACHES)
    mentorship.mentor_id, mentorship.accepted_at = viewer.person_id, now()
    once = f"mentor {mentorship.public_id}"
    tell(db, enrolment.person_id, Kind.MENTOR, once=once, actor_id=viewer.person_id)
    _note(db, "became-mentor", mentorship, viewer.person_id)


def own_mentoring(db: Session, viewer: Viewer, public_id: str) -> Mentorship:
    """One in which the viewer is the mentor, or was asked to be. Raises NotFound."""
    found = select(Mentorship).where(Mentorship.public_id == public_id, _OPEN)
    mine = (Mentorship.mentor_id == viewer.person_id) | (
        Mentorship.mentor_id.is_(None) & (Mentorship.asked_id == viewer.person_id)
    )
    mentorship = db.scalars(found.where(mine)).first()
    if mentorship is None:
        raise NotFound
    return mentorship


def show_tiles(db: Session, mentorship: Mentorship, *, shown: bool) -> None:
    """Whether the mentor sees how far the learner is."""
    mentorship.shows_tiles = shown
    db.flush()


def end_mentorship(db: Session, mentorship: Mentorship, *, actor_id: int) -> None:
    """By either of them, at any time: the mentor reads nothing of the learner's any more."""
    mentorship.ended_at = now()
    _note(db, "ended-mentoring", mentorship, actor_id)


def end_mentoring(db: Session, enrolment: Enrolment) -> None:
    """With an enrolment its mentorship ends."""
    db.execute(
        update(Mentorship).where(Mentorship.enrolment_id == enrolment.id, _OPEN).values(ended_at=now())
    )


def _note(db: Session, verb: str, mentorship: Mentorship, actor_id: int) -> None:
    record(db, actor_id, verb, "mentorship", mentorship.public_id, enrolment_id=mentorship.enrolment_id)
    db.flush()

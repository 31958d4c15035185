"""Joining a cohort in each of its ways, with all that comes along."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.cohorts.invitations import use_invitation
from app.cohorts.models import Cohort, Invitation
from app.cohorts.requests import asking, tell_let_in
from app.journals.services import join_cohort
from app.people.models import Person
from app.people.queries import own_person
from app.progress.services import place_learners
from app.things.catalogue import Catalogue


def join_and_place(db: Session, catalogue: Catalogue, person_id: int, cohort: Cohort) -> None:
    """Raises Refused where the cohort is full or over."""
    enrolment = join_cohort(db, person_id, cohort)
    place_learners(db, catalogue, cohort, only=[enrolment.id])


def let_in(db: Session, catalogue: Catalogue, cohort: Cohort, handle: str, *, actor_id: int) -> Person:
    """Somebody who asked to join. Raises NotFound where nobody called so asks, and Refused as
    joining does."""
    person_id = asking(db, cohort.id, handle)
    join_and_place(db, catalogue, person_id, cohort)
    tell_let_in(db, person_id, cohort, actor_id=actor_id)
    return own_person(db, person_id)


def join_by_invitation(db: Session, catalogue: Catalogue, person_id: int, invitation: Invitation) -> None:
    """Its link is used up. Raises Refused as joining does, and where the link was used meanwhile."""
    use_invitation(db, invitation)
    join_and_place(db, catalogue, person_id, db.get_one(Cohort, invitation.cohort_id))

"""The first page of an empty site: from nothing to a group that people can join."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Mode
from app.cohorts.services import add_coach, create_cohort
from app.errors import NotFound
from app.people.models import Person, Role
from app.people.queries import count_demo_people, count_real_people
from app.people.services import EmailTaken, create_person, the_organization


def setup_token(db: Session, secret: str) -> str | None:
    """The word in the set-up page's address, known to whoever started the server; None once people exist."""
    if count_real_people(db) or count_demo_people(db):
        return None
    return hmac.new(secret.encode(), b"set-up page", hashlib.sha256).hexdigest()[:32]


def check_token(db: Session, secret: str, token: str) -> None:
    """Raises NotFound for any but the right word, and for a site that is set up."""
    wanted = setup_token(db, secret)
    if wanted is None or not hmac.compare_digest(wanted.encode(), token.encode()):
        raise NotFound


@dataclass(frozen=True)
class FirstGroup:
    programme_slug: str
    name: str
    mode: Mode
    starts_on: date | None


def set_up(
    db: Session, *, site_name: str, name: str, email: str, password_hash: str, group: FirstGroup
) -> tuple[Person, Cohort]:
    """The site with its first administrator, who coaches its first group. Raises NotFound where the same form
    did it meanwhile."""
    organization = the_organization(db)
    organization.name = site_name
    try:
        person = create_person(
            db, name=name, email=email, password_hash=password_hash, role=Role.ADMINISTRATOR
        )
    except EmailTaken as error:
        raise NotFound from error
    cohort = create_cohort(
        db,
        organization_id=organization.id,
        created_by_id=person.id,
        programme_slug=group.programme_slug,
        name=group.name,
        mode=group.mode,
        starts_on=group.starts_on,
    )
    if group.mode is not Mode.SELF_PACED:
        add_coach(db, cohort, person.id, actor_id=person.id)
    return person, cohort

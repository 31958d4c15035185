"""What the account page shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.people.models import Identity, LoginSession, Person, ResetLink
from app.people.queries import asked_address, identities_of, own_person, reset_links_of, sessions_of


@dataclass(frozen=True)
class Account:
    """A person with their ways in."""

    person: Person
    identities: list[Identity]
    sessions: list[LoginSession]
    reset_links: list[ResetLink]
    asked_address: str | None


def account_of(db: Session, person_id: int) -> Account:
    return Account(
        person=own_person(db, person_id),
        identities=identities_of(db, person_id),
        sessions=sessions_of(db, person_id),
        reset_links=reset_links_of(db, person_id),
        asked_address=asked_address(db, person_id),
    )


def own_password(db: Session, person_id: int) -> Row[str, str | None, str | None]:
    """The `password_hash` with the name and address that a password must not resemble."""
    columns = select(Person.name, Person.email, Person.password_hash)
    return db.execute(columns.where(Person.id == person_id)).one()

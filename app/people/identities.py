"""Signing in, signing up and linking by an account elsewhere. An identity is known by issuer and subject
alone (OpenID Connect Core 1.0, 5.7); an address that a provider tells never opens an account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.events.log import record
from app.people.models import Identity, Person
from app.people.queries import identities_of, person_by_email, person_by_identity
from app.people.services import EmailTaken, create_person, link_identity, open_session
from app.web.i18n import message


@dataclass(frozen=True)
class ProviderAccount:
    """Who somebody is at a provider, as it proved. `name` may be empty."""

    issuer: str
    subject: str
    name: str
    email: str | None
    email_verified: bool


def sign_in_by_identity(
    db: Session,
    issuer: str,
    subject: str,
    *,
    shared_computer: bool = False,
    user_agent: str = "",
    ends: str | None = None,
) -> str | None:
    """The token of a new login session; None where nobody here has this identity."""
    person = person_by_identity(db, issuer, subject)
    if person is None:
        return None
    record(db, person.id, "signed-in", "person", person.public_id)
    return open_session(db, person.id, shared_computer=shared_computer, user_agent=user_agent, ends=ends)


def sign_up_by_identity(db: Session, account: ProviderAccount, name: str) -> Person:
    """A new account that is opened by this identity. Raises EmailTaken where somebody has the address, proved
    or not, and Refused where somebody has the identity."""
    if account.email and person_by_email(db, account.email):
        raise EmailTaken
    email = account.email if account.email_verified else None
    person = create_person(db, name=name, email=email, email_verified=email is not None)
    link_identity(db, person.id, account.issuer, account.subject)
    return person


def link_own_identity(db: Session, person_id: int, issuer: str, subject: str) -> None:
    """Let a person sign in by an account elsewhere; repeats have one effect. Raises Refused where somebody
    else does."""
    owner = person_by_identity(db, issuer, subject)
    if owner is None or owner.id != person_id:
        link_identity(db, person_id, issuer, subject)


def unlink_identity(
    db: Session, person_id: int, issuer: str, subject: str, *, issuers: Collection[str]
) -> None:
    """Take an identity of one's own away. Raises NotFound where the person has none such, and Refused where
    neither a password nor another identity at one of `issuers`, which the settings name, would be left."""
    person = db.get_one(Person, person_id, with_for_update=True)
    identities = identities_of(db, person_id)
    gone = next((one for one in identities if (one.issuer, one.subject) == (issuer, subject)), None)
    if gone is None:
        raise NotFound
    by_password = person.email is not None and person.password_hash is not None
    if not by_password and not any(one.issuer in issuers for one in identities if one is not gone):
        raise Refused(message("This is the only way into your account. Add another one first."))
    db.execute(delete(Identity).where(Identity.id == gone.id))
    record(db, person_id, "unlinked-identity", "identity", issuer)

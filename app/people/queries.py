"""Reading persons."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.clock import now
from app.db import fold, fold_address
from app.errors import NotFound
from app.people.models import AddressLink, Identity, LoginSession, Organization, Person, ResetLink


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


PERSON_SEEN = (
    Person.id.label("person_id"),
    Person.public_id,
    Person.organization_id,
    Person.name,
    Person.handle,
    Person.language,
    Person.role,
)
LIVE_SESSION = (
    select(
        LoginSession.id.label("session_id"),
        LoginSession.last_seen_at,
        LoginSession.shared_computer,
        *PERSON_SEEN,
    )
    .join(Person, Person.id == LoginSession.person_id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.expires_at > bindparam("now", type_=LoginSession.expires_at.type),
    )
)
"""The live login session of a token with its person; upper features add what every page needs of theirs.
Every page begins with it, so it is built once."""


def confirmed(person: type[Person]) -> ColumnElement[bool]:
    """Of a person, or an alias of it: there is an address that was shown to be theirs."""
    return and_(person.email.is_not(None), person.email_verified_at.is_not(None))


def organization(db: Session) -> Organization | None:
    """The one organization; None before the site is set up."""
    return db.scalars(select(Organization).order_by(Organization.id).limit(1)).first()


def person_by_email(db: Session, email: str) -> Person | None:
    return db.scalars(select(Person).where(Person.email == email)).first()


def people_by_email(db: Session, organization_id: int, addresses: Sequence[str]) -> dict[str, int]:
    """{address: person's id} of those that somebody in the organization has."""
    found = db.execute(
        select(Person.email, Person.id).where(
            Person.organization_id == organization_id, Person.email.in_(addresses)
        )
    )
    return {email: person_id for email, person_id in found if email}


def password_of(db: Session, email: str) -> tuple[int | None, str | None]:
    """(person's id, hash of the password) behind an address; both None where there is nobody."""
    row = db.execute(select(Person.id, Person.password_hash).where(Person.email == email)).first()
    return (row.id, row.password_hash) if row else (None, None)


def own_person(db: Session, person_id: int) -> Person:
    return db.get_one(Person, person_id)


def person_of_organization(db: Session, organization_id: int, public_id: str) -> Person:
    """Somebody of the same organization. Raises NotFound."""
    found = db.scalars(
        select(Person).where(Person.public_id == public_id, Person.organization_id == organization_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def person_by_public_id(db: Session, public_id: str) -> Person | None:
    return db.scalars(select(Person).where(Person.public_id == public_id)).first()


def person_by_handle(db: Session, handle: str) -> Person | None:
    return db.scalars(select(Person).where(Person.handle == handle)).first()


def person_by_identity(db: Session, issuer: str, subject: str) -> Person | None:
    return db.scalars(
        select(Person).join(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    ).first()


def identities_of(db: Session, person_id: int) -> list[Identity]:
    return list(db.scalars(select(Identity).where(Identity.person_id == person_id).order_by(Identity.id)))


def sessions_of(db: Session, person_id: int) -> list[LoginSession]:
    """Live login sessions, most recently used first."""
    return list(
        db.scalars(
            select(LoginSession)
            .where(LoginSession.person_id == person_id, LoginSession.expires_at > now())
            .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
        )
    )


def live(links: type[ResetLink] | type[AddressLink]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What a link must be to work: unused, and not expired."""
    return links.used_at.is_(None), links.expires_at > now()


def reset_link(db: Session, token: str) -> ResetLink | None:
    """An unused link that has not expired, with its person."""
    return db.scalars(
        select(ResetLink)
        .where(
            ResetLink.token_hash == token_hash(token),
            *live(ResetLink),
        )
        .options(joinedload(ResetLink.person))
    ).first()


def address_link(db: Session, token: str) -> AddressLink | None:
    """An unused link that has not expired, with its person."""
    return db.scalars(
        select(AddressLink)
        .where(
            AddressLink.token_hash == token_hash(token),
            *live(AddressLink),
        )
        .options(joinedload(AddressLink.person))
    ).first()


def asked_address(db: Session, person_id: int) -> str | None:
    """The address that a person asked for last and has not shown to be theirs yet."""
    return db.scalars(
        select(AddressLink.email)
        .where(
            AddressLink.person_id == person_id,
            *live(AddressLink),
        )
        .order_by(AddressLink.id.desc())
        .limit(1)
    ).first()


def reset_links_of(db: Session, person_id: int) -> list[ResetLink]:
    """Every link ever made for a person, newest first, with who made it."""
    return list(
        db.scalars(
            select(ResetLink)
            .where(ResetLink.person_id == person_id)
            .options(joinedload(ResetLink.made_by))
            .order_by(ResetLink.created_at.desc(), ResetLink.id.desc())
        )
    )


def people(
    db: Session,
    organization_id: int,
    *,
    search: str = "",
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> list[Person]:
    """Persons by name, from the row behind `after` (name key, id)."""
    statement = select(Person).where(Person.organization_id == organization_id)
    if search:
        statement = statement.where(
            or_(
                Person.name_key.contains(fold(search), autoescape=True),
                Person.real_name_key.contains(fold(search), autoescape=True),
                Person.email.contains(fold_address(search), autoescape=True),
            )
        )
    if after:
        name_key, person_id = after
        statement = statement.where(
            or_(Person.name_key > name_key, (Person.name_key == name_key) & (Person.id > person_id))
        )
    return list(db.scalars(statement.order_by(Person.name_key, Person.id).limit(limit)))


def people_called(db: Session, name: str, organization_id: int | None = None, limit: int = 50) -> list[int]:
    """The ids of the persons with this in their name, or as their handle."""
    called = or_(Person.name_key.contains(fold(name), autoescape=True), Person.handle == name)
    statement = select(Person.id).where(called).order_by(Person.name_key, Person.id).limit(limit)
    if organization_id is not None:
        statement = statement.where(Person.organization_id == organization_id)
    return list(db.scalars(statement))


def count_real_people(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Person).where(Person.is_demo.is_(False))) or 0


def count_demo_people(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Person).where(Person.is_demo.is_(True))) or 0

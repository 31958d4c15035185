"""Letters about one's own account, and what is in them when they are sent."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.clock import now
from app.jobs.models import Priority
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.mail.services import Letter
from app.people.models import AddressLink, Person, ResetLink
from app.web.i18n import message

NEW_PASSWORD = Letter("new-password", Priority.URGENT)
CONFIRM_ADDRESS = Letter("confirm-address", Priority.URGENT)
PASSWORD_CHANGED = Letter("password-changed", Priority.URGENT)
ADDRESS_CHANGED = Letter("address-changed", Priority.URGENT)
ADDRESS_TAKEN = Letter("address-taken", Priority.URGENT)

Token = Callable[[str], str]
"""The word in a link's address, from the link's public id."""


def reader_of(person: Person, address: str | None = None) -> Reader | None:
    """None for who has no address."""
    address = address or person.email
    return Reader(person.name, address, person.language) if address else None


def new_password(db: Session, mail: Mail, *, token: Token) -> Written | None:
    link = db.scalars(
        select(ResetLink)
        .where(ResetLink.public_id == mail.details["link"])
        .options(joinedload(ResetLink.person))
    ).first()
    reader = reader_of(link.person) if link and _works(link) else None
    if link is None or reader is None:
        return None
    values = {"token": token(link.public_id), "until": link.expires_at}
    return Written(reader, message("Choose a new password"), "emails/new_password.html", values)


def confirm_address(db: Session, mail: Mail, *, token: Token) -> Written | None:
    link = _address_link(db, mail)
    reader = reader_of(link.person, link.email) if link and _works(link) else None
    if link is None or reader is None:
        return None
    values = {"token": token(link.public_id), "until": link.expires_at, "email": link.email}
    return Written(reader, message("Is this your address?"), "emails/confirm_address.html", values)


def address_changed(db: Session, mail: Mail) -> Written | None:
    """To the address that was replaced."""
    link = _address_link(db, mail)
    reader = reader_of(link.person, link.replaced) if link and link.replaced else None
    if link is None or reader is None:
        return None
    values = {"email": link.email}
    return Written(reader, message("Your e-mail address was changed"), "emails/address_changed.html", values)


def password_changed(db: Session, mail: Mail) -> Written | None:
    reader = _reader(db, mail)
    subject = message("Your password was changed")
    values = {"at": mail.created_at}
    return Written(reader, subject, "emails/password_changed.html", values) if reader else None


def address_taken(db: Session, mail: Mail) -> Written | None:
    reader = _reader(db, mail)
    subject = message("You have an account already")
    return Written(reader, subject, "emails/address_taken.html", {"at": mail.created_at}) if reader else None


def _reader(db: Session, mail: Mail) -> Reader | None:
    person = db.get(Person, mail.person_id)
    return reader_of(person) if person else None


def _address_link(db: Session, mail: Mail) -> AddressLink | None:
    found = select(AddressLink).where(AddressLink.public_id == mail.details["link"])
    return db.scalars(found.options(joinedload(AddressLink.person))).first()


def _works(link: ResetLink | AddressLink) -> bool:
    return link.used_at is None and link.expires_at > now()

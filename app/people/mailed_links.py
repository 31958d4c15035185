"""Links that are mailed: to choose a new password, and to show that an address is one's own.

Who asks gets the same answer in the same time whether there is such an account or not: the page only leaves a
job behind, with what was typed in it; the worker looks who that is.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import now
from app.db import PUBLIC_ID_LENGTH, fold_address, new_public_id
from app.errors import NotFound, Refused
from app.events.log import record
from app.jobs.models import Priority
from app.jobs.services import Task
from app.people.attempts import account_of
from app.people.letters import ADDRESS_CHANGED, ADDRESS_TAKEN, CONFIRM_ADDRESS, NEW_PASSWORD
from app.people.models import AddressLink, Person, ResetLink
from app.people.queries import live, person_by_email, token_hash
from app.people.services import end_links, lock_person_of
from app.web.i18n import message

PASSWORD_LINK_LIFE = timedelta(hours=2)
ADDRESS_LINK_LIFE = timedelta(days=7)
ASKED_AGAIN = timedelta(minutes=1)
"""Before this, the same question is a repeated press of the button."""

MAIL_PASSWORD_LINK = Task("mail-password-link", Priority.URGENT)
MAIL_ADDRESS_LINK = Task("mail-address-link", Priority.URGENT)


def ask_for_password_link(db: Session, email: str, language: str) -> None:
    """Asking again before the first mail has left is asking once."""
    MAIL_PASSWORD_LINK.later(
        db, key=f"password-link:{account_of(email)}", email=fold_address(email), language=language
    )


def ask_for_address_link(db: Session, person: Person, email: str, language: str, *, secret: str) -> None:
    """The link is there at once, whoever has the address: what ends links ends it too, and its owner's page
    says the same in either case. Only the worker looks who that is."""
    email = fold_address(email)
    if person.email == email and person.email_verified_at is not None:
        return
    if _was_just_asked(db, person.id, email):
        return
    end_links(db, person.id, AddressLink)
    public_id = new_public_id()
    db.add(
        AddressLink(
            public_id=public_id,
            token_hash=token_hash(mailed_token(secret, "address", public_id)),
            person_id=person.id,
            email=email,
            expires_at=now() + ADDRESS_LINK_LIFE,
        )
    )
    MAIL_ADDRESS_LINK.later(db, link=public_id, language=language)


def mail_password_link(db: Session, email: str, language: str, *, secret: str) -> None:
    """To whoever has the address; nobody else is written to. Earlier links go on working: mails overtake each
    other, and a link that is used ends the others."""
    person = person_by_email(db, email)
    if person is None:
        return
    public_id = new_public_id()
    db.add(
        ResetLink(
            public_id=public_id,
            token_hash=token_hash(mailed_token(secret, "password", public_id)),
            person_id=person.id,
            mailed=True,
            expires_at=now() + PASSWORD_LINK_LIFE,
        )
    )
    NEW_PASSWORD.post(db, person.id, language, link=public_id)


def mail_address_link(db: Session, link: str, language: str) -> None:
    """To the address that a person says is theirs. Who has it in another account is told there instead."""
    found = db.scalars(select(AddressLink).where(AddressLink.public_id == link)).first()
    if found is None:
        return
    owner = person_by_email(db, found.email)
    if owner is not None and owner.id != found.person_id:
        ADDRESS_TAKEN.post(db, owner.id, language)
    else:
        CONFIRM_ADDRESS.post(db, found.person_id, language, link=link)


def confirm_address(db: Session, link_id: int, language: str) -> str:
    """The address is the person's from now on; returns it. Raises Refused where the link was used or
    replaced, or somebody else got the address, meanwhile."""
    person = lock_person_of(db, AddressLink, link_id)
    used = db.execute(
        update(AddressLink)
        .where(AddressLink.id == link_id, *live(AddressLink))
        .values(used_at=now())
        .returning(AddressLink.email, AddressLink.public_id)
    ).first()
    if used is None:
        raise Refused(message("This link was used already. Ask for a new one."))
    before = person.email
    if before != used.email:
        try:
            with db.begin_nested():
                person.email = used.email
                db.flush()
        except IntegrityError as error:
            raise Refused(message("Somebody else has this address meanwhile.")) from error
        db.execute(update(AddressLink).where(AddressLink.id == link_id).values(replaced=before))
        record(db, person.id, "changed-address", "person", person.public_id)
        end_links(db, person.id)
        if before is not None:
            ADDRESS_CHANGED.post(db, person.id, language, link=used.public_id)
    else:
        end_links(db, person.id, AddressLink)
        record(db, person.id, "confirmed-address", "person", person.public_id)
    person.email_verified_at = now()
    person.last_language = language
    db.flush()
    email: str = used.email
    return email


def _was_just_asked(db: Session, person_id: int, email: str) -> bool:
    """Pressing twice is asking once."""
    asked = select(AddressLink.id).where(
        AddressLink.person_id == person_id,
        AddressLink.email == email,
        *live(AddressLink),
        AddressLink.created_at > now() - ASKED_AGAIN,
    )
    return db.execute(asked).first() is not None


def mailed_token(secret: str, purpose: str, public_id: str) -> str:
    """The word in a mailed link's address. It follows from the site's secret, so that no table holds it and a
    mail that is tried again has the same link; the database keeps its hash."""
    digest = hmac.digest(secret.encode(), f"{purpose} link {public_id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def link_word(secret: str, purpose: str, public_id: str) -> str:
    """The word in an address that can be shown again: it begins with the public id of what it opens."""
    return public_id + mailed_token(secret, purpose, public_id)


def opened_by(secret: str, purpose: str, word: str) -> str:
    """The public id of what a word opens. Raises NotFound for one that this site has not made."""
    public_id = word[:PUBLIC_ID_LENGTH]
    if not hmac.compare_digest(link_word(secret, purpose, public_id).encode(), word.encode()):
        raise NotFound
    return public_id

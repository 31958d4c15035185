"""Accounts and sign-ins."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import now
from app.db import fold
from app.errors import Refused
from app.events.log import record
from app.people.letters import PASSWORD_CHANGED
from app.people.models import (
    AddressLink,
    Identity,
    LoginSession,
    Organization,
    Person,
    ResetLink,
    RetiredHandle,
    Role,
)
from app.people.queries import live, organization, person_by_email, token_hash
from app.statements import upsert
from app.web.i18n import message

SESSION_DAYS = timedelta(days=30)
SHARED_COMPUTER_IDLE = timedelta(minutes=30)
RESET_LINK_LIFE = timedelta(days=2)
SEEN_EVERY = timedelta(hours=1)
SEEN_EVERY_SHARED = timedelta(minutes=1)


class EmailTaken(Exception):
    """Somebody has this address already."""


class WrongPassword(Exception):
    """The password is not, or no longer, that of the account."""


def the_organization(db: Session, name: str = "Dingen") -> Organization:
    """The one organization, made at the first need."""
    found = organization(db)
    if found is None:
        found = Organization(name=name)
        db.add(found)
        db.flush()
    return found


def create_person(
    db: Session,
    *,
    name: str,
    email: str | None = None,
    password_hash: str | None = None,
    language: str | None = None,
    role: Role = Role.MEMBER,
    about: str = "",
    is_demo: bool = False,
    email_verified: bool = False,
) -> Person:
    """A new account. Raises EmailTaken."""
    person = Person(
        organization_id=the_organization(db).id,
        name=name,
        name_key=name,
        email=email,
        email_verified_at=now() if email_verified else None,
        password_hash=password_hash,
        language=language,
        role=role,
        about=about,
        is_demo=is_demo,
    )
    _add(db, person)
    record(db, person.id, "signed-up", "person", person.public_id)
    return person


def _add(db: Session, person: Person) -> None:
    """Under another handle where somebody of the same name was faster. Raises EmailTaken."""
    person.handle = free_handle(db, person.name)
    try:
        with db.begin_nested():
            db.add(person)
            db.flush()
    except IntegrityError as error:
        if person.email is not None and person_by_email(db, person.email) is not None:
            raise EmailTaken from error
        _add(db, person)


def free_handle(db: Session, name: str) -> str:
    """The name as a word for addresses; a random ending where somebody has it."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:40] or "someone"
    handle = base
    while _is_taken(db, handle):
        handle = f"{base}-{secrets.token_hex(2)}"
    return handle


def _is_taken(db: Session, handle: str, *, by_others_than: int = 0) -> bool:
    """Whether somebody else has an address, or had it once."""
    has = select(Person.id).where(Person.handle == handle, Person.id != by_others_than)
    had = select(RetiredHandle.person_id).where(
        RetiredHandle.handle == handle, RetiredHandle.person_id != by_others_than
    )
    return db.scalar(has.union_all(had).limit(1)) is not None


def change_profile(
    db: Session,
    person: Person,
    *,
    name: str,
    real_name: str | None,
    handle: str | None,
    about: str,
    language: str | None,
    shows_tiles: bool,
) -> None:
    """The journal keeps its address unless another `handle` is given. Raises Refused where somebody has
    that."""
    person.name = person.name_key = name
    person.real_name = person.real_name_key = real_name if real_name != name else None
    person.about = about
    person.language = language
    person.shows_tiles = shows_tiles
    db.flush()
    if handle and handle != person.handle:
        _move_journal(db, person, handle)


def _move_journal(db: Session, person: Person, handle: str) -> None:
    """Nothing leads from the old address to the new one: that would tell who writes under a pen name."""
    taken = Refused(message("Somebody else has this address. Choose another one."), "handle")
    if _is_taken(db, handle, by_others_than=person.id):
        raise taken
    moved = update(Person).where(Person.id == person.id).values(handle=handle)
    try:
        with db.begin_nested():
            retired = {"handle": person.handle, "person_id": person.id}
            db.execute(upsert(db, RetiredHandle).values(retired).on_conflict_do_nothing())
            db.execute(moved)
    except IntegrityError as error:
        raise taken from error
    record(db, person.id, "moved", "journal", person.public_id)


def open_session(
    db: Session,
    person_id: int,
    *,
    shared_computer: bool = False,
    user_agent: str = "",
    ends: str | None = None,
) -> str:
    """A new login session; returns its token, which only the cookie knows. `ends` is the token of the
    session that the same browser had before: signing in rotates it."""
    if ends:
        close_session(db, ends)
    token = secrets.token_urlsafe(32)
    at = now()
    db.execute(delete(LoginSession).where(LoginSession.person_id == person_id, LoginSession.expires_at <= at))
    db.add(
        LoginSession(
            token_hash=token_hash(token),
            person_id=person_id,
            shared_computer=shared_computer,
            user_agent=user_agent[:200],
            created_at=at,
            last_seen_at=at,
            expires_at=at + (SHARED_COMPUTER_IDLE if shared_computer else SESSION_DAYS),
        )
    )
    db.flush()
    return token


def sign_in(
    db: Session,
    person_id: int,
    verified_hash: str,
    *,
    shared_computer: bool = False,
    user_agent: str = "",
    ends: str | None = None,
) -> str:
    """A login session for a password that was verified against `verified_hash`, outside this transaction.
    Raises WrongPassword where it was changed meanwhile: a reset ends every sign-in, also one under way."""
    person = db.get(Person, person_id, with_for_update=True)
    if person is None or person.password_hash != verified_hash:
        raise WrongPassword
    record(db, person_id, "signed-in", "person", person.public_id)
    return open_session(db, person_id, shared_computer=shared_computer, user_agent=user_agent, ends=ends)


def close_session(db: Session, token: str) -> None:
    db.execute(delete(LoginSession).where(LoginSession.token_hash == token_hash(token)))


def revoke_session(db: Session, person_id: int, public_id: str) -> bool:
    """End one of a person's own login sessions; False where they have none such."""
    gone = db.execute(
        delete(LoginSession).where(LoginSession.person_id == person_id, LoginSession.public_id == public_id)
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def revoke_sessions(db: Session, person_id: int, *, keep: int | None = None) -> None:
    """End all of a person's login sessions, but for the one with the id `keep`."""
    statement = delete(LoginSession).where(LoginSession.person_id == person_id)
    db.execute(statement if keep is None else statement.where(LoginSession.id != keep))


def touch_session(db: Session, session_id: int, language: str) -> None:
    """Note that the session is in use, and in which language; on a shared computer it lives on from now. None
    outlives its cookie. One that was ended meanwhile stays ended."""
    session = db.get(LoginSession, session_id)
    if session is None:
        return
    at = now()
    ends = session.created_at + SESSION_DAYS
    if session.shared_computer:
        ends = min(ends, at + SHARED_COMPUTER_IDLE)
    db.execute(
        update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=at, expires_at=ends)
    )
    person = update(Person).where(Person.id == session.person_id)
    db.execute(person.where(Person.last_language.is_distinct_from(language)).values(last_language=language))


def set_password(
    db: Session,
    person: Person,
    password_hash: str,
    *,
    language: str | None = None,
    keep_session: int | None = None,
) -> None:
    """Change the password; every other sign-in ends, and so do links that are under way and secret addresses:
    whoever had the old password may have asked for them. The person is told by mail."""
    person.password_hash = password_hash
    person.password_changed_at = now()
    revoke_sessions(db, person.id, keep=keep_session)
    end_links(db, person.id)
    record(db, person.id, "changed-password", "person", person.public_id)
    PASSWORD_CHANGED.post(db, person.id, language)
    db.flush()


Links = type[ResetLink] | type[AddressLink]


def end_links(db: Session, person_id: int, *kinds: Links) -> None:
    """A person's links of these kinds, for a password or an address, stop working; all of them, where none is
    named."""
    for links in kinds or (ResetLink, AddressLink):
        db.execute(update(links).where(links.person_id == person_id, *live(links)).values(expires_at=now()))


def change_password(
    db: Session,
    person_id: int,
    verified_hash: str | None,
    password_hash: str,
    *,
    session_id: int,
    language: str | None = None,
) -> str:
    """Replace the password that was verified against `verified_hash`, outside this transaction; None for a
    first one. Every other sign-in ends; returns the new token of this one. Raises WrongPassword where the
    password was changed, or this sign-in ended, meanwhile."""
    person = db.get(Person, person_id, with_for_update=True)
    if person is None or person.password_hash != verified_hash:
        raise WrongPassword
    token = secrets.token_urlsafe(32)
    own = (LoginSession.id == session_id, LoginSession.person_id == person_id)
    renewed = db.execute(update(LoginSession).where(*own).values(token_hash=token_hash(token)))
    if not renewed.rowcount:  # type: ignore[attr-defined]
        raise WrongPassword
    set_password(db, person, password_hash, language=language, keep_session=session_id)
    return token


def make_reset_link(db: Session, person: Person, made_by_id: int | None) -> str:
    """A token for a single-use link; earlier unused links of the person stop working. `made_by_id` is the
    administrator, None for the command line. A coach never makes one: it would open private posts."""
    end_links(db, person.id, ResetLink)
    token = secrets.token_urlsafe(32)
    db.add(
        ResetLink(
            token_hash=token_hash(token),
            person_id=person.id,
            made_by_id=made_by_id,
            expires_at=now() + RESET_LINK_LIFE,
        )
    )
    record(db, made_by_id, "made-reset-link", "person", person.public_id)
    db.flush()
    return token


def use_reset_link(db: Session, link_id: int, password_hash: str, *, language: str | None = None) -> Person:
    """Choose a new password by a link, once. Raises Refused where it was used or replaced meanwhile."""
    person = lock_person_of(db, ResetLink, link_id)
    used = db.execute(
        update(ResetLink)
        .where(ResetLink.id == link_id, *live(ResetLink))
        .values(used_at=now())
        .returning(ResetLink.mailed)
    ).first()
    if used is None:
        raise Refused(message("This link was used already. Ask for a new one."))
    if used.mailed and person.email_verified_at is None:
        _show_to_be_theirs(db, person)
    set_password(db, person, password_hash, language=language)
    return person


def lock_person_of(db: Session, links: Links, link_id: int) -> Person:
    """Whoever changes a person's links or ways in holds the person first: others wait, and none for each
    other."""
    whose = select(links.person_id).where(links.id == link_id).scalar_subquery()
    return db.scalars(select(Person).where(Person.id == whose).with_for_update()).one()


def _show_to_be_theirs(db: Session, person: Person) -> None:
    """Who opens a mailed link has the address. Until now somebody else may have had the account: their ways
    in by other sites go."""
    person.email_verified_at = now()
    db.execute(delete(Identity).where(Identity.person_id == person.id))
    record(db, person.id, "confirmed-address", "person", person.public_id)


def forget_expired_sessions(db: Session) -> None:
    db.execute(delete(LoginSession).where(LoginSession.expires_at <= now()))


def link_identity(db: Session, person_id: int, issuer: str, subject: str) -> None:
    """Let a person sign in by an account elsewhere. Raises Refused where somebody else does."""
    try:
        with db.begin_nested():
            db.add(Identity(person_id=person_id, issuer=issuer, subject=subject))
            db.flush()
    except IntegrityError as error:
        raise Refused(message("Somebody signs in with that account already.")) from error
    record(db, person_id, "linked-identity", "identity", issuer)


def set_role(db: Session, person: Person, role: Role, actor_id: int | None) -> None:
    person.role = role
    record(db, actor_id, "set-role", "person", person.public_id, role=role.value)
    db.flush()

"""Persons, the organization they belong to, and their ways in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.db import Base, EmailAddress, SortKey, new_public_id


class Role(StrEnum):
    """What a person may do on the whole site; coach is per cohort. No role gives a right to read posts."""

    MEMBER = "member"
    ORGANIZER = "organizer"
    ADMINISTRATOR = "administrator"


class Organization(Base):
    """The site's owner. `demo_day` is the day that a demo's dates were last made relative to."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=now)
    demo_day: Mapped[date | None] = mapped_column()


class Person(Base):
    """Somebody with an account. Everyone sees `name`; where that is a pen name, coaches of their cohorts and
    organizers see `real_name` beside it, and nobody else does. `language` is what they have chosen,
    `last_language` what they last read without a choice: mail that nobody asked for just now speaks it.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(SortKey(240), index=True)
    real_name: Mapped[str | None] = mapped_column(String(120))
    real_name_key: Mapped[str | None] = mapped_column(SortKey(240))
    handle: Mapped[str] = mapped_column(String(60), unique=True)
    about: Mapped[str] = mapped_column(String(400), default="")
    email: Mapped[str | None] = mapped_column(EmailAddress(254), unique=True)
    email_verified_at: Mapped[datetime | None] = mapped_column()
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column()
    language: Mapped[str | None] = mapped_column(String(8))
    last_language: Mapped[str | None] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(16), default=Role.MEMBER)
    is_demo: Mapped[bool] = mapped_column(default=False)
    shows_tiles: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    organization: Mapped[Organization] = relationship(lazy="raise_on_sql")

    @property
    def confirmed_address(self) -> str | None:
        """The address that was shown to be theirs: what others wrote is mailed nowhere else."""
        return self.email if self.email_verified_at is not None else None


class RetiredHandle(Base):
    """The address that a journal once had. It leads nowhere, and nobody else gets it: links and feed readers
    would take them for that person."""

    __tablename__ = "retired_handle"

    handle: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class LoginSession(Base):
    """A sign-in. The cookie holds a token, this table its SHA-256."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    shared_computer: Mapped[bool] = mapped_column(default=False)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column()

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Identity(Base):
    """An account at an OpenID Provider; issuer and subject together are its key (OpenID Connect Core 5.7)."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ResetLink(Base):
    """A single-use link to choose a new password: `mailed` to who asked for it, or made by an administrator
    and told to the person."""

    __tablename__ = "reset_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    mailed: Mapped[bool] = mapped_column(default=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    made_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[made_by_id])


class AddressLink(Base):
    """A single-use link, mailed to `email`, that shows whose address it is. Where it becomes the person's in
    place of another, that one is `replaced`."""

    __tablename__ = "address_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(EmailAddress(254))
    replaced: Mapped[str | None] = mapped_column(EmailAddress(254))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Attempt(Base):
    """How often something limited was tried within a window that ends at `expires_at`."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()

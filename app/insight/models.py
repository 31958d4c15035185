"""What is said about a cohort to those who are not in it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.db import Base, new_public_id
from app.people.models import Person


class ReportLink(Base):
    """A secret address of a cohort's report, up to and including `ends_on`. The word in it is kept nowhere,
    see app/insight/links.py; one that was withdrawn is no more."""

    __tablename__ = "report_link"
    __table_args__ = (
        UniqueConstraint("made_by_id", "once"),
        Index("ix_report_link_cohort_id_id", "cohort_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    ends_on: Mapped[date | None] = mapped_column()
    once: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)

    made_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class WhatNext(Base):
    """What a cohort's coaches say in its report about what comes next: plain text."""

    __tablename__ = "what_next"

    cohort_id: Mapped[int] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class LeftOutQuote(Base):
    """Words that learners allow to be quoted, and that stay out of a cohort's report: see
    app/insight/quoting.py for the fingerprint. They are not kept here, nor whose they are."""

    __tablename__ = "left_out_quote"

    cohort_id: Mapped[int] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    fingerprint: Mapped[str] = mapped_column(String(32), primary_key=True)

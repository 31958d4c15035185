"""What learners say of what they did, each for themselves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base


class Use(StrEnum):
    """Whether somebody will use a Thing at work."""

    DID = "did"
    SOON = "soon"
    NO = "no"


class Moment(StrEnum):
    """When somebody says how sure they are of themselves."""

    START = "start"
    END = "end"


WAITING = text("value IS NOT NULL")


class ThingAnswer(Base):
    """What a learner says of a Thing that they completed. Nobody else reads the `line` unless it is
    `quotable`, and then without a name. The Thing was among those looked back upon at `asked_at`, whether or
    not `minutes` and `useful` (1 to 5) were given then."""

    __tablename__ = "thing_answer"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    thing_slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    use: Mapped[str | None] = mapped_column(String(8))
    line: Mapped[str] = mapped_column(String(300), default="")
    quotable: Mapped[bool] = mapped_column(default=False)
    minutes: Mapped[int | None] = mapped_column()
    useful: Mapped[int | None] = mapped_column()
    asked_at: Mapped[datetime | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(default=now)


class SelfRating(Base):
    """How much somebody, at the start or the end, dares to try something new, can help a visitor, and knows
    whom to ask: 1 to 5, for their own eyes. Who rather did not say has a row without numbers."""

    __tablename__ = "self_rating"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    moment: Mapped[str] = mapped_column(String(8), primary_key=True)
    dare: Mapped[int | None] = mapped_column()
    help: Mapped[int | None] = mapped_column()
    ask: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(default=now)


class Ballot(Base):
    """That somebody answered what figures are made of: a question about a Thing, or, without one, about
    themselves. It counts in the cohort in which it was given. It has the answer, and that of `before` where
    two moments are compared, while it waits to be told with others, and neither from then on."""

    __tablename__ = "ballot"
    __table_args__ = (
        Index("ix_ballot_cohort_id", "cohort_id"),
        Index("ix_ballot_programme", "organization_id", "programme_slug"),
        Index(
            "ix_ballot_waiting",
            *("organization_id", "programme_slug", "thing_slug", "question"),
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    thing_slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    question: Mapped[str] = mapped_column(String(8), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    programme_slug: Mapped[str] = mapped_column(String(80))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="SET NULL"))
    value: Mapped[int | None] = mapped_column()
    before: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(default=now)


class ToldAnswer(Base):
    """One of five or more that were told together, of a cohort or, without one, of a programme. Whose it was
    is not known any more, and it stays."""

    __tablename__ = "told_answer"
    __table_args__ = (
        Index("ix_told_answer_cohort_id", "cohort_id"),
        Index("ix_told_answer_programme", "organization_id", "programme_slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    programme_slug: Mapped[str] = mapped_column(String(80))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="SET NULL"))
    thing_slug: Mapped[str] = mapped_column(String(80))
    question: Mapped[str] = mapped_column(String(8))
    value: Mapped[int] = mapped_column()
    before: Mapped[int | None] = mapped_column()

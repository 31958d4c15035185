"""What learners say of what they did, each for themselves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
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

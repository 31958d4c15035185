"""When people mean to learn."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base


class Plan(Base):
    """The weekly times of an enrolment, as app/plans/weekly.py has them. They are in the zone of its group;
    for who learns alone in `time_zone`. Who wants a reminder gets it `lead` minutes before. `next_at` is when
    the next time is looked at, None where no more come, and `reminded_at` when the last reminder was
    written."""

    __tablename__ = "plan"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    times: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(String(40))
    lead: Mapped[int | None] = mapped_column()
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)

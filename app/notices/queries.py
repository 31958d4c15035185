"""How often somebody hears of what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.db import BigId
from app.notices.models import AT_ONCE, CHOOSABLE, PROMPT, Frequency, Kind, Notice, NoticeChoice
from app.statements import Statement

_choice = aliased(NoticeChoice)


def default_of(kind: str) -> Frequency:
    """Without a choice: what AT_ONCE names at once, everything else in the weekly digest."""
    return Frequency.AT_ONCE if kind in AT_ONCE else Frequency.WEEKLY


def frequency_of(person: Any, kind: Any) -> Any:
    """How often a person hears of a kind; both are columns or parameters."""
    chosen = select(_choice.frequency).where(_choice.person_id == person, _choice.kind == kind)
    chosen = chosen.correlate(*(column.parent for column in (person, kind) if hasattr(column, "parent")))
    at_once = or_(*(kind == one for one in AT_ONCE))
    usual = case((at_once, Frequency.AT_ONCE.value), else_=Frequency.WEEKLY.value)
    return func.coalesce(chosen.scalar_subquery(), usual)


def is_prompt(kind: Any) -> ColumnElement[bool]:
    return or_(*(kind == prompt.value for prompt in PROMPT))


_CHOICES = Statement(
    select(NoticeChoice.kind, NoticeChoice.frequency).where(
        NoticeChoice.person_id == bindparam("person", type_=BigId)
    )
)


def choices_of(db: Session, person_id: int) -> Mapping[str, Frequency]:
    """{kind: frequency}, complete."""
    chosen = {row.kind: Frequency(row.frequency) for row in _CHOICES.rows(db, {"person": person_id})}
    return {kind: chosen.get(kind, default_of(kind)) for kind in CHOOSABLE}


def chosen_by(db: Session, people: Collection[int], kind: Kind) -> Mapping[int, Frequency]:
    """How often they hear of it, of those who have said so."""
    chosen = select(NoticeChoice.person_id, NoticeChoice.frequency).where(
        NoticeChoice.person_id.in_(people), NoticeChoice.kind == kind.value
    )
    return {row.person_id: Frequency(row.frequency) for row in db.execute(chosen)}


def own_notice(db: Session, person_id: int, public_id: str) -> Notice | None:
    """One of a person's notices, whether or not they may still see what it speaks of."""
    own = select(Notice).where(Notice.person_id == person_id, Notice.public_id == public_id)
    return db.scalars(own).first()

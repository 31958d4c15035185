"""Every step of moderation, in words: who, when, what, in which group. No word of any text is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort
from app.db import BigId
from app.events.models import MODERATION, Event
from app.people.models import Person
from app.people.viewer import Viewer
from app.statements import Statement
from app.web.i18n import Locale, Message, message
from app.web.paging import Page, encode_cursor

STEPS_A_PAGE = 50
LAST = 2**63 - 1

STEPS: Mapping[tuple[str, str], Message] = {
    ("reported", "post"): message("A reader reported a post"),
    ("reported", "comment"): message("A reader reported an answer"),
    ("closed", "post"): message("%(name)s found nothing wrong with a reported post"),
    ("closed", "comment"): message("%(name)s found nothing wrong with a reported answer"),
    ("hid", "post"): message("%(name)s hid a post"),
    ("hid", "comment"): message("%(name)s hid an answer"),
    ("showed", "post"): message("%(name)s showed a hidden post again"),
    ("showed", "comment"): message("%(name)s showed a hidden answer again"),
    ("appealed", "post"): message("The writer of a hidden post asked the organizers to look again"),
    ("appealed", "comment"): message("The writer of a hidden answer asked the organizers to look again"),
    ("shown", "post"): message("%(name)s decided that a hidden post is shown again"),
    ("shown", "comment"): message("%(name)s decided that a hidden answer is shown again"),
    ("kept", "post"): message("%(name)s decided that a post stays hidden"),
    ("kept", "comment"): message("%(name)s decided that an answer stays hidden"),
}
HATS = {
    "coach": message("as coach"),
    "organizer": message("as organizer"),
    "coaches": message("to the coaches"),
    "organizers": message("to the organizers"),
}

_STEPS = Statement(
    select(Event.id, Event.at, Event.verb, Event.data, Person.name)
    .outerjoin(Person, Person.id == Event.actor_id)
    .where(Event.object_type == MODERATION, Event.id < bindparam("before", type_=BigId))
    .order_by(Event.id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class Step:
    at: datetime
    what: str
    hat: str
    group: str


def steps(db: Session, viewer: Viewer, locale: Locale, before: tuple[int] | None) -> Page[Step]:
    """The newest first, from the one behind `before`. Who reported or appealed is for those alone who handle
    that."""
    parameters = {"before": before[0] if before else LAST, "limit": STEPS_A_PAGE + 1}
    rows = _STEPS.rows(db, parameters)
    more, rows = len(rows) > STEPS_A_PAGE, rows[:STEPS_A_PAGE]
    ids = {row.data.get("group") for row in rows}
    named = select(Cohort.public_id, Cohort.name).where(
        Cohort.public_id.in_(ids), Cohort.organization_id == viewer.organization_id
    )
    groups = {row.public_id: row.name for row in db.execute(named)}
    return Page(
        [_step(row, groups, locale) for row in rows], encode_cursor(rows[-1].id) if more and rows else ""
    )


def _step(row: Any, groups: Mapping[str, str], locale: Locale) -> Step:
    data = row.data
    what = STEPS[data.get("outcome", row.verb), data["about"]].translated(locale.gettext)
    name = row.name or locale.gettext("Somebody who left")
    hat = HATS.get(data.get("by") or data.get("to") or "")
    return Step(
        row.at,
        what % {"name": name},
        hat.translated(locale.gettext) if hat else "",
        groups.get(data["group"], ""),
    )

"""Whom a writer can name in a text, beside the field for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.cohorts.queries import coaches_of, people_of
from app.db import fold
from app.journals.models import Visibility
from app.journals.queries import SHARED_WITH_COACH
from app.markdown_rules import MENTION
from app.people.viewer import Viewer

MOST_PEOPLE = 150


class Mentionable(NamedTuple):
    handle: str
    name: str


def mentionable(
    db: Session,
    viewer: Viewer,
    cohort_id: int | None,
    visibility: str = Visibility.COHORT,
    others: Iterable[tuple[str, str]] = (),
) -> list[Mentionable]:
    """The people of a group that the viewer is in who may read the text, and `others` (handle, name) whom
    they see anyway; by name."""
    found = {Mentionable(*other) for other in others}
    is_shared = visibility in SHARED_WITH_COACH
    if is_shared and cohort_id is not None and cohort_id in (*viewer.cohort_ids, *viewer.coached_ids):
        only_coaches = visibility in (Visibility.COACHES, Visibility.POD)
        people = coaches_of(db, cohort_id) if only_coaches else people_of(db, cohort_id, limit=MOST_PEOPLE)
        found |= {Mentionable(person.handle, person.name) for person in people}
    found.discard(Mentionable(viewer.handle, viewer.name))
    return sorted(found, key=lambda one: (fold(one.name), one.handle))


def with_mention(body: str, handle: str) -> str:
    """The text with somebody named at its end; a script puts it where the cursor is."""
    name = f"@{handle}"
    if not MENTION.fullmatch(name):
        return body
    gap = "" if not body or body[-1].isspace() else " "
    return f"{body}{gap}{name} "

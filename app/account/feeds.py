"""The secret addresses of feeds, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohorts.queries import own_cohort
from app.errors import NotFound
from app.journals.feed_keys import feed_word, keys_of
from app.people.models import Person
from app.people.queries import person_by_handle
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue
from app.web.i18n import Locale

JOURNAL = re.compile(r"/journals/([^/?#]+)/feed\.atom")
COHORT = re.compile(r"/cohorts/([^/?#]+)/(feed\.atom|calendar\.ics)")
CALENDAR = "/calendar.ics"
THING = re.compile(r"/programmes/([^/?#]+)/([^/?#]+)/feed\.atom")


@dataclass(frozen=True)
class FeedAddress:
    id: str
    name: str
    address: str
    made_at: datetime


def followed(db: Session, viewer: Viewer, catalogue: Catalogue, path: str) -> str:
    """The path of a feed that the viewer may have. Raises NotFound for any other."""
    if path == CALENDAR:
        return path
    if found := COHORT.fullmatch(path):
        own_cohort(db, viewer, found[1])
        return path
    if found := JOURNAL.fullmatch(path):
        person = person_by_handle(db, found[1])
        if person is not None and person.organization_id == viewer.organization_id:
            return path
    if found := THING.fullmatch(path):
        programme = catalogue.programme(found[1])
        thing = programme.thing(found[2]) if programme else None
        if thing is not None:
            return f"/programmes/{thing.programme}/{thing.slug}/feed.atom"
    raise NotFound


def feed_addresses(
    db: Session, viewer: Viewer, catalogue: Catalogue, locale: Locale, *, base_url: str, secret: str
) -> list[FeedAddress]:
    keys = keys_of(db, viewer)
    writers = _writers(db, (key.path for key in keys))
    return [
        FeedAddress(
            key.public_id,
            _name(key.path, viewer, catalogue, locale, writers),
            f"{base_url}{key.path}?key={feed_word(secret, key.public_id)}",
            key.created_at,
        )
        for key in keys
    ]


def _writers(db: Session, paths: Iterable[str]) -> Mapping[str, str]:
    handles = [found[1] for path in paths if (found := JOURNAL.fullmatch(path))]
    named = select(Person.handle, Person.name).where(Person.handle.in_(handles))
    return {row.handle: row.name for row in db.execute(named)}


def _name(path: str, viewer: Viewer, catalogue: Catalogue, locale: Locale, writers: Mapping[str, str]) -> str:
    if (found := JOURNAL.fullmatch(path)) and found[1] in writers:
        return locale.gettext("Journal of %(name)s") % {"name": writers[found[1]]}
    if found := COHORT.fullmatch(path):
        groups = {group.public_id: group.name for group in (*viewer.cohorts, *viewer.coached)}
        name = groups.get(found[1]) or locale.gettext("A group that you are no longer in")
        is_calendar = found[2] == "calendar.ics"
        return locale.gettext("Calendar of %(group)s") % {"group": name} if is_calendar else name
    if path == CALENDAR:
        return locale.gettext("My calendar")
    if found := THING.fullmatch(path):
        programme = catalogue.programme(found[1])
        thing = programme.thing(found[2]) if programme else None
        if thing is not None:
            title = thing.text(locale.reading_order()).title
            return locale.gettext("%(thing)s: what others made of it") % {"thing": title}
    return locale.gettext("A feed that is no more")

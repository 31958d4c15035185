"""Reading announcements: by the cohort, by one learner, and who has read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.clock import now
from app.cohorts.models import Announcement, AnnouncementRead, Cohort, Enrolment
from app.cohorts.queries import CohortLine, PersonLine
from app.db import BigId
from app.errors import NotFound
from app.people.models import Person
from app.people.viewer import Membership, Viewer
from app.statements import Statement
from app.web.paging import Page, encode_cursor

SHOWN_FOR = timedelta(days=60)
"""How long who has not read one is shown it on home and on the page of their group."""
MOST_SHOWN, A_PAGE, MOST_READERS = 3, 20, 500


class AnnouncedText(NamedTuple):
    """An announcement in one language."""

    language: str
    title: str
    body: str
    html: str


def text_for(texts: Mapping[str, Mapping[str, str]], order: Sequence[str], first: str) -> AnnouncedText:
    """For who reads these languages, the best first; else in the `first` that it was written in."""
    language = next((one for one in (*order, first) if one in texts), "")
    found = texts.get(language, {})
    return AnnouncedText(language, found.get("title", ""), found.get("body", ""), found.get("html", ""))


class AnnouncementLine(NamedTuple):
    """An announcement, with since when one person has read it."""

    id: int
    public_id: str
    language: str
    texts: Mapping[str, Mapping[str, str]]
    at: datetime
    edited_at: datetime | None
    taken_back_at: datetime | None
    author: str | None
    cohort_public_id: str
    cohort_name: str
    read_at: datetime | None

    @property
    def url(self) -> str:
        return f"/cohorts/{self.cohort_public_id}/announcements/{self.public_id}"


_person, _cohort = bindparam("person", type_=BigId), bindparam("cohort", type_=BigId)
_author = aliased(Person)
_LINES = (
    select(
        Announcement.id,
        Announcement.public_id,
        Announcement.language,
        Announcement.texts,
        Announcement.at,
        Announcement.edited_at,
        Announcement.taken_back_at,
        _author.name,
        Cohort.public_id,
        Cohort.name,
        AnnouncementRead.at,
    )
    .join(Cohort, Cohort.id == Announcement.cohort_id)
    .outerjoin(_author, _author.id == Announcement.author_id)
    .outerjoin(
        AnnouncementRead,
        and_(AnnouncementRead.announcement_id == Announcement.id, AnnouncementRead.person_id == _person),
    )
)
_STANDS = Announcement.taken_back_at.is_(None)
_NEWEST_FIRST = (Announcement.at.desc(), Announcement.id.desc())
_BEHIND = tuple_(Announcement.at, Announcement.id) < tuple_(
    bindparam("before_at", type_=Announcement.at.type), bindparam("before_id", type_=BigId)
)
_LEARNS_IN = select(Enrolment.cohort_id).where(Enrolment.person_id == _person, Enrolment.ended_at.is_(None))
_UNREAD = Statement(
    _LINES.where(
        Announcement.cohort_id.in_(_LEARNS_IN),
        Announcement.at > bindparam("since", type_=Announcement.at.type),
        AnnouncementRead.at.is_(None),
        _STANDS,
    )
    .order_by(*_NEWEST_FIRST)
    .limit(MOST_SHOWN),
    row=AnnouncementLine,
)


def _page(*conditions: Any) -> Statement:
    found = _LINES.where(Announcement.cohort_id == _cohort, *conditions)
    return Statement(found.order_by(*_NEWEST_FIRST).limit(A_PAGE + 1), row=AnnouncementLine)


_PAGES = {
    (all_, behind): _page(*(() if all_ else (_STANDS,)), *((_BEHIND,) if behind else ()))
    for all_ in (False, True)
    for behind in (False, True)
}
_ONE = Statement(
    _LINES.where(Announcement.cohort_id == _cohort, Announcement.public_id == bindparam("public_id")),
    row=AnnouncementLine,
)


def unread_announcements(
    db: Session, viewer: Viewer, groups: Sequence[Membership | CohortLine]
) -> list[AnnouncementLine]:
    """What the viewer has not read yet of what these groups of theirs were told, the newest first. It asks
    the database only where one of them was told something lately."""
    since = now() - SHOWN_FOR
    told = {group.public_id for group in groups if group.announced_at and group.announced_at > since}
    if not told:
        return []
    found = _UNREAD.rows(db, {"person": viewer.person_id, "since": since})
    return [line for line in found if line.cohort_public_id in told]


def announcements_of(
    db: Session, viewer: Viewer, cohort: CohortLine, after: tuple[Any, ...] | None, *, all_: bool
) -> Page[AnnouncementLine]:
    """What a cohort was told, the newest first, from the row behind `after` (at, id); for who writes them
    with `all_`, those that were taken back too."""
    at, last = after or (None, None)
    behind = {"before_at": at, "before_id": last} if after else {}
    values = {"person": viewer.person_id, "cohort": cohort.id, **behind}
    lines: list[AnnouncementLine] = _PAGES[all_, after is not None].rows(db, values)
    more, lines = len(lines) > A_PAGE, lines[:A_PAGE]
    return Page(lines, encode_cursor(lines[-1].at, lines[-1].id) if more else "")


def announcement_line(
    db: Session, viewer: Viewer, cohort: CohortLine, public_id: str, *, all_: bool
) -> AnnouncementLine:
    """One of them. Raises NotFound, without `all_` also for one that was taken back."""
    values = {"person": viewer.person_id, "cohort": cohort.id, "public_id": public_id}
    found: list[AnnouncementLine] = _ONE.rows(db, values)
    if not found or (found[0].taken_back_at is not None and not all_):
        raise NotFound
    return found[0]


def announcement_in(db: Session, cohort: CohortLine, public_id: str) -> Announcement:
    """To be changed. Raises NotFound."""
    own = select(Announcement).where(Announcement.cohort_id == cohort.id, Announcement.public_id == public_id)
    found = db.scalars(own.with_for_update()).first()
    if found is None:
        raise NotFound
    return found


class Readers(NamedTuple):
    """How many of those who learn in the cohort now have said that they read it, and how many there are."""

    read: int
    learners: int


_LEARNERS = (
    select(Person.id, Person.name, Person.name_key, Person.handle, AnnouncementRead.at.label("read_at"))
    .join(Enrolment, Enrolment.person_id == Person.id)
    .outerjoin(
        AnnouncementRead,
        and_(
            AnnouncementRead.person_id == Person.id,
            AnnouncementRead.announcement_id == bindparam("announcement", type_=BigId),
        ),
    )
    .where(Enrolment.cohort_id == _cohort, Enrolment.ended_at.is_(None))
)
_learners = _LEARNERS.subquery()
_COUNTS = Statement(select(func.count(_learners.c.read_at), func.count(_learners.c.id)), row=Readers)
_NOT_YET = Statement(
    _LEARNERS.where(AnnouncementRead.at.is_(None)).order_by(Person.name_key, Person.id).limit(MOST_READERS)
)


def readers_of(db: Session, cohort: CohortLine, announcement_id: int) -> Readers:
    found: Readers = _COUNTS.rows(db, {"cohort": cohort.id, "announcement": announcement_id})[0]
    return found


def not_yet_readers(db: Session, cohort: CohortLine, announcement_id: int) -> list[PersonLine]:
    """Who learns in the cohort now and has not said that they read it, by name."""
    rows = _NOT_YET.rows(db, {"cohort": cohort.id, "announcement": announcement_id})
    return [PersonLine(row.id, row.name, row.name_key, row.handle) for row in rows]

"""What mentors see, and what learners see of their mentor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from app.cohorts.courses import course_of
from app.cohorts.mentoring import offers_to
from app.journals.mentors import shared_with
from app.learn.reader import Reader
from app.people.viewer import Viewer
from app.progress.mentored import mentored_by
from app.progress.packs import pack_of


class Mentored(NamedTuple):
    """A learner of a mentor; without tiles where they do not show them."""

    mentorship: str
    name: str
    handle: str
    programme: str
    tiles: Markup


class Offer(NamedTuple):
    """Somebody asks the viewer to be their mentor."""

    mentorship: str
    name: str
    programme: str


class MentoringView(NamedTuple):
    offers: Sequence[Offer]
    learners: Sequence[Mentored]
    posts: Sequence[Markup]
    next_url: str


def mentoring_view(reader: Reader, viewer: Viewer, after: tuple[datetime, int] | None) -> MentoringView:
    db = reader.db
    offers = [
        Offer(one.public_id, one.enrolment.person.name, title_of(reader, one.enrolment.programme_slug))
        for one in offers_to(db, viewer)
    ]
    page = shared_with(db, viewer, after=after)
    return MentoringView(
        offers,
        [_mentored(reader, row) for row in mentored_by(db, viewer.person_id)],
        reader.excerpts(page.items),
        f"/mentoring?after={page.next}" if page.next else "",
    )


def title_of(reader: Reader, slug: str) -> str:
    """What a programme is called, where it still exists."""
    programme = reader.catalogue.programme(slug)
    return reader.fragments(programme).text.title if programme else slug


def _mentored(reader: Reader, row: Any) -> Mentored:
    programme, tiles = reader.catalogue.programme(row.programme_slug), Markup()
    if programme is not None and row.shows_tiles:
        course = course_of(programme, row)
        prepared = reader.fragments(course.programme)
        tiles = prepared.row(prepared.states(pack_of(row, course.programme), course))
    return Mentored(row.public_id, row.name, row.handle, title_of(reader, row.programme_slug), tiles)

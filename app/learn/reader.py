"""Who reads, in which language, and what there is to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fastapi import Request
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.cohorts.courses import Course, course_in
from app.errors import NotFound
from app.journals.cards import excerpts
from app.journals.streams import PostLine
from app.learn.fragments import Fragments, fragments
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue, Programme, Thing
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.render import Pages


class Reader(NamedTuple):
    """Who reads content, in which language, by which templates."""

    db: Session
    viewer: Viewer | None
    locale: Locale
    catalogue: Catalogue
    pages: Pages

    def excerpts(self, lines: Iterable[PostLine], heading: int = 3) -> list[Markup]:
        return excerpts(self.pages, self.locale, self.catalogue, lines, heading)

    def course(self, programme: Programme) -> Course:
        """The programme as the reader is in it."""
        return course_in(programme, self.viewer.enrolled_in(programme.slug) if self.viewer else None)

    def fragments(self, programme: Programme) -> Fragments:
        return fragments(self.pages, self.locale, programme)


def reader_of(request: Request, db: Session, viewer: Viewer | None, locale: Locale) -> Reader:
    state = request.app.state
    return Reader(db, viewer, locale, catalogue_of(request), state.pages)


def found_programme(catalogue: Catalogue, slug: str) -> Programme:
    """Raises NotFound."""
    programme = catalogue.programme(slug)
    if programme is None:
        raise NotFound
    return programme


def found_thing(programme: Programme, slug: str) -> Thing:
    """By its slug or an earlier one. Raises NotFound."""
    thing = programme.thing(slug)
    if thing is None:
        raise NotFound
    return thing

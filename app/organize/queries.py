"""What the organizer's desk shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import NotFound
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue, Problem, Programme, ProgrammeText
from app.web.i18n import LANGUAGES, Locale


def organizer(viewer: Viewer) -> Viewer:
    """Raises NotFound for anyone else: the desk does not exist for them."""
    if not viewer.is_organizer:
        raise NotFound
    return viewer


@dataclass(frozen=True)
class ProgrammeLine:
    programme: Programme
    text: ProgrammeText
    problems: Sequence[Problem]

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


def problems_of(catalogue: Catalogue, slug: str) -> list[Problem]:
    """The problems in a programme's files."""
    return [problem for problem in catalogue.problems if _folder(problem) == slug]


def _folder(problem: Problem) -> str:
    """The programme's folder that a problem is in; "" where it is of the content folder itself."""
    return problem.path.partition("/")[2].partition("/")[0]


def programme_lines(catalogue: Catalogue, locale: Locale) -> list[ProgrammeLine]:
    return [
        ProgrammeLine(programme, programme.text(locale.reading_order()), problems_of(catalogue, slug))
        for slug, programme in sorted(catalogue.programmes.items())
    ]


def programme_choices(catalogue: Catalogue, locale: Locale) -> list[tuple[str, str]]:
    """(slug, title) for a form that asks for a programme."""
    return [(line.programme.slug, line.text.title) for line in programme_lines(catalogue, locale)]


def other_problems(catalogue: Catalogue) -> list[Problem]:
    """Problems of files that belong to no programme that could be loaded."""
    return [problem for problem in catalogue.problems if _folder(problem) not in catalogue.programmes]


def language_names(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(name of the language, number of Things)."""
    return [(LANGUAGES.get(code, code), count) for code, count in counts.items()]

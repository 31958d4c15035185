"""The frozen catalogue: what the Markdown files say, in the form that every page reads.

Programmes and Things compare by identity: a page may cache what it prepares for one (functools.lru_cache).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeVar

from markupsafe import Markup

from app.markdown import plain_text

T = TypeVar("T")


class Level(StrEnum):
    """The levels under *Try*; where a Thing has them, only the first counts towards completion."""

    GETTING_STARTED = "getting-started"
    LEARN_MORE = "learn-more"
    CHALLENGE_ME = "challenge-me"


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing to do; `id` is stable over editions and languages."""

    id: str
    html: Markup
    text: str
    level: Level | None
    counts: bool
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One pair under *Check yourself*."""

    question: Markup
    answer: Markup


SectionKind = Literal["intro", "discover", "try", "check", "reflect", "further", "other"]


@dataclass(frozen=True, slots=True)
class Section:
    """A second-level section. `html` leaves out what pages show in their own form: a *Try* section's
    activities, a *Check yourself* section's questions, a *Reflect* section's prompts. What comes behind the
    questions or prompts is `after`."""

    kind: SectionKind
    anchor: str
    heading: str
    html: Markup
    after: Markup


@dataclass(frozen=True, eq=False)
class ThingText:
    """A Thing in one language; `activities` carry the same ids in every language."""

    language: str
    title: str
    summary: str
    sections: tuple[Section, ...] = ()
    activities: tuple[Activity, ...] = ()
    questions: tuple[Question, ...] = ()
    prompts: tuple[Markup, ...] = ()

    @property
    def activity_ids(self) -> tuple[str, ...]:
        return tuple(activity.id for activity in self.activities)

    @property
    def counted(self) -> frozenset[str]:
        """The ids of the activities that count towards completion."""
        return frozenset(activity.id for activity in self.activities if activity.counts)

    @property
    def has_reflection(self) -> bool:
        return self.section("reflect") is not None

    @property
    def level_names(self) -> Mapping[Level, str]:
        """The names of the levels, in the words of this text."""
        return {}

    @property
    def plain(self) -> str:
        """What it says below title and summary, to be searched."""
        return " ".join(plain_text(section.html) for section in self.sections)

    def section(self, kind: SectionKind) -> Section | None:
        return next((section for section in self.sections if section.kind == kind), None)


@dataclass(frozen=True, eq=False)
class Thing:
    """One Thing; `texts` has at least the programme's default language. At a `breather` learners look back.
    Whether it is complete only once a coach has approved of the reflection is a group's choice."""

    programme: str
    slug: str
    number: Decimal
    texts: Mapping[str, ThingText]
    language: str
    minutes: int | None = None
    competencies: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    optional: bool = False
    breather: bool = False
    aliases: tuple[str, ...] = ()
    license: str = ""
    authors: tuple[str, ...] = ()
    version: str = ""
    needs_approval: bool = False

    @cached_property
    def label(self) -> str:
        """The number as people write it: "7", "2.5"."""
        return format(self.number.normalize(), "f")

    @cached_property
    def activity_ids(self) -> tuple[str, ...]:
        return self.texts[self.language].activity_ids

    @cached_property
    def counted(self) -> frozenset[str]:
        """The ids of the activities that count towards completion."""
        return self.texts[self.language].counted

    @cached_property
    def has_reflection(self) -> bool:
        return self.texts[self.language].has_reflection

    def text(self, languages: Iterable[str]) -> ThingText:
        """The text in the first of `languages` that exists, else in the programme's own language."""
        return pick(self.texts, languages, self.language)


@dataclass(frozen=True, eq=False)
class ProgrammeText:
    language: str
    title: str
    summary: str
    welcome: Markup
    competencies: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Programme:
    """A programme with its Things in order of number.

    `digest` changes whenever what counts towards progress may have changed; stored progress packs name it.
    `complete` is "all", "required", or a number of Things. `files` are the texts it was made of, by path.

    A group's run of it is a Programme too: `things` are those of the run, `beyond` what it leaves out,
    `whole` the programme as the files have it, and `optional_needed` how many optional ones "required" asks.
    """

    slug: str
    language: str
    texts: Mapping[str, ProgrammeText]
    things: tuple[Thing, ...]
    access: Literal["public", "members"] = "members"
    complete: Literal["all", "required"] | int = "all"
    license: str = ""
    authors: tuple[str, ...] = ()
    version: str = ""
    digest: str = ""
    files: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    optional_needed: int = 0
    beyond: tuple[Thing, ...] = ()
    whole: Programme | None = field(default=None, repr=False, compare=False)

    @cached_property
    def _by_slug(self) -> Mapping[str, Thing]:
        things = (*self.things, *self.beyond)
        by_slug = {alias: thing for thing in things for alias in thing.aliases}
        by_slug.update({thing.slug: thing for thing in things})
        return MappingProxyType(by_slug)

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        return tuple(thing.slug for thing in self.things)

    def thing(self, slug: str) -> Thing | None:
        """By slug or by an earlier slug (alias): compare `.slug` to know which."""
        return self._by_slug.get(slug)

    def neighbours(self, thing: Thing) -> tuple[Thing | None, Thing | None]:
        """The Things before and after, in the programme's order; none for one beyond a run."""
        if thing in self.beyond:
            return None, None
        at = self.things.index(thing)
        return (
            self.things[at - 1] if at else None,
            self.things[at + 1] if at + 1 < len(self.things) else None,
        )

    @cached_property
    def languages(self) -> Mapping[str, int]:
        """How many Things exist in each language, its own first, then the most complete."""
        found = Counter(language for thing in self.things for language in thing.texts)
        found[self.language] = len(self.things)
        in_order = sorted(found, key=lambda language: (language != self.language, -found[language], language))
        return MappingProxyType({language: found[language] for language in in_order})

    def text(self, languages: Iterable[str]) -> ProgrammeText:
        return pick(self.texts, languages, self.language)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something an author should mend; `str()` is the line that `dingen check` prints."""

    path: str
    line: int
    col: int
    code: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.col}: {self.code} {self.message}"


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything that was loaded; `problems` are what is wrong with the files as they are now."""

    programmes: Mapping[str, Programme] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def programme(self, slug: str) -> Programme | None:
        return self.programmes.get(slug)


def pick(texts: Mapping[str, T], languages: Iterable[str], default: str) -> T:
    """The text in the first of `languages` that exists, else the default's."""
    return texts[next((language for language in languages if language in texts), default)]

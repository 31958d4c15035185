"""What files say about one another, and where that does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.front_matter import ThingMeta
from app.things.links import Targets
from app.things.names import FileName, Names
from app.things.parse import Parsed


@dataclass(frozen=True)
class Siblings:
    """What the Things of a programme know of each other. `owners` tells which slug an alias or a slug
    belongs to first; `competencies` is None when programme.md cannot be read."""

    slugs: frozenset[str]
    owners: Mapping[str, str]
    competencies: frozenset[str] | None

    @staticmethod
    def of(
        things: Iterable[tuple[str, Parsed[ThingMeta] | None]], competencies: Iterable[str] | None
    ) -> Siblings:
        known = list(things)
        owners = {slug: slug for slug, _ in known}
        for slug, parsed in known:
            for alias in parsed.meta.aliases if parsed and parsed.meta else ():
                owners.setdefault(alias, slug)
        return Siblings(
            frozenset(slug for slug, _ in known),
            owners,
            None if competencies is None else frozenset(competencies),
        )


def link_problems(programme: str, parsed: Parsed[Any], exists: Callable[[str], bool]) -> Iterator[Problem]:
    return Targets(programme).problems(parsed.path, parsed.links, exists)


def thing_problems(slug: str, parsed: Parsed[ThingMeta], siblings: Siblings) -> Iterator[Problem]:
    """Unknown slugs and competencies, and aliases that belong to another Thing."""
    meta = parsed.meta
    if meta is None:
        return
    for n, required in enumerate(meta.requires):
        if required not in siblings.slugs:
            message = f"'requires' names '{required}', which is no Thing here"
            yield problem(Code.T204, parsed.path, message, parsed.place(f"requires.{n}"))
    for n, alias in enumerate(meta.aliases):
        owner = siblings.owners.get(alias, slug)
        if owner != slug:
            message = f"The alias '{alias}' already leads to '{owner}'"
            yield problem(Code.T203, parsed.path, message, parsed.place(f"aliases.{n}"))
    for n, competency in enumerate(meta.competencies):
        if siblings.competencies is not None and competency not in siblings.competencies:
            message = f"'{competency}' is no competency of this programme"
            yield problem(Code.T206, parsed.path, message, parsed.place(f"competencies.{n}"))


def translation_problems(
    parsed: Parsed[Any], original: Parsed[Any] | None, chosen: Parsed[Any] | None, names: Names
) -> Iterator[Problem]:
    """A translation has the same things to do as the `original`, as it is now or as it is in use."""
    if not names.known and all(section.kind in ("intro", "other") for section in parsed.outline.sections):
        message = f"It is not known what sections are called in '{names.language}'"
        yield problem(Code.T211, parsed.path, message)
        return
    if not all(parsed.ids) or not original or parsed.ids in {o.ids for o in (original, chosen) if o}:
        return
    here, there = Counter(parsed.ids), Counter(original.ids)
    missing = ", ".join((there - here).elements())
    extra = ", ".join((here - there).elements())
    parts = [f"{missing} missing" if missing else "", f"{extra} not there in the original" if extra else ""]
    what = "; ".join(part for part in parts if part) or "another order"
    todo = parsed.outline.activities
    line = todo[0].line + parsed.body_line if todo else parsed.body_line
    yield problem(Code.T208, parsed.path, f"The activities differ from the original's: {what}", (line, 1))


@dataclass
class Taken:
    """Numbers and names that files have taken, first come, first served."""

    numbers: dict[Decimal, str] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)

    def problem(self, path: str, name: str, named: FileName) -> Problem | None:
        assert named.number is not None
        if other := self.numbers.get(named.number):
            return problem(Code.T201, path, f"The number {named.number} is also that of {other}")
        if other := self.slugs.get(named.slug):
            return problem(Code.T202, path, f"The name '{named.slug}' is also that of {other}")
        self.numbers[named.number] = self.slugs[named.slug] = name
        return None


def find_cycle(requires: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Slugs that require each other in a circle, or nothing. Without recursion: the chain may be long."""
    done: set[str] = set()
    for start in requires:
        path: list[str] = []
        waiting = [iter((start,))]
        while waiting:
            slug = next(waiting[-1], None)
            if slug is None:
                waiting.pop()
                if path:
                    done.add(path.pop())
            elif slug in path:
                return path[path.index(slug) :]
            elif slug in requires and slug not in done:
                path.append(slug)
                waiting.append(iter(requires[slug]))
    return []

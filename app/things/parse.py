"""One file, read by itself: its front matter, its outline, and what is wrong with either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.markdown import LONGEST
from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.front_matter import Front, Meta, Position, ThingMeta, read
from app.things.links import Link, links_in
from app.things.names import Names
from app.things.outline import Outline, outline

M = TypeVar("M", bound=Meta)


@dataclass(frozen=True, eq=False)
class Parsed(Generic[M]):
    """`meta` is None when the front matter has an error; `at` has the places of its keys and values."""

    path: str
    text: str
    meta: M | None
    at: Mapping[str, Position]
    body: str
    body_line: int
    outline: Outline
    links: tuple[Link, ...]
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        return self.meta is not None and not has_error(self.problems)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(activity.id for activity in self.outline.activities)

    def place(self, *keys: str) -> Position:
        return next((self.at[key] for key in keys if key in self.at), (1, 1))


def has_error(problems: tuple[Problem, ...] | list[Problem]) -> bool:
    return any(found.severity == "error" for found in problems)


def parse(path: str, text: str, model: type[M], names: Names) -> Parsed[M]:
    front = read(path, text, model)
    lines = outline(path, front.body, front.body_line, names)
    links = tuple(links_in(lines.prose, front.body_line))
    problems = front.problems
    if not any(found.code == Code.T101.name for found in problems):
        problems = (*problems, *lines.problems, *_advice(path, front, lines))
    return Parsed(path, text, front.meta, front.at, front.body, front.body_line, lines, links, problems)


def _advice(path: str, front: Front[Any], lines: Outline) -> Iterator[Problem]:
    if front.meta is not None and not front.meta.summary:
        yield problem(Code.T107, path, "There is no summary")
    if len(front.body) > LONGEST:
        yield problem(
            Code.T010, path, f"The text is longer than {LONGEST:,} characters", (front.body_line, 1)
        )
    misspelt = any(found.code == Code.T305.name for found in lines.problems)
    if misspelt or not isinstance(front.meta, ThingMeta):
        return
    if not lines.activities and not lines.reflects:
        yield problem(Code.T304, path, "There is nothing to do in this Thing", (front.body_line, 1))
    elif lines.activities and not any(lines.counts(activity) for activity in lines.activities):
        line = front.body_line + lines.activities[0].line
        yield problem(Code.T308, path, "No activity counts towards completion", (line, 1))

"""Front matter: YAML read as plain text, so that `NO`, `12:30` and dates stay what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Generic, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from app.things.catalogue import Problem
from app.things.codes import Code, problem
from app.things.names import LANGUAGE, SLUG

LONGEST = 20_000

Position = tuple[int, int]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG.pattern}$", max_length=80)]
Language = Annotated[str, StringConstraints(pattern=f"^{LANGUAGE.pattern}$")]
SectionName = Literal[
    "discover", "try", "check", "reflect", "further", "getting-started", "learn-more", "challenge-me"
]


def _truth(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Truth = Annotated[bool, Field(strict=True), BeforeValidator(_truth)]


class Meta(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    title: Text
    summary: Annotated[str, StringConstraints(max_length=1_000)] = ""
    version: str = ""
    license: str = ""
    authors: tuple[Text, ...] = ()


class ThingTranslationMeta(Meta):
    """A translated Thing; everything else comes from the default language's file."""


class ThingMeta(Meta):
    minutes: Annotated[int, Field(ge=1, le=6_000)] | None = None
    competencies: tuple[Slug, ...] = ()
    requires: tuple[Slug, ...] = ()
    optional: Truth = False
    breather: Truth = False
    aliases: tuple[Slug, ...] = ()
    source: str = ""


class ProgrammeTranslationMeta(Meta):
    competencies: dict[Slug, Text] = Field(default_factory=dict)


class ProgrammeMeta(ProgrammeTranslationMeta):
    language: Language = "en"
    access: Literal["public", "members"] = "members"
    complete: Literal["all", "required"] | Annotated[int, Field(ge=1, le=1_000)] = "all"
    sections: dict[Language, dict[SectionName, Text]] = Field(default_factory=dict)
    source: str = ""


M = TypeVar("M", bound=Meta)


@dataclass(frozen=True)
class Front(Generic[M]):
    """`meta` is None when there are problems. `at` gives the place of a key or value: "requires.0"."""

    meta: M | None
    at: Mapping[str, Position]
    body: str
    body_line: int
    problems: tuple[Problem, ...] = ()


_TYPES = {
    "string_type": "must be one text",
    "tuple_type": "must be a list such as [a, b]",
    "dict_type": "must be 'key: value' pairs",
    "int_parsing": "must be a whole number such as 20",
    "int_type": "must be a whole number such as 20",
    "bool_type": "must be true or false",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
}


def read(path: str, text: str, model: type[M]) -> Front[M]:
    """The front matter of a file as `model`, with everything that is wrong in it."""
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), 0)
    if lines[0].rstrip() != "---" or not end:
        missing = problem(Code.T101, path, "The front matter is missing or does not end")
        return Front(None, {}, text, 1, (missing,))
    body, body_line = "\n".join(lines[end + 1 :]), end + 2
    data: dict[str, Any] = {}
    at: dict[str, Position] = {}
    problems = list(_compose(path, "\n".join(lines[1:end]) + "\n", data, at))
    if problems:
        return Front(None, at, body, body_line, tuple(problems))
    try:
        return Front(model.model_validate(data), at, body, body_line)
    except ValidationError as error:
        problems = list(_explain(path, error, model, at))
    return Front(None, at, body, body_line, tuple(problems))


def _compose(path: str, source: str, data: dict[str, Any], at: dict[str, Position]) -> Iterator[Problem]:
    """Fill `data` and `at` from the YAML; yield what keeps it from being read."""
    if len(source) > LONGEST:
        yield problem(Code.T102, path, "The front matter is too long")
        return
    try:
        node = yaml.compose(source, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        yield problem(Code.T102, path, f"The front matter cannot be read: {error.problem}", place)
        return
    except (yaml.YAMLError, RecursionError):
        yield problem(Code.T102, path, "The front matter contains characters that cannot be read", (2, 1))
        return
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        yield problem(Code.T102, path, "The front matter is no list of keys and values", _place(node))
        return
    reader = _Reader(path, at)
    data.update(reader.value(node, ""))
    yield from reader.problems


def _place(node: yaml.Node) -> Position:
    return node.start_mark.line + 2, node.start_mark.column + 1


class _Reader:
    """Turns nodes into text, lists and dicts. A node that is referred to twice is refused: a few aliases
    of aliases make a file explode."""

    def __init__(self, path: str, at: dict[str, Position]) -> None:
        self.path = path
        self.at = at
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, name: str) -> Any:
        if id(node) in self._seen:
            self.problems.append(
                problem(Code.T102, self.path, "References (&, *) are not used here", _place(node))
            )
            return ""
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, name))
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, f"{name}.{n}") for n, item in enumerate(node.value)]
        return str(node.value)

    def _item(self, node: yaml.Node, name: str) -> Any:
        self.at[name] = _place(node)
        return self.value(node, name)

    def _pairs(self, node: yaml.MappingNode, name: str) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            full = f"{name}.{key}" if name else key
            if key in seen:
                self.problems.append(
                    problem(Code.T106, self.path, f"'{key}' is there twice", _place(key_node))
                )
            seen.add(key)
            self.at[full] = _place(key_node)
            left_empty = (
                isinstance(value_node, yaml.ScalarNode) and not value_node.value and not value_node.style
            )
            if not left_empty:
                yield key, self.value(value_node, full)


def _explain(
    path: str, error: ValidationError, model: type[BaseModel], at: Mapping[str, Position]
) -> Iterator[Problem]:
    told = set()
    for detail in error.errors(include_url=False, include_context=True):
        where = [str(part) for part in detail["loc"]]
        names = [".".join(where[:n]) for n in range(len(where), 0, -1)]
        place = next((at[name] for name in names if name in at), (1, 1))
        key = where[0]
        if detail["type"] == "missing":
            yield problem(Code.T104, path, f"'{key}' is missing", at.get(key, (1, 1)))
        elif detail["type"] == "extra_forbidden":
            close = get_close_matches(key, model.model_fields, n=1, cutoff=0.6)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            yield problem(Code.T103, path, f"'{key}' is not a key that is known here{hint}", place)
        elif place not in told:
            told.add(place)
            yield problem(Code.T105, path, f"'{key}' {_reason(key, detail)}", place)


def _reason(key: str, detail: Any) -> str:
    if key == "complete":
        return "must be all, required, or a number of Things"
    if detail["type"] == "literal_error":
        return f"must be {detail['ctx']['expected']}"
    if detail["type"] == "string_pattern_mismatch":
        return f"contains '{detail['input']}', which is not lower-case letters, digits and hyphens"
    if detail["type"] in ("greater_than_equal", "less_than_equal"):
        return f"is out of range: {detail['msg'].removeprefix('Input should be ')}"
    return _TYPES.get(detail["type"], f"is not right: {detail['msg']}")

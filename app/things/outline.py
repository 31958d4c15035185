"""The structure of a Thing's text, read line by line.

Loading a programme needs only this: where sections begin and what there is to do. Turning Markdown into HTML
takes forty times as long and waits until somebody opens the Thing; it follows the lines found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.slugs import unique_slug
from app.things.catalogue import Level, Problem, SectionKind
from app.things.codes import Code, problem
from app.things.links import PREFIX
from app.things.names import SECTION_KINDS, Names

LONGEST_ID = 80

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#*)?[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r"(?P<before> {0,3}(?:[-*+]|\d{1,9}[.)]) {1,4})(?=\S)")
_TASK = re.compile(r"(?P<before> {0,3}[-*+] {1,4})\[[ xX]\][ \t]+(?=\S)")
_ATTRIBUTES = re.compile(r"[ \t]*(?<!\\)\{([^{}]*)\}[ \t]*$")
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_CODE = re.compile(r"`+[^`\n]+`+")


@dataclass(frozen=True, slots=True)
class SectionLine:
    """`line` is the heading's, counted from the beginning of the body at 0; -1 for the introduction."""

    kind: SectionKind
    heading: str
    anchor: str
    line: int


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """`end` is the line after which an id can be written: the last of the item's first paragraph."""

    id: str
    text: str
    level: Level | None
    minutes: int | None
    line: int
    end: int


@dataclass(frozen=True)
class Outline:
    """`source` is the body without the markers of activities, line for line; `prose` is it without code."""

    source: str
    prose: tuple[str, ...]
    sections: tuple[SectionLine, ...]
    activities: tuple[ActivityLine, ...]
    levels: tuple[tuple[int, Level, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def reflects(self) -> bool:
        return any(section.kind == "reflect" for section in self.sections)

    def counts(self, activity: ActivityLine) -> bool:
        """Where there are levels, only the first counts; where there are none, everything does."""
        return not self.levels or activity.level is Level.GETTING_STARTED


def outline(path: str, body: str, first_line: int, names: Names) -> Outline:
    """The outline of a body that begins on `first_line` of the file at `path`."""
    return _Scan(path, body.split("\n"), first_line, names).run()


@dataclass
class _Scan:
    path: str
    lines: list[str]
    first: int
    names: Names
    sections: list[SectionLine] = field(default_factory=list)
    activities: list[ActivityLine] = field(default_factory=list)
    levels: list[tuple[int, Level, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    prose: list[str] = field(default_factory=list)
    indent: int = 0  # of the text of the list item that is open at the outermost level
    level: Level | None = None

    def run(self) -> Outline:
        for at in self._outside_code():
            self._line(at, self.prose[at])
        if any(line.strip() for line in self.lines[: self.sections[0].line if self.sections else None]):
            self.sections.insert(0, SectionLine("intro", "", f"{PREFIX}intro", -1))
        self._double_ids()
        return Outline(
            "\n".join(self.lines),
            tuple(self.prose),
            tuple(self.sections),
            tuple(self.activities),
            tuple(self.levels),
            tuple(self.problems),
        )

    def _report(self, code: Code, message: str, at: int, column: int = 1) -> None:
        self.problems.append(problem(code, self.path, message, (self.first + at, column)))

    def _outside_code(self) -> Iterator[int]:
        fence = ""
        for at, line in enumerate(self.lines):
            found = _FENCE.match(line) if "``" in line or "~~" in line else None
            self.prose.append("" if fence or found else line)
            if fence:
                closes = line.strip()
                if found and closes == closes[0] * len(closes) and closes.startswith(fence):
                    fence = ""
            elif found:
                fence = found[1]
            elif line.strip():
                yield at
            else:
                self._blank = at

    _blank: int = -1

    def _line(self, at: int, line: str) -> None:
        if line[0] == "#" and (found := _HEADING.match(line)):
            self.indent = 0
            self._heading(at, len(found[1]), found[2].strip())
            return
        spaces = len(line) - len(line.lstrip(" "))
        if self.indent and spaces >= self.indent:
            return
        if found := _ITEM.match(line):
            self.indent = found.end()
            in_try = self.sections and self.sections[-1].kind == "try"
            if in_try and (task := _TASK.match(line)):
                self._activity(at, task)
        elif self._blank == at - 1:
            self.indent = 0

    def _heading(self, at: int, depth: int, text: str) -> None:
        if depth == 1:
            self._report(Code.T307, "A heading with a single # stands in the text", at)
        elif depth == 2:
            self._section(at, text)
        elif depth == 3 and self.sections and self.sections[-1].kind == "try":
            self.level = self.names.level(text)
            if self.level:
                self.levels.append((at, self.level, text))
            elif nearly := self.names.nearly(text, level=True):
                self._report(Code.T305, f"The heading '{text}' looks like '{nearly}'", at)

    def _section(self, at: int, text: str) -> None:
        kind = self.names.section(text)
        self.level = None
        if kind == "other":
            if nearly := self.names.nearly(text, level=False):
                self._report(Code.T305, f"The heading '{text}' looks like '{nearly}'", at)
        elif any(section.kind == kind for section in self.sections):
            self._report(Code.T306, f"The section '{text}' is there twice", at)
        anchor = unique_slug(kind if kind in SECTION_KINDS else text, self.anchors)
        self.sections.append(SectionLine(kind, text, PREFIX + anchor, at))

    def _activity(self, at: int, task: re.Match[str]) -> None:
        self.lines[at] = task["before"] + self.lines[at][task.end() :]
        end = self._paragraph_end(at)
        identity, minutes, marked = "", None, False
        for line in range(at, end + 1):
            # a marker inside code is text: `{#id}`
            found = _ATTRIBUTES.search(_CODE.sub(lambda code: "x" * len(code[0]), self.lines[line]))
            if found and ("#" in found[1] or "=" in found[1]):
                column = found.start(1) + (task.end() - task.end("before") if line == at else 0)
                identity, minutes = self._attributes(line, column, found[1])
                marked = "#" in found[1]
                self.lines[line] = self.lines[line][: found.start()]
                break
        text = " ".join(line.strip() for line in self.lines[at : end + 1])[task.end("before") :]
        if not identity and not marked:
            self._report(Code.T301, f"The activity '{_shortened(text)}' has no id", at)
        self.activities.append(ActivityLine(identity, text, self.level, minutes, at, end))

    def _paragraph_end(self, at: int) -> int:
        end = at
        for line in self.lines[at + 1 :]:
            bare = line.lstrip()
            starts_block = _ITEM.match(bare) or bare[:1] in (">", "#") or _FENCE.match(bare)
            if not bare or starts_block:
                break
            end += 1
        return end

    def _attributes(self, at: int, column: int, marker: str) -> tuple[str, int | None]:
        identity, minutes = "", None
        for word in marker.split():
            if word[0] == "#" and _ID.fullmatch(word[1:]) and not identity and len(word) <= LONGEST_ID:
                identity = word[1:]
            elif (number := word.removeprefix("minutes=")) != word and re.fullmatch(r"[1-9]\d{0,3}", number):
                minutes = int(number)
            else:
                self._report(Code.T303, f"'{{{marker}}}' cannot be read", at, column)
                break
        return identity, minutes

    def _double_ids(self) -> None:
        seen: set[str] = set()
        for activity in self.activities:
            if activity.id and activity.id in seen:
                self._report(Code.T302, f"The id '{activity.id}' is there twice", activity.line)
            seen.add(activity.id)


def _shortened(text: str, longest: int = 40) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"

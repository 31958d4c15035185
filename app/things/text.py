"""The text of a Thing, turned into HTML when somebody first opens it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from markdown_it.token import Token
from markupsafe import Markup

from app.markdown import Document, Frame, plain_text
from app.things.catalogue import Activity, Level, ProgrammeText, Question, Section, ThingText
from app.things.links import PREFIX, Targets, image_url
from app.things.outline import Outline, SectionLine
from app.things.pictures import size_of


def _frame(programme: Path, **options: Any) -> Frame:
    """Pictures have their size, so that nothing moves when they arrive."""
    targets = Targets(programme.name)

    def picture(source: str) -> Mapping[str, str] | None:
        path = targets.picture(source)
        if path is None:
            return None
        size = size_of(programme / "images" / path)
        shape = {"width": str(size[0]), "height": str(size[1])} if size else {}
        return {"src": image_url(programme.name, path), **shape}

    return Frame(prefix=PREFIX, heading_ids=True, link=targets.link, image=picture, **options)


_MARKUP = (
    (re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)"), r"\1"),
    (re.compile(r"\[\^[^\[\]]*\]:?|\[![A-Za-z]+\]|\[[ xX]\]|<https?:[^<>]*>|\{#[^{}]*\}"), ""),
    (re.compile(r"(?m)^[ \t]*(?:[#>]+|[-+*:]|\d{1,9}[.)])[ \t]+|^[ \t]*[-=|: ]+$|^(?:```|~~~).*$"), ""),
    (re.compile(r"[*`|]|(?<!\w)_|_(?!\w)"), ""),
)


def source_as_text(source: str) -> str:
    """The words of a Markdown text on one line, near enough to be searched and to show where they stand."""
    for pattern, kept in _MARKUP:
        source = pattern.sub(kept, source)
    return " ".join(source.split())


class LazyText(ThingText):
    """A ThingText that renders itself at first use.

    A translation takes what there is to do from `original`: ids, order, levels and minutes. What it has
    not translated (when it is an older version, kept because the newer has errors) appears untranslated.
    """

    def __init__(
        self,
        language: str,
        title: str,
        summary: str,
        *,
        programme: Path,
        outline: Outline,
        original: LazyText | None = None,
    ) -> None:
        named = {"language": language, "title": title, "summary": summary, "outline": outline}
        for name, value in {**named, "_programme": programme, "_original": original}.items():
            object.__setattr__(self, name, value)

    outline: Outline
    _programme: Path
    _original: LazyText | None
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def activity_ids(self) -> tuple[str, ...]:
        return tuple(activity.id for activity in (self._original or self).outline.activities)

    @property
    def counted(self) -> frozenset[str]:
        outline = (self._original or self).outline
        return frozenset(activity.id for activity in outline.activities if outline.counts(activity))

    @property
    def has_reflection(self) -> bool:
        return (self._original or self).outline.reflects

    @property
    def level_names(self) -> Mapping[Level, str]:
        return {level: name for _, level, name in self.outline.levels}

    @property
    def plain(self) -> str:
        """Of the source: to render all that is searched would take seconds."""
        return source_as_text(self.outline.source)

    @property
    def sections(self) -> tuple[Section, ...]:
        return self._rendered.sections

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(self._rendered.questions)

    @property
    def prompts(self) -> tuple[Markup, ...]:
        return tuple(self._rendered.prompts)

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(self._activities())

    def _activities(self) -> Iterator[Activity]:
        outline = (self._original or self).outline
        own = {activity.id: activity for activity in self.outline.activities}
        for activity in outline.activities:
            if activity.id in own:
                line = own[activity.id]
                html = self._rendered.activities.get(line.line) or Markup.escape(line.text)
            elif self._original:
                html = self._original._html_of(activity.line) or Markup.escape(activity.text)
            yield Activity(
                id=activity.id,
                html=html,
                text=plain_text(html),
                level=activity.level,
                counts=outline.counts(activity),
                minutes=activity.minutes,
            )

    def _html_of(self, line: int) -> Markup | None:
        return self._rendered.activities.get(line)

    @cached_property
    def _rendered(self) -> _Rendered:
        return _Rendered(self.outline, self.language, self._programme)


@dataclass
class _Rendered:
    """The HTML of a text, in parts; `activities` by their line, `programme` the folder it is in."""

    outline: Outline
    language: str
    programme: Path
    sections: tuple[Section, ...] = ()
    questions: list[Question] = field(default_factory=list)
    prompts: list[Markup] = field(default_factory=list)
    activities: dict[int, Markup] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lines = [section.line for section in self.outline.sections]
        frame = _frame(self.programme, sections=frozenset(lines))
        self._document = Document(self.outline.source, self.language, frame)
        self._todo = {activity.line for activity in self.outline.activities}
        skipped = set(lines) | {line for line, _, _ in self.outline.levels}
        kept: list[list[Token]] = [[] for _ in lines]
        after: list[list[Token]] = [[] for _ in lines]
        for block in self._document.blocks():
            at = len(lines) - 1 if block[0].map is None else bisect_right(lines, block[0].map[0]) - 1
            if at >= 0 and not (
                block[0].map and block[0].type == "heading_open" and block[0].map[0] in skipped
            ):
                section = self.outline.sections[at]
                stays = self._lift(section, block)
                lifted = {"check": self.questions, "reflect": self.prompts}.get(section.kind)
                (after if lifted else kept)[at].extend(stays)
        self.sections = tuple(
            Section(section.kind, section.anchor, section.heading, *map(self._document.html, parts))
            for section, *parts in zip(self.outline.sections, kept, after, strict=True)
        )
        del self._document

    def _lift(self, section: SectionLine, block: list[Token]) -> Sequence[Token]:
        """Take out what pages show in their own form; return what stays."""
        kind = block[0].type
        if section.kind == "try" and kind == "bullet_list_open":
            return self._lift_activities(block)
        if section.kind == "check" and kind == "dl_open":
            self.questions += self._questions(block)
            return ()
        if (
            section.kind == "reflect"
            and kind in ("bullet_list_open", "ordered_list_open")
            and not self.prompts
        ):
            self.prompts += [self._item(item) for item in self._document.blocks(block[1:-1])]
            return ()
        return block

    def _lift_activities(self, block: list[Token]) -> Sequence[Token]:
        rest: list[Token] = []
        for item in self._document.blocks(block[1:-1]):
            line = item[0].map[0] if item[0].map else -1
            if line in self._todo:
                self.activities[line] = self._item(item)
            else:
                rest += item
        return [block[0], *rest, block[-1]] if rest else ()

    def _item(self, item: list[Token]) -> Markup:
        """The content of a list item; a lone paragraph goes without its tag."""
        content = item[1:-1]
        if len(content) == 3:
            content = content[1:2]
        return self._document.html(content)

    def _questions(self, block: list[Token]) -> Iterator[Question]:
        question: list[Token] = []
        answer: list[Token] = []
        for part in self._document.blocks(block[1:-1]):
            if part[0].type == "dt_open":
                if answer:
                    yield Question(self._document.html(question), self._document.html(answer))
                    question, answer = [], []
                question += part[1:-1]
            else:
                answer += part[1:-1]
        if question and answer:
            yield Question(self._document.html(question), self._document.html(answer))


class LazyProgrammeText(ProgrammeText):
    """A ProgrammeText that renders its welcome at first use."""

    def __init__(
        self,
        language: str,
        title: str,
        summary: str,
        competencies: Mapping[str, str],
        programme: Path,
        body: str,
    ) -> None:
        named = {"language": language, "title": title, "summary": summary, "competencies": competencies}
        for name, value in {**named, "_programme": programme, "_body": body}.items():
            object.__setattr__(self, name, value)

    _programme: Path
    _body: str
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def welcome(self) -> Markup:
        frame = _frame(self._programme, level=2)
        document = Document(self._body, self.language, frame)
        return document.html(document.tokens)

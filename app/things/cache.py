"""What was made of a text, kept for as long as the text is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.things.front_matter import Meta
from app.things.names import Names
from app.things.parse import Parsed, parse
from app.things.text import LazyText

M = TypeVar("M", bound=Meta)


@dataclass
class Cache:
    """One for each load from a folder of programmes; it takes over from the one `before` what is used again,
    and the rest goes."""

    folder: Path
    before: Cache | None = None
    _parsed: dict[tuple[object, ...], Parsed[Any]] = field(default_factory=dict)
    _texts: dict[tuple[object, ...], LazyText] = field(default_factory=dict)

    def parse(self, path: str, text: str, model: type[M], names: Names) -> Parsed[M]:
        key = (path, text, model, names)
        if key not in self._parsed:
            earlier = self.before._parsed.get(key) if self.before else None
            self._parsed[key] = earlier or parse(path, text, model, names)
        return self._parsed[key]

    def text(self, programme: str, language: str, parsed: Parsed[Any], original: LazyText | None) -> LazyText:
        assert parsed.meta
        key = (parsed, language, original)
        if key not in self._texts:
            earlier = self.before._texts.get(key) if self.before else None
            self._texts[key] = earlier or LazyText(
                language,
                parsed.meta.title,
                parsed.meta.summary,
                programme=self.folder / programme,
                outline=parsed.outline,
                original=original,
            )
        return self._texts[key]

    def close(self) -> None:
        """Let go of what was not used again."""
        self.before = None

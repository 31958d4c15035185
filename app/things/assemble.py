"""One programme, put together from its files: each as it is now, or as it was last accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar

from app.things.cache import Cache
from app.things.catalogue import Problem, Programme, ProgrammeText, Thing, ThingText
from app.things.checks import (
    Siblings,
    Taken,
    find_cycle,
    link_problems,
    thing_problems,
    translation_problems,
)
from app.things.codes import Code, problem
from app.things.disk import FOLDER, MarkdownFile
from app.things.front_matter import (
    Meta,
    ProgrammeMeta,
    ProgrammeTranslationMeta,
    ThingMeta,
    ThingTranslationMeta,
)
from app.things.names import FileName, Names, file_name, names_for
from app.things.parse import Parsed, has_error
from app.things.text import LazyProgrammeText

M = TypeVar("M", bound=Meta)
Key = tuple[Decimal, str]
MAIN = "programme.md"


@dataclass
class Assembly:
    """`files` and `accepted` are by file name; `exists` knows the paths below `things/`.

    Fill `problems` by calling `programme()`, once.
    """

    slug: str
    files: Mapping[str, MarkdownFile]
    accepted: Mapping[str, str]
    cache: Cache
    exists: Callable[[str], bool]
    problems: list[Problem] = field(default_factory=list)
    _used: dict[str, str] = field(default_factory=dict)
    _languages: dict[str, Names] = field(default_factory=dict)
    _meta: ProgrammeMeta | None = None

    def programme(self) -> Programme | None:
        """The programme with everything in it that is sound; None when programme.md is not."""
        named = self._named()
        main = self._main(named)
        self._meta = main.meta if main else None
        things = self._things({name: n for name, n in named.items() if n.number is not None})
        texts = self._programme_texts(main, named)
        return self._put_together(main, texts, things) if main else None

    # choosing between a file as it is and as it was

    def _path(self, name: str) -> str:
        return f"{FOLDER}/{self.slug}/{name}"

    def _report(self, code: Code, name: str, message: str, at: tuple[int, int] = (1, 1)) -> None:
        self.problems.append(problem(code, self._path(name), message, at))

    def _current(self, name: str, model: type[M], names: Names) -> Parsed[M] | None:
        text = self.files[name].text
        return None if text is None else self.cache.parse(self._path(name), text, model, names)

    def _accepted(self, name: str, model: type[M], names: Names) -> Parsed[M] | None:
        text = self.accepted.get(name)
        parsed = None if text is None else self.cache.parse(self._path(name), text, model, names)
        return parsed if parsed and parsed.sound else None

    def _choose(
        self, name: str, model: type[M], names: Names, more: Callable[[Parsed[M]], Iterable[Problem]]
    ) -> Parsed[M] | None:
        """The file as it is, if nothing is wrong with it, or as it was accepted, or nothing."""
        current = self._current(name, model, names)
        found = list(self.files[name].problems)
        if current:
            found += [*current.problems, *link_problems(self.slug, current, self.exists), *more(current)]
        self.problems += found
        chosen = current if current and not has_error(found) else self._accepted(name, model, names)
        if chosen:
            self._used[chosen.path] = chosen.text
        return chosen

    def _forget(self, parsed: Parsed[Any]) -> None:
        self._used.pop(parsed.path, None)

    def _names(self, language: str) -> Names:
        if language not in self._languages:
            self._languages[language] = names_for(language, self._meta.sections if self._meta else {})
        return self._languages[language]

    # the parts

    def _named(self) -> dict[str, FileName]:
        named = {}
        for name in self.files:
            if found := file_name(name):
                named[name] = found
            else:
                self._report(Code.T005, name, f"'{name}' is not the name of a Thing")
        return named

    def _main(self, named: Mapping[str, FileName]) -> Parsed[ProgrammeMeta] | None:
        names = names_for("", {})
        if MAIN not in self.files:
            self._report(Code.T004, MAIN, f"The programme '{self.slug}' has no programme.md")
            main = self._accepted(MAIN, ProgrammeMeta, names)
            if main:
                self._used[main.path] = main.text
            return main
        main = self._choose(MAIN, ProgrammeMeta, names, lambda _: ())
        number = sum(1 for name in named.values() if name.number is not None and name.language is None)
        if main and main.meta and isinstance(main.meta.complete, int) and main.meta.complete > number:
            message = f"'complete' asks for {main.meta.complete} Things, and there are {number}"
            self._report(Code.T209, MAIN, message, main.place("complete"))
        return main

    def _programme_texts(
        self, main: Parsed[ProgrammeMeta] | None, named: Mapping[str, FileName]
    ) -> dict[str, ProgrammeText]:
        texts: dict[str, ProgrammeText] = {}
        if main and main.meta:
            texts[main.meta.language] = self._programme_text(main.meta.language, main, main.meta.competencies)
        for name, found in named.items():
            if found.number is None and found.language:
                known = dict(main.meta.competencies) if main and main.meta else {}
                parsed = self._choose(
                    name, ProgrammeTranslationMeta, names_for(found.language, {}), self._labels_known(known)
                )
                if parsed and parsed.meta:
                    labels = {
                        slug: parsed.meta.competencies.get(slug, label) for slug, label in known.items()
                    }
                    texts.setdefault(found.language, self._programme_text(found.language, parsed, labels))
        return texts

    def _labels_known(
        self, known: Mapping[str, str]
    ) -> Callable[[Parsed[ProgrammeTranslationMeta]], Iterator[Problem]]:
        def check(parsed: Parsed[ProgrammeTranslationMeta]) -> Iterator[Problem]:
            for slug in parsed.meta.competencies if parsed.meta and self._meta else ():
                if slug not in known:
                    place = parsed.place(f"competencies.{slug}")
                    yield problem(
                        Code.T206, parsed.path, f"'{slug}' is no competency of this programme", place
                    )

        return check

    def _programme_text(self, language: str, parsed: Parsed[Any], labels: Mapping[str, str]) -> ProgrammeText:
        assert parsed.meta
        return LazyProgrammeText(
            language,
            parsed.meta.title,
            parsed.meta.summary,
            labels,
            self.cache.folder / self.slug,
            parsed.outline.source,
        )

    def _things(self, named: Mapping[str, FileName]) -> dict[Key, _Chosen]:
        originals = self._originals({name: n for name, n in named.items() if n.language is None})
        for name, found in named.items():
            if found.language is None:
                continue
            assert found.number is not None
            original = originals.get((found.number, found.slug))
            if original is None:
                self._report(Code.T207, name, f"'{name}' translates a Thing that is not there")
            elif self._meta and found.language == self._meta.language:
                self._report(Code.T210, name, f"'{found.language}' is the programme's own language")
            else:
                self._translation(name, found.language, original)
        return {key: original for key, original in originals.items() if original.parsed}

    def _originals(self, named: Mapping[str, FileName]) -> dict[Key, _Chosen]:
        """The Things in the programme's own language, by number and slug."""
        language = self._meta.language if self._meta else ""
        names = self._names(language)
        current = {name: self._current(name, ThingMeta, names) for name in named}
        competencies = self._meta.competencies if self._meta else None
        siblings = Siblings.of(((named[name].slug, parsed) for name, parsed in current.items()), competencies)
        taken = Taken()
        originals: dict[Key, _Chosen] = {}
        for name in sorted(named, key=lambda name: (name not in self.accepted, name)):
            number, slug = named[name].number, named[name].slug
            assert number is not None
            if double := taken.problem(self._path(name), name, named[name]):
                self.problems += [*self.files[name].problems, double]
                continue
            parsed = self._choose(
                name,
                ThingMeta,
                names,
                lambda found, slug=slug: thing_problems(slug, found, siblings),  # type: ignore[misc]
            )
            originals[number, slug] = _Chosen(name, names, current[name], parsed)
        self._open_circles({slug: original for (_, slug), original in originals.items()})
        return originals

    def _open_circles(self, by_slug: Mapping[str, _Chosen]) -> None:
        """Things that require each other in a circle: the newest of them goes back to what it was."""
        while cycle := find_cycle({slug: chosen.requires for slug, chosen in by_slug.items()}):
            changed = [s for s in cycle if by_slug[s].parsed.text != self.accepted.get(by_slug[s].name)]  # type: ignore[union-attr]
            culprit = by_slug[changed[-1] if changed else cycle[-1]]
            assert culprit.parsed
            circle = " → ".join([*cycle, cycle[0]])
            self._report(
                Code.T205,
                culprit.name,
                f"'requires' runs in a circle: {circle}",
                culprit.parsed.place("requires"),
            )
            if not changed:
                culprit.circular = True
                continue
            self._forget(culprit.parsed)
            culprit.parsed = self._accepted(culprit.name, ThingMeta, culprit.names)
            if culprit.parsed:
                self._used[culprit.parsed.path] = culprit.parsed.text

    def _translation(self, name: str, language: str, original: _Chosen) -> None:
        names = self._names(language)
        parsed = self._choose(
            name,
            ThingTranslationMeta,
            names,
            lambda found: translation_problems(found, original.current, original.parsed, names),
        )
        if parsed and original.parsed:
            original.translations[language] = parsed
        elif parsed:
            self._forget(parsed)

    def _put_together(
        self, main: Parsed[ProgrammeMeta], texts: Mapping[str, ProgrammeText], chosen: Mapping[Key, _Chosen]
    ) -> Programme:
        meta = main.meta
        assert meta
        slugs = {slug for _, slug in chosen}
        things = tuple(self._thing(*key, chosen[key], slugs, meta) for key in sorted(chosen))
        complete = (
            min(meta.complete, max(len(things), 1)) if isinstance(meta.complete, int) else meta.complete
        )
        return Programme(
            slug=self.slug,
            language=meta.language,
            texts=texts,
            things=things,
            access=meta.access,
            complete=complete,
            license=meta.license,
            authors=meta.authors,
            version=meta.version,
            digest=progress_digest(complete, things),
            files=dict(sorted(self._used.items())),
        )

    def _thing(
        self, number: Decimal, slug: str, chosen: _Chosen, slugs: set[str], programme: ProgrammeMeta
    ) -> Thing:
        parsed = chosen.parsed
        assert parsed and parsed.meta
        meta = parsed.meta
        own = self.cache.text(self.slug, programme.language, parsed, None)
        texts: dict[str, ThingText] = {programme.language: own}
        for language, translation in chosen.translations.items():
            texts[language] = self.cache.text(self.slug, language, translation, own)
        return Thing(
            programme=self.slug,
            slug=slug,
            number=number,
            texts=texts,
            language=programme.language,
            minutes=meta.minutes,
            competencies=meta.competencies,
            requires=tuple(s for s in chosen.requires if s in slugs),
            optional=meta.optional,
            breather=meta.breather,
            aliases=meta.aliases,
            license=meta.license or programme.license,
            authors=meta.authors or programme.authors,
            version=meta.version,
        )


@dataclass
class _Chosen:
    """A Thing's own text as it is in its file, and as it is used."""

    name: str
    names: Names
    current: Parsed[ThingMeta] | None
    parsed: Parsed[ThingMeta] | None
    circular: bool = False
    translations: dict[str, Parsed[ThingTranslationMeta]] = field(default_factory=dict)

    @property
    def requires(self) -> tuple[str, ...]:
        return self.parsed.meta.requires if self.parsed and self.parsed.meta and not self.circular else ()


def progress_digest(complete: str | int, things: Iterable[Thing]) -> str:
    """Changes when, and only when, what counts towards progress may have changed."""
    facts = [
        (t.slug, t.aliases, t.activity_ids, sorted(t.counted), t.has_reflection, t.optional) for t in things
    ]
    return sha256(repr((complete, facts)).encode()).hexdigest()[:16]

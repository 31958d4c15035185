"""`dingen new`: write a programme or a Thing that passes the check."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.slugs import slug_of, unique_slug
from app.things.assemble import MAIN
from app.things.disk import FOLDER, read_file
from app.things.front_matter import ProgrammeMeta, ThingMeta, read
from app.things.names import RESERVED, SECTIONS, SLUG, file_name


class CannotWrite(Exception):
    """Why nothing was written, in one sentence."""


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "summary": "What one will hold afterwards, in one sentence.",
        "why": "Why it matters, in two or three sentences that make one want to.",
        "discover": "A short explanation, and one or two good readings.",
        "activity": "One small thing to do",
        "prompt": "What went otherwise than you expected?",
        "welcome": "Welcome. Say here for whom this is, and what they will be able to do.",
        "first": "Begin here",
    },
    "nl": {
        "summary": "Wat je achteraf in handen hebt, in één zin.",
        "why": "Waarom het telt, in twee of drie zinnen die zin geven om te beginnen.",
        "discover": "Een korte uitleg en een of twee goede teksten.",
        "activity": "Eén klein ding om te doen",
        "prompt": "Wat ging anders dan je had verwacht?",
        "welcome": "Welkom. Zeg hier voor wie dit is en wat ze ermee zullen kunnen.",
        "first": "Begin hier",
    },
    "fr": {
        "summary": "Ce que l’on aura en main après, en une phrase.",
        "why": "Pourquoi cela compte, en deux ou trois phrases qui donnent envie.",
        "discover": "Une courte explication et une ou deux bonnes lectures.",
        "activity": "Une petite chose à faire",
        "prompt": "Qu’est-ce qui s’est passé autrement que prévu ?",
        "welcome": "Bienvenue. Dites ici à qui s’adresse ce programme et ce que l’on saura faire.",
        "first": "Commencez ici",
    },
}


def new_programme(content_dir: Path, slug: str, title: str, language: str = "en") -> Path:
    """A folder with programme.md and a first Thing; returns the path of programme.md."""
    if not SLUG.fullmatch(slug) or slug in RESERVED:
        raise CannotWrite(f"'{slug}' cannot be the name of a folder: use words such as digital-work.")
    folder = content_dir / FOLDER / slug
    if folder.exists():
        raise CannotWrite(f"There is a programme '{slug}' already, in {folder}.")
    words = _WORDS.get(language.partition("-")[0], _WORDS["en"])
    text = f"""---
title: {_yaml(title)}
summary: {_yaml(words["summary"])}
language: {language}
access: members
complete: all
---
{words["welcome"]}
"""
    path = folder / MAIN
    _write(path, text)
    new_thing(content_dir, slug, words["first"])
    return path


def new_thing(
    content_dir: Path,
    programme: str,
    title: str,
    number: str | int | Decimal | None = None,
    *,
    breather: bool = False,
) -> Path:
    """A Thing with all its sections, by default with the number after the last one's."""
    folder = content_dir / FOLDER / programme
    if not SLUG.fullmatch(programme) or not folder.is_dir():
        raise CannotWrite(f"There is no programme '{programme}' in {content_dir / FOLDER}.")
    named = [
        found for file in folder.glob("*.md") if (found := file_name(file.name)) and found.number is not None
    ]
    numbers = {found.number for found in named if found.number is not None}
    wanted = _number(number) if number is not None else Decimal(int(max(numbers, default=Decimal(0))) + 1)
    if wanted in numbers:
        raise CannotWrite(f"There is a Thing {wanted} already: choose another number.")
    slug = unique_slug(title, {found.slug for found in named} | _aliases(folder) | RESERVED, "thing")
    path = folder / f"{_padded(wanted)}-{slug}.md"
    _write(path, _thing(title, _language(folder), breather=breather))
    return path


def _number(number: str | int | Decimal) -> Decimal:
    try:
        wanted = Decimal(str(number))
    except InvalidOperation:
        wanted = Decimal(-1)
    if not file_name(f"{_padded(wanted)}-x.md"):
        raise CannotWrite(f"'{number}' cannot be the number of a Thing: use one such as 7 or 2.5.")
    return wanted


def _padded(number: Decimal) -> str:
    whole, point, rest = format(number.normalize(), "f").partition(".")
    return whole.zfill(2) + point + rest


def _language(folder: Path) -> str:
    text = read_file(folder / MAIN, "").text
    meta = read("", text, ProgrammeMeta).meta if text else None
    return meta.language.partition("-")[0] if meta else "en"


def _aliases(folder: Path) -> set[str]:
    found: set[str] = set()
    for file in folder.glob("*.md"):
        text = read_file(file, "").text
        meta = read("", text, ThingMeta).meta if text else None
        found.update(meta.aliases if meta else ())
    return found


def _thing(title: str, language: str, *, breather: bool) -> str:
    words, names = _WORDS.get(language, _WORDS["en"]), SECTIONS.get(language, SECTIONS["en"])
    marks = "optional: true\nbreather: true\n" if breather else ""
    return f"""---
title: {_yaml(title)}
summary: {_yaml(words["summary"])}
minutes: 20
{marks}---
{words["why"]}

## {names["discover"]}

{words["discover"]}

## {names["try"]}

### {names["getting-started"]}

- [ ] {words["activity"]} {{#{slug_of(words["activity"])} minutes=10}}

## {names["reflect"]}

- {words["prompt"]}
"""


def _yaml(text: str) -> str:
    """Text as a YAML value, in quotes where it needs them."""
    text = " ".join(text.split())
    return (
        text if re.fullmatch(r"[^\W\d_][\w ,.!?'’()éèêà-]*", text) else json.dumps(text, ensure_ascii=False)
    )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}.") from error

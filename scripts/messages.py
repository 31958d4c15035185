"""The interface's messages: `--update` brings the catalogues to the sources, `--check` fails where a
message lacks a translation, has lost a placeholder, or is no longer used."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "app" / "locales"
LANGUAGES = ("nl", "fr")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "message": None, "translate": None}
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
JINJA = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
OPTIONS = {"templates/**.html": JINJA, "templates/**.txt": JINJA}
STABLE_DATE = datetime(2026, 11, 23, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def extracted() -> Catalog:
    """Every message in the sources; places are left out, so that moving code changes no catalogue."""
    catalog = Catalog(project="Dingen", charset="utf-8", header_comment="# Messages of Dingen's interface.")
    for _, _, message, comments, context in extract_from_dir(
        ROOT, METHODS, OPTIONS, KEYWORDS, directory_filter=lambda path: not path.endswith("static")
    ):
        catalog.add(message, None, auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "dingen.po"


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="Dingen", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    template = extracted()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.header_comment = f"# The interface of Dingen in {catalog.locale.english_name}."
        catalog.fuzzy = False
        catalog.revision_date = catalog.creation_date = STABLE_DATE
        catalog.obsolete.clear()
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=110, sort_output=True, omit_header=False, ignore_obsolete=True)
        missing = sum(1 for message in catalog if message.id and not _translated(message))
        say(f"{language}: {len(catalog)} messages, {missing} to translate")


def check() -> int:
    template = extracted()
    problems: list[str] = []
    for language in LANGUAGES:
        catalog = read(language)
        known = {message.id: message for message in catalog if message.id}
        for message in template:
            if not message.id:
                continue
            found = known.pop(message.id, None)
            if found is None or found.fuzzy or not _translated(found):
                problems.append(f"{language}: not translated: {_words(message)!r}")
            elif not _same_placeholders(found):
                problems.append(f"{language}: other placeholders: {_words(message)!r}")
        problems += [f"{language}: no longer used: {_words(message)!r}" for message in known.values()]
    for problem in problems:
        say(problem)
    return len(problems)


def _words(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings)


def _same_placeholders(message: Message) -> bool:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string)
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    allowed = wanted | {"%(num)s", "%(count)s"} if len(ids) > 1 else wanted
    return all(set(PLACEHOLDER.findall(string)) <= allowed for string in strings) and any(
        set(PLACEHOLDER.findall(string)) == wanted for string in strings
    )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
    elif check():
        say("Run `python scripts/messages.py --update` and translate what it adds.")
        sys.exit(1)

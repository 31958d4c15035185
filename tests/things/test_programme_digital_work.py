"""The bundled programme keeps its anatomy: every Thing, in every language it is written in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from app.things.catalogue import Level, SectionKind, Thing
from app.things.lint import check
from app.things.load import load
from app.things.names import names_for
from app.things.outline import Outline, outline

CONTENT = Path(__file__).parents[2] / "content"
PROGRAMME = load(CONTENT).programmes["digital-work"]
TEXTS = [(thing, language) for thing in PROGRAMME.things for language in sorted(thing.texts)]
FILES = sorted(PROGRAMME.files)

BREATHERS = {"breather-read-others", "breather-trade-a-trick"}
IN_FRENCH = {"your-journal", "searching-faster", "images-you-may-use"}
SECTIONS = ["intro", "discover", "try", "check", "reflect", "further"]
SOMETIMES = {"check", "further"}
SHORTEST_POST = 2  # minutes
COLLEAGUES = ["Marta", "Idris", "Wim", "Chloé"]
ONLY_ONE = {
    "en": "**If you read only one:**",
    "nl": "**Als je er maar één leest:**",
    "fr": "**Si vous n'en lisez qu'un :**",
}
EXAMPLE = {
    "en": ("How a colleague did it", "*An invented example.*"),
    "nl": ("Zo deed een collega het", "*Een verzonnen voorbeeld.*"),
    "fr": ("L'exemple d'un collègue", "*Un exemple inventé.*"),
}

_SECTION = re.compile(r"^## ", re.M)
_CLOSING = re.compile(r"### (?P<heading>.+)\n+> \[!EXAMPLE\] (?P<by>\w+), .+\n> (?P<text>.+)\s*\Z")
_ADDRESS = re.compile(r"\]\([^)\s]*\)")
_WEB = re.compile(r"\b[a-z][a-z+.-]*://[^\s)>]*")
_MARKER = re.compile(r"\{#[^}]*\}")

every_text = pytest.mark.parametrize(
    ("thing", "language"), TEXTS, ids=[f"{thing.label}-{language}" for thing, language in TEXTS]
)
every_file = pytest.mark.parametrize("path", FILES, ids=[Path(path).name for path in FILES])


def front_matter_and_body(path: str) -> tuple[dict[str, object], str]:
    _, front, body = PROGRAMME.files[path].split("---\n", 2)
    return yaml.safe_load(front), body


def body_of(thing: Thing, language: str) -> str:
    ending = "" if language == thing.language else f".{language}"
    return front_matter_and_body(f"things/{PROGRAMME.slug}/{int(thing.number):02}-{thing.slug}{ending}.md")[1]


def outline_of(thing: Thing, language: str) -> Outline:
    """What this language's own file has, before a translation takes over what there is to do."""
    return outline("", body_of(thing, language), 1, names_for(language, {}))


def section_of(thing: Thing, language: str, kind: SectionKind) -> str:
    """The Markdown below a section's heading."""
    kinds = [section.kind for section in outline_of(thing, language).sections]
    return _SECTION.split(body_of(thing, language))[kinds.index(kind)]


def words(markdown: str) -> int:
    """The words that a reader meets: no addresses, no markers."""
    shown = _MARKER.sub("", _ADDRESS.sub("]", markdown))
    return sum(any(letter.isalnum() for letter in word) for word in shown.split())


def test_it_has_23_things_in_english_and_dutch_and_begins_in_french() -> None:
    assert [thing.label for thing in PROGRAMME.things] == [str(number) for number in range(1, 24)]
    assert {"en", "nl", "fr"} <= set(PROGRAMME.texts)
    for thing in PROGRAMME.things:
        assert {"en", "nl"} <= set(thing.texts), thing.slug
        assert thing.slug not in IN_FRENCH or "fr" in thing.texts, thing.slug


def test_dingen_check_finds_nothing() -> None:
    assert [str(problem) for problem in check(CONTENT)] == []


def test_only_the_breathers_may_be_left_out() -> None:
    assert {thing.slug for thing in PROGRAMME.things if thing.optional} == BREATHERS
    assert {thing.slug for thing in PROGRAMME.things if thing.breather} == BREATHERS
    assert PROGRAMME.complete == "required"


@every_file
def test_a_file_says_who_wrote_it_when_and_what_others_may_do_with_it(path: str) -> None:
    front, _ = front_matter_and_body(path)
    assert front["license"] == "CC-BY-4.0"
    assert front["authors"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(front["version"]))


@every_file
def test_links_are_encrypted_and_follow_nobody(path: str) -> None:
    for address in _WEB.findall(front_matter_and_body(path)[1]):
        assert address.startswith("https://")
        assert not re.search(r"[?&](utm_|fbclid|gclid)", address)


@every_text
def test_sections_are_there_and_in_order(thing: Thing, language: str) -> None:
    kinds = [section.kind for section in outline_of(thing, language).sections]
    assert kinds == [kind for kind in SECTIONS if kind in kinds or kind not in SOMETIMES]


@every_text
def test_three_to_five_activities_rise_in_level_and_the_first_counts(thing: Thing, language: str) -> None:
    found = outline_of(thing, language)
    levels = [list(Level).index(activity.level) for activity in found.activities if activity.level]
    assert 3 <= len(levels) == len(found.activities) <= 5
    assert levels == sorted(levels)
    assert 1 <= sum(found.counts(activity) for activity in found.activities) <= 3


@every_text
def test_activities_are_the_same_in_every_language(thing: Thing, language: str) -> None:
    original, translated = (
        [(activity.id, activity.level, activity.minutes) for activity in outline_of(thing, each).activities]
        for each in (thing.language, language)
    )
    assert translated == original


@every_text
def test_the_counted_activities_and_a_post_fit_into_the_minutes(thing: Thing, language: str) -> None:
    found = outline_of(thing, language)
    assert all(activity.minutes for activity in found.activities)
    counted = sum(activity.minutes or 0 for activity in found.activities if found.counts(activity))
    assert counted + SHORTEST_POST <= (thing.minutes or 0) <= 20


@every_text
def test_exactly_one_reading_is_the_one_to_choose(thing: Thing, language: str) -> None:
    assert section_of(thing, language, "discover").count(ONLY_ONE[language]) == 1
    assert body_of(thing, language).count(ONLY_ONE[language]) == 1


@every_text
def test_there_are_two_or_three_prompts(thing: Thing, language: str) -> None:
    assert 2 <= len(thing.texts[language].prompts) <= 3


@every_text
def test_a_colleague_closes_the_reflection_with_an_invented_example(thing: Thing, language: str) -> None:
    closing = _CLOSING.search(section_of(thing, language, "reflect"))
    assert closing is not None
    heading, label = EXAMPLE[language]
    assert closing["heading"] == heading
    assert closing["by"] == COLLEAGUES[int(thing.number - 1) % len(COLLEAGUES)]
    assert closing["text"].startswith(label)
    assert 45 <= words(closing["text"].removeprefix(label)) <= 95


@every_text
def test_a_thing_is_neither_thin_nor_long(thing: Thing, language: str) -> None:
    fewest, most = (250, 520) if thing.slug in BREATHERS else (400, 850)
    assert fewest <= words(body_of(thing, language)) <= most

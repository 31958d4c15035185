"""Which Thing a post is about: by its tags, its title, or a Thing's own name."""

from __future__ import annotations

import pytest

from app.blogs.matching import match
from app.settings import ROOT
from app.things.catalogue import Programme
from app.things.library import Library


@pytest.fixture(scope="module")
def programme() -> Programme:
    return Library(ROOT / "content").catalogue.programmes["digital-work"]


TITLES = {
    **dict.fromkeys(("Thing 7", "thing 07: passwords", "My Thing #7", "Things 7", "Thing-7!", "THING7"), "7"),
    **dict.fromkeys(("Ding 7", "Ding #7", "Ding nr. 7: phishing", "Ding nummer 7", "Dingen 7"), "7"),
    **dict.fromkeys(("Chose 7", "Chose n° 7", "Chose nº7 – l’hameçonnage", "Chose numéro 7"), "7"),
    **dict.fromkeys(("Thing seven", "Ding zeven: klaar", "Chose sept."), "7"),
    **dict.fromkeys(
        ("Thing twenty-three", "Thing twenty three", "Ding drieëntwintig", "Chose vingt-trois"), "23"
    ),
    **dict.fromkeys(("Thing one, at last", "Ding één", "Chose un"), "1"),
    **dict.fromkeys(
        ("The thing one needs", "Dat is me een ding een vrouw waard", "Something 7", "7 things"), None
    ),
    **dict.fromkeys(
        ("Things 7 and 8", "Ding 7 & 8", "Thing 7, Thing 9", "Choses 7 et 8", "Things 7-9"), None
    ),
    **dict.fromkeys(("Thing 99", "Thing 0", "Building 7", "Nothing 7", ""), None),
}
TAGS = {
    **dict.fromkeys(
        ("thing7", "Thing 7", "thing-7", "thing_07", "ding7", "DING 07", "chose7", "#thing7"), "7"
    ),
    **dict.fromkeys(("23things-7", "23 dingen 7", "23choses7", "dingen7", "things-7", "Ding zeven"), "7"),
    **dict.fromkeys(("23things", "23 dingen", "things", "anything7", "thing7b", "7", ""), None),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_tells_which_thing_it_is_about(programme: Programme, title: str) -> None:
    found = match(programme, title, ())
    assert (found.thing.label if found else None) == TITLES[title]


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_tells_which_thing_a_post_is_about(programme: Programme, tag: str) -> None:
    found = match(programme, "A walk", ("books", tag))
    assert (found.thing.label if found else None) == TAGS[tag]


def test_tags_go_before_the_title_and_several_are_none(programme: Programme) -> None:
    found = match(programme, "Thing 2", ("thing7",))
    assert found is not None and (found.thing.label, found.told_by) == ("7", "thing7")
    assert match(programme, "Thing 2", ("thing7", "thing8")) is None
    same = match(programme, "Thing 2", ("thing7", "ding7"))
    assert same is not None and same.thing.label == "7"
    assert match(None, "Thing 2", ("thing7",)) is None


def test_a_thing_is_known_by_its_own_name_in_every_language(programme: Programme) -> None:
    for thing in programme.things:
        for text in thing.texts.values():
            for title, tags in (("A walk", (text.title.upper(),)), (text.title, ())):
                found = match(programme, title, tags)
                assert found is not None and found.thing is thing and found.why == "name"

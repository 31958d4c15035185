"""What the files say becomes the catalogue; what they said before stays when they break."""

from __future__ import annotations

import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.things.catalogue import Level, Programme, Thing, ThingText
from app.things.load import Loader, load
from tests.things.content import FILES, FIRST, FIRST_NL, PROGRAMME, SECOND, write


def the_programme(content_dir: Path, accepted: dict[str, str] | None = None) -> Programme:
    programme = load(content_dir, accepted or {}).programme("desk")
    assert programme is not None
    return programme


def the_thing(content_dir: Path, slug: str = "find") -> Thing:
    thing = the_programme(content_dir).thing(slug)
    assert thing is not None
    return thing


def text_of(content_dir: Path, text: str, language: str = "en") -> ThingText:
    write(content_dir, {"programme.md": PROGRAMME, "03-x.md": text})
    return the_thing(content_dir, "x").texts[language]


def test_a_thing_has_what_its_file_says(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    thing = the_thing(tmp_path)
    assert (thing.number, thing.label, thing.minutes, thing.competencies) == (Decimal(1), "1", 20, ("find",))
    text = thing.texts["en"]
    assert [(section.kind, section.anchor, section.heading) for section in text.sections] == [
        ("intro", "s-intro", ""),
        ("discover", "s-discover", "Discover"),
        ("try", "s-try", "Try"),
        ("check", "s-check", "Check yourself"),
        ("reflect", "s-reflect", "Reflect"),
    ]
    assert thing.activity_ids == ("one", "another", "third")
    assert thing.counted == {"one", "another"}
    assert thing.has_reflection
    first, _, third = text.activities
    assert (first.html, first.text, first.minutes) == ("Find <em>one</em> thing", "Find one thing", 10)
    assert (first.level, first.counts) == (Level.GETTING_STARTED, True)
    assert (third.level, third.counts) == (Level.LEARN_MORE, False)
    assert [(q.question, q.answer) for q in text.questions] == [("Who owns it?", "Its maker.")]
    assert list(text.prompts) == ["What did you find?", "Who asked?"]
    assert text.level_names == {Level.GETTING_STARTED: "Getting started", Level.LEARN_MORE: "Learn more"}


def test_sections_leave_out_what_pages_show_in_their_own_form(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    text = the_thing(tmp_path).texts["en"]
    html = {section.kind: section.html for section in text.sections}
    assert (html["try"], html["check"], html["reflect"]) == ("", "", "")
    assert {section.kind: section.after for section in text.sections}["reflect"] == "<p>The end.</p>"
    assert 'href="/programmes/desk/make"' in html["discover"]


def test_what_else_is_in_a_section_stays(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        "---\ntitle: x\n---\n## Try\n\nBefore.\n\n- [ ] a {#a}\n- no task\n- [ ] b {#b}\n\nAfter.\n\n"
        "### Another heading\n\n## Reflect\n\nThink.\n\n- One?\n- Two?\n\nBetween.\n\n- just a list\n",
    )
    sections = {section.kind: section.html for section in text.sections}
    assert sections["try"].split("\n") == [
        "<p>Before.</p>",
        "<ul>",
        "<li>no task</li>",
        "</ul>",
        "<p>After.</p>",
        '<h3 id="s-another-heading">Another heading</h3>',
    ]
    assert list(text.prompts) == ["One?", "Two?"]
    assert sections["reflect"] == "<p>Think.</p>"
    after = {section.kind: section.after for section in text.sections}
    assert after["reflect"].split("\n") == ["<p>Between.</p>", "<ul>", "<li>just a list</li>", "</ul>"]


def test_without_levels_every_activity_counts(tmp_path: Path) -> None:
    text = text_of(tmp_path, "---\ntitle: x\n---\n## Try\n- [ ] a {#a}\n* [x] b {#b}\n")
    assert [(a.id, a.counts, a.level) for a in text.activities] == [("a", True, None), ("b", True, None)]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("- [ ] a {#x}", ("x", "a", None)),
        ("- [ ] a {#x minutes=10}", ("x", "a", 10)),
        ("- [ ] a {minutes=10 #x}  ", ("x", "a", 10)),
        ("- [ ] a on\n  two lines {#x}", ("x", "a on two lines", None)),
        ("- [ ] a {#x} on\n  two lines", None),
        ("- [ ] a {#x}\n  on two lines", ("x", "a on two lines", None)),
        ("- [ ] a {#x}\n  - [ ] with {#no}\n  - parts", ("x", "a with {#no} parts", None)),
        ("- [ ] a {#x}\n\n  and a paragraph", ("x", "a and a paragraph", None)),
        ("- [ ] say `{#y}` {#x}", ("x", "say {#y}", None)),
        ("- [ ] {braces} {#x}", ("x", "{braces}", None)),
        ("   -  [ ] a {#x}", ("x", "a", None)),
        ("- [ ] [a](https://example.org) <b> {#x}", ("x", "a <b>", None)),
    ],
)
def test_an_activity_is_read_as_it_was_written(
    tmp_path: Path, item: str, expected: tuple[str, str, int | None] | None
) -> None:
    write(tmp_path, {"programme.md": PROGRAMME, "03-x.md": f"---\ntitle: x\n---\n## Try\n\n{item}\n"})
    thing = the_programme(tmp_path).thing("x")
    found = (
        [(a.id, a.text.replace("☐ ", ""), a.minutes) for a in thing.texts["en"].activities] if thing else []
    )
    assert found == ([expected] if expected else [])


def test_what_looks_like_structure_in_code_is_text(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        "---\ntitle: x\n---\n## Try\n\n- [ ] a {#a}\n\n"
        "````md\n## Reflect\n- [ ] b {#b}\n```\n[x](y.md)\n````\n\n"
        "~~~\n## Discover\n~~~\n\n    - [ ] c {#c}\n\n`[x](y.md)`\n",
    )
    assert [section.kind for section in text.sections] == ["try"]
    assert [activity.id for activity in text.activities] == ["a"]
    assert "## Reflect" in text.sections[0].html


def test_footnotes_and_references_work_across_sections(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        "---\ntitle: x\n---\nWhy[^1] and [how].\n\n## Reflect\n\n- What?\n\n[^1]: Because.\n\n[how]: https://example.org\n",
    )
    intro, reflect = text.sections
    assert 'href="#s-fn1"' in intro.html and 'href="https://example.org"' in intro.html
    assert 'id="s-fn1"' in reflect.after


def test_links_and_pictures_lead_to_pages(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **FILES,
            "images/a b.svg": "<svg/>",
            "03-x.md": "---\ntitle: x\n---\n[a](01-find.md#try) [b](01-find.nl.md) [c](programme.md) "
            "[d](../desk/02-make.md) ![e](<images/a b.svg>) "
            "[f](images/a%20b.svg) [g](/programmes) [h](#y)\n",
        },
    )
    assert not [found for found in load(tmp_path).problems if found.severity == "error"]
    html = the_thing(tmp_path, "x").texts["en"].sections[0].html
    for url in ("find#s-try", "find", "make"):
        assert f'href="/programmes/desk/{url}"' in html
    assert 'href="/programmes/desk"' in html
    assert 'src="/programmes/desk/images/a%20b.svg"' in html
    assert 'href="/programmes/desk/images/a%20b.svg"' in html
    assert 'href="/programmes"' in html


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("0-x.md", "0"),
        ("00-x.md", "0"),
        ("02.5-x.md", "2.5"),
        ("2.50-x.md", "2.5"),
        ("40-x.md", "40"),
        ("100-x.md", "100"),
    ],
)
def test_numbers_are_what_they_are(tmp_path: Path, name: str, label: str) -> None:
    write(tmp_path, {"programme.md": PROGRAMME, name: SECOND.replace("requires: [find]\n", "")})
    assert [thing.label for thing in the_programme(tmp_path).things] == [label]


def test_things_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    bare = SECOND.replace("requires: [find]\n", "")
    write(
        tmp_path,
        {
            "programme.md": PROGRAMME,
            **{f"{n}-t{n.replace('.', '-')}.md": bare for n in ("10", "2", "2.5", "0")},
        },
    )
    assert [thing.label for thing in the_programme(tmp_path).things] == ["0", "2", "2.5", "10"]


def test_front_matter_is_text_and_not_what_yaml_makes_of_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "programme.md": "---\ntitle: NO\nsummary: 12:30\nversion: 2026-11-23\nlicense: 0x1F\n"
            "authors: [yes, 1.0]\n---\n",
            "01-a.md": "---\ntitle: ~\nsummary: 'it''s'\noptional: true\nminutes: 010\n---\n## Reflect\n",
        },
    )
    programme = the_programme(tmp_path)
    text = programme.texts["en"]
    assert (text.title, text.summary, programme.version, programme.license) == (
        "NO",
        "12:30",
        "2026-11-23",
        "0x1F",
    )
    assert programme.authors == ("yes", "1.0")
    thing = programme.things[0]
    assert (thing.texts["en"].title, thing.texts["en"].summary, thing.optional, thing.minutes) == (
        "~",
        "it's",
        True,
        10,
    )


def test_a_programme_says_what_exists_in_which_language(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **FILES,
            "programme.nl.md": "---\ntitle: Aan de balie\nsummary: x\n"
            "competencies: {find: Vinden}\n---\nWelkom.\n",
        },
    )
    programme = the_programme(tmp_path)
    assert programme.languages == {"en": 2, "nl": 1}
    dutch = programme.text(["fr", "nl"])
    assert (dutch.title, dutch.welcome, dict(dutch.competencies)) == (
        "Aan de balie",
        "<p>Welkom.</p>",
        {"find": "Vinden", "make": "Make"},
    )
    assert programme.text(["fr"]).title == "At the desk"
    assert programme.text(["en"]).welcome == "<p>Welcome, <em>colleague</em>.</p>"


def test_a_translation_has_its_own_words_and_the_originals_rules(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    thing = the_thing(tmp_path)
    dutch = thing.text(["nl", "en"])
    assert [(a.id, a.text, a.minutes, a.counts) for a in dutch.activities] == [
        ("one", "Vind één ding", 10, True),
        ("another", "Vind nog een", None, True),
        ("third", "Vind een derde", None, False),
    ]
    assert dutch.level_names[Level.LEARN_MORE] == "Meer leren"
    assert thing.text(["fr"]).language == "en"


def test_a_programme_can_name_sections_in_another_language(tmp_path: Path) -> None:
    german = (
        "---\ntitle: x\nsummary: y\n---\n## Ausprobieren\n\n### Einstieg\n\n"
        "- [ ] a {#one}\n- [ ] b {#another}\n\n"
        "### Mehr\n\n- [ ] c {#third}\n\n## Nachdenken\n\n- Was?\n"
    )
    names = (
        "sections:\n  de: {try: Ausprobieren, reflect: Nachdenken, "
        "getting-started: Einstieg, learn-more: Mehr}\n"
    )
    write(
        tmp_path,
        {
            **FILES,
            "programme.md": PROGRAMME.replace("language: en\n", f"language: en\n{names}"),
            "01-find.de.md": german,
        },
    )
    assert load(tmp_path).problems == ()
    assert [a.text for a in the_thing(tmp_path).texts["de"].activities] == ["a", "b", "c"]


def test_a_changed_file_with_an_error_keeps_its_last_good_version(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FILES})
    loader = Loader(tmp_path)
    good = loader.load().programmes["desk"]
    write(
        tmp_path,
        {
            "01-find.md": FIRST.replace("title: Find it", "titel: Found it"),
            "02-make.md": SECOND.replace("Make it", "New"),
        },
    )
    catalogue = loader.load(good.files)
    now = catalogue.programmes["desk"]
    assert [thing.texts["en"].title for thing in now.things] == ["Find it", "New"]
    assert {found.code for found in catalogue.problems} == {"T103", "T104"}
    (folder / "01-find.md").write_text(FIRST.replace("Find it", "Found it"))
    assert loader.load(now.files).programmes["desk"].things[0].texts["en"].title == "Found it"


def test_a_broken_file_that_never_was_good_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "03-third.md": "---\ntitel: x\n---\n", "01-find.fr.md": "---\n---\n"})
    programme = the_programme(tmp_path)
    assert [thing.slug for thing in programme.things] == ["find", "make"]
    assert set(programme.things[0].texts) == {"en", "nl"}


def test_a_broken_programme_file_keeps_the_programme(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    good = the_programme(tmp_path)
    write(tmp_path, {"programme.md": "nothing"})
    assert "desk" not in load(tmp_path).programmes
    assert the_programme(tmp_path, dict(good.files)).texts["en"].title == "At the desk"


def test_a_thing_whose_requirement_was_deleted_stays_without_it(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    good = the_programme(tmp_path)
    assert good.things[1].requires == ("find",)
    write(tmp_path, {"01-find.md": None, "01-find.nl.md": None})
    (left,) = the_programme(tmp_path, dict(good.files)).things
    assert (left.slug, left.requires) == ("make", ())


def test_things_that_require_each_other_are_all_there(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    good = the_programme(tmp_path)
    write(tmp_path, {"01-find.md": FIRST.replace("minutes: 20", "requires: [make]")})
    kept = the_programme(tmp_path, dict(good.files))
    assert [(thing.slug, thing.requires) for thing in kept.things] == [("find", ()), ("make", ("find",))]


def test_a_circle_that_was_accepted_is_cut(tmp_path: Path) -> None:
    circle = {**FILES, "01-find.md": FIRST.replace("minutes: 20", "requires: [make]")}
    write(tmp_path, circle)
    accepted = {f"things/desk/{name}": text for name, text in circle.items()}
    kept = the_programme(tmp_path, accepted)
    assert [thing.slug for thing in kept.things] == ["find", "make"]
    assert sum(len(thing.requires) for thing in kept.things) == 1


def test_a_translation_that_lags_behind_shows_new_activities_untranslated(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    good = the_programme(tmp_path)
    write(
        tmp_path,
        {
            "01-find.md": FIRST.replace(
                "- [ ] Find another {#another}", "- [ ] Look {#look}\n- [ ] Find another {#another}"
            )
        },
    )
    catalogue = load(tmp_path, good.files)
    assert [found.code for found in catalogue.problems] == ["T208"]
    thing = catalogue.programmes["desk"].things[0]
    assert [a.text for a in thing.texts["nl"].activities] == [
        "Vind één ding",
        "Look",
        "Vind nog een",
        "Vind een derde",
    ]
    assert [a.id for a in thing.texts["nl"].activities] == list(thing.activity_ids)


def test_a_duplicate_leaves_the_file_that_was_there_first(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    good = the_programme(tmp_path)
    write(tmp_path, {"02-before.md": SECOND, "1-copy.md": FIRST})
    assert [thing.slug for thing in the_programme(tmp_path, dict(good.files)).things] == ["find", "make"]


def test_a_whole_folder_that_is_gone_takes_nothing_away(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    good = the_programme(tmp_path)
    shutil.rmtree(tmp_path / "things")
    catalogue = load(tmp_path, good.files)
    assert [found.code for found in catalogue.problems] == ["T001"]
    assert catalogue.programmes["desk"].files == good.files
    assert load(tmp_path).programmes == {}


def test_a_deleted_programme_is_gone(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    write(tmp_path, {**FILES}, programme="other")
    files = {path: text for p in load(tmp_path).programmes.values() for path, text in p.files.items()}
    shutil.rmtree(tmp_path / "things" / "other")
    assert set(load(tmp_path, files).programmes) == {"desk"}


def test_windows_files_are_as_good(tmp_path: Path) -> None:
    write(
        tmp_path,
        {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in FILES.items()},
    )
    assert load(tmp_path).problems == ()
    assert the_thing(tmp_path).activity_ids == ("one", "another", "third")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Why it matters.", "Why, indeed.", True),
        ("title: Find it", "title: Seek it", True),
        ("minutes: 20", "minutes: 25", True),
        ("{#another}", "{#other}", False),
        ("### Learn more\n", "", False),
        ("## Reflect", "## Ponder", False),
        ("minutes: 20", "optional: true", False),
        ("minutes: 20", "aliases: [old]", False),
        ("minutes: 20", "breather: true", True),
    ],
)
def test_the_digest_changes_with_what_counts_towards_progress(
    tmp_path: Path, old: str, new: str, same: bool
) -> None:
    write(tmp_path, {**FILES, "01-find.nl.md": FIRST_NL})
    before = the_programme(tmp_path).digest
    write(tmp_path, {"01-find.md": FIRST.replace(old, new), "01-find.nl.md": None})
    assert (the_programme(tmp_path).digest == before) is same


def test_a_second_load_keeps_what_was_rendered(tmp_path: Path) -> None:
    write(tmp_path, {**FILES})
    loader = Loader(tmp_path)
    before = loader.load().programmes["desk"]
    write(tmp_path, {"02-make.md": SECOND.replace("Make it", "New")})
    after = loader.load().programmes["desk"]
    assert after.things[0].texts["nl"] is before.things[0].texts["nl"]
    assert after.things[1].texts["en"] is not before.things[1].texts["en"]


def test_a_change_within_the_same_moment_is_seen(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FILES})
    loader = Loader(tmp_path)
    loader.load()
    stat = (folder / "02-make.md").stat()
    (folder / "02-make.md").write_text(SECOND.replace("Make it", "Tale it"))
    os.utime(folder / "02-make.md", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert loader.load().programmes["desk"].things[1].texts["en"].title == "Tale it"


PIECES = st.sampled_from(
    [
        "---",
        "title: x",
        "requires: [",
        "## Try",
        "## Reflect",
        "### Getting started",
        "- [ ] a",
        "- [ ] b {#b}",
        "{#",
        "}",
        "```",
        "~~~~",
        "> ",
        "  - ",
        "    ",
        "[x](",
        "![",
        "](images/a.svg)",
        "[^1]",
        "[^1]: x",
        ": y",
        "\t",
        "# ",
        "1. ",
        "*",
        "&",
        "\x00",
        "\ufeff",
        "\u2028",
        "é",
        "'",
        '"',
        "{minutes=",
        "-",
        "=",
        "\\",
        "<b>",
        "&#0;",
        "| a |",
        "|--|",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(PIECES, st.sampled_from(["\n", "", "\n\n", " "])), max_size=40), st.booleans())
def test_no_text_whatsoever_breaks_the_catalogue(
    tmp_path: Path, pieces: list[tuple[str, str]], headed: bool
) -> None:
    text = ("---\ntitle: x\n---\n" if headed else "") + "".join(piece + end for piece, end in pieces)
    write(tmp_path, {**FILES, "01-find.nl.md": text, "03-x.md": text, "programme.nl.md": text})
    programme = the_programme(tmp_path)
    for thing in programme.things:
        for found in thing.texts.values():
            assert [activity.id for activity in found.activities] == list(found.activity_ids)
            assert all(activity.html for activity in found.activities) or "&" in text
            assert found.sections is not None
    for welcome in programme.texts.values():
        assert welcome.welcome is not None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_whatsoever_break_the_catalogue(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {**FILES, "programme.md": data, "03-x.md": data})
    load(tmp_path)
    write(tmp_path, {"programme.md": PROGRAMME})
    assert {"find", "make"} <= {thing.slug for thing in the_programme(tmp_path).things}

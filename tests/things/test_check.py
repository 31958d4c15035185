"""Each mistake of an author is told once, where it is, and takes nothing else away."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.things.codes import Code
from app.things.lint import check
from app.things.load import load
from tests.things.content import FILES, FIRST, FIRST_NL, PROGRAMME, SECOND, write

Files = dict[str, str | bytes | None]

THIRD = SECOND.replace("requires: [find]", "requires: [make]").replace("Make it", "Third")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


CASES: list[tuple[str, str, Files]] = [
    ("T004", "programme.md:1:1", {"programme.md": None}),
    ("T005", "second.md:1:1", {"second.md": SECOND}),
    ("T005", "3_third.md:1:1", {"3_third.md": SECOND}),
    ("T005", "03-Third.md:1:1", {"03-Third.md": SECOND}),
    ("T005", "03-images.md:1:1", {"03-images.md": SECOND}),
    ("T007", "02-make.md:3:4", {"02-make.md": b"---\ntitle: x\nsum\xffmary: y\n---\n"}),
    ("T008", "02-make.md:1:1", {"02-make.md": SECOND + "a line of text\n" * 350_000}),
    ("T009", "02-make.md:1:1", {"02-make.md": " \n"}),
    ("T010", "02-make.md:6:1", {"02-make.md": SECOND + "a line of text\n" * 9_000}),
    ("T101", "02-make.md:1:1", {"02-make.md": "# Make it\n"}),
    ("T101", "02-make.md:1:1", {"02-make.md": "---\ntitle: x\n"}),
    ("T102", "02-make.md:2:15", {"02-make.md": changed(SECOND, "Make it", "Make it: now: then")}),
    ("T102", "02-make.md:2:1", {"02-make.md": "---\n- a\n---\n## Reflect\n"}),
    ("T102", "02-make.md:2:8", {"02-make.md": "---\ntitle: &a x\nsummary: *a\n---\n## Reflect\n"}),
    ("T103", "02-make.md:4:1", {"02-make.md": changed(SECOND, "requires: [find]", "minuts: 20")}),
    (
        "T103",
        "01-find.nl.md:3:1",
        {"01-find.nl.md": changed(FIRST_NL, "summary: Iets gevonden.", "minutes: 2")},
    ),
    ("T104", "02-make.md:1:1", {"02-make.md": changed(SECOND, "title: Make it\n", "")}),
    ("T104", "02-make.md:2:1", {"02-make.md": changed(SECOND, "title: Make it", "title:")}),
    ("T105", "02-make.md:4:1", {"02-make.md": changed(SECOND, "requires: [find]", "minutes: soon")}),
    ("T105", "02-make.md:4:1", {"02-make.md": changed(SECOND, "requires: [find]", "optional: maybe")}),
    ("T105", "02-make.md:4:1", {"02-make.md": changed(SECOND, "requires: [find]", "breather: 2")}),
    ("T105", "02-make.md:4:1", {"02-make.md": changed(SECOND, "requires: [find]", "requires: find")}),
    ("T105", "02-make.md:4:12", {"02-make.md": changed(SECOND, "[find]", "[Find It]")}),
    ("T105", "programme.md:4:1", {"programme.md": changed(PROGRAMME, "language: en", "access: secret")}),
    ("T106", "02-make.md:3:1", {"02-make.md": changed(SECOND, "summary: A thing made.", "title: Again")}),
    ("T107", "02-make.md:1:1", {"02-make.md": changed(SECOND, "summary: A thing made.\n", "")}),
    ("T201", "2-third.md:1:1", {"2-third.md": SECOND}),
    ("T202", "03-make.md:1:1", {"03-make.md": SECOND}),
    ("T203", "03-third.md:4:14", {"03-third.md": changed(SECOND, "requires: [find]", "aliases: [x, find]")}),
    ("T204", "02-make.md:4:12", {"02-make.md": changed(SECOND, "[find]", "[fnid]")}),
    ("T205", "03-third.md:4:1", {"02-make.md": changed(SECOND, "[find]", "[third]"), "03-third.md": THIRD}),
    ("T206", "01-find.md:5:22", {"01-find.md": changed(FIRST, "[find]", "[find, fly]")}),
    (
        "T206",
        "programme.nl.md:4:16",
        {"programme.nl.md": "---\ntitle: x\nsummary: y\ncompetencies: {fly: Vlieg}\n---\n"},
    ),
    ("T207", "03-third.nl.md:1:1", {"03-third.nl.md": FIRST_NL}),
    ("T208", "01-find.nl.md:15:1", {"01-find.nl.md": changed(FIRST_NL, "#another", "#other")}),
    ("T209", "programme.md:4:1", {"programme.md": changed(PROGRAMME, "language: en", "complete: 3")}),
    ("T210", "01-find.en.md:1:1", {"01-find.en.md": FIRST_NL}),
    ("T211", "01-find.de.md:1:1", {"01-find.de.md": "---\ntitle: x\nsummary: y\n---\n## Lesen\n"}),
    ("T301", "02-make.md:8:1", {"02-make.md": changed(SECOND, " {#make}", "")}),
    ("T302", "01-find.md:18:1", {"01-find.md": changed(FIRST, "#another", "#one"), "01-find.nl.md": None}),
    ("T303", "02-make.md:8:16", {"02-make.md": changed(SECOND, "{#make}", "{#Make it}")}),
    ("T303", "02-make.md:8:16", {"02-make.md": changed(SECOND, "{#make}", "{#make minutes=soon}")}),
    ("T304", "02-make.md:5:1", {"02-make.md": "---\ntitle: x\nsummary: y\n---\n## Discover\n\nText.\n"}),
    ("T305", "02-make.md:6:1", {"02-make.md": changed(SECOND, "## Try", "## Trye")}),
    ("T305", "01-find.md:15:1", {"01-find.md": changed(FIRST, "### Getting started", "### Geting started")}),
    ("T306", "02-make.md:10:1", {"02-make.md": changed(SECOND, "## Reflect", "## Try")}),
    ("T307", "programme.md:7:1", {"programme.md": changed(PROGRAMME, "Welcome", "# Welcome")}),
    ("T308", "01-find.md:17:1", {"01-find.md": changed(FIRST, "### Getting started", "### Challenge me")}),
    ("T401", "01-find.md:11:19", {"01-find.md": changed(FIRST, "02-make.md", "03-make.md")}),
    ("T401", "01-find.md:11:19", {"01-find.md": changed(FIRST, "02-make.md", "../../../../etc/passwd")}),
    (
        "T402",
        "01-find.md:11:6",
        {"01-find.md": changed(FIRST, "[the second](02-make.md)", "![x](images/no.svg)")},
    ),
    (
        "T402",
        "01-find.md:11:6",
        {"01-find.md": changed(FIRST, "[the second](02-make.md)", "![x](../a/b.svg)")},
    ),
    (
        "T403",
        "01-find.md:11:6",
        {"01-find.md": changed(FIRST, "[the second](02-make.md)", "![ ](images/a.svg)"), "images/a.svg": SVG},
    ),
    ("T404", "01-find.md:11:6", {"01-find.md": changed(FIRST, "[the second](", "![x](https://e.example/")}),
    ("T405", "01-find.md:11:19", {"01-find.md": changed(FIRST, "02-make.md", "ftp://e.example/x")}),
    ("T406", "images/a.svg:1:1", {"images/a.svg": changed(SVG, "<path", "<script>x</script><path")}),
    ("T406", "images/a.svg:1:1", {"images/a.svg": changed(SVG, "<path", '<path onclick="x"')}),
    (
        "T406",
        "images/a.svg:1:1",
        {"images/a.svg": changed(SVG, "<path", '<image href="https://e.example/x"/><path')},
    ),
]


def told(path: Path) -> list[str]:
    return [f"{p.code} {p.path.partition('desk/')[2]}:{p.line}:{p.col}" for p in check(path)]


@pytest.mark.parametrize(("code", "place", "files"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_a_mistake_is_told_where_it_is(tmp_path: Path, code: str, place: str, files: Files) -> None:
    folder = write(tmp_path, {**FILES})
    write(tmp_path, files)
    found = told(tmp_path)
    assert f"{code} {place}" in found
    assert {line.split()[0] for line in found} == {code}
    assert told(folder) == found


@pytest.mark.parametrize(("code", "place", "files"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_a_mistake_takes_nothing_else_away(tmp_path: Path, code: str, place: str, files: Files) -> None:
    write(tmp_path, {**FILES})
    good = load(tmp_path)
    write(tmp_path, files)
    kept = load(tmp_path, good.programmes["desk"].files)
    assert {"find", "make"} <= {thing.slug for thing in kept.programmes["desk"].things}
    if Code[code].severity == "error":
        name = place.partition(":")[0]
        if name in FILES and code != "T209":
            assert kept.programmes["desk"].files[f"things/desk/{name}"] == FILES[name]


def test_the_small_programme_is_sound(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "images/a.svg": SVG, "README.md": "x", "notes.txt": "x", "_draft.md": "x"})
    assert told(tmp_path) == []


def test_everything_is_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **FILES,
            "02-make.md": "---\nminuts: 20\nsumary: x\n---\n## Try\n- [ ] a\n- [ ] b {#B}\n\n[x](y.md)\n",
            "01-find.md": changed(FIRST, "02-make.md", "nowhere.md"),
        },
    )
    assert told(tmp_path) == [
        "T401 01-find.md:11:19",
        "T104 02-make.md:1:1",
        "T103 02-make.md:2:1",
        "T103 02-make.md:3:1",
        "T301 02-make.md:6:1",
        "T303 02-make.md:7:9",
        "T401 02-make.md:9:5",
    ]


def test_a_message_names_the_remedy(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "02-make.md": changed(SECOND, "requires: [find]", "minuts: 20")})
    (line,) = [str(found) for found in check(tmp_path)]
    assert line.endswith(
        "02-make.md:4:1: T103 'minuts' is not a key that is known here; did you mean 'minutes'? "
        "Remove it or correct its name."
    )


def test_no_things_folder_is_one_sentence(tmp_path: Path) -> None:
    (problem,) = check(tmp_path)
    assert problem.code == "T001"
    (tmp_path / "things").write_text("")
    (problem,) = check(tmp_path)
    assert problem.code == "T001"


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "things").mkdir()
    (problem,) = check(tmp_path)
    assert (problem.code, problem.severity) == ("T002", "warning")


def test_a_folder_that_is_no_slug_is_told(tmp_path: Path) -> None:
    write(tmp_path, {**FILES}, programme="My Programme")
    (problem,) = load(tmp_path).problems
    assert problem.code == "T003"


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FILES})
    (folder / "03-third.md").symlink_to(tmp_path / "gone")
    (folder / "04-fourth.md").mkdir()
    assert [found.code for found in load(tmp_path).problems] == ["T006", "T006"]


def test_one_file_can_be_checked_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FILES, "02-make.md": "x", "03-third.md": "x"})
    assert told(folder / "02-make.md") == ["T101 02-make.md:1:1"]
    assert told(folder / "01-find.md") == []


def test_paths_are_seen_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {**FILES, "02-make.md": "x"})
    monkeypatch.chdir(folder.parent)
    assert [found.path for found in check(Path("desk"))] == ["desk/02-make.md"]
    assert [found.path for found in check(Path())] == ["desk/02-make.md"]
    monkeypatch.chdir(folder)
    assert [found.path for found in check(Path("02-make.md"))] == ["02-make.md"]


def test_every_code_has_a_case_and_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "organizers" / "check-codes.md").read_text(encoding="utf-8")
    for code in Code:
        assert f"| {code.name} | {code.severity} |" in page, code
        assert code.remedy.replace("|", "\\|") in page, code
    apart = {"T001", "T002", "T003", "T006"}
    assert {code for code, _, _ in CASES} | apart == {code.name for code in Code}

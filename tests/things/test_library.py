"""The library: a saved file is live at once, and the last good version outlives mistakes and restarts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from app.db import Database
from app.things.catalogue import Catalogue
from app.things.library import Library
from app.things.models import Edition, SourceFile
from tests.conftest import migrated_database
from tests.things.content import FILES, FIRST, PROGRAMME, SECOND, write

BROKEN = "---\ntitle: Broken\nminuts: 20\n---\nOops.\n"
AT_LAST = 20.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Database]:
    """A database that the library's own thread can write to, without the tests' savepoints."""
    with migrated_database(
        request.param, tmp_path_factory.mktemp("library"), f"library_{worker_id}"
    ) as database:
        yield database


@pytest.fixture
def database(server: Database) -> Iterator[Database]:
    yield server
    with server.transaction() as db:
        db.execute(delete(Edition))
        db.execute(delete(SourceFile))


@pytest.fixture
def content(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    return tmp_path


def titles(catalogue: Catalogue) -> dict[str, str]:
    programme = catalogue.programmes["desk"]
    return {thing.slug: thing.text(()).title for thing in programme.things}


def until(library: Library, holds: Callable[[Catalogue], bool]) -> None:
    """Wait for a catalogue of which it holds."""
    deadline = time.monotonic() + AT_LAST
    generation = library.generation
    while not holds(library.catalogue):
        left = deadline - time.monotonic()
        assert left > 0, library.catalogue
        generation = library.wait_for_change(generation, left)


def called(title: str) -> Callable[[Catalogue], bool]:
    return lambda catalogue: titles(catalogue).get("make") == title


def start_and_stop(content: Path, database: Database) -> Catalogue:
    """What a process reads when it starts."""
    library = Library(content)
    with library.watching(database):
        return library.catalogue


def test_a_saved_file_is_live_each_time(content: Path, database: Database) -> None:
    """How soon is for `make bench` to say."""
    library = Library(content)
    with library.watching(database):
        for number in range(5):
            title = f"Make it {number}"
            write(content, {"02-make.md": SECOND.replace("Make it", title)})
            until(library, called(title))


def test_new_moved_and_deleted_files_are_live_too(content: Path, database: Database) -> None:
    library = Library(content)
    with library.watching(database):
        folder = write(content, {"03-mend.md": SECOND.replace("Make it", "Mend it")})
        until(library, lambda catalogue: "mend" in titles(catalogue))
        (folder / "03-mend.md").rename(folder / "03-repair.md")
        until(library, lambda catalogue: "repair" in titles(catalogue) and "mend" not in titles(catalogue))
        (folder / "03-repair.md").unlink()
        until(library, lambda catalogue: "repair" not in titles(catalogue))
        write(content, FILES, programme="second")
        until(library, lambda catalogue: "second" in catalogue.programmes)
        shutil.rmtree(content / "things" / "second")
        until(library, lambda catalogue: "second" not in catalogue.programmes)


def test_an_editor_that_replaces_the_file_is_followed(content: Path, database: Database) -> None:
    library = Library(content)
    with library.watching(database):
        beside = content / "02-make.md~"
        beside.write_text(SECOND.replace("Make it", "Replaced"))
        beside.replace(content / "things" / "desk" / "02-make.md")
        until(library, called("Replaced"))


def test_a_change_that_changes_nothing_makes_no_new_generation(content: Path) -> None:
    library = Library(content)
    generation, catalogue = library.generation, library.catalogue
    write(content, {"02-make.md": SECOND, "notes.txt": "x"})
    library.reload()
    assert (library.generation, library.catalogue) == (generation, catalogue)


def test_waiting_ends_when_there_is_nothing_new(content: Path) -> None:
    library = Library(content)
    assert library.wait_for_change(library.generation, 0.01) == library.generation


@pytest.mark.parametrize("name", ["02-make.md", "programme.md"])
def test_a_broken_file_keeps_its_last_good_version_while_others_go_on(
    content: Path, database: Database, name: str
) -> None:
    library = Library(content)
    with library.watching(database):
        write(content, {name: BROKEN})
        until(library, lambda catalogue: bool(catalogue.problems))
        assert titles(library.catalogue) == {"find": "Find it", "make": "Make it"}
        assert {problem.path for problem in library.catalogue.problems} == {f"things/desk/{name}"}
        write(content, {"01-find.md": FIRST.replace("Find it", "Look for it")})
        until(library, lambda catalogue: titles(catalogue)["find"] == "Look for it")
        assert titles(library.catalogue)["make"] == "Make it"
        write(content, {name: FILES[name]})
        until(library, lambda catalogue: not catalogue.problems)


@pytest.mark.parametrize("name", ["02-make.md", "programme.md", "01-find.nl.md"])
def test_the_last_good_version_survives_restarts_with_a_file_that_is_broken_from_the_start(
    content: Path, database: Database, name: str
) -> None:
    before = start_and_stop(content, database).programmes["desk"]
    write(content, {name: BROKEN})
    for _ in range(2):
        after = start_and_stop(content, database)
        assert after.programmes["desk"].files == before.files
        assert after.programmes["desk"].digest == before.digest
        assert titles(after) == {"find": "Find it", "make": "Make it"}
        assert after.problems
    write(content, {"03-mend.md": SECOND.replace("Make it", "Mend it")})
    start_and_stop(content, database)
    assert titles(start_and_stop(content, database)) == {
        "find": "Find it",
        "make": "Make it",
        "mend": "Mend it",
    }


MEND = SECOND.replace("Make it", "Mend it")


def move_the_folder_away(content: Path) -> None:
    (content / "things").rename(content / "elsewhere")


def make_it_unreadable(content: Path) -> None:
    """Even for root, whom no permission stops; in one step, so that the file is never gone."""
    nowhere = content / "things" / "desk" / "nowhere"
    nowhere.symlink_to(content / "gone")
    nowhere.replace(nowhere.with_name("03-mend.md"))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (move_the_folder_away, "T001"),
        (make_it_unreadable, "T006"),
        (MEND.encode().replace(b"Mend", b"M\xe9nd"), "T007"),
        (MEND.encode() + b"x" * 5_000_000, "T008"),
        (b"", "T009"),
    ],
    ids=["no folder", "unreadable", "not UTF-8", "5 MB", "empty"],
)
def test_damage_is_one_problem_and_takes_nothing_away(
    content: Path, database: Database, damage: Callable[[Path], None] | bytes, code: str
) -> None:
    write(content, {"03-mend.md": MEND})
    all_of_it = {"find": "Find it", "make": "Make it", "mend": "Mend it"}
    library = Library(content)
    with library.watching(database):
        if isinstance(damage, bytes):
            write(content, {"03-mend.md": damage})
        else:
            damage(content)
        until(library, lambda catalogue: [problem.code for problem in catalogue.problems] == [code])
        assert titles(library.catalogue) == all_of_it
    again = start_and_stop(content, database)
    assert [problem.code for problem in again.problems] == [code]
    assert titles(again) == all_of_it


def test_a_site_without_content_waits_for_its_first_programme(tmp_path: Path, database: Database) -> None:
    library = Library(tmp_path / "not-there-yet")
    with library.watching(database):
        assert [problem.code for problem in library.catalogue.problems] == ["T001"]
        write(tmp_path / "not-there-yet", FILES)
        until(library, lambda catalogue: "desk" in catalogue.programmes and not catalogue.problems)


def test_the_content_folder_may_be_replaced_as_a_whole(content: Path, database: Database) -> None:
    root, fresh = content / "live", content / "fresh"
    write(root, FILES)
    write(fresh, {**FILES, "02-make.md": SECOND.replace("Make it", "Deployed")})
    library = Library(root)
    with library.watching(database):
        root.rename(content / "old")
        fresh.rename(root)
        until(library, called("Deployed"))
        write(root, {"02-make.md": SECOND.replace("Make it", "And edited")})
        until(library, called("And edited"))


def test_two_processes_keep_one_edition(content: Path, database: Database) -> None:
    one, two = Library(content), Library(content)
    with one.watching(database), two.watching(database):
        write(content, {"02-make.md": SECOND.replace("Make it", "Made together")})
        for library in (one, two):
            until(library, called("Made together"))
    with database.transaction(write=False) as db:
        assert db.scalar(select(func.count(Edition.id))) == 2
    assert one.catalogue.programmes["desk"].digest == two.catalogue.programmes["desk"].digest


def test_a_process_that_missed_the_last_good_version_learns_it_from_the_database(
    content: Path, database: Database
) -> None:
    copy = content / "on another machine"
    write(copy, FILES)
    one, two = Library(content), Library(copy)
    with one.watching(database), two.watching(database):
        write(content, {"02-make.md": SECOND.replace("Make it", "Good for a moment")})
        until(one, called("Good for a moment"))
        for folder in (content, copy):
            write(folder, {"02-make.md": BROKEN})
        for library in (one, two):
            until(library, lambda catalogue: bool(catalogue.problems))
            until(library, called("Good for a moment"))


def test_going_back_to_an_earlier_text_is_what_survives(content: Path, database: Database) -> None:
    for title in ("Another", "Make it"):
        write(content, {"02-make.md": SECOND.replace("Make it", title)})
        start_and_stop(content, database)
    write(content, {"02-make.md": BROKEN})
    assert titles(start_and_stop(content, database))["make"] == "Make it"


def test_a_deleted_programme_does_not_come_back(content: Path, database: Database) -> None:
    write(content, {**FILES, "programme.md": PROGRAMME.replace("At the desk", "Second")}, programme="second")
    start_and_stop(content, database)
    shutil.rmtree(content / "things" / "second")
    assert list(start_and_stop(content, database).programmes) == ["desk"]

"""The programmes, one programme, its pictures, and what happens to progress when its files change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from app.cohorts.queries import active_enrolment
from app.things.library import Library
from tests.cast import PASSWORD
from tests.conftest import Site
from tests.deeds import finish, other_content, reflect, tick
from tests.pages import see, value, words
from tests.things.content import FILES, write

DEMO, WALK = "/programmes/demo-programme", "/programmes/evening-walk"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000020000000108000000") + bytes(8)
SAFE_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>'


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Iterator[Library]:
    """The site reads tmp_path, where there is a small programme whose files a test may change."""
    write(tmp_path, FILES)
    with other_content(site, tmp_path) as library:
        yield library


def test_the_list_says_how_much_there_is_in_which_language(site: Site) -> None:
    page = see(site.client().get("/programmes"))
    cards = [" ".join(card.text(separator=" ").split()) for card in page.css(".card")]
    assert cards == [
        "Demo programme Three Things to test with. 3 Things English Dutch: 1 of 3 Things",
        "An evening walk Once around the building, for colleagues only. 3 Things English",
    ]


def test_the_list_is_read_in_the_readers_language_where_it_exists(site: Site) -> None:
    page = see(site.client().get("/programmes", headers={"Accept-Language": "nl"}))
    assert "Proefprogramma" in words(page)
    assert "An evening walk" in words(page)


def test_a_learner_sees_in_the_list_how_far_they_are(site: Site) -> None:
    finish(site, site.cast.learner, "third")
    page = see(site.client(site.cast.learner).get("/programmes"))
    assert [node.text() for node in page.css(".card strong")] == ["1 of 3 Things complete."]


def test_a_programme_shows_its_things_with_my_progress_and_the_next_step(site: Site) -> None:
    tick(site, site.cast.learner, "first/a")
    finish(site, site.cast.learner, "third")
    page = see(site.client(site.cast.learner).get(DEMO))
    assert words(page, ".prose") == "Welcome to the demo programme ."
    assert [" ".join(row.text(separator=" ").split()) for row in page.css(".thing-row .vh")] == [
        "Thing 1, started",
        "Thing 2, not started",
        "Thing 3, complete",
    ]
    assert words(page, ".next-step .kicker") == "Continue with Thing 1"
    assert words(page, ".board-note") == (
        "1 of 3 Things complete. The programme is complete when all its Things are."
    )


def test_optional_things_and_numbers_in_between_are_shown_as_such(site: Site) -> None:
    page = see(site.client(site.cast.stranger).get(WALK))
    assert [node.text() for node in page.css(".tiles .tile-n")] == ["1", "2", "2.5"]
    assert "Sit down" in words(page, ".thing-row:last-child")
    assert "optional" in words(page, ".thing-row:last-child")
    assert "all Things but the optional ones" in words(page, ".board-note")
    assert words(see(site.client(site.cast.stranger).get(f"{WALK}/sit-down")), ".kicker") == (
        "Thing 2.5 · optional"
    )


def test_a_thing_without_a_translation_says_in_the_list_what_it_is_read_in(site: Site) -> None:
    page = see(site.client().get(DEMO, headers={"Accept-Language": "nl"}))
    assert words(page, "h1") == "Proefprogramma"
    assert [link.attributes.get("lang") for link in page.css(".thing-row h3 a")] == [None, "en", "en"]


def test_of_a_members_programme_the_web_reads_what_it_is_and_nothing_of_its_things(site: Site) -> None:
    client = site.client()
    page = see(client.get(WALK))
    assert "Bring a coat." in words(page)
    assert "Find the shelf" in words(page)
    for path in ("find-the-shelf", "find-the-shelf/reflect"):
        answer = client.get(f"{WALK}/{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={WALK}/{path}")
        assert "Stand before it" not in answer.text


def test_signing_in_leads_back_to_the_thing_that_was_asked_for(site: Site) -> None:
    client = site.client()
    page = see(client.get(client.get(f"{WALK}/find-the-shelf").headers["location"]))
    form = {"email": "stien@example.org", "password": PASSWORD, "next": value(page, "next")}
    answer = client.post("/sign-in", data=form)
    assert answer.headers["location"] == f"{WALK}/find-the-shelf"
    assert "Stand before it" in words(see(client.get(answer.headers["location"])))


@pytest.mark.parametrize("who", [None, "learner"])
def test_an_earlier_name_of_a_thing_leads_to_it_for_good(site: Site, who: str | None) -> None:
    client = site.client(getattr(site.cast, who) if who else None)
    answer = client.get(f"{DEMO}/older-second")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{DEMO}/second")


def test_what_is_written_under_an_earlier_name_belongs_to_the_thing(site: Site) -> None:
    reflect(site, site.cast.learner, "older-second", title="By the old name")
    page = see(site.client(site.cast.learner).get(f"{DEMO}/second"))
    assert "By the old name" in words(page, "#written")


def test_a_renamed_thing_keeps_completion_and_history(site: Site, desk: Library, tmp_path: Path) -> None:
    learner = site.cast.stranger
    client = site.client(learner)
    finish(site, learner, "find", programme="desk")
    post = reflect(site, learner, "find", programme="desk", visibility="members", title="Found")
    renamed = FILES["01-find.md"].replace("minutes: 20", "minutes: 20\naliases: [find]")
    write(
        tmp_path,
        {"01-find.md": None, "01-find.nl.md": None, "01-seek.md": renamed},
    )
    desk.reload()
    assert client.get("/programmes/desk/find").headers["location"] == "/programmes/desk/seek"
    page = see(client.get("/programmes/desk/seek"))
    assert "Thing 1 is complete." in words(page, "#finished")
    assert "Found" in words(page, "#written")
    assert page.css_first("#activity-one-tick").attributes["aria-checked"] == "true"
    assert "1 of 2 Things complete." in words(see(client.get("/programmes/desk")), ".board-note")
    assert see(client.get(post)).css_first("a[href='/programmes/desk/seek']") is not None


def test_after_a_rename_one_can_take_a_tick_back_and_completes_anew(
    site: Site, desk: Library, tmp_path: Path
) -> None:
    learner = site.cast.stranger
    finish(site, learner, "make", programme="desk")
    renamed = FILES["02-make.md"].replace("requires: [find]", "aliases: [make]")
    write(tmp_path, {"02-make.md": None, "02-build.md": renamed})
    desk.reload()
    board = "/programmes/desk"
    client = site.client(learner)
    tick(site, learner, "build/make", programme="desk", done="0")
    assert "0 of 2 Things complete." in words(see(client.get(board)), ".board-note")
    tick(site, learner, "build/make", programme="desk")
    assert "1 of 2 Things complete." in words(see(client.get(board)), ".board-note")


def test_a_removed_thing_is_gone_but_its_history_stays(site: Site, desk: Library, tmp_path: Path) -> None:
    learner = site.cast.stranger
    client = site.client(learner)
    finish(site, learner, "make", programme="desk")
    post = reflect(site, learner, "make", programme="desk", visibility="members", title="Made")
    write(tmp_path, {"02-make.md": None})
    desk.reload()
    see(client.get("/programmes/desk/make"), 404)
    assert words(see(client.get(post)), "h1") == "Made"
    assert "Made" in words(see(client.get(f"/journals/{learner.handle}")))
    assert "0 of 1 Thing complete." in words(see(client.get("/programmes/desk")), ".board-note")
    tick(site, learner, "find/one", programme="desk")
    write(tmp_path, {"02-make.md": FILES["02-make.md"]})
    desk.reload()
    assert "Thing 2 is complete." in words(see(client.get("/programmes/desk/make")), "#finished")
    assert "1 of 2 Things complete." in words(see(client.get("/programmes/desk")), ".board-note")


def test_an_edit_never_takes_a_completion_away(site: Site, desk: Library, tmp_path: Path) -> None:
    finish(site, site.cast.stranger, "make", programme="desk")
    more = FILES["02-make.md"].replace("{#make}", "{#make}\n- [ ] Make two {#two}")
    write(tmp_path, {"02-make.md": more})
    desk.reload()
    page = see(site.client(site.cast.stranger).get("/programmes/desk/make"))
    assert "Thing 2 is complete." in words(page, "#finished")
    assert page.css_first("#activity-two-tick").attributes["aria-checked"] == "false"


def test_one_begins_alone_once(site: Site) -> None:
    client = site.client(site.cast.stranger)
    page = see(client.get(WALK))
    assert page.css_first("main form").attributes["action"] == f"{WALK}/enrol"
    answers = [client.post(f"{WALK}/enrol") for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [WALK, WALK]
    page = see(client.get(WALK))
    assert words(page, ".flash").startswith("You are in.")
    assert words(page, ".next-step .kicker") == "Next: Thing 1"
    assert not page.css("main form")


def test_who_is_in_a_group_stays_in_it_when_they_begin_alone(site: Site) -> None:
    site.client(site.cast.learner).post(f"{DEMO}/enrol")
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, "demo-programme")
        assert enrolment is not None
        assert enrolment.cohort_id == site.cast.cohort.id


def test_signed_out_one_is_led_to_sign_up_and_back(site: Site) -> None:
    page = see(site.client().get(DEMO))
    links = [unquote(link.attributes["href"] or "") for link in page.css("main .row a")]
    assert links == [f"/sign-up?next={DEMO}", f"/sign-in?next={DEMO}"]
    assert site.client().post(f"{DEMO}/enrol").headers["location"] == "/sign-in?next=/"


@pytest.mark.parametrize("path", ["nothing", "nothing/first", "demo-programme/nothing", "evening-walk/first"])
def test_what_does_not_exist_is_not_found(site: Site, path: str) -> None:
    for client in (site.client(), site.client(site.cast.learner)):
        see(client.get(f"/programmes/{path}"), 404)
    see(site.client(site.cast.learner).post("/programmes/nothing/enrol"), 404)


def test_a_picture_is_for_who_may_read_the_things(site: Site) -> None:
    url = f"{WALK}/images/around.svg"
    see(site.client().get(url), 404)
    answer = site.client(site.cast.stranger).get(url)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"].startswith("private")
    page = see(site.client(site.cast.stranger).get(f"{WALK}/find-the-shelf"))
    assert page.css_first("article img").attributes["src"] == url


@pytest.mark.parametrize(
    ("name", "data", "size"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>', ("40", "30")),
        ("b.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="8.4px" height="6.6px"/>', ("8", "7")),
        ("c.png", PNG, ("2", "1")),
        ("unsized.svg", SAFE_SVG.encode(), (None, None)),
        ("broken.png", b"no picture", (None, None)),
        ("broken.svg", b"<svg width=", (None, None)),
    ],
)
def test_a_picture_has_its_place_before_it_arrives(
    site: Site, desk: Library, tmp_path: Path, name: str, data: bytes, size: tuple[str | None, str | None]
) -> None:
    text = FILES["01-find.md"] + f"\n![A picture](images/{name})\n"
    write(tmp_path, {f"images/{name}": data, "01-find.md": text})
    desk.reload()
    page = see(site.client(site.cast.stranger).get("/programmes/desk/find"))
    attributes = page.css_first(f'img[src$="/{name}"]').attributes
    assert (attributes.get("width"), attributes.get("height")) == size


def test_the_pictures_of_a_public_programme_are_public(site: Site, desk: Library, tmp_path: Path) -> None:
    public = FILES["programme.md"].replace("language: en", "language: en\naccess: public")
    write(tmp_path, {"programme.md": public, "images/a b.svg": SAFE_SVG, "images/deep/c.png": b"png"})
    desk.reload()
    assert site.client().get("/programmes/desk/images/a%20b.svg").status_code == 200
    assert site.client().get("/programmes/desk/images/deep/c.png").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "nothing.svg",
        "",
        "deep",
        "../programme.md",
        "%2e%2e/programme.md",
        "..%2fprogramme.md",
        "%2e%2e%2f%2e%2e%2f%2e%2e%2foutside.svg",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "link.svg",
        "script.svg",
        "a.svg%00.png",
        "a" * 5000,
    ],
)
def test_nothing_but_a_picture_of_the_programme_is_served(
    site: Site, desk: Library, tmp_path: Path, path: str
) -> None:
    folder = write(
        tmp_path,
        {
            "images/notes.txt": "Not a picture.",
            "images/a.svg": SAFE_SVG,
            "images/deep/b.svg": SAFE_SVG,
            "images/script.svg": SAFE_SVG.replace("<path", "<script>x</script><path"),
        },
    )
    (tmp_path / "outside.svg").write_text(SAFE_SVG)
    (folder / "images" / "link.svg").symlink_to(tmp_path / "outside.svg")
    desk.reload()
    client = site.client(site.cast.stranger)
    assert client.get("/programmes/desk/images/a.svg").status_code == 200
    see(client.get(f"/programmes/desk/images/{path}"), 404)


def test_the_page_of_a_programme_takes_one_statement_however_many_things_there_are(
    site: Site, desk: Library, tmp_path: Path
) -> None:
    thing = "---\ntitle: Another\nsummary: One more.\n---\n## Try\n- [ ] Do it {#do}\n"
    client = site.client(site.cast.stranger)
    tick(site, site.cast.stranger, "make/make", programme="desk")
    write(tmp_path, {f"{number:02}-another-{number}.md": thing for number in range(3, 23)})
    desk.reload()
    tick(site, site.cast.stranger, "another-9/do", programme="desk")
    with site.statements() as statements:
        page = see(client.get("/programmes/desk"))
    assert len(page.css(".thing-row")) == 22
    assert len(statements) == 1

"""The organizer's desk: content health, groups, invitations, people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser

from app.cohorts.models import Cohort
from app.people.models import Person
from app.things.library import Library
from tests.conftest import BASE_URL, Site
from tests.deeds import crowd, other_content
from tests.pages import see, value, words
from tests.things.content import FILES, SECOND, write

BROKEN = SECOND.replace("requires: [find]", "minuts: 20")
NEW_GROUP = {
    "name": "Harbour Library",
    "programme": "demo-programme",
    "mode": "blended",
    "starts_on": "2027-01-11",
    "ends_on": "2027-03-26",
    "seats": "12",
    "code": "har-bour 7",
    "default_visibility": "cohort",
    "once": "mark",
}


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Iterator[Library]:
    """The site reads tmp_path, where there is a small programme whose files a test may change."""
    write(tmp_path, FILES)
    with other_content(site, tmp_path) as library:
        yield library


def seen(site: Site, url: str, person: Person | None = None, **query: str) -> LexborHTMLParser:
    return see(site.client(person or site.cast.organizer).get(url, params=query))


def badge_of(page: LexborHTMLParser, title: str) -> str:
    """What the desk says about the state of a programme."""
    card = next(card for card in page.css(".card") if title in card.text())
    return card.css(".badge")[-1].text().strip()


def create(site: Site, **fields: str) -> Response:
    return site.client(site.cast.organizer).post("/organize/cohorts", data={**NEW_GROUP, **fields})


def cohorts(site: Site) -> list[Cohort]:
    """The groups beside those of the cast."""
    with site.db() as db:
        cast = (site.cast.cohort.id, site.cast.other_cohort.id)
        return db.query(Cohort).where(Cohort.id.not_in(cast)).order_by(Cohort.id).all()


def test_the_desk_shows_the_programmes_and_the_newest_groups(site: Site) -> None:
    page = seen(site, "/organize")
    assert badge_of(page, "Demo programme") == "Everything in order"
    groups = [" ".join(node.text(separator=" ").split()) for node in page.css("[aria-labelledby=groups] li")]
    assert groups == ["Hillside School 1 learner Oda Willems", "Riverside Library 2 learners Cora Janssens"]


def test_a_mistake_in_a_file_is_told_and_learners_keep_the_last_good_version(
    site: Site, desk: Library, tmp_path: Path
) -> None:
    write(tmp_path, {"02-make.md": BROKEN})
    desk.reload()
    assert badge_of(seen(site, "/organize"), "At the desk") == "1 problem"
    page = seen(site, "/organize/programmes/desk")
    assert words(page, ".problems") == (
        "Error things/desk/02-make.md:4:1 T103: 'minuts' is not a key that is known here; "
        "did you mean 'minutes'? Remove it or correct its name."
    )
    assert "keeps its last good version for learners" in words(page)
    assert words(seen(site, "/programmes/desk/make", site.cast.learner), "h1") == "Make it"
    write(tmp_path, {"02-make.md": SECOND.replace("Make it", "Make it well")})
    desk.reload()
    assert badge_of(seen(site, "/organize"), "At the desk") == "Everything in order"
    assert not seen(site, "/organize/programmes/desk").css(".problems")
    assert words(seen(site, "/programmes/desk/make", site.cast.learner), "h1") == "Make it well"


def test_a_warning_is_no_error(site: Site, desk: Library, tmp_path: Path) -> None:
    write(tmp_path, {"02-make.md": SECOND.replace("## Reflect", "## Reflectt")})
    desk.reload()
    assert badge_of(seen(site, "/organize"), "At the desk") == "1 warning"
    assert "Warning" in words(seen(site, "/organize/programmes/desk"), ".problems")


def test_files_that_make_no_programme_are_listed_apart(site: Site, desk: Library, tmp_path: Path) -> None:
    write(tmp_path, {"programme.md": b"\xff\xfe"}, programme="broken")
    write(tmp_path, FILES, programme="Not a slug")
    desk.reload()
    page = seen(site, "/organize")
    assert [node.text() for node in page.css("[aria-labelledby=problems] code")] == [
        "things/Not a slug:1:1",
        "things/broken/programme.md:1:1",
    ]
    assert badge_of(page, "At the desk") == "Everything in order"
    see(site.client(site.cast.organizer).get("/organize/programmes/broken"), 404)


def test_a_problem_is_told_at_its_own_programme_only(site: Site, desk: Library, tmp_path: Path) -> None:
    other = FILES["programme.md"].replace("At the desk", "Help at hand")
    write(tmp_path, {**FILES, "programme.md": other, "02-make.md": BROKEN}, programme="help-desk")
    write(tmp_path, {"programme.md": "x"}, programme="my-desk")
    desk.reload()
    page = seen(site, "/organize")
    assert badge_of(page, "Help at hand") == "1 problem"
    assert badge_of(page, "At the desk") == "Everything in order"
    assert words(page, "[aria-labelledby=problems] code") == "things/my-desk/programme.md:1:1"
    assert not seen(site, "/organize/programmes/desk").css(".problems")


def test_an_empty_content_folder_says_how_to_begin(site: Site, tmp_path: Path) -> None:
    with other_content(site, tmp_path):
        page = seen(site, "/organize")
        assert "dingen new programme" in words(page, ".empty")
        assert "Files that cannot be read" in words(page)


def test_a_group_is_created_with_everything_that_was_filled_in(site: Site) -> None:
    answer = create(site)
    (made,) = cohorts(site)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/organize/cohorts/{made.public_id}")
    assert made.starts_on is not None and made.ends_on is not None
    kept = (made.name, made.programme_slug, made.mode, made.code, made.seats, made.default_visibility)
    assert kept == ("Harbour Library", "demo-programme", "blended", "HARBOUR7", 12, "cohort")
    assert (made.starts_on.isoformat(), made.ends_on.isoformat()) == ("2027-01-11", "2027-03-26")
    page = seen(site, answer.headers["location"])
    assert "with live meetings from 11 January 2027 until 26 March 2027 0 learners" in words(page)
    assert "Nobody coaches this group yet." in words(page)
    assert "Harbour Library" in words(seen(site, "/organize/cohorts"), "tbody tr:first-child")


def test_a_group_needs_little(site: Site) -> None:
    form = seen(site, "/organize/cohorts/new")
    assert value(form, "mode") == "coach-led"
    client = site.client(site.cast.organizer)
    little = {"name": "Little", "programme": "evening-walk", "mode": "self-paced"}
    blank = dict.fromkeys(("starts_on", "ends_on", "seats", "code"), "")
    see(client.post("/organize/cohorts", data={**little, **blank, "once": value(form, "once")}), 303)
    (made,) = cohorts(site)
    assert len(made.code) == 8
    assert (made.starts_on, made.ends_on, made.seats) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Fill this in."),
        ("name", "x" * 121, "Use at most 120 characters."),
        ("programme", "nothing", "Choose one of the options."),
        ("mode", "nonsense", "Choose one of the options."),
        ("starts_on", "11/01/2027", "Write a date as"),
        ("starts_on", "2027-02-30", "Write a date as"),
        ("ends_on", "2027-01-10", "The end cannot come before the start."),
        ("seats", "0", "Write a larger number."),
        ("seats", "many", "Write a whole number."),
        ("code", "harbour!", "does not look right"),
        ("code", "river-side", "Another group has this code."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    site: Site, field: str, typed: str, said: str
) -> None:
    page = see(create(site, **{field: typed}), 422)
    error = f"#f-{field}-group-error" if field == "mode" else f"#f-{field}-error"
    assert said in words(page, error)
    assert len(page.css(".field-error")) == 1
    assert said in words(page, ".error-summary")
    for name in ("name", "starts_on", "ends_on", "seats", "code", "once"):
        assert value(page, name) == {**NEW_GROUP, field: typed}[name]
    if field != "programme":
        assert page.css_first("[name=programme] [selected]").attributes["value"] == "demo-programme"
    assert not cohorts(site)


def test_the_same_form_sent_again_is_one_group(site: Site) -> None:
    for code in ("", "HARBOUR7"):
        leads = {create(site, once=f"mark{code}", code=code).headers["location"] for _ in range(3)}
        assert len(leads) == 1
    assert len(cohorts(site)) == 2


def test_a_refused_form_can_be_mended_and_sent(site: Site) -> None:
    page = see(create(site, code="RIVERSIDE"), 422)
    see(create(site, once=value(page, "once"), code="HARBOUR"), 303)
    assert [cohort.code for cohort in cohorts(site)] == ["HARBOUR"]


def test_a_coach_is_added_by_address_and_removed_by_name(site: Site) -> None:
    client = site.client(site.cast.organizer)
    url = f"/organize/cohorts/{site.cast.cohort.public_id}"
    grid = f"/cohorts/{site.cast.cohort.public_id}/coach"
    for _ in range(2):
        see(client.post(f"{url}/coaches", data={"email": " Stien@Example.org"}), 303)
    page = see(client.get(url))
    assert words(page, ".flash") == "Stien Vos coaches this group now."
    assert words(page, "[aria-labelledby=coaches] .people") == (
        "Cora Janssens Replace or remove Cora Janssens Stien Vos Replace or remove Stien Vos"
    )
    see(site.client(site.cast.stranger).get(grid))
    remove = next(link for link in page.css(".people a") if "stien" in (link.attributes["href"] or ""))
    form = see(client.get(remove.attributes["href"])).css_first("main form")
    see(client.post(form.attributes["action"]), 303)
    assert words(see(client.get(url)), ".flash") == "Stien Vos no longer coaches this group."
    see(site.client(site.cast.stranger).get(grid), 404)
    see(client.post(form.attributes["action"]), 404)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nobody@example.org", "Nobody here has this address."),
        ("not an address", "Write an e-mail address"),
        ("", "Fill this in."),
    ],
)
def test_an_address_that_nobody_has_is_kept_for_mending(site: Site, typed: str, said: str) -> None:
    url = f"/organize/cohorts/{site.cast.cohort.public_id}/coaches"
    page = see(site.client(site.cast.organizer).post(url, data={"email": typed}), 422)
    assert said in words(page, "#f-email-error")
    assert value(page, "email") == typed


def test_an_invitation_has_all_that_one_hands_out(site: Site) -> None:
    url = f"/organize/cohorts/{site.cast.cohort.public_id}"
    link = f"{BASE_URL}/join/RIVERSIDE"
    page = seen(site, url)
    assert page.css_first("#join-link").attributes["href"] == link
    assert "Code: RIVERSIDE" in words(page, ".invitation")
    text = value(page, "invitation")
    assert "You are invited to Riverside Library." in text
    assert link in text
    qr = page.css_first(".invitation svg.qr")
    assert "viewbox" in {name.lower() for name in qr.attributes}
    assert not page.css(".invitation [style]")
    poster = seen(site, f"{url}/poster")
    assert words(poster, ".poster-link") == link
    assert "RIVERSIDE" in words(poster, ".poster")
    assert poster.css_first("svg.qr").html == qr.html
    see(site.client().get("/join/RIVERSIDE"))


def test_an_invitation_tells_the_first_day(site: Site) -> None:
    page = seen(site, create(site).headers["location"])
    assert "We begin on 11 January 2027." in value(page, "invitation")


def test_people_are_listed_by_name_and_found_by_name_or_address(site: Site) -> None:
    with site.db() as db:
        crowd(db, ["Émile Zand", "100% Piet"])

    def found(q: str) -> list[str]:
        page = seen(site, "/organize/people", q=q)
        return [link.text() for link in page.css(".people > li > a:first-of-type")]

    everyone = found("")
    assert everyone[:3] == ["100% Piet", "Ada Vermeulen", "Cora Janssens"]
    assert len(everyone) == 11
    assert found("emile") == ["Émile Zand"]
    assert found("  MAES ") == ["Lena Maes"]
    assert found("LENA@example") == ["Lena Maes"]
    assert found("%") == ["100% Piet"]
    assert found("_") == found("\\") == found("nobody at all") == []
    assert value(seen(site, "/organize/people", q="emile"), "q") == "emile"


def test_everyone_is_on_some_page_of_the_list_once(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Jan {'É' if number % 2 else 'e'}{number // 30}" for number in range(120)])
    client, url = site.client(site.cast.organizer), "/organize/people?q=jan"
    found, sizes = [], []
    while url:
        page = see(client.get(url))
        found += [link.attributes["href"] for link in page.css(".people > li > a:first-of-type")]
        sizes.append(len(page.css(".people > li")))
        link = page.css_first(".pager [rel=next]")
        url = link.attributes["href"] or "" if link else ""
    assert sizes == [50, 50, 21]  # Cora Janssens is a Jan too
    assert len(set(found)) == 121


def test_only_an_administrator_is_shown_the_way_to_a_link_for_a_new_password(site: Site) -> None:
    url = f"/organize/people/{site.cast.learner.public_id}/reset-link"
    assert "reset-link" not in seen(site, "/organize/people").html
    assert url in seen(site, "/organize/people", site.cast.administrator).html
    for person in (site.cast.organizer, site.cast.coach, site.cast.learner):
        client = site.client(person)
        see(client.get(url), 404)
        see(client.post(url), 404)
    page = see(site.client(site.cast.administrator).post(url))
    link = page.css_first("#reset-link").attributes["value"] or ""
    assert link.startswith(f"{BASE_URL}/reset/")
    assert "Lena Maes" in words(see(site.client().get(link)))


@pytest.mark.parametrize("who", ["learner", "coach", "stranger"])
def test_for_who_does_not_organize_there_is_no_desk(site: Site, who: str) -> None:
    client = site.client(getattr(site.cast, who))
    group = f"/organize/cohorts/{site.cast.cohort.public_id}"
    pages = ("", "/cohorts", "/cohorts/new", "/people", "/programmes/demo-programme")
    for path in (*(f"/organize{path}" for path in pages), group, f"{group}/poster"):
        see(client.get(path), 404)
    see(client.post("/organize/cohorts", data=NEW_GROUP), 404)
    see(client.post(f"{group}/coaches", data={"email": "stien@example.org"}), 404)
    see(client.post(f"{group}/coaches/cora-janssens/remove"), 404)
    assert not cohorts(site)


def test_what_does_not_exist_is_not_found(site: Site) -> None:
    client = site.client(site.cast.administrator)
    for path in ("cohorts/nothing", "cohorts/nothing/poster", "programmes/nothing"):
        see(client.get(f"/organize/{path}"), 404)
    see(client.post(f"/organize/cohorts/{site.cast.cohort.public_id}/coaches/lena-maes/remove"), 404)


def test_the_desk_takes_as_many_statements_however_many_groups_and_people(site: Site) -> None:
    client = site.client(site.cast.organizer)
    paths = ("/organize", "/organize/cohorts", "/organize/people")
    counts: dict[str, list[int]] = {path: [] for path in paths}
    for number in (3, 6):
        for n in range(number):
            create(site, once=f"{number}-{n}", code="")
        with site.db() as db:
            crowd(db, [f"Learner {number}-{n}" for n in range(5 * number)], site.cast.cohort)
        for path in paths:
            with site.statements() as statements:
                see(client.get(path))
            counts[path].append(len(statements))
    assert all(before == after for before, after in counts.values()), counts


def test_a_group_begins_with_its_coaches_and_its_first_default(site: Site) -> None:
    form = {
        "name": "Seaside",
        "programme": "demo-programme",
        "mode": "coach-led",
        "coaches": "Cora@example.org;\n oda@example.org",
        "default_visibility": "cohort",
    }
    answer = site.client(site.cast.organizer).post("/organize/cohorts", data=form)
    page = see(site.client(site.cast.organizer).get(answer.headers["location"]))
    assert "Cora Janssens" in words(page) and "Oda Willems" in words(page)
    code = words(page, ".invitation strong")
    learner = site.client(site.cast.stranger)
    learner.post(f"/join/{code}")
    editor = see(learner.get("/programmes/demo-programme/first/reflect"))
    assert value(editor, "visibility") == "cohort"


def test_a_coach_without_an_account_is_told_beside_the_field_and_no_group_is_made(site: Site) -> None:
    form = {
        "name": "Seaside",
        "programme": "demo-programme",
        "mode": "coach-led",
        "coaches": "cora@example.org nobody@example.org",
    }
    page = see(site.client(site.cast.organizer).post("/organize/cohorts", data=form), 422)
    assert "nobody@example.org" in words(page, "#f-coaches-error")
    assert value(page, "coaches") == form["coaches"]
    assert "Seaside" not in words(see(site.client(site.cast.organizer).get("/organize/cohorts")))

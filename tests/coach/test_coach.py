"""The coach's pages: who is where, what waits for an answer, and one learner."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update

from app.clock import now, set_to
from app.coaching.queries import MOST_PRINTED
from app.cohorts.queries import active_enrolment
from app.cohorts.services import add_coach, end_enrolment, remove_coach
from app.events.log import record
from app.people.models import Person
from app.progress.models import ProgressState
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, finish, reflect, tick, write_posts
from tests.pages import see, words


def grid_url(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach"


def grid(site: Site, **query: str) -> LexborHTMLParser:
    return see(site.client(site.cast.coach).get(grid_url(site), params=query))


def names(page: LexborHTMLParser) -> list[str]:
    return [node.text() for node in page.css(".coach-grid th.g-name > a:first-child > span:last-child")]


def row(page: LexborHTMLParser, handle: str) -> LexborHTMLParser:
    """The row of one learner."""
    for node in page.css(".coach-grid tbody tr"):
        if f"/learners/{handle}" in (node.html or ""):
            return LexborHTMLParser(f"<table>{node.html}</table>")
    raise AssertionError(f"{handle} is not in the grid")


def inbox(site: Site, person: Person | None = None, **query: str) -> list[str]:
    page = see(site.client(person or site.cast.coach).get(f"{grid_url(site)}/inbox", params=query))
    return [title.text() for title in page.css(".post-title")]


def learner_page(site: Site, handle: str = "lena-maes") -> LexborHTMLParser:
    return see(site.client(site.cast.coach).get(f"{grid_url(site)}/learners/{handle}"))


def days_ago(days: int) -> datetime:
    return now() - timedelta(days=days)


def test_the_longest_silence_comes_first(site: Site) -> None:
    with set_to(days_ago(3)):
        tick(site, site.cast.learner, "first/a")
    with set_to(days_ago(5)):
        tick(site, site.cast.peer, "first/a")
    page = grid(site)
    assert names(page) == ["Piet Claes", "Lena Maes"]
    assert [node.text() for node in page.css(".g-last time")] == ["5 days ago", "3 days ago"]
    reflect(site, site.cast.peer, visibility="private")
    assert names(grid(site)) == ["Lena Maes", "Piet Claes"]


def test_the_grid_is_sorted_by_name_and_by_progress(site: Site) -> None:
    with site.db() as db:
        crowd(db, ["Zoë Zwart", "Émile Adam", "emiel Bal", "Ömer Can", "Ola Dam"], site.cast.cohort)
    finish(site, site.cast.learner, "third")
    assert names(grid(site, sort="name")) == [
        "emiel Bal",
        "Émile Adam",
        "Lena Maes",
        "Ola Dam",
        "Ömer Can",
        "Piet Claes",
        "Zoë Zwart",
    ]
    assert names(grid(site, sort="progress"))[-1] == "Lena Maes"
    assert names(grid(site, sort="nonsense", show="nonsense")) == names(grid(site))


def test_the_grid_shows_only_who_one_asks_for(site: Site) -> None:
    with site.db() as db:
        crowd(db, ["Quiet Quinten"], site.cast.cohort, last_active=days_ago(15))
        crowd(db, ["New Nora"], site.cast.cohort)
    with set_to(days_ago(13)):
        tick(site, site.cast.learner, "first/a")
    reflect(site, site.cast.peer, visibility="coaches")
    reflect(site, site.cast.learner, visibility="private")
    assert names(grid(site, show="silent")) == ["Quiet Quinten"]
    assert names(grid(site, show="waiting")) == ["Piet Claes"]
    assert names(grid(site, show="not-begun")) == ["Quiet Quinten", "New Nora"]
    assert names(grid(site, show="not-begun", q="nora")) == ["New Nora"]
    page = grid(site, show="waiting", q="lena")
    assert "Nobody fits this choice" in words(page)
    assert page.css_first(".empty a").attributes["href"] == grid_url(site)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("emile", ["Émile Adam"]),
        ("ÉMI", ["Émile Adam", "emiel Bal"]),
        ("  adam ", ["Émile Adam"]),
        ("strasse", ["Jo Straße"]),
        ("%", ["100% Piet"]),
        ("_", []),
        ("/", []),
        ("\\", []),
    ],
)
def test_a_search_needs_no_accents_and_takes_signs_as_signs(site: Site, typed: str, found: list[str]) -> None:
    with site.db() as db:
        crowd(db, ["Émile Adam", "emiel Bal", "Jo Straße", "100% Piet"], site.cast.cohort)
    assert names(grid(site, q=typed)) == found


@pytest.mark.parametrize("sort", ["silence", "name", "progress"])
def test_everyone_is_on_some_page_once(site: Site, sort: str) -> None:
    with site.db() as db:
        many = [f"Jan {'É' if number % 2 else 'e'}{number // 8}" for number in range(120)]
        crowd(db, many, site.cast.cohort, last_active=days_ago(2))
        for number, enrolment in enumerate(enrolments_of(db, site.cast.cohort)):
            enrolment.last_active_at = days_ago(2).replace(microsecond=number // 9)
            enrolment.things_complete = number // 40
    found, sizes, url = [], [], f"{grid_url(site)}?sort={sort}"
    client = site.client(site.cast.coach)
    while url:
        page = see(client.get(url))
        found += [node.attributes["href"] for node in page.css(".coach-grid th.g-name > a")]
        sizes.append(len(names(page)))
        link = page.css_first(".pager [rel=next]")
        url = link.attributes["href"] or "" if link else ""
    assert sizes == [50, 50, 22]
    assert len(set(found)) == len(found) == 122


def test_a_next_page_keeps_the_choice(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Jan {number:02}" for number in range(60)], site.cast.cohort)
        crowd(db, [f"An {number:02}" for number in range(60)], site.cast.cohort)
    page = grid(site, sort="name", show="not-begun", q="jan")
    page = see(site.client(site.cast.coach).get(page.css_first(".pager [rel=next]").attributes["href"]))
    assert names(page) == [f"Jan {number:02}" for number in range(50, 60)]
    assert page.css_first("[name=q]").attributes["value"] == "jan"
    assert page.css_first(".pager [rel=prev]").attributes["href"] == grid_url(site)


def test_a_row_has_the_state_of_every_thing(site: Site) -> None:
    tick(site, site.cast.learner, "first/a")
    reflect(site, site.cast.learner, "second", visibility="private")
    finish(site, site.cast.learner, "third")
    line = row(grid(site), "lena-maes")
    tiles = line.css(".g-cell .tile")
    assert [re.findall(r"is-[a-z-]+", tile.attributes["class"] or "") for tile in tiles] == [
        ["is-started"],
        ["is-reflected"],
        ["is-complete"],
    ]
    assert [tile.text() for tile in tiles] == ["started", "reflection written", "complete"]
    assert [tile.attributes["href"] for tile in tiles] == [
        f"{grid_url(site)}/learners/lena-maes#thing-{slug}" for slug in ("first", "second", "third")
    ]
    assert words(line, ".g-sum") == "1 / 3"
    untouched = row(grid(site), "piet-claes").css(".g-cell .tile")
    assert [(tile.tag, tile.text()) for tile in untouched] == [("span", "not started")] * 3
    assert [head.text() for head in grid(site).css(".g-thing .vh")] == [
        " The first Thing",
        " The second Thing",
        " The third Thing",
    ]


def test_a_pack_that_is_no_longer_true_is_made_anew(site: Site) -> None:
    finish(site, site.cast.learner, "third")
    with site.db() as db:
        db.execute(update(ProgressState).values(digest="of an earlier edition", pack={"first": "complete"}))
    line = row(grid(site), "lena-maes")
    assert [tile.text() for tile in line.css(".g-cell .tile")] == ["not started", "not started", "complete"]
    assert words(line, ".g-sum") == "1 / 3"
    assert words(learner_page(site), ".board-note").startswith("1 of the 3 Things")


def test_posts_that_wait_are_counted_and_come_into_the_inbox_the_oldest_first(site: Site) -> None:
    for days, person, title in (
        (2, site.cast.learner, "Second"),
        (5, site.cast.peer, "First"),
        (1, site.cast.learner, "Third"),
    ):
        with set_to(days_ago(days)):
            reflect(site, person, visibility="coaches", title=title)
    reflect(site, site.cast.learner, visibility="private", title="Nobody's")
    reflect(site, site.cast.learner, action="draft", title="Not yet")
    reflect(site, site.cast.other_learner, visibility="public", title="Elsewhere")
    assert inbox(site) == ["First", "Second", "Third"]
    assert inbox(site, show="waiting") == ["First", "Second"]
    page = grid(site)
    assert words(row(page, "lena-maes"), ".g-waits") == "1 1 post waits"
    assert words(row(page, "piet-claes"), ".g-waits") == "1 1 post waits"


@pytest.mark.parametrize("audience", ["coaches", "readers"])
def test_a_coachs_answer_takes_a_post_out_of_the_inbox(site: Site, audience: str) -> None:
    post = reflect(site, site.cast.learner)
    reflect(site, site.cast.peer, title="Another")
    answer(site, site.cast.peer, post)
    assert inbox(site) == ["A find", "Another"]
    sent = answer(site, site.cast.coach, post, audience=audience)
    assert inbox(site) == ["Another"]
    assert not row(grid(site), "lena-maes").css(".g-waits")
    gone = sent.headers["location"].replace("#answer-", "/answers/") + "/delete"
    see(site.client(site.cast.coach).post(gone), 303)
    assert inbox(site) == ["A find", "Another"]


def test_two_coaches_share_one_inbox(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="coaches")
    with site.db() as db:
        add_coach(db, site.cast.cohort, site.cast.stranger.id, actor_id=None)
    assert inbox(site, site.cast.stranger) == ["A find"]
    answer(site, site.cast.stranger, post, audience="coaches")
    assert inbox(site) == []
    assert "Nothing here" in words(see(site.client(site.cast.coach).get(f"{grid_url(site)}/inbox")), ".empty")


def test_a_long_inbox_is_read_page_by_page(site: Site) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with site.db() as db:
        at = [moment + timedelta(microseconds=number // 30) for number in range(45)]
        write_posts(db, enrolments_of(db, site.cast.cohort), at)
    found, url = [], f"{grid_url(site)}/inbox"
    client = site.client(site.cast.coach)
    while url:
        page = see(client.get(url))
        found += [title.text() for title in page.css(".post-title")]
        link = page.css_first(".pager [rel=next]")
        url = link.attributes["href"] or "" if link else ""
    assert found == ["Post 0", "Post 1", *(f"Post {number}" for number in range(44, 1, -1))]


def test_one_learners_page_shows_their_things_and_what_the_coach_may_read(site: Site) -> None:
    finish(site, site.cast.learner, "third")
    tick(site, site.cast.learner, "first/a")
    for visibility in ("private", "coaches", "public"):
        reflect(site, site.cast.learner, visibility=visibility, title=f"For {visibility}")
    page = learner_page(site)
    assert words(page, "h1") == "Lena Maes"
    assert [title.text() for title in page.css(".post-title")] == ["For public", "For coaches"]
    assert "For private" not in page.html
    assert "1 of 2 activities reflection written" in words(page, "#thing-first")
    assert "complete since" in words(page, "#thing-third")
    assert not page.css("#thing-second")
    assert words(page, ".board-note") == "1 of the 3 Things that count are complete."


def test_the_journey_tells_that_something_was_written_and_never_what(site: Site) -> None:
    tick(site, site.cast.learner, "first/a")
    url = reflect(site, site.cast.learner, visibility="private", title="Canary title", body="Canary text")
    finish(site, site.cast.learner, "third")
    answer(site, site.cast.peer, reflect(site, site.cast.learner, "second"), body="Canary answer")
    page = learner_page(site)
    told = [re.sub(r"^.*\d\d:\d\d ", "", " ".join(li.text().split())) for li in page.css(".journey li")]
    assert told == [
        "Wrote a reflection about Thing 2",
        "Completed Thing 3",
        "Ticked an activity of Thing 3",
        "Wrote a reflection about Thing 1",
        "Ticked an activity of Thing 1",
        "Joined the group",
        "Began the programme",
    ]
    assert "Canary" not in page.html
    assert url.rpartition("/")[2] not in page.html


def test_a_learner_who_did_nothing_has_a_page_too(site: Site) -> None:
    page = learner_page(site, "piet-claes")
    assert "Nothing begun yet." in words(page)
    assert "No posts shared with you yet" in words(page)


def test_who_left_the_group_is_no_longer_the_coachs_to_see(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="coaches")
    see(site.client(site.cast.learner).post("/join/HILLSIDE"), 303)
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.peer.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
    client = site.client(site.cast.coach)
    assert "Nobody has joined yet" in words(grid(site))
    assert inbox(site) == []
    for handle in ("lena-maes", "piet-claes"):
        see(client.get(f"{grid_url(site)}/learners/{handle}"), 404)
    see(client.get(post), 404)
    see(site.client(site.cast.other_coach).get(post))


@pytest.mark.parametrize(
    "who", ["learner", "peer", "other_learner", "other_coach", "stranger", "organizer", "administrator"]
)
def test_for_who_does_not_coach_the_group_its_coachs_pages_do_not_exist(site: Site, who: str) -> None:
    client = site.client(getattr(site.cast, who))
    for path in ("", "/inbox", "/learners/lena-maes"):
        see(client.get(f"{grid_url(site)}{path}"), 404)
        see(client.get(f"/cohorts/nothing/coach{path}"), 404)


def test_a_coach_finds_nobody_of_another_group(site: Site) -> None:
    client = site.client(site.cast.coach)
    for handle in ("otto-peeters", "lou-martin", "cora-janssens", "nobody"):
        see(client.get(f"{grid_url(site)}/learners/{handle}"), 404)
    other = f"/cohorts/{site.cast.other_cohort.public_id}/coach"
    for path in ("", "/inbox", "/learners/otto-peeters"):
        see(client.get(f"{other}{path}"), 404)
    assert "Otto" not in grid(site, q="otto").css_first("main").text()


def test_a_removed_coach_finds_the_pages_gone(site: Site) -> None:
    client = site.client(site.cast.coach)
    see(client.get(grid_url(site)))
    with site.db() as db:
        remove_coach(db, site.cast.cohort, site.cast.coach.id, actor_id=None)
    for path in ("", "/inbox", "/learners/lena-maes"):
        see(client.get(f"{grid_url(site)}{path}"), 404)


def test_an_organizer_who_coaches_is_a_coach(site: Site) -> None:
    with site.db() as db:
        add_coach(db, site.cast.cohort, site.cast.organizer.id, actor_id=None)
    see(site.client(site.cast.organizer).get(grid_url(site)))


def test_a_name_is_text_in_the_grid(site: Site) -> None:
    with site.db() as db:
        crowd(db, ["<img src=x onerror=alert(1)>"], site.cast.cohort)
    page = grid(site)
    assert "<img src=x onerror=alert(1)>" in names(page)
    assert not page.css("main img")


def test_the_coachs_pages_take_as_many_statements_however_much_there_is(site: Site) -> None:
    client = site.client(site.cast.coach)
    counts: dict[str, list[int]] = {"": [], "/inbox": [], "/learners/lena-maes": []}
    for number in (1, 2):
        with site.db() as db:
            crowd(db, [f"Learner {number}-{n}" for n in range(12 * number)], site.cast.cohort)
            at = [now() - timedelta(minutes=n) for n in range(12 * number)]
            write_posts(db, enrolments_of(db, site.cast.cohort), at, visibility="coaches")
        tick(site, site.cast.learner, f"first/{'ab'[number - 1]}")
        for path, taken in counts.items():
            see(client.get(f"{grid_url(site)}{path}"))
            with site.statements() as statements:
                see(client.get(f"{grid_url(site)}{path}"))
            taken.append(len(statements))
    assert all(before == after for before, after in counts.values()), counts
    assert counts[""][0] <= 4


def test_after_an_edit_of_the_content_the_grid_takes_two_statements_more(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Learner {n}" for n in range(20)], site.cast.cohort)
        for enrolment in enrolments_of(db, site.cast.cohort):
            db.add(ProgressState(enrolment_id=enrolment.id, digest="earlier", pack={"first": "started"}))
    client = site.client(site.cast.coach)
    with site.statements() as statements:
        page = see(client.get(grid_url(site)))
    assert len(page.css(".coach-grid tbody tr")) == 22
    assert not page.css(".g-cell .is-started")
    assert len(statements) <= 6


def test_the_journey_goes_back_to_its_beginning(site: Site) -> None:
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        for number in range(230):
            with set_to(now() + timedelta(minutes=number // 3)):
                record(db, None, "paused", "enrolment", enrolment.public_id, enrolment_id=enrolment.id)
                record(db, None, "said-nothing-here", "enrolment", "", enrolment_id=enrolment.id)
    coach, url = site.client(site.cast.coach), f"{grid_url(site)}/learners/lena-maes"
    told, address, taken = [], url, []
    while address:
        with site.statements() as statements:
            page = see(coach.get(address))
        taken.append(len(statements))
        told += [node.text() for node in page.css(".journey li")]
        assert (page.css_first('aside a[rel="prev"]') is not None) == (address != url)
        older = page.css_first('aside a[rel="next"]')
        address = (older.attributes["href"] or "") if older else ""
    assert len([line for line in told if "Took a break" in line]) == 230
    assert "Joined the group" in told[-1] or "Began the programme" in told[-1]
    assert len(taken) == 3 and len(set(taken)) == 1
    see(coach.get(f"{url}?after=nonsense"))


def test_where_everyone_is_comes_as_a_file_without_formulas(site: Site) -> None:
    with site.db() as db:
        crowd(db, ['=HYPERLINK("https://evil.example")', "-1+2", "Ann, the quick"], site.cast.cohort)
    finish(site, site.cast.learner, "first")
    url = f"{grid_url(site)}/progress.csv"
    answer = site.client(site.cast.coach).get(url, params={"bom": "1"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(StringIO(answer.text.removeprefix("\ufeff")))
    assert head == [
        "Name",
        "Small group",
        "Joined",
        "Last active",
        "Complete",
        "Thing 1",
        "Thing 2",
        "Thing 3",
    ]
    states = {row[0]: row[4:] for row in rows}
    assert states["Lena Maes"] == ["1", "complete", "not started", "not started"]
    assert {'\'=HYPERLINK("https://evil.example")', "'-1+2", "Ann, the quick"} <= set(states)
    assert site.client(site.cast.coach).get(url).text.startswith("Name,")


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("nl", ";"), ("fr", ";")])
def test_the_file_for_excel_has_the_separator_that_excel_has_there(
    site: Site, language: str, separator: str
) -> None:
    with site.db() as db:
        crowd(db, ["=1;2,3", 'Ann; "the" quick'], site.cast.cohort)
        db.get_one(Person, site.cast.coach.id).language = language
    url = f"{grid_url(site)}/progress.csv"
    for_excel = site.client(site.cast.coach).get(url, params={"bom": "1"}).text.removeprefix("\ufeff")
    for_others = site.client(site.cast.coach).get(url).text
    found = [
        list(csv.reader(StringIO(text), delimiter=mark, strict=True))
        for text, mark in ((for_excel, separator), (for_others, ","))
    ]
    assert found[0] == found[1] and {len(row) for row in found[0]} == {8}
    assert {"'=1;2,3", 'Ann; "the" quick'} <= {row[0] for row in found[0]}


def test_everyone_stands_on_one_page_to_be_printed(site: Site) -> None:
    coach = site.client(site.cast.coach)
    page = see(coach.get(grid_url(site)))
    assert page.css_first('a[href*="whole"]') is None, "nothing is on another page"
    with site.db() as db:
        crowd(db, [f"Learner {number:03}" for number in range(60)], site.cast.cohort)
    link = see(coach.get(f"{grid_url(site)}?sort=name")).css_first('a[href*="whole=1"]')
    assert link is not None
    address = link.attributes["href"] or ""
    with site.statements() as before:
        page = see(coach.get(address))
    assert len(names(page)) == 62 and names(page) == sorted(names(page))
    assert page.css_first("nav.pager") is None
    assert see(coach.get(f"{grid_url(site)}?sort=name&show=all&q=")).css_first("nav.pager") is not None
    with site.db() as db:
        crowd(db, [f"Many {number:03}" for number in range(MOST_PRINTED)], site.cast.cohort)
    with site.statements() as after:
        page = see(coach.get(address))
    assert len(page.css(".coach-grid tbody tr")) == MOST_PRINTED
    assert "The first 500 are here; the file for a spreadsheet has everyone." in words(page)
    assert len(before) == len(after)

"""Searching: words are found in their forms, and nobody finds what is not theirs to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app.cohorts.services import add_coach, remove_coach
from app.journals.models import Post, SearchEntry, SearchWord
from app.journals.search_index import CATCH_UP, forget_words
from app.people.models import Person
from app.settings import ROOT
from tests.conftest import Site
from tests.deeds import enrolments_of, other_content, reflect, write_posts
from tests.pages import see, value, words

ODDITIES = [
    '"',
    "'",
    "*",
    "a*b",
    '"quoted phrase"',
    "NEAR(map, 3)",
    "map OR atlas AND NOT globe",
    "title:map",
    "^map",
    "map -globe",
    "%_%",
    "(((",
    "\\",
    "& | ! <-> :*",
    "'map':A & 'x",
    "a_1 w_ m_",
    "{map}",
    "\U0001f600 …",
    "a" * 5000,
    "map " * 500,
    "İstanbul ŒUVRE ﬁn ½",
    "图书馆 библиотека",
    "⒈⒉ ﷺ ㏂",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


def look(site: Site, person: Person | None, q: str, **more: str) -> LexborHTMLParser:
    return see(site.client(person).get(f"/search?{urlencode({'q': q, **more})}"))


def titles(page: LexborHTMLParser) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css("#posts ~ .post .post-title")]


def things(page: LexborHTMLParser) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(".found .post-title")]


def marks(page: LexborHTMLParser) -> list[str]:
    return [node.text() for node in page.css("main mark")]


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("twee bibliotheken", "bibliotheek"),
        ("de bibliotheek", "BIBLIOTHEKEN"),
        ("de bibliotheekmedewerker", "bibliotheek"),
        ("hij heeft gewerkt", "werken"),
        ("mijn ideeën", "idee"),
        ("toutes les activités", "activite"),
        ("l’activite", "Activités"),
        ("publiée hier", "publier"),
        ("un cœur", "coeur"),
        ("two libraries", "library"),
        ("she was searching", "searches"),
        ("Émile Zola", "emile"),
        ("Thing 7", "7"),
    ],
)
def test_a_word_is_found_whatever_its_accents_and_endings(site: Site, written: str, looked_for: str) -> None:
    reflect(site, site.cast.learner, title="Yes", body=f"Quince, {written}.")
    reflect(site, site.cast.learner, title="No", body="Something else.")
    for page in (look(site, site.cast.peer, f"quince {looked_for}"), look(site, site.cast.peer, looked_for)):
        assert titles(page) == ["Yes"]
    assert marks(page)


def test_what_was_found_is_shown_around_its_first_word_as_it_was_written(site: Site) -> None:
    body = "Nothing here. " * 60 + "Then les **bibliothèques** & <b>activités</b> came. " + "And so on. " * 60
    reflect(site, site.cast.learner, title="Mes activités", body=body)
    page = look(site, site.cast.peer, "bibliotheque activite")
    assert marks(page) == ["activités", "bibliothèques", "activités"]
    snippet = words(page, ".post-excerpt")
    assert snippet.startswith("… ") and snippet.endswith(" …") and len(snippet) < 280
    assert "les bibliothèques & <b> activités </b> came." in snippet


def test_all_words_have_to_be_there_and_what_is_new_comes_first(site: Site) -> None:
    for title, body in (("One", "A map."), ("Two", "A map and a globe."), ("Three", "A globe with a map.")):
        reflect(site, site.cast.learner, title=title, body=body)
    assert titles(look(site, site.cast.peer, "globe map")) == ["Three", "Two"]
    assert "Nothing found" in words(look(site, site.cast.peer, "globe map atlas"))


def test_a_thing_is_found_in_the_language_that_has_the_words(site: Site) -> None:
    page = look(site, None, "first")
    assert things(page)[0] == "The first Thing" and marks(page)[0] == "first"
    link = page.css_first(".found a")
    assert link.attributes["href"] == "/programmes/demo-programme/first"
    assert "lang" not in page.css_first(".found .post-title").attributes
    page = look(site, None, "opdrachten vasthouden")
    assert things(page) == []
    page = look(site, None, "opdrachten klein")
    assert things(page) == ["Het eerste Ding"] and marks(page) == ["kleins", "opdracht", "opdracht"]
    assert {node.attributes["lang"] for node in page.css(".found .post-title, .found .post-excerpt")} == {
        "nl"
    }
    assert "{#" not in page.css_first(".found").text()


def test_things_of_a_closed_programme_are_found_by_who_is_signed_in(site: Site) -> None:
    assert things(look(site, site.cast.stranger, "shelf")) == ["Find the shelf"]
    assert things(look(site, None, "shelf")) == []
    chosen = look(site, None, "shelf", about="evening-walk")
    assert "Find the shelf" not in words(chosen) and things(chosen) == []
    assert things(look(site, None, "shelf", about="evening-walk", things="0")) == []


def test_a_long_list_of_things_goes_on(site: Site) -> None:
    found, url = [], "/search?q=the"
    with other_content(site, ROOT / "content") as library:
        while url:
            page = see(site.client(site.cast.stranger).get(url))
            found += things(page)
            link = page.css_first("[rel=next]")
            url = link.attributes["href"] or "" if link else ""
        there = [thing for one in library.catalogue.programmes.values() for thing in one.things]
    assert len(found) == len(set(found)) == len(there) > 20


@pytest.mark.parametrize("odd", ODDITIES)
def test_whatever_is_typed_is_words_and_never_an_error(site: Site, odd: str) -> None:
    for q in (odd, f"map {odd}", f"{odd} map"):
        page = look(site, site.cast.learner, q)
        assert value(page, "q") == " ".join(q[:200].split())


def test_an_empty_search_says_what_can_be_found(site: Site) -> None:
    assert "You find Things, and the posts that you may read" in words(look(site, site.cast.learner, " ,; "))
    assert "Sign in to find more" in words(look(site, None, ""))


def test_everyone_finds_exactly_what_they_may_read(site: Site) -> None:
    cast = site.cast
    for visibility in ("private", "coaches", "cohort", "members", "public"):
        reflect(site, cast.learner, title=visibility, body="kumquat", visibility=visibility)
    everyone = ["public", "members"]
    for person, found in (
        (cast.learner, [*everyone, "cohort", "coaches", "private"]),
        (cast.coach, [*everyone, "cohort", "coaches"]),
        (cast.peer, [*everyone, "cohort"]),
        (cast.other_learner, everyone),
        (cast.other_coach, everyone),
        (cast.organizer, everyone),
        (cast.administrator, everyone),
        (None, ["public"]),
    ):
        assert titles(look(site, person, "kumquat")) == found


def test_a_draft_is_found_by_nobody_and_a_changed_text_by_what_it_says_now(site: Site) -> None:
    learner = site.cast.learner
    post = reflect(site, learner, title="A", body="kumquat", visibility="cohort")
    client = site.client(learner)
    form = {"title": "A", "body": "persimmon", "visibility": "cohort"}
    version = value(see(client.get(f"{post}/edit")), "version")
    see(client.post(f"{post}/edit", data={**form, "version": version, "action": "draft"}), 303)
    assert titles(look(site, learner, "persimmon")) == []
    assert titles(look(site, site.cast.peer, "kumquat")) == ["A"]
    version = value(see(client.get(f"{post}/edit")), "version")
    see(client.post(f"{post}/edit", data={**form, "version": version, "action": "publish"}), 303)
    assert titles(look(site, site.cast.peer, "kumquat")) == []
    assert titles(look(site, site.cast.peer, "persimmon")) == ["A"]


def test_narrowing_deleting_and_leaving_act_at_once(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="A", body="kumquat", visibility="members")
    client = site.client(cast.learner)

    def who() -> list[bool]:
        people = (cast.learner, cast.coach, cast.peer, cast.stranger, None)
        return [bool(titles(look(site, person, "kumquat"))) for person in people]

    assert who() == [True, True, True, True, False]
    for visibility, readers in (
        ("public", [True, True, True, True, True]),
        ("cohort", [True, True, True, False, False]),
        ("private", [True, False, False, False, False]),
        ("coaches", [True, True, False, False, False]),
    ):
        form = {"title": "A", "body": "kumquat", "visibility": visibility, "action": "publish"}
        version = value(see(client.get(f"{post}/edit")), "version")
        see(client.post(f"{post}/edit", data={**form, "version": version}), 303)
        assert who() == readers
    client.post(f"{post}/delete")
    assert who() == [False] * 5
    client.post(f"{post}/restore")
    assert who() == [True, True, False, False, False]
    with site.db() as db:
        remove_coach(db, cast.cohort, cast.coach.id, actor_id=None)
    assert who() == [True, False, False, False, False]
    with site.db() as db:
        add_coach(db, cast.cohort, cast.stranger.id, actor_id=None)
    assert who() == [True, False, False, True, False]


def test_what_was_written_alone_is_found_by_the_group_that_one_joins(site: Site) -> None:
    reflect(site, site.cast.loner, title="A", body="kumquat", visibility="members")
    with site.db() as db:
        db.execute(update(Post).values(visibility="cohort"))
    assert titles(look(site, site.cast.peer, "kumquat")) == []
    see(site.client(site.cast.loner).post("/join/RIVERSIDE"), 303)
    with site.db() as db:
        post = db.scalars(select(Post)).one()
        post.visibility = "coaches"
        db.flush()
        post.visibility = "cohort"
    page = look(site, site.cast.peer, "kumquat", group=site.cast.cohort.public_id)
    assert titles(page) == ["A"]


def test_a_search_is_narrowed_by_thing_group_and_person(site: Site) -> None:
    cast = site.cast
    for person, thing in ((cast.learner, "first"), (cast.learner, "second"), (cast.peer, "first")):
        reflect(site, person, thing, title=f"{person.handle} {thing}", body="kumquat", visibility="members")
    reflect(site, cast.other_learner, title="elsewhere", body="kumquat", visibility="members")
    group, about = cast.cohort.public_id, "demo-programme/first"
    page = look(site, cast.coach, "kumquat", group=group)
    assert [option.attributes.get("value") for option in page.css("#f-group option")] == ["", group]
    assert titles(page) == ["piet-claes first", "lena-maes second", "lena-maes first"]
    for filters, found in (
        ({"about": about}, ["elsewhere", "piet-claes first", "lena-maes first"]),
        ({"about": "demo-programme/second"}, ["lena-maes second"]),
        ({"about": "demo-programme", "by": "piet"}, ["piet-claes first"]),
        ({"by": "maes"}, ["lena-maes second", "lena-maes first"]),
        ({"by": "otto-peeters"}, ["elsewhere"]),
        ({"by": "%"}, []),
        ({"by": "maes", "about": about, "group": group}, ["lena-maes first"]),
    ):
        page = look(site, cast.coach, "kumquat", **filters)
        assert titles(page) == found
        assert {name: value(page, name) for name in ("by",) if name in filters}.items() <= filters.items()
    chosen = look(site, cast.coach, "kumquat", about=about).css("#f-about option[selected]")
    assert [option.attributes["value"] for option in chosen] == [about]


def test_nobody_searches_in_a_group_of_others(site: Site) -> None:
    url = f"/search?q=kumquat&group={site.cast.other_cohort.public_id}"
    for person in (site.cast.learner, site.cast.organizer, None):
        see(site.client(person).get(url), 404)
        see(site.client(person).get("/search?q=kumquat&about=nosuch"), 404)
        see(site.client(person).get("/search?q=kumquat&about=demo-programme/nosuch"), 404)


def test_a_long_answer_is_read_page_by_page_and_says_nowhere_how_long_it_is(site: Site) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with site.db() as db:
        mine, other = enrolments_of(db, site.cast.cohort)[:1], enrolments_of(db, site.cast.other_cohort)
        write_posts(db, mine, [moment - timedelta(hours=number // 3) for number in range(45)])
        hidden = write_posts(db, other, [moment + timedelta(hours=number) for number in range(70)])
        for post in hidden:
            post.title = "Hidden"
    found, url, pages = [], "/search?q=words", 0
    while url:
        page = see(site.client(site.cast.peer).get(url))
        found += titles(page)
        pages += 1
        link = page.css_first("[rel=next]")
        url = link.attributes["href"] or "" if link else ""
        assert "70" not in words(page) and "45" not in words(page)
    assert pages == 3 and len(found) == len(set(found)) == 45
    moments = [number // 3 for number in map(int, (title.removeprefix("Post ") for title in found))]
    assert moments == sorted(moments)
    for cursor in ("nonsense", "WzE3MDAwMDAwMDAuMCwgMV0", "WyJ4Il0", "Wy0xXQ"):
        see(site.client(site.cast.peer).get(f"/search?q=words&after={cursor}&things=-1"))


def test_what_the_predicate_hides_leaves_room_for_older_posts(site: Site) -> None:
    """Marks are only a hint: should they be wrong, the page still shows all that may be read, in the end."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with site.db() as db:
        mine = enrolments_of(db, site.cast.cohort)[:1]
        write_posts(db, mine, [moment - timedelta(days=1)])[0].title = "Old"
        write_posts(db, mine, [moment + timedelta(hours=number) for number in range(330)])
        db.flush()
        db.execute(update(Post).where(Post.title != "Old").values(visibility="private"))
    first = look(site, site.cast.peer, "words")
    assert titles(first) == [] and "There may be more further back." in words(first)
    link = first.css_first("[rel=next]").attributes["href"] or ""
    assert titles(see(site.client(site.cast.peer).get(link))) == ["Old"]


def test_a_search_takes_as_many_statements_however_much_there_is(site: Site) -> None:
    counts = []
    for amount in (3, 30, 500):
        with site.db() as db:
            write_posts(db, enrolments_of(db, site.cast.cohort), [datetime(2026, 3, 1, tzinfo=UTC)] * amount)
        client = site.client(site.cast.coach)
        with site.statements() as statements:
            see(client.get("/search?q=words"))
        counts.append(len(statements))
    assert max(counts) <= 4, "\n".join(statements)


def test_entries_that_are_missing_are_written_in_the_background(site: Site) -> None:
    with site.db() as db:
        write_posts(db, enrolments_of(db, site.cast.cohort), [datetime(2026, 3, 1, tzinfo=UTC)] * 120)
        before = entries(db)
        db.execute(delete(SearchEntry).where(SearchEntry.post_id % 2 == 0))
        db.execute(update(SearchEntry).values(rules=0))
        CATCH_UP.later(db)
    assert titles(look(site, site.cast.peer, "words"))
    site.work()
    with site.db() as db:
        assert entries(db) == before and len(before) == 120


def test_odd_signs_in_a_post_leave_the_search_of_others_and_the_tidying_whole(site: Site) -> None:
    """Unicode takes ⒈ for a digit and writes it "1."."""
    reflect(site, site.cast.learner, title="podcast⒈⒉ podcastﷺ", visibility="members")
    reflect(site, site.cast.peer, title="Podcasts", visibility="members")
    assert "Podcasts" in titles(look(site, site.cast.stranger, "podca"))
    with site.db() as db:
        forget_words(db)


def test_the_beginning_of_a_word_tells_nothing_of_what_others_wrote_for_themselves(site: Site) -> None:
    """Words that are looked for besides, because they begin alike, are bounded: those of a private post must
    not take the place of any."""
    cast = site.cast
    taken = " ".join(f"kanke{first}{second}" for first in "abcdefg" for second in "abcdef")
    for visibility, person in (("private", cast.peer), ("cohort", cast.other_learner)):
        reflect(site, person, body=taken, visibility=visibility)
    reflect(site, cast.learner, title="kankezzz", visibility="members")
    for person in (cast.stranger, cast.coach):
        assert titles(look(site, person, "kanke")) == ["kankezzz"]
    with site.db() as db:
        circles = set(db.scalars(select(SearchWord.circle)))
    assert circles == {"m_", f"c_{cast.other_cohort.id}"}


def test_words_that_nobody_wrote_any_more_are_forgotten(site: Site) -> None:
    for body in ("Persimmons.", "Persimmons and kumquats."):
        post = reflect(site, site.cast.learner, body=body)
    site.client(site.cast.learner).post(f"{post}/delete")
    with site.db() as db:
        assert {"persimmons", "kumquats"} <= set(db.scalars(select(SearchWord.word)))
        forget_words(db)
        assert "kumquats" not in set(db.scalars(select(SearchWord.word)))
    assert titles(look(site, site.cast.peer, "persim")) == ["A find"]
    with site.db() as db:
        db.execute(delete(Post))
        if db.get_bind().dialect.name == "sqlite":
            db.execute(text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))
        forget_words(db)
        assert db.scalars(select(SearchWord.word)).all() == []


def entries(db: Session) -> list[tuple[object, ...]]:
    columns = (SearchEntry.post_id, SearchEntry.place, SearchEntry.words, SearchEntry.rules)
    return [tuple(row) for row in db.execute(select(*columns).order_by(SearchEntry.post_id))]

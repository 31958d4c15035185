"""What people keep for themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import urlencode
from zipfile import ZipFile

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.journals.models import Post
from app.keeping.models import Kept
from app.keeping.services import keep_thing
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import enrolments_of, reflect, write_posts
from tests.pages import see, value, words

KEPT = "/account/kept"
FIRST = "/programmes/demo-programme/first"


def titles(page: LexborHTMLParser) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css("main .post-title")]


def kept(site: Site, person: Person) -> LexborHTMLParser:
    return see(site.client(person).get(KEPT))


def test_a_post_and_a_thing_are_kept_with_a_note_changed_removed_and_taken_back(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="A find", body="A map of Ghent.")
    client = site.client(site.cast.peer)
    assert "You keep nothing yet" in words(see(client.get(KEPT)))
    for url in (post, FIRST):
        form = see(client.get(url)).css_first(f'form[action="{url}/keep"]')
        assert form is not None
        assert client.post(f"{url}/keep").headers["location"] == url
        assert "Kept for you" in words(see(client.get(url)), ".flash")
    page = see(client.get(KEPT))
    assert titles(page) == ["The first Thing", "A find"]
    assert page.css_first("main .post-title a").attributes["href"] == FIRST
    note = page.css("main a[href$='/note']")[1].attributes["href"] or ""
    see(client.post(note, data={"note": "x" * 4001}), 422)
    see(client.post(note, data={"note": " For <Ann>.\nSoon. "}), 303)
    page = see(client.get(KEPT))
    assert page.css_first(".kept-note").text() == "For <Ann>.\nSoon."
    assert value(see(client.get(note)), "note") == "For <Ann>.\nSoon."
    see(client.post(note.replace("/note", "/remove")), 303)
    page = see(client.get(KEPT))
    assert titles(page) == ["The first Thing"]
    see(client.post(page.css_first(".flash form").attributes["action"]), 303)
    page = see(client.get(KEPT))
    assert titles(page) == ["The first Thing", "A find"] and "Soon." in words(page)
    see(client.post(note, data={}), 303)
    assert not see(client.get(KEPT)).css(".kept-note")


def test_who_keeps_twice_keeps_once_and_loses_no_note(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    client = site.client(site.cast.peer)
    client.post(f"{post}/keep")
    with site.db() as db:
        db.scalars(select(Kept)).one().note = "Mine."
    see(client.post(f"{post}/keep"), 303)
    page = see(client.get(post))
    assert "You keep this already" in words(page, ".flash") and not page.css(".flash form")
    with site.db() as db:
        assert db.scalars(select(Kept.note)).all() == ["Mine."]


def test_what_may_not_be_read_any_more_leaves_the_note_alone(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="Quince", body="Medlar.", visibility="members")
    for person in (site.cast.peer, site.cast.stranger):
        see(site.client(person).post(f"{post}/keep"), 303)
    with site.db() as db:
        for row in db.scalars(select(Kept)):
            row.note = "What I thought."
        db.scalars(select(Post)).one().visibility = "cohort"
    assert titles(kept(site, site.cast.peer)) == ["Quince"]
    page = kept(site, site.cast.stranger)
    assert titles(page) == ["No longer there for you"] and "What I thought." in words(page)
    for gone in ("Quince", "Medlar", "Lena", post):
        assert gone not in page.css_first("main").html
    archive = site.client(site.cast.stranger).get("/account/journal.zip")
    with ZipFile(BytesIO(archive.content)) as zipped:
        text = zipped.read("kept.md").decode()
    assert "What I thought." in text and "Quince" not in text
    with site.db() as db:
        db.delete(db.scalars(select(Post)).one())
    assert titles(kept(site, site.cast.peer)) == ["No longer there for you"]
    assert "What I thought." in words(kept(site, site.cast.peer))


def test_a_note_is_found_by_no_search_and_taken_along_by_its_owner(site: Site) -> None:
    with site.db() as db:
        keep_thing(db, site.cast.peer.id, "demo-programme", "first")[0].note = "persimmon"
    for person in (site.cast.peer, site.cast.learner, site.cast.administrator):
        found = see(site.client(person).get(f"/search?{urlencode({'q': 'persimmon'})}"))
        assert "Nothing found" in words(found)
    with ZipFile(BytesIO(site.client(site.cast.peer).get("/account/journal.zip").content)) as zipped:
        assert "persimmon" in zipped.read("kept.md").decode()
    with ZipFile(BytesIO(site.client(site.cast.learner).get("/account/journal.zip").content)) as zipped:
        assert "kept.md" not in zipped.namelist()


def test_a_long_list_is_read_page_by_page_with_as_many_statements(site: Site) -> None:
    moments = [datetime(2026, 3, 1, tzinfo=UTC)] * 45
    with site.db() as db:
        posts = write_posts(db, enrolments_of(db, site.cast.cohort)[:1], moments, visibility="members")
        db.add_all(Kept(person_id=site.cast.peer.id, post_id=post.id, note="") for post in posts)
    found, counts, url = [], [], KEPT
    while url:
        client = site.client(site.cast.peer)
        with site.statements() as statements:
            page = see(client.get(url))
        counts.append(len(statements))
        found += titles(page)
        link = page.css_first("[rel=next]")
        url = link.attributes["href"] or "" if link else ""
    assert found == [f"Post {number}" for number in reversed(range(45))]
    assert counts == [2, 2, 2]

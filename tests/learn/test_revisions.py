"""Published posts keep their texts: listed, compared and taken back by their authors alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.events.models import Event
from app.journals.models import Post, Revision
from app.learn.compare import Kind, compare
from app.markdown import LONGEST
from tests.conftest import Site
from tests.deeds import reflect
from tests.pages import see, value, words

VISIBILITIES = ("private", "coaches", "cohort", "members", "public")
WORDS = st.sampled_from(["a", "be", "see", "de", " ", "  ", "\n", "\n\n", "\t", "\r", "**é**", "—", "\x1c"])
TEXTS = st.lists(WORDS, max_size=40).map("".join) | st.text(max_size=30)


def change(site: Site, post: str, **fields: str) -> None:
    """As its author does in the editor."""
    client = site.client(site.cast.learner)
    page = see(client.get(f"{post}/edit"))
    names = ("once", "window", "version", "title", "body", "visibility")
    form = {name: value(page, name) for name in names} | {"action": "publish"}
    see(client.post(f"{post}/edit", data={**form, **fields}), 303)


def changed_post(site: Site, **fields: str) -> str:
    """A post with an earlier text."""
    post = reflect(site, site.cast.learner, body="It broke at noon.", **fields)
    change(site, post, body="It broke at one.")
    return post


def bodies(site: Site) -> list[str]:
    with site.db() as db:
        return list(db.scalars(select(Revision.body).order_by(Revision.id)))


def links(site: Site, post: str) -> list[str]:
    """The versions that are listed, newest first."""
    page = see(site.client(site.cast.learner).get(f"{post}/revisions"))
    return [link.attributes["href"] or "" for link in page.css(".rows a")]


def oldest(site: Site, post: str) -> str:
    return links(site, post)[-1]


def told(page: LexborHTMLParser, tag: str, within: str = ".version") -> list[str]:
    return [" ".join(node.text(separator=" ").split()) for node in page.css(f"{within} {tag}")]


def shown(site: Site, post: str) -> str:
    return words(see(site.client(site.cast.learner).get(post)), ".post .prose")


def test_each_text_that_is_published_is_kept(site: Site) -> None:
    post = changed_post(site)
    change(site, post, title="Another title")
    assert bodies(site) == ["It broke at noon.", "It broke at one.", "It broke at one."]


def test_the_same_text_another_circle_of_readers_and_drafts_make_no_version(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    for fields in ({}, {"visibility": "private"}, {"action": "draft", "body": "Half a thought"}):
        change(site, post, **fields)
    reflect(site, site.cast.learner, "second", action="draft")
    assert bodies(site) == ["Three sentences."]


def test_versions_are_listed_newest_first_and_the_current_one_is_marked(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="One")
    change(site, post, title="Two")
    change(site, post, title="")
    page = see(site.client(site.cast.learner).get(f"{post}/revisions"))
    assert [row.css_first(".muted").text() if row.css(".muted") else "" for row in page.css(".rows li")] == [
        "",
        "Two",
        "One",
    ]
    assert [len(row.css(".badge")) for row in page.css(".rows li")] == [1, 0, 0]
    assert len(page.css(".rows time")) == 3


def test_a_comparison_says_what_was_removed_and_what_was_added(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="A small find", body="It broke at noon.\n\nThe end.\n")
    change(site, post, title="A find", body="It broke at one.\n\nThe end.\n\nAlmost.\n")
    page = see(site.client(site.cast.learner).get(oldest(site, post)))
    assert told(page, "del", ".compared-title") == ["removed: small"]
    assert told(page, "del") == ["removed: noon."]
    assert told(page, "ins") == ["added: one.", "added: Almost."]
    assert "The end." in words(page, ".version")


def test_the_current_version_is_shown_without_a_button(site: Site) -> None:
    newest = links(site, changed_post(site))[0]
    page = see(site.client(site.cast.learner).get(newest))
    assert words(page, ".version") == "It broke at one."
    assert not page.css("main form, main del, main ins")


def test_an_earlier_text_that_is_taken_back_is_read_by_all_readers_again(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="Noon", body="It **broke** at noon.")
    change(site, post, title="One", body="It broke at one.")
    client = site.client(site.cast.learner)
    button = see(client.get(oldest(site, post))).css_first("main form")
    answer = client.post(button.attributes["action"] or "")
    assert (answer.status_code, answer.headers["location"]) == (303, post)
    assert words(see(client.get(post)), ".flash") == "The earlier text is back."
    page = see(site.client(site.cast.peer).get(post))
    assert words(page, "h1") == "Noon"
    assert page.css_first(".post .prose strong").text() == "broke"
    assert "changed" in words(page)
    stream = see(site.client(site.cast.peer).get(f"/cohorts/{site.cast.cohort.public_id}"))
    assert words(stream, ".post-excerpt") == "It broke at noon."


def test_what_was_replaced_by_an_earlier_text_is_kept_as_well(site: Site) -> None:
    post = changed_post(site)
    client = site.client(site.cast.learner)
    client.post(f"{oldest(site, post)}/restore")
    assert bodies(site) == ["It broke at noon.", "It broke at one.", "It broke at noon."]
    client.post(f"{links(site, post)[1]}/restore")
    assert shown(site, post) == "It broke at one."
    with site.db() as db:
        log = db.scalars(select(Event).where(Event.verb == "restored-revision")).all()
    assert [event.object_id for event in log] == [post.rpartition("/")[2]] * 2


def test_taking_back_what_is_there_already_changes_nothing(site: Site) -> None:
    post = changed_post(site)
    client = site.client(site.cast.learner)
    first = oldest(site, post)
    client.post(f"{first}/restore")
    with site.db() as db:
        before = db.scalars(select(Post)).one()
    for link in (first, links(site, post)[0]):
        see(client.post(f"{link}/restore"), 303)
    with site.db() as db:
        after = db.scalars(select(Post)).one()
    assert (after.version, after.edited_at, after.saved_at) == (
        before.version,
        before.edited_at,
        before.saved_at,
    )
    assert len(bodies(site)) == 3


def test_a_draft_under_way_survives_and_is_written_on(site: Site) -> None:
    post = changed_post(site)
    client = site.client(site.cast.learner)
    editor = see(client.get(f"{post}/edit"))
    names = ("once", "window", "version", "title", "visibility")
    form = {name: value(editor, name) for name in names} | {"action": "draft"}
    see(client.post(f"{post}/edit", data={**form, "body": "Half a thought"}), 303)
    first = oldest(site, post)
    assert "draft" in words(see(client.get(first)), "main form")
    client.post(f"{first}/restore")
    assert shown(site, post) == "It broke at noon."
    assert value(see(client.get(f"{post}/edit")), "body") == "Half a thought"
    see(client.post(f"{post}/edit", data={**form, "body": "A whole thought"}), 303)
    assert value(see(client.get(f"{post}/edit")), "body") == "A whole thought"


@pytest.mark.parametrize("published_before", [True, False])
def test_an_editor_that_was_open_meanwhile_does_not_replace_the_text_unseen(
    site: Site, published_before: bool
) -> None:
    post = changed_post(site)
    client = site.client(site.cast.learner)
    page = see(client.get(f"{post}/edit"))
    names = ("once", "window", "version", "title", "visibility")
    form = {name: value(page, name) for name in names} | {"action": "publish"}
    if published_before:
        see(client.post(f"{post}/edit", data={**form, "body": "It broke at two."}), 303)
    client.post(f"{oldest(site, post)}/restore")
    conflict = see(client.post(f"{post}/edit", data={**form, "body": "It broke at three."}), 409)
    assert value(conflict, "body") == "It broke at three."
    assert "It broke at noon." in words(conflict, ".versions")
    assert shown(site, post) == "It broke at noon."


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_nobody_but_the_author_gets_an_earlier_text(site: Site, visibility: str) -> None:
    post = changed_post(site, visibility=visibility)
    first = oldest(site, post)
    cast = site.cast
    for person in (cast.coach, cast.peer, cast.organizer, cast.administrator, cast.stranger):
        client = site.client(person)
        for answer in (
            client.get(f"{post}/revisions"),
            client.get(first),
            client.post(f"{first}/restore"),
            client.get(first.replace("lena-maes", person.handle)),
        ):
            see(answer, 404)
        assert "/revisions" not in client.get(post).text
    web = site.client()
    for answer in (web.get(f"{post}/revisions"), web.get(first), web.post(f"{first}/restore")):
        assert answer.headers["location"].startswith("/sign-in")
    assert "/revisions" not in web.get(post).text
    assert shown(site, post) == "It broke at one."


def test_a_version_belongs_to_its_post(site: Site) -> None:
    first = oldest(site, changed_post(site))
    other = reflect(site, site.cast.learner)
    client = site.client(site.cast.learner)
    for name in (first.rpartition("/")[2], "nosuch"):
        see(client.get(f"{other}/revisions/{name}"), 404)
        see(client.post(f"{other}/revisions/{name}/restore"), 404)


def test_drafts_and_deleted_posts_have_no_versions(site: Site) -> None:
    draft = reflect(site, site.cast.learner, "second", action="draft")
    post = changed_post(site)
    first = oldest(site, post)
    client = site.client(site.cast.learner)
    see(client.get(f"{draft}/revisions"), 404)
    client.post(f"{post}/delete")
    for path in (f"{post}/revisions", first):
        see(client.get(path), 404)
    see(client.post(f"{first}/restore"), 404)
    client.post(f"{post}/restore")
    assert oldest(site, post) == first


def test_a_post_leads_its_author_to_earlier_versions_once_there_are_any(site: Site) -> None:
    client = site.client(site.cast.learner)
    post = reflect(site, site.cast.learner)
    assert not see(client.get(post)).css("a[href$='/revisions']")
    change(site, post, body="Four sentences.")
    link = see(client.get(post)).css_first("a[href$='/revisions']")
    assert link.text(strip=True) == "Earlier versions"
    see(client.get(link.attributes["href"] or ""))


def test_a_post_that_was_changed_before_there_were_versions_leads_nowhere(site: Site) -> None:
    post = changed_post(site)
    with site.db() as db:
        db.delete(db.scalars(select(Revision).order_by(Revision.id)).first())
    assert not see(site.client(site.cast.learner).get(post)).css("a[href$='/revisions']")


def test_what_somebody_wrote_is_shown_as_text(site: Site) -> None:
    script = "<script>alert(1)</script>"
    post = reflect(site, site.cast.learner, title=script, body=f"{script} </del> & one")
    change(site, post, title="Safe", body="</ins><img src=x onerror=alert(1)> & two")
    page = see(site.client(site.cast.learner).get(oldest(site, post)))
    assert not page.css("main script, main img")
    assert script in words(page, ".compared-title") and script in words(page, ".version")
    assert script in words(see(site.client(site.cast.learner).get(f"{post}/revisions")))


def test_a_text_says_its_language_where_it_is_not_the_pages(site: Site) -> None:
    first = oldest(site, changed_post(site))
    dutch = site.client(site.cast.learner).get(first, headers={"Accept-Language": "nl"})
    assert see(dutch).css_first(".compared").attributes["lang"] == "en"
    assert see(dutch).css_first(".compared .vh").attributes["lang"] == "nl"
    page = see(site.client(site.cast.learner).get(first))
    assert "lang" not in page.css_first(".compared").attributes
    assert "lang" not in page.css_first(".compared .vh").attributes


def test_the_pages_take_as_many_statements_however_many_versions_there_are(site: Site) -> None:
    post = changed_post(site)
    author, peer = site.client(site.cast.learner), site.client(site.cast.peer)
    counts = []
    for number in range(2):
        first = oldest(site, post)
        with site.statements() as statements:
            see(author.get(f"{post}/revisions"))
            see(author.get(first))
            see(author.get(post))
        with site.statements() as of_a_reader:
            see(peer.get(post))
        counts.append((len(statements), len(of_a_reader)))
        for n in range(5):
            change(site, post, body=f"It broke at {number}, {n} times.")
    assert counts[0] == counts[1]
    assert counts[0][0] <= 13 and counts[0][1] <= 5


def test_the_longest_texts_can_be_compared(site: Site) -> None:
    before = "".join(f"Line {number} says {number % 7}.\n" for number in range(6_000))[:LONGEST]
    after = before.replace("says 3", "said 3")
    post = reflect(site, site.cast.learner, body=before)
    change(site, post, body=after)
    page = see(site.client(site.cast.learner).get(oldest(site, post)))
    assert told(page, "del") and told(page, "ins")
    pieces = compare(before, after)
    assert (joined(pieces, Kind.ADDED), joined(pieces, Kind.REMOVED)) == (before, after)


def joined(pieces: list[tuple[Kind, str]], without: Kind) -> str:
    return "".join(text for kind, text in pieces if kind != without)


@given(TEXTS, TEXTS)
def test_a_comparison_loses_and_invents_nothing(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert joined(pieces, Kind.ADDED) == old
    assert joined(pieces, Kind.REMOVED) == new
    assert all(text for _, text in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@given(TEXTS)
def test_the_same_text_is_the_same(text: str) -> None:
    assert compare(text, text) == ([(Kind.SAME, text)] if text else [])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("The end.", "The end. Almost.", "The end.+[ Almost.]"),
        ("The end.", "Now\n\nThe end.", "+[Now\n\n]The end."),
        ("One two three.", "One four three.", "One-[ two]+[ four] three."),
        ("One.\n\nTwo.\n\nThree.", "One.\n\nThree.", "One.\n\n-[Two.\n\n]Three."),
        ("It rained all day long.", "We saw the sun.", "-[It rained all day long.]+[We saw the sun.]"),
        ("a b\nc d\n", "a x\nc d\n", "a-[ b]+[ x]\nc d\n"),
    ],
    ids=["appended", "prepended", "a word", "a paragraph", "all of it", "the end of a line"],
)
def test_a_comparison_points_at_what_changed(old: str, new: str, expected: str) -> None:
    signs = {Kind.SAME: "", Kind.REMOVED: "-", Kind.ADDED: "+"}
    drawn = "".join(f"{signs[kind]}[{text}]" if signs[kind] else text for kind, text in compare(old, new))
    assert drawn == expected


def test_a_change_without_end_is_shown_as_a_whole() -> None:
    old, new = ("\n".join(f"{number} {word}" for number in range(15_000)) for word in "ab")
    assert [kind for kind, _ in compare(old, new)] == [Kind.REMOVED, Kind.ADDED]


def test_a_comparison_comes_to_an_end() -> None:
    """Lines in which everything comes again, each too short for difflib to see that."""
    lines = [" ".join(f"{word} q" for word in "abcd" * 24) for _ in range(200)]
    old, new = ("\n=\n".join(line.replace("a", sign) for line in lines) for sign in "az")
    pieces = compare(old, new)
    assert joined(pieces, Kind.ADDED) == old and joined(pieces, Kind.REMOVED) == new


def test_a_window_that_shows_what_was_published_throws_no_newer_draft_away(site: Site) -> None:
    """It was open since before the draft was written, and is saved as it is."""
    post = reflect(site, site.cast.learner, body="As published.")
    client = site.client(site.cast.learner)
    names = ("once", "window", "version", "title", "body", "visibility")
    stale = {name: value(see(client.get(f"{post}/edit")), name) for name in names}
    see(
        client.post(
            f"{post}/edit", data={**stale, "window": "other", "body": "Two hours.", "action": "draft"}
        ),
        303,
    )
    page = see(client.post(f"{post}/edit", data={**stale, "action": "publish"}), 409)
    assert "Two hours." in page.css_first(".version").text()
    assert value(see(client.get(f"{post}/edit")), "body") == "Two hours."

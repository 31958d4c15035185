"""Feeds: what a reader elsewhere gets, by whose eyes, and never longer than those may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from httpx2 import Response
from sqlalchemy import delete, func, select, update

from app.clock import now, set_to
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment, remove_coach
from app.events.models import Event
from app.journals.models import FeedKey, Post, Visibility
from app.people.models import Person
from app.people.services import set_password
from tests.cast import PROGRAMME
from tests.conftest import BASE_URL, Site
from tests.deeds import enrolments_of, reflect, write_posts
from tests.pages import see, words
from tests.security.test_xss import MARK, MARKDOWN, SCRIPTS

JOURNAL = "/journals/lena-maes/feed.atom"
THING = f"/programmes/{PROGRAMME}/first/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def secret_address(site: Site, person: Person, path: str) -> str:
    """Made by the button on the stream's page, and read from the account."""
    client = site.client(person)
    made = client.post("/account/feeds", data={"path": path})
    see(made, 303)
    page = see(client.get("/account/feeds"))
    anchor = made.headers["location"].partition("#feed-")[2]
    address = page.css_first(f"#address-{anchor}").attributes["value"] or ""
    return address.removeprefix(BASE_URL)


def fetch(site: Site, path: str, **headers: str) -> Response:
    """As a feed reader does: without a cookie."""
    return site.client().get(path, headers=headers)


def parsed(answer: Response) -> Any:
    assert answer.status_code == 200, answer.text[:500]
    feed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def titles(site: Site, path: str) -> list[str]:
    return [entry.title for entry in parsed(fetch(site, path)).entries]


def cohort_feed(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/feed.atom"


def write_all(site: Site) -> None:
    for visibility in Visibility:
        if visibility in (Visibility.POD, Visibility.MENTOR):
            continue
        reflect(site, site.cast.learner, visibility=visibility.value, title=f"For {visibility}")


def test_a_public_feed_has_what_the_web_may_read_and_says_where_it_is(site: Site) -> None:
    write_all(site)
    for path, page in ((JOURNAL, "/journals/lena-maes"), (THING, f"/programmes/{PROGRAMME}/first/posts")):
        answer = site.client(site.cast.learner).get(path)
        feed = parsed(answer)
        assert [entry.title for entry in feed.entries] == ["For public"]
        assert {link.rel: link.href for link in feed.feed.links} == {
            "self": BASE_URL + path,
            "alternate": BASE_URL + page,
        }
        assert f'type="application/atom+xml" href="{path}"' in (see(site.client().get(page)).html or "")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
    entry = feed.entries[0]
    assert entry.author == "Lena Maes"
    assert entry.tags[0].term == "first" and entry.tags[0].label == "The first Thing"
    assert entry.link.startswith(f"{BASE_URL}/journals/lena-maes/")
    assert entry.id.startswith("urn:uuid:")


def test_a_post_keeps_its_name_in_every_feed_and_tells_when_it_was_changed(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="public")
    before = parsed(fetch(site, JOURNAL)).entries[0]
    form = {"title": "Another", "body": "Other words.", "visibility": "public", "action": "publish"}
    see(site.client(site.cast.learner).post(f"{post}/edit", data=form), 303)
    after = parsed(fetch(site, JOURNAL)).entries[0]
    key = secret_address(site, site.cast.peer, cohort_feed(site))
    assert {before.id} == {
        after.id,
        parsed(fetch(site, THING)).entries[0].id,
        parsed(fetch(site, key)).entries[0].id,
    }
    assert before.published == after.published <= before.updated <= after.updated
    assert after.title == "Another"


def test_a_journal_without_a_public_post_has_no_public_feed(site: Site) -> None:
    reflect(site, site.cast.learner, visibility="members")
    see(fetch(site, JOURNAL), 404)
    see(fetch(site, "/journals/nobody/feed.atom"), 404)
    see(fetch(site, cohort_feed(site)), 404)
    assert titles(site, THING) == []


def test_a_secret_address_ends_with_the_password_that_it_was_made_under(site: Site) -> None:
    write_all(site)
    learner, path = site.cast.learner, cohort_feed(site)
    address = secret_address(site, learner, path)
    with set_to(now() + timedelta(hours=1)):
        with site.db() as db:
            set_password(db, db.get_one(Person, learner.id), "another hash")
        see(fetch(site, address), 404)
        assert address not in site.client(learner).get("/account/feeds").text
    with set_to(now() + timedelta(hours=2)):
        renewed = secret_address(site, learner, path)
        assert renewed != address and titles(site, renewed)
        see(fetch(site, address), 404)


def test_a_secret_address_shows_what_its_owner_may_read_but_nothing_that_is_private(site: Site) -> None:
    write_all(site)
    cast = site.cast
    seen = {
        cast.learner: {"coaches", "cohort", "members", "public"},
        cast.coach: {"coaches", "cohort", "members", "public"},
        cast.peer: {"cohort", "members", "public"},
        cast.other_coach: {"members", "public"},
        cast.organizer: {"members", "public"},
    }
    for person, visibilities in seen.items():
        for path in (JOURNAL, THING):
            address = secret_address(site, person, path)
            assert set(titles(site, address)) == {f"For {name}" for name in visibilities}
            answer = fetch(site, address)
            assert answer.headers["cache-control"] == "private, no-cache"
            assert answer.headers["x-robots-tag"] == "noindex"
            assert answer.headers["referrer-policy"] == "same-origin"
    for person in (cast.learner, cast.coach, cast.peer):
        address = secret_address(site, person, cohort_feed(site))
        assert set(titles(site, address)) == {f"For {name}" for name in seen[person]}
    see(site.client(cast.other_learner).post("/account/feeds", data={"path": cohort_feed(site)}), 404)


def narrow(site: Site, post: str) -> None:
    form = {"title": "A find", "body": "Three.", "visibility": "private", "action": "publish"}
    see(site.client(site.cast.learner).post(f"{post}/edit", data=form), 303)


def hide(site: Site, post: str) -> None:
    see(site.client(site.cast.coach).post(f"{post}/hide", data={"reason": "Not kind."}), 303)


def remove(site: Site, post: str) -> None:
    see(site.client(site.cast.learner).post(f"{post}/delete"), 303)


@pytest.mark.parametrize("act", [narrow, hide, remove])
def test_what_is_narrowed_hidden_or_deleted_leaves_every_feed_at_once(
    site: Site, act: Callable[[Site, str], None]
) -> None:
    post = reflect(site, site.cast.learner, visibility="public")
    people = (site.cast.learner, site.cast.peer, site.cast.coach)
    paths = (JOURNAL, THING, cohort_feed(site))
    addresses = [secret_address(site, person, path) for person in people for path in paths]
    assert {len(titles(site, address)) for address in (*addresses, JOURNAL, THING)} == {1}
    tags = {address: fetch(site, address).headers["etag"] for address in addresses}
    act(site, post)
    for address in addresses:
        assert titles(site, address) == []
        assert fetch(site, address, **{"if-none-match": tags[address]}).status_code == 200
    assert titles(site, THING) == []
    see(fetch(site, JOURNAL), 404)


def test_leaving_a_group_or_no_longer_coaching_it_ends_what_one_read_there(site: Site) -> None:
    for visibility in ("coaches", "cohort"):
        reflect(site, site.cast.learner, visibility=visibility)
    cast = site.cast
    addresses = {
        (person.id, path): secret_address(site, person, path)
        for person in (cast.peer, cast.coach)
        for path in (JOURNAL, THING, cohort_feed(site))
    }
    assert all(titles(site, address) for address in addresses.values())
    with site.db() as db:
        enrolment = active_enrolment(db, cast.peer.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
        remove_coach(db, cast.cohort, cast.coach.id, actor_id=cast.organizer.id)
    for (_, path), address in addresses.items():
        if path == cohort_feed(site):
            see(fetch(site, address), 404)
        else:
            assert titles(site, address) == []
    assert "A group that you are no longer in" in words(see(site.client(cast.peer).get("/account/feeds")))


def test_an_address_is_one_however_often_it_is_asked_for_and_ends_when_its_owner_says_so(site: Site) -> None:
    reflect(site, site.cast.learner)
    peer = site.client(site.cast.peer)
    first = secret_address(site, site.cast.peer, JOURNAL)
    assert secret_address(site, site.cast.peer, JOURNAL) == first
    assert secret_address(site, site.cast.coach, JOURNAL) != first
    page = see(peer.get("/account/feeds"))
    assert words(page, ".rows strong") == "Journal of Lena Maes"
    see(peer.post(page.css_first("form[action$=renew]").attributes["action"]), 303)
    see(fetch(site, first), 404)
    second = secret_address(site, site.cast.peer, JOURNAL)
    assert titles(site, second) == ["A find"]
    revoke = see(peer.get("/account/feeds")).css_first("form[action$=revoke]").attributes["action"]
    see(site.client(site.cast.coach).post(revoke), 404)
    assert titles(site, second) == ["A find"]
    see(peer.post(revoke), 303)
    never = JOURNAL + "?key=" + "a" * 36
    gone, same = fetch(site, second), fetch(site, never)
    assert (gone.status_code, same.status_code) == (404, 404)
    assert gone.text.replace(second, "") == same.text.replace(never, "")
    with site.db() as db:
        verbs = db.scalars(select(Event.verb).where(Event.object_type == "feed-key").order_by(Event.id))
        assert list(verbs) == ["made", "made", "revoked", "made", "revoked"]


def test_a_word_opens_one_feed_and_no_other(site: Site) -> None:
    reflect(site, site.cast.learner, visibility="public")
    word = secret_address(site, site.cast.peer, JOURNAL).partition("?")[2]
    for path in (THING, cohort_feed(site), f"/journals/{site.cast.peer.handle}/feed.atom"):
        see(fetch(site, f"{path}?{word}"), 404)
    for wrong in (
        word[:-1],
        word + "A",
        word[:-1] + ("B" if word[-1] == "A" else "A"),
        "key=%C3%A9",
        "key=%00",
    ):
        see(fetch(site, f"{JOURNAL}?{wrong}"), 404)


def test_a_persons_addresses_go_with_them(site: Site) -> None:
    reflect(site, site.cast.learner)
    address = secret_address(site, site.cast.stranger, JOURNAL)
    with site.db() as db:
        db.execute(delete(Person).where(Person.id == site.cast.stranger.id))
    see(fetch(site, address), 404)
    with site.db() as db:
        assert db.scalar(select(func.count()).select_from(FeedKey)) == 0


def test_who_has_the_newest_gets_no_more_than_that_word(site: Site) -> None:
    reflect(site, site.cast.learner, visibility="public", body="A word. " * 400)
    address = secret_address(site, site.cast.peer, JOURNAL)
    for path in (JOURNAL, address):
        for encoding in ("identity", "gzip"):
            answer = fetch(site, path, **{"accept-encoding": encoding})
            tag = answer.headers["etag"]
            assert tag.startswith('"') and answer.headers["last-modified"].endswith("GMT")
            again = {"accept-encoding": encoding, "if-none-match": f'"x", {tag}'}
            same = fetch(site, path, **again)
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["etag"] == tag and same.headers["cache-control"]
    reflect(site, site.cast.learner, visibility="public", title="Another")
    assert fetch(site, JOURNAL, **again).status_code == 200


HOSTILE = (
    *SCRIPTS,
    "Controls \x01\x08\x0b\x0c\x1b\x7f\x85 and \ufffe\uffff in it",
    "]]> <![CDATA[ &amp; &lt; &#x0; &nbsp; <?xml?>",
    "👩🏽‍💻 🏳️‍🌈 ﷽ אבג שלום \u202e txt.exe \u2066\u2069",
    "𝕬" * 60,
)


def test_every_feed_is_well_formed_whatever_people_wrote(site: Site) -> None:
    """Entries are read by feedparser, an independent judge, and by a strict XML parser."""
    learner = site.cast.learner
    for number, text in enumerate(HOSTILE):
        body = f"{text}\n\n{MARKDOWN}" if number else "Long. " * 15_000 + "\n\n" + MARKDOWN
        reflect(site, learner, visibility="public", title=text[:200], body=body)
    with site.db() as db:
        hostile = {"name": HOSTILE[6] + SCRIPTS[0], "name_key": "x", "about": SCRIPTS[1]}
        db.execute(update(Person).where(Person.id == learner.id).values(**hostile))
        db.execute(update(Post).where(Post.title == SCRIPTS[0][:200]).values(title=HOSTILE[6]))
    group = secret_address(site, site.cast.peer, cohort_feed(site))
    for path in (JOURNAL, THING, group):
        answer = fetch(site, path)
        feed = parsed(answer)
        ElementTree.fromstring(answer.content)
        assert len(feed.entries) == len(HOSTILE)
        contents = [node.text or "" for node in ElementTree.fromstring(answer.content).iter(f"{ATOM}content")]
        for content in contents:
            assert (
                f"<script>{MARK}" not in content
                and "<iframe" not in content
                and "javascript:" not in tags(content)
            )
    assert "🏳️‍🌈" in answer.text


def tags(content: str) -> str:
    """What stands between < and > of an html text."""
    return " ".join(piece.partition(">")[0] for piece in content.split("<")[1:])


def test_addresses_in_a_text_lead_here_from_anywhere_and_pictures_only_where_they_can_be_seen(
    site: Site,
) -> None:
    picture, body = (
        "abcdefghjkmn-4x3.webp",
        "[a group](/programmes) [else](https://example.org/x) note[^1]\n\n[^1]: Small.",
    )
    for visibility in ("public", "cohort"):
        alt = 'A "map" <b>'
        text = f'![{alt}](/pictures/{picture}) `<a href="/x">` {body}'
        reflect(site, site.cast.learner, visibility=visibility, title=visibility, body=text)
    address = secret_address(site, site.cast.peer, JOURNAL)
    document = ElementTree.fromstring(fetch(site, address).content)
    content = {
        entry.findtext(f"{ATOM}title"): entry.findtext(f"{ATOM}content") or ""
        for entry in document.iter(f"{ATOM}entry")
    }
    for title, html in content.items():
        assert f'href="{BASE_URL}/programmes"' in html and 'href="https://example.org/x"' in html
        assert f'href="{BASE_URL}/journals/lena-maes/' in html
        assert '&lt;a href="/x"&gt;' in html, "what somebody quotes stays as it is"
        assert (f'src="{BASE_URL}/pictures/{picture}"' in html) == (title == "public")
    assert "<img" not in content["cohort"] and ">[A " in content["cohort"]


def test_a_feed_takes_the_same_few_statements_for_twice_as_many_posts(site: Site) -> None:
    addresses = [secret_address(site, site.cast.coach, path) for path in (JOURNAL, THING, cohort_feed(site))]
    paths = (*addresses, JOURNAL, THING, f"/programmes/{PROGRAMME}/first/posts")
    counts = []
    for _ in range(2):
        with site.db() as db:
            at = [now() - timedelta(minutes=n) for n in range(30)]
            for visibility in ("cohort", "members", "public"):
                write_posts(db, enrolments_of(db, site.cast.cohort), at, visibility=visibility)
        for path in paths:
            with site.statements() as statements:
                see(fetch(site, path))
            counts.append(len(statements))
    assert counts[: len(paths)] == counts[len(paths) :]
    assert max(counts) <= 4
    assert len(parsed(fetch(site, addresses[2])).entries) == 30


def test_the_button_for_a_feed_is_on_every_stream(site: Site) -> None:
    reflect(site, site.cast.learner, visibility="public")
    peer = site.client(site.cast.peer)
    for page in (
        "/journals/lena-maes",
        f"/cohorts/{site.cast.cohort.public_id}",
        THING.replace("feed.atom", "posts"),
    ):
        form = see(peer.get(page)).css_first(".follow form")
        path = form.css_first("[name=path]").attributes["value"] or ""
        assert form.attributes["action"] == "/account/feeds"
        assert titles(site, secret_address(site, site.cast.peer, path)) == ["A find"]


# The page of everything about a Thing


POSTS = f"/programmes/{PROGRAMME}/first/posts"


def shown(site: Site, person: Person | None, query: str = "") -> list[str]:
    page = see(site.client(person).get(POSTS + query))
    return [title.text() for title in page.css(".post-title")]


def test_what_others_made_of_a_thing_is_that_of_ones_group_or_of_everyone(site: Site) -> None:
    cast = site.cast
    for person, visibility in (
        (cast.learner, "cohort"),
        (cast.learner, "coaches"),
        (cast.peer, "members"),
        (cast.other_learner, "cohort"),
        (cast.other_learner, "public"),
        (cast.loner, "members"),
    ):
        reflect(site, person, visibility=visibility, title=f"{person.name.split()[0]} {visibility}")
    reflect(site, cast.learner, "second", title="Another Thing")
    everyone = ["Lou members", "Otto public", "Piet members"]
    assert shown(site, None) == ["Otto public"]
    assert shown(site, cast.stranger) == everyone
    assert shown(site, cast.organizer) == everyone
    assert shown(site, cast.peer) == ["Piet members", "Lena cohort"]
    assert shown(site, cast.peer, "?show=everyone") == [*everyone, "Lena cohort"]
    assert shown(site, cast.coach) == [*everyone, "Lena coaches", "Lena cohort"]
    assert POSTS in (see(site.client(cast.peer).get(f"/programmes/{PROGRAMME}/first")).html or "")


def test_posts_about_a_thing_that_had_another_name_are_there_too(site: Site) -> None:
    reflect(site, site.cast.learner, "second", title="By its old name")
    with site.db() as db:
        db.execute(update(Post).values(thing_slug="older-second"))
    page = see(site.client(site.cast.peer).get(f"/programmes/{PROGRAMME}/second/posts"))
    assert "By its old name" in words(page)
    moved = site.client().get(f"/programmes/{PROGRAMME}/older-second/posts")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/programmes/{PROGRAMME}/second/posts")


def test_older_posts_about_a_thing_follow_page_by_page_each_once(site: Site) -> None:
    at = [datetime(2026, 11, 20, tzinfo=UTC) - timedelta(minutes=n // 2) for n in range(45)]
    with site.db() as db:
        write_posts(db, enrolments_of(db, site.cast.cohort), at, visibility="members")
    for person, query in ((site.cast.peer, ""), (site.cast.peer, "?show=everyone"), (site.cast.stranger, "")):
        client, url, seen = site.client(person), POSTS + query, []
        while url:
            page = see(client.get(url))
            seen += [title.text() for title in page.css(".post-title")]
            link = page.css_first(".pager-older")
            url = (link.attributes["href"] or "") if link else ""
        assert len(seen) == 45 and set(seen) == {f"Post {n}" for n in range(45)}

"""What a feed, its server or its writer can make Dingen do: no page fails by it, and nothing goes on for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from app.blogs.cleaning import cleaned
from app.blogs.discovery import MOST_TRIED
from app.blogs.fetch import Answer
from app.blogs.matching import TAG, TITLE
from app.blogs.models import State
from app.blogs.parsing import Feed, Parser
from app.blogs.polling import read_blog
from app.blogs.services import SOON
from app.blogs.taking_in import MOST_AT_ONCE
from app.clock import now
from tests.blogs.deeds import URL, blog_of, entries_of, filled, keep, later, posts_of, preview
from tests.conftest import Site
from tests.pages import see, words
from tests.peers.blogs import BlogServer, Item, Sent

HOSTILE = '<guid isPermaLink="false">http://[x/</guid>'
MINUTE = timedelta(minutes=1)


def feed_of(items: str) -> Feed:
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
    answer = Answer("http://b.example/", "", 200, {"content-type": "application/rss+xml"}, body.encode())
    parser = Parser()
    try:
        return parser.feed(answer)
    finally:
        parser.end()


def test_what_cannot_be_an_address_or_a_date_is_none() -> None:
    pictures = '&lt;img src="http://u℀@host/x.png"&gt;&lt;img src="a.png"&gt;'
    feed = feed_of(
        f"<item>{HOSTILE}<title>one</title><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate></item>"
        f"<item><link>http://[y/</link><guid isPermaLink='false'>two</guid><title>two</title><description>{pictures}</description>"
        "<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate></item>"
    )
    one, two = feed.entries
    assert (one.url, one.at) == ("", None)
    assert (two.url, two.at) == ("", datetime(2026, 3, 1, 9, tzinfo=UTC))
    assert "http://b.example/a.png" in cleaned(two.html)


def test_a_text_that_grows_is_cut_where_it_can_be_closed() -> None:
    links = '&lt;p&gt;&lt;a href="x"&gt;x&lt;/a&gt;&lt;/p&gt;' * 4_000
    item = f"<item><link>http://b.example/{'y' * 900}/</link><title>t</title><description>{links}</description></item>"
    html = feed_of(item).entries[0].html
    assert len(html) < 62_000
    assert html.count("<a") == html.count("</a>") and html.endswith("</p>")


@pytest.mark.parametrize("text", ["thing" + "-" * 30_000 + "x", "thing" + " -" * 15_000])
def test_a_long_tag_or_title_is_read_in_one_pass(text: str) -> None:
    begun = monotonic()
    assert TAG.fullmatch(text) is None and TITLE.search(text) is None
    assert monotonic() - begun < 1


@pytest.mark.parametrize("html", ["<a " * 20_000, "<img " * 12_000, '<a x="<a" ' * 6_000])
def test_tags_that_never_end_are_read_in_one_pass(html: str) -> None:
    begun = monotonic()
    cleaned(html)
    assert monotonic() - begun < 1


def test_no_page_fails_by_an_address_that_is_none(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    item = f"<item>{HOSTILE}<title>Thing 1</title></item>"
    body = f'<rss version="2.0"><channel><title>x</title><link>http://[z/</link>{item}</channel></rss>'
    server.pages["/feed"] = Sent(body.encode(), headers={"Content-Type": "application/rss+xml"})
    home = server.page(
        "/",
        '<base href="http://[x/"><link rel="alternate" type="application/rss+xml" href="http://[x/feed">'
        '<link rel="alternate" type="application/rss+xml" href="/feed">'
        '<a rel="tag" href="http://[x/tag/23things/">23things</a>',
    )
    keep(site, learner, home)
    assert posts_of(site, learner)["Thing 1"].source_url == home
    for path in (URL, f"/journals/{learner.handle}"):
        see(site.client(learner).get(path))


def test_of_a_long_feed_one_reading_brings_in_a_part(site: Site, server: BlogServer) -> None:
    learner, many = site.cast.learner, MOST_AT_ONCE + 10
    url = server.feed("/feed", *(Item(f"Post {number}", hours=1 + number / 9) for number in range(many)))
    keep(site, learner, url)
    assert len(posts_of(site, learner)) == many, "what was looked at and chosen comes in at once"
    server.feed("/feed", *(Item(f"New {number}", hours=0.5, text="Words.") for number in range(many)))
    later(site)
    assert len(posts_of(site, learner)) == many + MOST_AT_ONCE
    assert blog_of(site, learner).next_due_at - now() < timedelta(hours=2) + 2 * MINUTE
    later(site, 2.1)
    assert len(posts_of(site, learner)) == 2 * many
    assert {entry.digest for entry in entries_of(site, learner).values()} & {""} == set()


def test_a_fault_of_ours_is_kept_as_a_failure(site: Site, server: BlogServer) -> None:
    """So that the blog does not stay due, and the poller lives."""
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", Item("Thing 1")))
    server.feed("/feed", Item("Thing 2"))
    parser = Parser()
    read_blog(site.database, site.app.state.fetcher, parser, lambda: [][0], blog_of(site, learner).id)
    parser.end()
    blog = blog_of(site, learner)
    assert (blog.trouble, blog.state) == ("broken", State.ACTIVE)
    assert blog.next_due_at > now() + 30 * MINUTE
    later(site, 5)
    assert "Thing 2" in posts_of(site, learner)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_wants_peace_is_not_asked_by_any_button(
    site: Site, server: BlogServer, status: int
) -> None:
    learner, browser = site.cast.learner, site.client(site.cast.learner)
    form = {"visibility": "coaches", "takes": "all", "full_text": "1"}
    keep(site, learner, server.feed("/feed", Item("Thing 1")))
    server.pages["/feed"] = Sent(b"", status, {"Retry-After": "7200"})
    see(browser.post(f"{URL}/read"), 303)
    due, asked = blog_of(site, learner).next_due_at, len(server.asked)
    see(browser.post(f"{URL}/read"), 303)
    assert "The site wants to be left alone until" in words(see(browser.get(URL)))
    see(browser.post(f"{URL}/settings", data=form), 303)
    assert blog_of(site, learner).next_due_at == due
    assert len(server.asked) == asked


def test_whoever_changes_their_mind_does_not_hammer_on_a_server(site: Site, server: BlogServer) -> None:
    learner, browser = site.cast.learner, site.client(site.cast.learner)
    keep(site, learner, server.feed("/feed", Item("Thing 1")))
    read_at = blog_of(site, learner).read_at
    for full_text in ("1", "", "1"):
        form = {"visibility": "coaches", "takes": "all", "full_text": full_text}
        see(browser.post(f"{URL}/settings", data={k: v for k, v in form.items() if v}), 303)
        assert read_at is not None
        assert blog_of(site, learner).next_due_at == read_at + SOON


def test_the_host_that_answers_is_the_one_that_gets_its_rest(site: Site, server: BlogServer) -> None:
    keep(site, site.cast.learner, server.feed("/feed", Item("Thing 1")))
    server.feed("/there", Item("Thing 2"))
    server.redirect("/feed", f"{server.url.replace('127.0.0.1', 'localhost')}/there")
    later(site)
    assert "Thing 2" in posts_of(site, site.cast.learner)
    assert blog_of(site, site.cast.learner).host == "localhost"


def test_one_look_knocks_at_few_doors(site: Site, server: BlogServer) -> None:
    home = server.page("/", "<h1>No feed</h1>")
    see(site.client(site.cast.learner).post(URL, data={"url": home}), 422)
    assert len(server.asked) <= 1 + MOST_TRIED == 8


def test_of_more_posts_than_were_shown_none_comes_in_by_a_forged_form(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    url = server.feed("/feed", *(Item(f"Post {number}", hours=1 + number) for number in range(62)))
    form = filled(preview(site, learner, url))
    assert len(form["key"]) == 60
    see(site.client(learner).post(f"{URL}/confirm", data=form), 303)
    assert len(posts_of(site, learner)) == 60
    assert len(entries_of(site, learner)) == 62

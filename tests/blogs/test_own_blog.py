"""A learner's own blog: found, looked at, kept, corrected, and taken away again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.blogs.models import Blog
from app.cohorts.queries import active_enrolment
from app.journals.models import Post
from tests.blogs.deeds import URL, blog_of, decide, entries_of, filled, keep, later, posts_of, preview
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import pack_of, reflect
from tests.pages import see, value, words
from tests.peers.blogs import BlogServer, Item, Sent

THREE = (
    Item("What I found", tags=("thing1", "books"), text="<p>About the <b>first</b>.</p>"),
    Item("Thing 2: go on", text="<p>About the second.</p>", hours=2),
    Item("A walk", text="<p>About nothing.</p>", hours=3),
)


def state_of_things(site: Site) -> dict[str, str]:
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        return dict(pack_of(db, enrolment.id, site.programme))


def test_a_blog_is_found_looked_at_and_kept(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    server.feed("/feed.xml", *THREE)
    home = server.page(
        "/",
        '<title>Lena</title><link rel="alternate" type="application/rss+xml" href="/feed.xml" title="All">',
    )
    page = preview(site, learner, home)
    text = words(page)
    assert "All" in text and f"{server.url}/feed.xml" in text
    assert "by its tag “thing1”" in text and "by “thing 2” in its title" in text
    form = filled(page)
    assert form["choice"] == ["first", "second", "-"]
    assert form["visibility"] == "coaches"
    assert posts_of(site, learner) == {}, "nothing is kept before the person says so"
    see(site.client(learner).get(URL))
    assert see(site.client(learner).post(f"{URL}/confirm", data=form | {"visibility": "cohort"}), 303)
    posts = posts_of(site, learner)
    assert {title: post.thing_slug for title, post in posts.items()} == {
        "What I found": "first",
        "Thing 2: go on": "second",
        "A walk": None,
    }
    assert state_of_things(site) == {"first": "reflected", "second": "reflected"}
    stream = words(see(site.client(site.cast.peer).get(f"/cohorts/{site.cast.cohort.public_id}")))
    assert "What I found" in stream and "About the first." in stream
    own = see(site.client(learner).get(URL))
    assert "Read just now, 3 new posts." in words(own)
    post = posts["What I found"]
    shown = see(site.client(site.cast.peer).get(f"/journals/{learner.handle}/{post.public_id}"))
    link = shown.css_first(f'main a[href="{post.source_url}"]')
    assert link.attributes["rel"] == "nofollow noopener"
    assert "On their own blog: 127.0.0.1" in words(shown)


@pytest.mark.parametrize("path", ["/feed/", "/rss.xml", "/feeds/posts/default", "/blog/feed/"])
def test_a_feed_that_nobody_names_is_found_where_feeds_are(site: Site, server: BlogServer, path: str) -> None:
    server.page("/blog", "<h1>Hello</h1>")
    server.feed(path, *THREE)
    assert "Thing 2: go on" in words(preview(site, site.cast.learner, f"{server.url}/blog"))


def test_the_feed_of_the_tag_is_offered_first_and_that_of_comments_last(
    site: Site, server: BlogServer
) -> None:
    home = server.page(
        "/",
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/" title="Comments">'
        '<link rel="alternate" type="application/atom+xml" href="/feed/" title="Everything">'
        '<a href="/tag/23things/" rel="tag">23things</a>',
    )
    server.feed("/feed/", *THREE)
    server.feed("/tag/23things/feed/", THREE[0])
    page = preview(site, site.cast.learner, home)
    shown = [node.text() for node in page.css("#main section code")]
    assert shown == [f"{server.url}{path}" for path in ("/tag/23things/feed/", "/feed/", "/comments/feed/")]
    assert len(filled(page)["key"]) == 1
    other = page.css("form[action='/account/blog']")[0]
    data = {field.attributes["name"]: field.attributes["value"] for field in other.css("input")}
    assert len(filled(see(site.client(site.cast.learner).post(URL, data=data)))["key"]) == 3


FAILURES = {
    "http://nosuch.invalid/": "There is no site on the public web at this address.",
    "http://10.0.0.1/": "There is no site on the public web at this address.",
    "javascript:alert(1)": "no address of the web",
    "/missing": "There is nothing at this address (404).",
    "/forbidden": "does not let us in (403)",
    "/broken": "answers 500",
    "/plain": "There is no feed here.",
    "/loop": "again and again",
}


@pytest.mark.parametrize("url", FAILURES)
def test_what_is_wrong_stands_beside_the_field_with_what_was_typed(
    site: Site, server: BlogServer, url: str
) -> None:
    server.pages |= {"/forbidden": Sent(status=403), "/broken": Sent(status=500)}
    server.page("/plain", "<h1>No feed</h1>")
    server.redirect("/loop", "/loop")
    typed = server.url + url if url.startswith("/") else url
    page = see(site.client(site.cast.learner).post(URL, data={"url": typed}), 422)
    assert FAILURES[url] in words(page, "#f-url-error")
    assert value(page, "url") == typed


def test_how_often_somebody_may_look_is_bounded(site: Site) -> None:
    browser = site.client(site.cast.learner)
    statuses = [browser.post(URL, data={"url": "http://10.0.0.1/"}).status_code for _ in range(31)]
    assert statuses == [422] * 30 + [429]


def test_of_a_form_only_the_choices_count(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    form = filled(preview(site, learner, server.feed("/feed", *THREE)))
    form["key"].append("x" * 64)
    form["choice"] = ["nosuch", "first", "", "first"]
    see(site.client(learner).post(f"{URL}/confirm", data=form), 303)
    assert {title: post.thing_slug for title, post in posts_of(site, learner).items()} == {
        "Thing 2: go on": "first"
    }


def test_posts_from_before_one_began_are_offered_and_not_taken(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    url = server.feed("/feed", THREE[0], Item("Thing 2", hours=24 * 90))
    page = preview(site, learner, url)
    assert filled(page)["choice"] == ["first", ""]
    assert "from before you began" in words(page)
    keep(site, learner, url)
    later(site)
    assert set(posts_of(site, learner)) == {"What I found"}


def test_a_new_post_comes_in_by_itself_and_an_edited_one_changes(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", THREE[0]))
    before = posts_of(site, learner)["What I found"]
    edited = Item(
        "What I found out", tags=("thing1",), text="Better words.", link=f"{server.url}/What-I-found"
    )
    server.feed("/feed", edited, THREE[1])
    later(site)
    posts = posts_of(site, learner)
    assert set(posts) == {"What I found out", "Thing 2: go on"}
    after = posts["What I found out"]
    assert (after.id, after.body) == (before.id, "Better words.")
    assert after.edited_at is not None and before.edited_at is None
    assert after.published_at == before.published_at


def test_nothing_comes_twice(site: Site, server: BlogServer) -> None:
    """The same post twice in a feed, one whose guid changed, and a blog that is kept again."""
    learner = site.cast.learner
    url = server.feed("/feed", THREE[0], THREE[0], Item("Thing 3", guid="one", link="http://b.example/3"))
    keep(site, learner, url)
    server.feed("/feed", THREE[0], Item("Thing 3", guid="another", link="http://b.example/3"))
    later(site)
    see(site.client(learner).post(f"{URL}/remove", data={"posts": "keep"}), 303)
    keep(site, learner, url)
    with site.db() as db:
        titles = sorted(db.scalars(select(Post.title).where(Post.author_id == learner.id)))
    assert titles == ["Thing 3", "What I found"]


def test_a_post_that_went_away_there_is_marked_and_hidden_here_until_it_is_back(
    site: Site, server: BlogServer
) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", *THREE), visibility="cohort")
    address = f"/journals/{learner.handle}/{posts_of(site, learner)['Thing 2: go on'].public_id}"
    server.feed("/feed", THREE[0], THREE[2])
    later(site)
    see(site.client(site.cast.peer).get(address), 404)
    see(site.client(learner).get(address))
    assert "no longer on your blog" in words(see(site.client(learner).get(URL)))
    assert state_of_things(site)["second"] == "reflected", "what was done stays done"
    server.feed("/feed", *THREE)
    later(site, 5)
    see(site.client(site.cast.peer).get(address))
    server.feed("/feed", THREE[0])
    later(site, 9)
    see(site.client(site.cast.peer).get(address))


def test_a_reading_never_overrides_a_person(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", *THREE))
    decide(site, learner, {"What I found": "third", "Thing 2: go on": "-", "A walk": ""})
    assert state_of_things(site) == {"third": "reflected"}
    changed = [
        Item(
            item.title,
            text="New.",
            tags=("thing1",),
            link=f"{server.url}/{item.title.replace(' ', '-')}",
            hours=item.hours,
        )
        for item in THREE
    ]
    server.feed("/feed", *changed)
    later(site)
    posts = posts_of(site, learner)
    assert {title: post.thing_slug for title, post in posts.items()} == {
        "What I found": "third",
        "Thing 2: go on": None,
    }
    assert posts["What I found"].body == "New."


def test_a_match_can_be_locked_as_it_is_and_let_go_again(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", THREE[0]))
    moved = Item("What I found", tags=("thing2",), link=f"{server.url}/What-I-found")
    decide(site, learner, {"What I found": "first"}, locked=["What I found"])
    server.feed("/feed", moved)
    later(site)
    assert posts_of(site, learner)["What I found"].thing_slug == "first"
    decide(site, learner, {"What I found": "first"})
    see(site.client(learner).post(f"{URL}/read"), 303)
    server.feed("/feed", Item("What I found", tags=("thing2", "x"), link=f"{server.url}/What-I-found"))
    later(site, 5)
    assert posts_of(site, learner)["What I found"].thing_slug == "second"
    assert state_of_things(site) == {"second": "reflected"}


def test_what_is_deleted_here_never_comes_back_by_itself(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", *THREE))
    post = posts_of(site, learner)["What I found"]
    see(site.client(learner).post(f"/journals/{learner.handle}/{post.public_id}/delete"), 303)
    server.feed("/feed", *(Item(item.title, text="New.") for item in THREE))
    later(site)
    assert "What I found" not in posts_of(site, learner)
    decide(site, learner, {"What I found": "first"})
    assert posts_of(site, learner)["What I found"].id == post.id, "but it does when its writer says so"


def test_a_post_that_was_left_out_comes_in_when_it_is_wanted(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    url = server.feed("/feed", *THREE)
    form = filled(preview(site, learner, url), takes="things")
    form["choice"][2] = ""
    see(site.client(learner).post(f"{URL}/confirm", data=form), 303)
    later(site)
    assert "A walk" not in posts_of(site, learner)
    decide(site, learner, {"A walk": "-"})
    assert posts_of(site, learner)["A walk"].body == "About nothing."


def test_who_reads_a_blog_here_changes_for_all_its_posts_at_once(site: Site, server: BlogServer) -> None:
    learner, peer = site.cast.learner, site.client(site.cast.peer)
    keep(site, learner, server.feed("/feed", *THREE), visibility="cohort")
    address = f"/journals/{learner.handle}/{posts_of(site, learner)['A walk'].public_id}"
    see(peer.get(address))
    settings = {"visibility": "private", "takes": "all"}
    see(site.client(learner).post(f"{URL}/settings", data=settings), 303)
    see(peer.get(address), 404)
    refused = site.client(learner).post(f"{URL}/settings", data={"visibility": "everyone", "takes": "all"})
    see(refused, 422)


def test_the_whole_text_is_shown_where_its_writer_says_so(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    long = "<p>" + "word " * 300 + "</p><h1>Last</h1><ul><li>the end</li></ul><img src='/a.png' alt='A map'>"
    keep(site, learner, server.feed("/feed", Item("Thing 1", text=long)))
    assert "the end" not in posts_of(site, learner)["Thing 1"].html
    see(
        site.client(learner).post(
            f"{URL}/settings", data={"visibility": "cohort", "takes": "all", "full_text": "1"}
        ),
        303,
    )
    later(site, 0.1)
    post = posts_of(site, learner)["Thing 1"]
    assert "<h3>Last</h3><ul><li>the end</li></ul>" in post.html
    assert ">A map</a>" in post.html and "<img" not in post.html, "no page asks another site for anything"
    assert post.edited_at is None


def test_a_post_is_changed_on_the_blog_and_not_here(site: Site, server: BlogServer) -> None:
    learner, browser = site.cast.learner, site.client(site.cast.learner)
    keep(site, learner, server.feed("/feed", *THREE))
    post = posts_of(site, learner)["What I found"]
    address = f"/journals/{learner.handle}/{post.public_id}"
    assert "Edit" not in words(see(browser.get(address)))
    assert browser.get(f"{address}/edit").headers["location"] == URL
    form = {"title": "x", "body": "y", "visibility": "public", "action": "publish"}
    assert browser.post(f"{address}/edit", data=form).headers["location"] == URL
    assert posts_of(site, learner)["What I found"].body == "About the first."
    reflect(site, learner, "first", title="Written here")
    assert {"Written here", "What I found"} <= set(posts_of(site, learner))


@pytest.mark.parametrize("posts", ["keep", "delete"])
def test_a_blog_is_taken_away_with_or_without_its_posts(site: Site, server: BlogServer, posts: str) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", *THREE))
    see(site.client(learner).post(f"{URL}/remove", data={"posts": posts}), 303)
    assert len(posts_of(site, learner)) == (3 if posts == "keep" else 0)
    assert state_of_things(site) == ({"first": "reflected", "second": "reflected"} if posts == "keep" else {})
    asked = len(server.asked)
    later(site)
    assert len(server.asked) == asked
    assert "Address of your blog" in words(see(site.client(learner).get(URL)))


def test_the_journal_that_one_takes_along_names_where_a_post_stands(site: Site, server: BlogServer) -> None:
    learner = site.cast.learner
    keep(site, learner, server.feed("/feed", THREE[0]))
    page = see(site.client(learner).get("/account/journal"))
    assert page.css_first(f'a[href="{server.url}/What-I-found"]') is not None


def test_the_list_costs_the_same_however_long_it_is(site: Site, server: BlogServer) -> None:
    learner, browser = site.cast.learner, site.client(site.cast.learner)
    keep(site, learner, server.feed("/feed", *THREE))
    with site.statements() as few:
        see(browser.get(URL))
    server.feed("/feed", *THREE, *(Item(f"Another {number}", hours=4 + number) for number in range(40)))
    later(site)
    with site.statements() as many:
        page = see(browser.get(URL))
    assert len(many) == len(few)
    older = page.css_first('a[href^="/account/blog?after="]').attributes["href"] or ""
    assert "Another 39" in words(see(browser.get(older)))


def test_the_preview_and_what_is_kept_are_for_one_person(site: Site, server: BlogServer) -> None:
    keep(site, site.cast.learner, server.feed("/feed", *THREE))
    assert blog_of(site, site.cast.learner).state == "active"
    assert entries_of(site, site.cast.learner)
    with site.db() as db:
        assert db.query(Blog).count() == 1
    for action in ("read", "entries", "settings", "remove"):
        see(site.client(site.cast.peer).post(f"{URL}/{action}", data={"posts": "keep"}), 404)

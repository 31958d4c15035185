"""Whatever stands in a feed is text here: no script of it runs, and no page asks its site for anything."""

from __future__ import annotations

import json

from defusedxml.ElementTree import fromstring

from app.journals.models import Post
from tests.blogs.deeds import URL, filled, keep, posts_of, preview
from tests.conftest import Site
from tests.pages import see
from tests.peers.blogs import BlogServer, Item
from tests.security.crawl import Seen
from tests.security.test_xss import MARK, SCRIPTS, attacks, texts

HTML = f"""{"".join(SCRIPTS)}
<p style="background: url(https://evil.example/)" onclick="{MARK}()" class="site-head" id="main">Words</p>
<img src="https://evil.example/pixel.gif" srcset="https://evil.example/2x 2x" onerror="{MARK}()" alt="{MARK}">
<a href="java&#x0A;script:{MARK}()">one</a> <a href=" javascript:{MARK}()">two</a>
<a href="data:text/html,<script>{MARK}()</script>">three</a> <a href="//evil.example/x">four</a>
<a href='https://evil.example/"onmouseover="{MARK}()'>five</a>
<a href="https://a.example/<a y"></a><img alt='" onmouseover="{MARK}()' src="https://a.example/<img src=x>">
<form action="https://evil.example/"><input name="password"><button formaction="x">Sign in</button></form>
<iframe src="https://evil.example/"></iframe><object data="x"></object><embed src="x"><base href="//evil.example/">
<link rel="stylesheet" href="https://evil.example/x.css"><style>* {{ display: none }}</style>
<meta http-equiv="refresh" content="0;url=https://evil.example/"><svg><script>{MARK}()</script></svg>
<math><mi xlink:href="javascript:{MARK}()">x</mi></math><video poster="https://evil.example/p"><source src="x"></video>
<noscript><p title="</noscript><img src=x onerror={MARK}()>"></noscript><!--><img src=x onerror={MARK}()>-->
<h1>A heading</h1><table><tr><td><a href="https://fine.example/">fine</a></td></tr></table>
"""
LOADING = ("img", "video", "audio", "source", "link[rel=stylesheet]", "iframe", "object", "embed")


def test_no_page_runs_what_stands_in_a_feed(site: Site, server: BlogServer) -> None:
    learner, cast = site.cast.learner, site.cast
    items = [
        Item(
            f"{script} {number}",
            text=HTML,
            tags=(script, "thing1"),
            author=script,
            guid=f"{script}{number}",
            link=link,
        )
        for number, (script, link) in enumerate(
            zip(SCRIPTS, (f"javascript:{MARK}()", 'https://b.example/"><script>', *[""] * 4), strict=True)
        )
    ]
    url = server.feed("/feed", *items, title=SCRIPTS[1])
    home = server.page(
        "/",
        f"<title>{SCRIPTS[0]}</title>"
        f'<link rel="alternate" type="application/rss+xml" href="/feed" title="{SCRIPTS[0].replace(chr(34), "")}">'
        f'<link rel="alternate" type="application/rss+xml" href="javascript:{MARK}()" title="x">',
    )
    found = site.client(learner).post(URL, data={"url": home})
    assert f"javascript:{MARK}()" not in [filled(see(found))["feed"]]
    keep(site, learner, home, visibility="cohort", full_text="1")
    posts = posts_of(site, learner)
    assert len(posts) == len(items)
    cohort, seen = f"/cohorts/{cast.cohort.public_id}", [Seen("preview", found)]
    for person, paths in (
        (learner, [URL, "/", f"/journals/{learner.handle}", "/account/journal"]),
        (cast.peer, [cohort, *(_address(learner.handle, post) for post in posts.values())]),
        (
            cast.coach,
            [f"{cohort}/coach/inbox", f"{cohort}/coach/blogs", f"{cohort}/coach/learners/{learner.handle}"],
        ),
    ):
        seen += [Seen(path, site.client(person).get(path)) for path in paths]
    assert [attack for one in seen for attack in attacks(one)] == []
    inside = [node.html for one in seen for name in LOADING for node in one.page.css(f"main {name}")]
    assert inside == [], "nothing is loaded from elsewhere"
    shown = {script for script in SCRIPTS if any(script in texts(one) for one in seen)}
    assert len(shown) >= 3, "titles are to be read as they were written"
    assert all("A heading" in post.html and "fine.example" in post.html for post in posts.values())
    opml = site.client(cast.peer).get(f"{cohort}/journals.opml")
    outline = fromstring(opml.content, forbid_dtd=True).find("body/outline")
    assert outline is not None and outline.get("xmlUrl") == url


def _address(handle: str, post: Post) -> str:
    return f"/journals/{handle}/{post.public_id}"


def test_a_post_without_an_address_stands_on_its_blog(site: Site, server: BlogServer) -> None:
    """So that nobody takes it for one that was written here."""
    keep(site, site.cast.learner, server.feed("/feed", Item("Thing 1", link="javascript:x", guid="one")))
    assert posts_of(site, site.cast.learner)["Thing 1"].source_url == f"{server.url}/"


def test_no_address_that_runs_becomes_where_a_post_stands(site: Site, server: BlogServer) -> None:
    for scheme in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x"):
        item = Item(json.dumps(scheme), link=scheme, guid=scheme)
        page = preview(site, site.cast.learner, server.feed("/feed", item))
        assert [
            link
            for link in page.css("main a[href]")
            if (link.attributes["href"] or "").startswith(scheme[:4])
        ] == []

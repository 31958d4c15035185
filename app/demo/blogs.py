"""The demo's own blogs: as if each had been read soon after each post. Nobody is asked for them; their
addresses are nobody's (RFC 2606)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from app.blogs.models import State, Takes
from app.blogs.parsing import Feed, FeedEntry
from app.blogs.queries import own_blog
from app.blogs.services import register
from app.blogs.taking_in import take_in
from app.clock import now
from app.demo.cast import DemoBlog, DemoBlogPost
from app.slugs import slug_of

if TYPE_CHECKING:
    from app.demo.seed import Story

READ_AGO = timedelta(hours=2)


def plan_blog(story: Story, blog: DemoBlog) -> None:
    read_at = now() - READ_AGO
    written: list[FeedEntry] = []
    for post in blog.posts:
        act = partial(_read, story, blog, post, written)
        story.at(post.day, f"{post.hour:02}:00", blog.address + post.title, act)

    def read_lately() -> None:
        kept = own_blog(story.db, story.people[blog.author].id)
        if kept is not None:
            kept.state, kept.read_at, kept.next_due_at = State.STOPPED, read_at, read_at

    story.at(0, "00:00", blog.address, read_lately)


def _read(story: Story, blog: DemoBlog, post: DemoBlogPost, written: list[FeedEntry]) -> None:
    url = f"{blog.address}/{slug_of(post.title)}"
    html = f"<p>{escape(post.text)}</p>"
    written.insert(0, FeedEntry(url, url, post.title, "", now(), tuple(post.tags), html))
    person = story.people[blog.author]
    feed = Feed(blog.title, blog.address, person.language or "", tuple(written))
    kept = own_blog(story.db, person.id)
    if kept is not None:
        kept.new_posts = take_in(story.db, kept, feed, story.catalogue)
        return
    register(
        story.db,
        person.id,
        address=blog.address,
        feed_url=f"{blog.address}/feed/",
        feed=feed,
        enrolment=story.enrolments[blog.author],
        visibility=blog.visibility,
        takes=Takes.ALL,
        full_text=False,
        catalogue=story.catalogue,
        choices={},
    )

"""What people do with their own blog in the tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.blogs.models import Blog, BlogEntry
from app.blogs.polling import POLL
from app.clock import now, set_to
from app.journals.models import Post
from app.people.models import Person
from tests.conftest import Site
from tests.pages import see

URL = "/account/blog"


def preview(site: Site, person: Person, url: str) -> LexborHTMLParser:
    return see(site.client(person).post(URL, data={"url": url}))


def filled(page: LexborHTMLParser, **changes: Any) -> dict[str, Any]:
    """The preview's form as it stands there, or changed."""
    form: dict[str, Any] = {"key": [], "choice": []}
    inside = page.css_first("form[action='/account/blog/confirm']")
    for field in inside.css("input[type=hidden]"):
        name, value = field.attributes["name"] or "", field.attributes["value"] or ""
        if name == "key":
            form["key"].append(value)
        else:
            form[name] = value
    for select_ in inside.css("select"):
        form["choice"].append(select_.css_first("option[selected]").attributes["value"] or "")
    for radio in inside.css("input[type=radio][checked]"):
        form[radio.attributes["name"] or ""] = radio.attributes["value"] or ""
    return {**form, **changes}


def keep(site: Site, person: Person, url: str, **changes: Any) -> Response:
    """Look at a blog and say yes."""
    form = filled(preview(site, person, url), **changes)
    answer = site.client(person).post(f"{URL}/confirm", data=form)
    see(answer, 303)
    return answer


def posts_of(site: Site, person: Person) -> dict[str, Post]:
    """By title, without those that were deleted."""
    with site.db() as db:
        found = db.scalars(
            select(Post).where(Post.author_id == person.id, Post.deleted_at.is_(None)).order_by(Post.id)
        )
        return {post.title: post for post in found}


def blog_of(site: Site, person: Person) -> Blog:
    with site.db() as db:
        return db.scalars(select(Blog).where(Blog.person_id == person.id)).one()


def entries_of(site: Site, person: Person) -> dict[str, BlogEntry]:
    """By title."""
    with site.db() as db:
        found = db.scalars(select(BlogEntry).join(BlogEntry.blog).where(Blog.person_id == person.id))
        return {entry.title: entry for entry in found}


def later(site: Site, hours: float = 2) -> None:
    """The poller looks so many hours from now."""
    with set_to(now() + timedelta(hours=hours)):
        with site.db() as db:
            POLL.later(db)
        site.work()


def decide(site: Site, person: Person, choices: dict[str, str], locked: list[str] | None = None) -> Response:
    """Choose in the list, by title."""
    entries = entries_of(site, person)
    form = {
        "entry": [entries[title].public_id for title in choices],
        "choice": list(choices.values()),
        "locked": [entries[title].public_id for title in locked or ()],
    }
    answer = site.client(person).post(f"{URL}/entries", data=form)
    see(answer, 303)
    return answer

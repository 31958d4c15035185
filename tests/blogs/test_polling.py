"""The poller: polite to servers, and not to be held up by any of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import cycle
from pathlib import Path
from time import monotonic, process_time

import pytest
from sqlalchemy import func, insert, select, update

from app.background import make_worker
from app.blogs import polling
from app.blogs.fetch import Fetcher, Limits
from app.blogs.models import Blog, State
from app.blogs.polling import POLL
from app.blogs.queries import due_blog
from app.clock import now, set_to
from app.cohorts.models import Enrolment
from app.db import Database, new_public_id
from app.journals.models import Post
from app.notices.models import Kind, Notice
from app.things.library import Library
from tests import proof
from tests.blogs.deeds import URL, blog_of, keep, later, posts_of
from tests.cast import make_cast
from tests.conftest import CONTENT, Site, migrated_database, settings_for
from tests.deeds import crowd
from tests.pages import see, words
from tests.peers import blogs
from tests.peers.blogs import BlogServer, Item, Sent

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def kept(site: Site, server: BlogServer) -> str:
    """The address of the learner's feed, which was read once."""
    url = server.feed("/feed", Item("Thing 1"), ETag='"one"', Last_Modified="Tue, 24 Nov 2026 10:00:00 GMT")
    keep(site, site.cast.learner, url)
    later(site)
    server.asked.clear()
    return url


def state(site: Site) -> str:
    return words(see(site.client(site.cast.learner).get(URL)), "section[aria-labelledby=state]")


def test_what_did_not_change_is_asked_for_conditionally(site: Site, server: BlogServer, kept: str) -> None:
    before = blog_of(site, site.cast.learner).read_at
    later(site, 5)
    assert server.asked[0][1]["If-None-Match"] == '"one"'
    assert server.asked[0][1]["If-Modified-Since"] == "Tue, 24 Nov 2026 10:00:00 GMT"
    after = blog_of(site, site.cast.learner)
    assert before is not None and after.read_at is not None and after.read_at > before
    assert "no new posts" in state(site)


def test_how_often_a_blog_is_read_follows_its_posts(site: Site, server: BlogServer, kept: str) -> None:
    for hours, pause in ((1, HOUR), (24 * 30, 4 * HOUR), (24 * 90, DAY)):
        server.feed("/feed", Item("Thing 1", hours=hours, guid=str(hours)))
        see(site.client(site.cast.learner).post(f"{URL}/read"), 303)
        planned = blog_of(site, site.cast.learner).next_due_at - now()
        assert 0.85 * pause < planned < 1.15 * pause


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_believed_the_second_time(
    site: Site, server: BlogServer, kept: str, status: int
) -> None:
    there = server.feed("/there", Item("Thing 1"))
    server.redirect("/feed", "/there", status)
    later(site, 5)
    assert blog_of(site, site.cast.learner).feed_url == kept
    later(site, 10)
    assert blog_of(site, site.cast.learner).feed_url == there
    server.asked.clear()
    later(site, 15)
    assert server.paths() == ["/there"]


def test_a_move_for_now_is_followed_and_forgotten(site: Site, server: BlogServer, kept: str) -> None:
    server.feed("/there", Item("Thing 2"))
    server.redirect("/feed", "/there", 307)
    for hours in (5, 10, 15):
        later(site, hours)
    assert blog_of(site, site.cast.learner).feed_url == kept
    assert "Thing 2" in posts_of(site, site.cast.learner)


@pytest.mark.parametrize(
    ("value", "pause"),
    [("7200", 2 * HOUR), (lambda: format_datetime(now() + 9 * HOUR), 9 * HOUR), ("99999999", 7 * DAY)],
)
def test_a_server_that_wants_peace_gets_it(
    site: Site, server: BlogServer, kept: str, value: str | Callable[[], str], pause: timedelta
) -> None:
    told = value if isinstance(value, str) else value()
    server.pages["/feed"] = Sent(b"", 429, {"Retry-After": told})
    see(site.client(site.cast.learner).post(f"{URL}/read"), 303)
    planned = blog_of(site, site.cast.learner).next_due_at - now()
    assert abs(planned - pause) < timedelta(minutes=2) or pause < planned < 1.4 * HOUR


def test_failures_are_told_in_words_and_asked_about_less_and_less(
    site: Site, server: BlogServer, kept: str
) -> None:
    learner = site.cast.learner
    server.pages["/feed"] = Sent(b"no", 403)
    pauses, hours = [], 0.0
    for _ in range(7):
        hours += 32
        later(site, hours)
        with set_to(now() + timedelta(hours=hours)):
            pauses.append(blog_of(site, learner).next_due_at - now())
    assert pauses[0] < 1.4 * HOUR and pauses[-1] > 20 * HOUR
    assert pauses == sorted(pauses)[: len(pauses)] or pauses[-2] > 20 * HOUR
    with site.db() as db:
        since = now() - timedelta(days=2)
        db.execute(update(Blog).values(troubled_since=since))
        told = db.scalars(
            select(Notice).where(Notice.kind == Kind.BLOG, Notice.person_id == learner.id)
        ).all()
    assert len(told) == 1, "once, after some days"
    day = f"{since.astimezone(site.app.state.pages.locales['en'].zone):%A}"
    assert f"Your blog answers 403 since {day}: it does not let us in." in state(site)
    page = see(
        site.client(site.cast.coach).get(
            f"/cohorts/{site.cast.cohort.public_id}/coach/learners/{learner.handle}"
        )
    )
    assert f"The blog answers 403 since {day}: it does not let us in." in words(page)
    server.feed("/feed", Item("Thing 1"))
    see(site.client(learner).post(f"{URL}/read"), 303)
    assert "Read just now" in state(site)


def test_what_is_gone_for_good_is_asked_no_more(site: Site, server: BlogServer, kept: str) -> None:
    server.pages["/feed"] = Sent(b"", 410)
    later(site, 5)
    assert blog_of(site, site.cast.learner).state == State.STOPPED
    assert "It is not asked any more." in state(site)
    asked = len(server.asked)
    later(site, 100)
    assert len(server.asked) == asked
    server.feed("/feed", Item("Thing 1"))
    see(site.client(site.cast.learner).post(f"{URL}/read"), 303)
    assert blog_of(site, site.cast.learner).state == State.ACTIVE, "until its writer wants it"


def test_after_a_month_of_failures_it_is_asked_no_more(site: Site, server: BlogServer, kept: str) -> None:
    server.pages["/feed"] = Sent(b"", 500)
    later(site, 5)
    later(site, 24 * 31)
    assert blog_of(site, site.cast.learner).state == State.STOPPED


def test_blogs_on_one_host_are_asked_one_after_the_other(site: Site, server: BlogServer) -> None:
    with site.db() as db:
        people = crowd(db, ["One", "Two"])
        db.execute(
            insert(Blog),
            [blog_values(person.id, server.url + f"/{person.id}", now() - HOUR) for person in people],
        )
        first = due_blog(db, now())
        assert first is not None
        first.busy_until = now() + timedelta(seconds=30)
        db.flush()
        assert due_blog(db, now()) is None
        assert due_blog(db, now() + timedelta(minutes=1)) is not None, "a worker that died holds nobody up"


def blog_values(person_id: int, url: str, due: datetime, **values: object) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "person_id": person_id,
        "state": State.ACTIVE.value,
        "address": url,
        "feed_url": url,
        "host": "127.0.0.1",
        "visibility": "cohort",
        "takes_from": now() - 60 * DAY,
        "next_due_at": due,
        **values,
    }


HOSTILE = {
    "/drips": Sent(speak=blogs.drips),
    "/drips-headers": Sent(speak=blogs.drips_headers),
    "/says-nothing": Sent(speak=blogs.says_nothing),
    "/never-ends": Sent(speak=blogs.never_ends),
    "/hangs-up": Sent(speak=blogs.hangs_up),
    "/bomb": blogs.bomb(50),
    "/loop": Sent(b"", 302, {"Location": "/loop"}),
    "/to-a-private-address": Sent(b"", 301, {"Location": "http://10.0.0.1/"}),
    "/broken-encoding": Sent(b"\x80\x81\xfe" * 99, headers={"Content-Type": "application/rss+xml"}),
    "/html": Sent(b"<!doctype html><h1>For sale</h1>", headers={"Content-Type": "text/html"}),
}
"""What answers at an address whose owner means no good, or knows no better."""


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_thousands_of_blogs_are_read_within_an_hour_by_one_worker(
    kind: str, tmp_path: Path, worker_id: str, password_hash: str
) -> None:
    """As one worker does it: for some seconds of each minute. One in fifty is hostile; the others are on hosts
    of their own, all on this machine."""
    count, draw = proof.size(60, 5_000), random.Random(7)
    limits = Limits(seconds=proof.size(1, 10), bytes=1_000_000)
    server = BlogServer()
    server.pages |= HOSTILE
    with migrated_database(kind, tmp_path, f"polled_{worker_id}") as database, server.running():
        addresses = subscribe(database, server, count, draw, password_hash)
        library, fetcher = Library(CONTENT), Fetcher("http://x", policy=blogs.LOOPBACK, limits=limits)
        worker = make_worker(settings_for("sqlite://"), database, library=library, fetcher=fetcher)
        begun, processor, minutes, slowest = monotonic(), process_time(), 0, 0.0
        while due(database):
            minutes += 1
            at = monotonic()
            with database.transaction() as db:
                POLL.later(db)
            worker.run_due()
            slowest = max(slowest, monotonic() - at)
        seconds, used = monotonic() - begun, process_time() - processor
        with database.transaction(write=False) as db:
            read = db.scalar(select(func.count()).where(Blog.read_at.is_not(None))) or 0
            troubled = dict(
                db.execute(select(Blog.feed_url, Blog.trouble).where(Blog.trouble.is_not(None))).all()
            )
            posts = db.scalar(select(func.count()).select_from(Post).where(Post.source_url.is_not(None))) or 0
    hostile = [url for url in addresses if any(url.endswith(path) for path in HOSTILE)]
    assert set(troubled) == set(hostile), "and nobody else"
    assert read == count - len(hostile)
    assert posts == 2 * read
    assert minutes <= 60
    assert slowest < polling.ROUND_SECONDS + limits.seconds + 15
    proof.note(
        f"blogs read by one worker, {kind}",
        f"{count} blogs, {len(hostile)} of them hostile: {minutes} minutes ({seconds:.0f} s of work, "
        f"{1000 * used / count:.1f} ms of processor each in the worker); {posts} posts came in, "
        f"{read} read, the hostile ones told why not; the longest round took {slowest:.0f} s",
    )


def subscribe(
    database: Database, server: BlogServer, count: int, draw: random.Random, password_hash: str
) -> list[str]:
    """So many learners with a blog each, that have waited for some minutes; their addresses."""
    paths = [f"/blog/{number}" for number in range(count)]
    hostile = cycle(HOSTILE)
    for number in range(0, count, proof.size(6, 50)):
        paths[number] = next(hostile)
    for path in paths:
        if path not in HOSTILE:
            server.feed(path, Item("Thing 1", guid=f"{path}-1"), Item("A walk", guid=f"{path}-2"))
    with database.transaction() as db:
        cohort = make_cast(db, password_hash).cohort
        people = crowd(db, [f"Person {number:04}" for number in range(count)], cohort)
        enrolments = dict(db.execute(select(Enrolment.person_id, Enrolment.id)).all())
        addresses = [server.url + path for path in paths]
        db.execute(
            insert(Blog),
            [
                blog_values(
                    person.id,
                    url,
                    now() - timedelta(minutes=draw.random() * 5),
                    host=f"host-{number}.example",
                    enrolment_id=enrolments[person.id],
                )
                for number, (person, url) in enumerate(zip(people, addresses, strict=True))
            ],
        )
    return addresses


def due(database: Database) -> bool:
    with database.transaction(write=False) as db:
        return (db.scalar(select(func.count()).where(Blog.next_due_at <= now())) or 0) > 0

"""Reading blogs again and again: politely, and without one holding up the others.

How often: each hour a blog whose newest post is younger than two weeks, every four hours one younger than two
months, once a day any other; earlier or later by a tenth, by chance. After a failure twice as long each time,
up to a day, and never before the time that the server names (RFC 9110, 10.2.3), up to a week.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import SystemRandom
from threading import Event, Thread
from time import monotonic

from sqlalchemy.orm import Session

from app.blogs.fetch import Answer, Failed, Fetcher
from app.blogs.models import Blog, State, Trouble
from app.blogs.parsing import Feed, Parser, a_parser, hashed_bytes
from app.blogs.queries import due_blog, is_any_due, whole_blog
from app.blogs.services import forget_answer, host_in
from app.blogs.taking_in import take_some
from app.clock import now
from app.db import Database
from app.errors import Overtaken
from app.jobs.models import Priority
from app.jobs.services import Task
from app.notices.models import Kind
from app.notices.services import tell
from app.things.catalogue import Catalogue

POLL = Task("read-blogs", Priority.BULK, attempts=3)
EVERY_MINUTE = "* * * * *"
ROUND_SECONDS = 20.0
"""Of each minute, so that other work waits no longer."""
THREADS = 8
LEASE = timedelta(minutes=2)
HOST_PAUSE = timedelta(seconds=2)
LOOK_AGAIN_SECONDS = 0.5

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAUSES = ((14 * DAY, HOUR), (60 * DAY, 4 * HOUR))
LONGEST_PAUSE = DAY
LONGEST_RETRY_AFTER = 7 * DAY
TELL_AFTER = 3 * DAY
GIVE_UP_AFTER = 30 * DAY
GONE = 410
TRIES = 5

_random = SystemRandom()
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """One look at a blog: its feed where there is something new in it, or why not. `retry_after` is what the
    server says about the next one."""

    answer: Answer | None = None
    feed: Feed | None = None
    failed: Failed | None = None


def poll_due(
    database: Database,
    *,
    fetcher: Fetcher,
    catalogue: Callable[[], Catalogue],
    threads: int = THREADS,
    seconds: float = ROUND_SECONDS,
) -> None:
    """Read what is due, several hosts at a time, until the time is over; the next round goes on. A worker
    that dies in between leaves blogs that are read again."""
    with database.transaction(write=False) as db:
        if not is_any_due(db, now()):
            return
    ends = monotonic() + seconds

    def work(waits: bool) -> None:
        with a_parser() as parser:
            while monotonic() < ends and (blog_id := _taken(database, waits=waits, ends=ends)):
                read_blog(database, fetcher, parser, catalogue, blog_id)

    helpers = [Thread(target=copy_context().run, args=(work, False)) for _ in range(threads - 1)]
    for helper in helpers:
        helper.start()
    try:
        work(True)
    finally:
        for helper in helpers:
            helper.join()


def _taken(database: Database, *, waits: bool, ends: float) -> int | None:
    """The next blog to read, kept for us; None where there is none. One of the threads waits for hosts that
    are just being asked."""
    pause = Event()
    while True:
        with database.transaction() as db:
            blog = due_blog(db, now())
            if blog is not None:
                blog.busy_until = now() + LEASE
                return blog.id
            if not (waits and monotonic() < ends and is_any_due(db, now())):
                return None
        pause.wait(LOOK_AGAIN_SECONDS)


def read_blog(
    database: Database,
    fetcher: Fetcher,
    parser: Parser,
    catalogue: Callable[[], Catalogue],
    blog_id: int,
) -> None:
    """Look at a blog, and keep what came of it: all of it, or, where a process dies, nothing. Where a blog
    finds a fault of ours, that is kept as a failure, so that it is not read again at once and for ever."""
    with database.transaction(write=False) as db:
        blog = db.get(Blog, blog_id)
        if blog is None:
            return
        url, conditions, digest = blog.feed_url, conditions_of(blog), blog.digest
    try:
        reading = look_at(fetcher, parser, url, conditions, digest)
        _keep_unless_overtaken(database, blog_id, url, reading, catalogue)
    except Exception:
        log.exception("reading blog %s", blog_id)
        reading = Reading(failed=Failed(Trouble.BROKEN))
        _keep_unless_overtaken(database, blog_id, url, reading, catalogue)


def _keep_unless_overtaken(
    database: Database, blog_id: int, url: str, reading: Reading, catalogue: Callable[[], Catalogue]
) -> None:
    """Who is overtaken each time leaves the blog for the next round."""
    for attempt in range(TRIES):
        try:
            with database.transaction() as db:
                kept = whole_blog(db, blog_id)
                if kept is not None and kept.feed_url == url and kept.state == State.ACTIVE:
                    keep(db, kept, reading, catalogue)
            return
        except Overtaken:
            log.info("the learner did something meanwhile, attempt %s", attempt + 1)


def conditions_of(blog: Blog) -> dict[str, str]:
    """What makes the server answer 304 where nothing changed (RFC 9110, 13.1)."""
    found = {"If-None-Match": blog.etag, "If-Modified-Since": blog.last_modified}
    return {name: value for name, value in found.items() if value}


def look_at(fetcher: Fetcher, parser: Parser, url: str, conditions: dict[str, str], digest: str) -> Reading:
    """Whatever a server does is what there is to tell of it."""
    try:
        answer = fetcher.get(url, headers=conditions)
        if answer.status == 304 and conditions:
            return Reading(answer)
        if not answer.ok:
            return Reading(answer, failed=answer.failure)
        if digest and hashed_bytes(answer.body) == digest:
            return Reading(answer)
        return Reading(answer, parser.feed(answer))
    except Failed as failed:
        return Reading(failed=failed)


def keep(db: Session, blog: Blog, reading: Reading, catalogue: Callable[[], Catalogue]) -> None:
    """Write down what came of a look, in the transaction of what it changes."""
    at = now()
    blog.busy_until = at + HOST_PAUSE
    if reading.answer is not None:  # who leads on to another host does not get it asked more often
        blog.host = host_in(reading.answer.url)
    if reading.failed is not None:
        _fail(db, blog, reading.failed, at)
    elif reading.answer is not None:
        _follow_moves(blog, reading.answer)
        more_wait = False
        blog.new_posts = 0
        if reading.feed:
            blog.new_posts, more_wait = take_some(db, blog, reading.feed, catalogue())
            blog.title = reading.feed.title[:200] or blog.title
        if not more_wait:
            remember_answer(blog, reading.answer)
        blog.read_at = at
        blog.failures, blog.trouble, blog.status, blog.troubled_since = 0, None, None, None
        blog.next_due_at = at + (MINUTE if more_wait else pause_of(blog, at))
    db.flush()


def remember_answer(blog: Blog, answer: Answer) -> None:
    if answer.status == 304:
        return
    blog.etag = _kept(answer.headers.get("etag", ""), 300)
    blog.last_modified = _kept(answer.headers.get("last-modified", ""), 100)
    blog.digest = hashed_bytes(answer.body)


def _kept(value: str, longest: int) -> str:
    """Half an ETag would be another one."""
    return value if len(value) <= longest and value.isprintable() else ""


def _follow_moves(blog: Blog, answer: Answer) -> None:
    """A move for good is believed when two readings were told of it."""
    if answer.moved_to == blog.feed_url:
        blog.moved_to = ""
    elif blog.moved_to == answer.moved_to:
        blog.feed_url, blog.host = answer.moved_to, host_in(answer.moved_to)
        forget_answer(blog)
    else:
        blog.moved_to = answer.moved_to


def _fail(db: Session, blog: Blog, failed: Failed, at: datetime) -> None:
    blog.failures += 1
    blog.new_posts = 0
    blog.trouble, blog.status = failed.trouble.value, failed.status
    blog.troubled_since = blog.troubled_since or at
    pause = min(HOUR * 2 ** min(blog.failures - 1, 10), LONGEST_PAUSE) * _random.uniform(0.9, 1.3)
    blog.next_due_at = at + max(pause, retry_after(failed.retry_after, at))
    lasted = at - blog.troubled_since
    if failed.status == GONE or lasted >= GIVE_UP_AFTER:
        blog.state = State.STOPPED
        tell(db, blog.person_id, Kind.BLOG, once=f"blog {blog.public_id} stopped {at:%Y-%m-%d}")
    elif lasted >= TELL_AFTER:
        tell(db, blog.person_id, Kind.BLOG, once=f"blog {blog.public_id} {blog.troubled_since:%Y-%m-%d}")


def pause_of(blog: Blog, at: datetime) -> timedelta:
    """Until the next look at a blog that can be read."""
    age = at - (blog.newest_at or blog.created_at)
    pause = next((pause for young, pause in PAUSES if age < young), LONGEST_PAUSE)
    return pause * _random.uniform(0.9, 1.1)


def retry_after(value: str, at: datetime) -> timedelta:
    """Seconds, or a date; nothing for anything else."""
    nothing = timedelta()
    if value.strip().isdecimal():
        return min(timedelta(seconds=int(value.strip()[:9])), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return nothing
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(nothing, min(moment - at, LONGEST_RETRY_AFTER))

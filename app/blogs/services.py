"""A learner's own blog: keeping it, deciding about its posts, taking it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.blogs.fetch import REFUSALS
from app.blogs.models import LONGEST_ADDRESS, Blog, BlogEntry, State, Takes, Trouble
from app.blogs.parsing import Feed
from app.blogs.queries import entries_named, imported_posts, known_entries, own_blog
from app.blogs.taking_in import NO_THING, NOT_HERE, Course, begins, course_of, take_in
from app.clock import now
from app.cohorts.models import Enrolment
from app.errors import NotFound
from app.events.log import record
from app.journals.imported import move_imported, show_imported_to
from app.journals.models import Visibility
from app.journals.services import delete_post, restore_post
from app.notices.models import Kind
from app.notices.services import tell
from app.statements import insert_once
from app.things.catalogue import Catalogue

LONGEST_TITLE = 200
FIRST_PAUSE = timedelta(hours=1)
SOON = timedelta(minutes=5)
"""Between two looks that a person's changes cause; their clicks are no hammer for somebody's server."""


def register(
    db: Session,
    person_id: int,
    *,
    address: str,
    feed_url: str,
    feed: Feed,
    enrolment: Enrolment | None,
    visibility: Visibility,
    takes: Takes,
    full_text: bool,
    catalogue: Catalogue,
    choices: Mapping[str, str],
) -> Blog:
    """Read a person's blog from now on; in place of one that they had, or that a coach proposed."""
    kept = {
        "enrolment_id": enrolment.id if enrolment else None,
        "state": State.ACTIVE.value,
        "address": address[:LONGEST_ADDRESS],
        "feed_url": feed_url,
        "host": host_in(feed_url),
        "title": feed.title[:LONGEST_TITLE],
        "visibility": visibility.value,
        "takes": takes.value,
        "takes_from": begins(enrolment),
        "full_text": full_text,
    }
    insert_once(db, Blog, ("person_id",), {"person_id": person_id, **kept})
    blog = _own(db, person_id)
    for name, value in kept.items():
        setattr(blog, name, value)
    forget_answer(blog)
    db.flush()
    db.expire(blog, ["enrolment"])
    blog = _own(db, person_id)
    show_imported_to(db, [post.id for post in imported_posts(db, blog.id, present_only=True)], visibility)
    _decide_known(db, blog, feed, catalogue, choices)
    blog.new_posts = take_in(db, blog, feed, catalogue, choices)
    blog.read_at = now()
    blog.next_due_at = now() + FIRST_PAUSE
    blog.failures, blog.trouble, blog.status, blog.troubled_since = 0, None, None, None
    record(db, person_id, "registered", "blog", blog.public_id, enrolment_id=blog.enrolment_id)
    db.flush()
    return blog


def _decide_known(
    db: Session, blog: Blog, feed: Feed, catalogue: Catalogue, choices: Mapping[str, str]
) -> None:
    """For who looks at a blog once more, and wants another thing now."""
    rows = known_entries(db, blog.id, {entry.key for entry in feed.entries}, ())
    by_id = {row.public_id: choices[row.key] for row in rows if row.key in choices}
    decide(db, blog, catalogue, by_id, [row.public_id for row in rows if row.by_hand])


def _own(db: Session, person_id: int) -> Blog:
    """Raises NotFound."""
    blog = own_blog(db, person_id, for_update=True)
    if blog is None:
        raise NotFound
    return blog


def host_in(url: str) -> str:
    return (urlsplit(url).hostname or "")[:255]


def forget_answer(blog: Blog) -> None:
    """Ask for the whole feed the next time."""
    blog.etag = blog.last_modified = blog.digest = blog.moved_to = ""


def change_settings(
    db: Session, blog: Blog, *, visibility: Visibility, takes: Takes, full_text: bool
) -> bool:
    """Who Dingen shows a blog's posts to changes at once, wherever they are shown. True where the blog must
    be read again: for its full texts, or to shorten them."""
    blog.visibility, blog.takes = visibility.value, takes.value
    show_imported_to(db, [post.id for post in imported_posts(db, blog.id, present_only=True)], visibility)
    if blog.full_text == full_text:
        return False
    blog.full_text = full_text
    forget_answer(blog)
    read_soon(blog, now())
    db.flush()
    return True


def decide(
    db: Session, blog: Blog, catalogue: Catalogue, choices: Mapping[str, str], locked: Sequence[str]
) -> bool:
    """What a person says about entries, by public id: where they belong, and which of that no reading may
    change. Whatever is changed is locked. True where a text is needed that only the feed has."""
    course = course_of(db, blog, catalogue)
    for public_id, row in entries_named(db, blog.id, choices).items():
        choice = choices[public_id]
        changed = choice != choice_of(row)
        row.by_hand = changed or public_id in locked
        if changed:
            _choose(db, row, choice, course)
    db.flush()
    waits = any(row.taken and row.post_id is None for row in entries_named(db, blog.id, choices).values())
    if waits:
        forget_answer(blog)
        read_soon(blog, now())
    return waits


def choice_of(row: BlogEntry) -> str:
    """What was decided about an entry, or suggested itself."""
    is_deleted = row.post is not None and row.post.deleted_at is not None
    return chosen(row.thing_slug, taken=row.taken and not is_deleted)


def chosen(thing_slug: str | None, *, taken: bool) -> str:
    return (thing_slug or NO_THING) if taken else NOT_HERE


def _choose(db: Session, row: BlogEntry, choice: str, course: Course) -> None:
    row.taken = choice != NOT_HERE
    row.thing_slug = choice if choice not in (NOT_HERE, NO_THING) else None
    post = row.post
    if post is None:
        return
    before = course.about(post.thing_slug)
    if choice == NOT_HERE:
        delete_post(db, post, before)
        return
    if post.deleted_at is not None:
        restore_post(db, post, before)
    move_imported(db, post, before, course.about(row.thing_slug))


def remove(db: Session, blog: Blog, catalogue: Catalogue, *, keep_posts: bool) -> None:
    """Read it no more, and forget it. Its posts stay in the journal, or go."""
    if not keep_posts:
        course = course_of(db, blog, catalogue)
        for post in imported_posts(db, blog.id):
            delete_post(db, post, course.about(post.thing_slug))
    record(db, blog.person_id, "removed", "blog", blog.public_id, enrolment_id=blog.enrolment_id)
    db.delete(blog)
    db.flush()


def propose(db: Session, coach_id: int, person_id: int, enrolment_id: int, address: str) -> bool:
    """A coach names a learner's blog. Nothing is read before the learner says yes; False where they have one
    already."""
    blog, made = insert_once(
        db,
        Blog,
        ("person_id",),
        {
            "person_id": person_id,
            "enrolment_id": enrolment_id,
            "proposed_by_id": coach_id,
            "state": State.PROPOSED.value,
            "address": address,
            "visibility": Visibility.PRIVATE.value,
        },
    )
    if made:
        tell(db, person_id, Kind.BLOG, once=f"blog {blog.public_id} proposed", actor_id=coach_id)
        record(db, coach_id, "proposed", "blog", blog.public_id, enrolment_id=enrolment_id)
    return made


def read_soon(blog: Blog, at: datetime) -> None:
    """Sooner than it was planned, though not right after the last time, nor before its server wants to."""
    if not wants_peace(blog, at):
        asked = [moment for moment in (blog.read_at, blog.busy_until) if moment]
        blog.next_due_at = min(blog.next_due_at, max([at, *(moment + SOON for moment in asked)]))


def wants_peace(blog: Blog, at: datetime) -> bool:
    """Whether its server said that it is asked too often, or cannot now; until it is due, nobody asks it."""
    return blog.trouble == Trouble.STATUS and blog.status in REFUSALS and blog.next_due_at > at


def ask_again(blog: Blog, at: datetime) -> None:
    """The learner wants it read: whatever it answered before."""
    blog.state = State.ACTIVE
    blog.next_due_at = at

"""Reading blogs and their entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app.blogs.models import Blog, BlogEntry, State
from app.cohorts.models import Enrolment
from app.journals.models import Post, Visibility
from app.journals.queries import SHARED_WITH_COACH, visible_to
from app.people.models import Person
from app.people.viewer import Viewer
from app.web.paging import Page, encode_cursor

ENTRIES_A_PAGE = 30
BLOGS_A_PAGE = 50
SHARED_WITH_GROUP = (Visibility.COHORT, Visibility.MEMBERS, Visibility.PUBLIC)
_KNOWN_TO_COACHES = or_(Blog.state == State.PROPOSED, Blog.visibility.in_(SHARED_WITH_COACH))
"""What the coaches may know of: what is shown to them, or was proposed by one of them."""
_WHOLE = (
    joinedload(Blog.person),
    joinedload(Blog.enrolment).joinedload(Enrolment.cohort),
    joinedload(Blog.proposed_by),
)


def own_blog(db: Session, person_id: int, *, for_update: bool = False) -> Blog | None:
    """A person's blog, with where it belongs and who proposed it."""
    statement = select(Blog).where(Blog.person_id == person_id).options(*_WHOLE)
    if for_update:
        statement = statement.with_for_update(of=Blog)
    return db.scalars(statement).first()


def whole_blog(db: Session, blog_id: int) -> Blog | None:
    """Locked, with where it belongs."""
    return db.scalars(
        select(Blog).where(Blog.id == blog_id).options(*_WHOLE).with_for_update(of=Blog)
    ).first()


class EntryLine(NamedTuple):
    """A post of a blog in its list. `post` is its public id here, None where it is not in the journal."""

    public_id: str
    id: int
    title: str
    url: str
    published_at: datetime
    thing_slug: str | None
    taken: bool
    by_hand: bool
    gone_at: datetime | None
    post: str | None
    deleted_at: datetime | None


def entries_page(db: Session, blog_id: int, *, after: tuple[datetime, int] | None = None) -> Page[EntryLine]:
    """Newest first."""
    statement = (
        select(
            BlogEntry.public_id,
            BlogEntry.id,
            BlogEntry.title,
            BlogEntry.url,
            BlogEntry.published_at,
            BlogEntry.thing_slug,
            BlogEntry.taken,
            BlogEntry.by_hand,
            BlogEntry.gone_at,
            Post.public_id,
            Post.deleted_at,
        )
        .outerjoin(Post, Post.id == BlogEntry.post_id)
        .where(BlogEntry.blog_id == blog_id)
        .order_by(BlogEntry.published_at.desc(), BlogEntry.id.desc())
        .limit(ENTRIES_A_PAGE + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(BlogEntry.published_at, BlogEntry.id) < after)
    lines = [EntryLine(*row) for row in db.execute(statement)]
    more, lines = len(lines) > ENTRIES_A_PAGE, lines[:ENTRIES_A_PAGE]
    return Page(lines, encode_cursor(lines[-1].published_at, lines[-1].id) if more else "")


def known_entries(
    db: Session, blog_id: int, keys: Collection[str], url_keys: Collection[str]
) -> list[BlogEntry]:
    """With the posts that they became."""
    return list(
        db.scalars(
            select(BlogEntry)
            .outerjoin(BlogEntry.post)
            .options(contains_eager(BlogEntry.post))
            .where(
                BlogEntry.blog_id == blog_id,
                or_(BlogEntry.key.in_(keys), BlogEntry.url_key.in_(url_keys)),
            )
        )
    )


def entries_named(db: Session, blog_id: int, public_ids: Collection[str]) -> Mapping[str, BlogEntry]:
    found = db.scalars(
        select(BlogEntry)
        .outerjoin(BlogEntry.post)
        .options(contains_eager(BlogEntry.post))
        .where(BlogEntry.blog_id == blog_id, BlogEntry.public_id.in_(public_ids))
    )
    return {entry.public_id: entry for entry in found}


def entries_missing(db: Session, blog_id: int, since: datetime, present: Collection[int]) -> list[BlogEntry]:
    """What was newer than `since` and is not among those that a feed has now."""
    return list(
        db.scalars(
            select(BlogEntry)
            .outerjoin(BlogEntry.post)
            .options(contains_eager(BlogEntry.post))
            .where(
                BlogEntry.blog_id == blog_id,
                BlogEntry.published_at > since,
                BlogEntry.gone_at.is_(None),
                BlogEntry.id.not_in(present),
            )
        )
    )


def entries_waiting(db: Session, blog_id: int) -> list[BlogEntry]:
    """What was taken and is not in the journal yet."""
    return list(
        db.scalars(
            select(BlogEntry).where(
                BlogEntry.blog_id == blog_id, BlogEntry.taken.is_(True), BlogEntry.post_id.is_(None)
            )
        )
    )


def imported_posts(db: Session, blog_id: int, *, present_only: bool = False) -> list[Post]:
    """What a blog's entries became here, without what was deleted."""
    statement = (
        select(Post)
        .join(BlogEntry, BlogEntry.post_id == Post.id)
        .where(BlogEntry.blog_id == blog_id, Post.deleted_at.is_(None))
    )
    if present_only:
        statement = statement.where(BlogEntry.gone_at.is_(None))
    return list(db.scalars(statement))


def posts_from(db: Session, author_id: int, urls: Collection[str]) -> Mapping[str, Post]:
    """What was once read at these addresses, and stayed when its blog was taken away from here."""
    found = db.scalars(
        select(Post)
        .outerjoin(BlogEntry, BlogEntry.post_id == Post.id)
        .where(
            Post.author_id == author_id,
            Post.source_url.in_(urls),
            Post.deleted_at.is_(None),
            BlogEntry.id.is_(None),
        )
        .order_by(Post.id.desc())
    )
    return {post.source_url or "": post for post in found}


_busy = aliased(Blog)


def due_blog(db: Session, at: datetime) -> Blog | None:
    """The blog that has waited longest, of those on whose host nobody is at work; locked."""
    is_busy = select(_busy.id).where(_busy.host == Blog.host, _busy.busy_until > at).exists()
    return db.scalars(
        select(Blog)
        .where(Blog.state == State.ACTIVE, Blog.next_due_at <= at, ~is_busy)
        .order_by(Blog.next_due_at, Blog.id)
        .limit(1)
        .with_for_update(of=Blog, skip_locked=True)
    ).first()


def is_any_due(db: Session, at: datetime) -> bool:
    return (
        db.scalar(select(Blog.id).where(Blog.state == State.ACTIVE, Blog.next_due_at <= at).limit(1))
        is not None
    )


class BlogLine(NamedTuple):
    """A blog in the list of a group."""

    name: str
    handle: str
    title: str
    address: str
    feed_url: str


def blogs_in(db: Session, viewer: Viewer, cohort_id: int) -> Sequence[BlogLine]:
    """The blogs of a group's learners that they show to the viewer, by name."""
    circle = SHARED_WITH_COACH if cohort_id in viewer.coached_ids else SHARED_WITH_GROUP
    found = db.execute(
        select(Person.name, Person.handle, Blog.title, Blog.address, Blog.feed_url)
        .join(Enrolment, Enrolment.id == Blog.enrolment_id)
        .join(Person, Person.id == Blog.person_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            Enrolment.ended_at.is_(None),
            Blog.state != State.PROPOSED,
            or_(Blog.visibility.in_(circle), Blog.person_id == viewer.person_id),
        )
        .order_by(Person.name_key, Person.id)
    )
    return [BlogLine(*row) for row in found]


class LearnerLine(NamedTuple):
    """A learner of a group with what a coach may call them by."""

    person_id: int
    enrolment_id: int
    name: str
    handle: str
    email: str | None


def learners_with_addresses(db: Session, cohort_id: int) -> list[LearnerLine]:
    """By name. An address is to be compared, never to be shown."""
    found = db.execute(
        select(Person.id, Enrolment.id, Person.name, Person.handle, Person.email)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None))
        .order_by(Person.name_key, Person.id)
    )
    return [LearnerLine(*row) for row in found]


def with_blog(db: Session, person_ids: Collection[int]) -> frozenset[int]:
    """Who of these has a blog that their coaches may know of."""
    theirs = select(Blog.person_id).where(Blog.person_id.in_(person_ids), _KNOWN_TO_COACHES)
    return frozenset(db.scalars(theirs))


def shared_blog(db: Session, person_id: int, cohort_id: int) -> Blog | None:
    """A learner's blog, where their coaches may know of it: shown to them, or proposed by one of them."""
    return db.scalars(
        select(Blog)
        .join(Enrolment, Enrolment.id == Blog.enrolment_id)
        .where(
            Blog.person_id == person_id,
            Enrolment.cohort_id == cohort_id,
            _KNOWN_TO_COACHES,
        )
    ).first()


def blogs_for_coaches(
    db: Session, cohort_id: int, *, after: tuple[str, int] | None = None
) -> Page[tuple[Person, Blog]]:
    """The blogs of a group's learners that their coaches may know of, by name."""
    statement = (
        select(Person, Blog)
        .join(Blog, Blog.person_id == Person.id)
        .join(Enrolment, Enrolment.id == Blog.enrolment_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            Enrolment.ended_at.is_(None),
            _KNOWN_TO_COACHES,
        )
        .order_by(Person.name_key, Person.id)
        .limit(BLOGS_A_PAGE + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(Person.name_key, Person.id) > after)
    found = [(person, blog) for person, blog in db.execute(statement)]
    more, found = len(found) > BLOGS_A_PAGE, found[:BLOGS_A_PAGE]
    last = found[-1][0] if more else None
    return Page(found, encode_cursor(last.name_key, last.id) if last else "")


def public_journals(db: Session, cohort_id: int) -> list[tuple[str, str]]:
    """(name, handle) of a group's learners who wrote something for the web here."""
    on_the_web = (
        select(Post.id)
        .where(Post.author_id == Person.id, visible_to(None), Post.source_url.is_(None))
        .exists()
    )
    found = db.execute(
        select(Person.name, Person.handle)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.ended_at.is_(None), on_the_web)
        .order_by(Person.name_key, Person.id)
    )
    return [(name, handle) for name, handle in found]

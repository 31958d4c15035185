"""What a feed says, brought into a learner's journal: nothing twice, and nothing against a person's word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.blogs.cleaning import cleaned
from app.blogs.matching import match
from app.blogs.models import LONGEST_ADDRESS, Blog, BlogEntry, Takes
from app.blogs.parsing import Feed, FeedEntry, hashed
from app.blogs.queries import entries_missing, entries_waiting, known_entries, posts_from
from app.clock import now
from app.cohorts.models import Enrolment
from app.cohorts.queries import active_enrolment
from app.journals.imported import LONGEST_TITLE, Written, import_post, move_imported, update_imported
from app.journals.models import Post, Visibility
from app.journals.services import About
from app.markdown import excerpt
from app.things.catalogue import Catalogue, Programme

NOT_HERE, NO_THING = "", "-"
"""What may be chosen for an entry, beside the slug of a Thing."""
EXCERPT = 500
A_LITTLE_BEFORE = timedelta(days=7)
"""Who writes a first post before joining wants it here too."""
MOST_KEPT = 2_000
"""Entries of one blog; a feed that invents more is heard no further."""
MOST_AT_ONCE = 50
"""Texts that one reading writes, so that others who write wait no longer."""


@dataclass(frozen=True)
class Course:
    """Where a blog's posts belong. Without a programme, or once that has ended, they are about no Thing."""

    enrolment: Enrolment | None
    programme: Programme | None

    def about(self, slug: str | None) -> About | None:
        thing = self.programme.thing(slug) if self.programme and slug else None
        if self.enrolment is None or self.programme is None or thing is None:
            return None
        return About(self.enrolment, self.programme, thing)


def course_of(db: Session, blog: Blog, catalogue: Catalogue) -> Course:
    """Of an enrolment that was closed, the one that follows it."""
    enrolment = blog.enrolment
    if enrolment is not None and enrolment.ended_at is not None:
        enrolment = active_enrolment(db, blog.person_id, enrolment.programme_slug)
        blog.enrolment_id = enrolment.id if enrolment else None
    programme = catalogue.programme(enrolment.programme_slug) if enrolment else None
    return Course(enrolment, programme)


def begins(enrolment: Enrolment | None) -> datetime:
    """Older posts come in only where their writer says so."""
    return (enrolment.started_at if enrolment else now()) - A_LITTLE_BEFORE


def suggested(programme: Programme | None, entry: FeedEntry, takes: str, takes_from: datetime | None) -> str:
    """What becomes of an entry that nobody decided about."""
    if takes_from is not None and entry.at is not None and entry.at < takes_from:
        return NOT_HERE
    found = match(programme, entry.title, entry.tags)
    if found:
        return found.thing.slug
    return NO_THING if takes == Takes.ALL else NOT_HERE


def take_in(
    db: Session, blog: Blog, feed: Feed, catalogue: Catalogue, choices: Mapping[str, str] | None = None
) -> int:
    """Bring the entries of a blog up to its feed; how many posts are new in the journal. `choices` are a
    person's, by the key of an entry."""
    return take_some(db, blog, feed, catalogue, choices).new_posts


class Taken(NamedTuple):
    """How many posts are new in the journal, and whether more wait for the next reading of the same feed."""

    new_posts: int
    more_wait: bool


def take_some(
    db: Session, blog: Blog, feed: Feed, catalogue: Catalogue, choices: Mapping[str, str] | None = None
) -> Taken:
    """As much of a feed as one transaction should write. A new entry that a person chose about is never put
    off: nobody would know the choice the next time."""
    taking = _Taking(db, blog, feed, course_of(db, blog, catalogue), choices or {})
    taking.run()
    return Taken(taking.new_posts, taking.left < 0)


class _Taking:
    def __init__(
        self, db: Session, blog: Blog, feed: Feed, course: Course, choices: Mapping[str, str]
    ) -> None:
        self.db, self.blog, self.feed, self.course, self.choices = db, blog, feed, course, choices
        self.at = now()
        self.new_posts = 0
        self.left = MOST_AT_ONCE
        keys = {entry.key for entry in feed.entries}
        known = known_entries(db, blog.id, keys, {entry.url_key for entry in feed.entries})
        self._by_key = {row.key: row for row in known}
        self._by_url = {row.url_key: row for row in known if row.key not in keys}

    def run(self) -> None:
        fresh = [entry for entry in self.feed.entries if self._row_of(entry) is None]
        urls = [entry.url for entry in fresh if entry.url]
        stayed = posts_from(self.db, self.blog.person_id, urls) if urls else {}
        room = self._room() if fresh else 0
        present = []
        for entry in self.feed.entries:
            known = self._row_of(entry)
            if known is None and room <= 0:
                continue
            row = known or self._made(entry, stayed.get(entry.url))
            if known is not None:
                self._match_again(known, entry)
                present.append(known)
            if not self._has_time(row, entry):
                continue
            if known is None:
                room -= 1
                self.db.add(row)
                present.append(row)
            self._follow(row, entry)
        self.db.flush()
        self._miss([row.id for row in present])
        self._import_the_older({row.id for row in present})
        dated = [entry.at for entry in self.feed.entries if entry.at and entry.at <= self.at]
        self.blog.newest_at = max(dated, default=self.blog.newest_at)
        self.db.flush()

    def _row_of(self, entry: FeedEntry) -> BlogEntry | None:
        return self._by_key.get(entry.key) or self._by_url.get(entry.url_key)

    def _room(self) -> int:
        count = select(func.count()).select_from(BlogEntry).where(BlogEntry.blog_id == self.blog.id)
        return MOST_KEPT - (self.db.scalar(count) or 0)

    def _made(self, entry: FeedEntry, stayed: Post | None) -> BlogEntry:
        suggestion = suggested(self.course.programme, entry, self.blog.takes, self.blog.takes_from)
        choice = self.choices.get(entry.key, suggestion)
        row = BlogEntry(
            blog_id=self.blog.id,
            key=entry.key,
            published_at=min(entry.at or self.at, self.at),
            thing_slug=choice if choice not in (NOT_HERE, NO_THING) else None,
            taken=choice != NOT_HERE,
            by_hand=choice != suggestion,
            digest="",
        )
        row.post = stayed
        return row

    def _has_time(self, row: BlogEntry, entry: FeedEntry) -> bool:
        if not self._writes(row, entry) or (row.id is None and entry.key in self.choices):
            return True
        self.left -= 1
        return self.left >= 0

    def _writes(self, row: BlogEntry, entry: FeedEntry) -> bool:
        """Whether a text is to be cleaned and shown; what is as it was before costs nothing."""
        if row.post is None:
            return row.taken
        is_same = row.digest == self._digest(entry) and row.gone_at is None
        return row.post.deleted_at is None and not is_same

    def _digest(self, entry: FeedEntry) -> str:
        """Of what is shown of an entry: all of its text is another thing than its beginning."""
        return hashed(f"{entry.digest} whole") if self.blog.full_text else entry.digest

    def _follow(self, row: BlogEntry, entry: FeedEntry) -> None:
        """Make a row, and its post, what the feed says now."""
        writes = self._writes(row, entry)
        edited = row.digest not in ("", entry.digest, hashed(f"{entry.digest} whole"))
        row.key, row.url_key = entry.key, entry.url_key
        row.url = (entry.url or self.feed.url or self.blog.address)[:LONGEST_ADDRESS]
        row.title, row.gone_at = entry.title[:LONGEST_TITLE], None
        if row.post is not None and row.post.deleted_at is not None:
            return
        row.digest = self._digest(entry)
        if row.post is None:
            if writes:
                self._import(row, self._written(row, entry))
            return
        row.post.visibility = self.blog.visibility
        if writes:
            update_imported(self.db, row.post, self._written(row, entry), self.at, edited=edited)
        if self.course.enrolment is not None and row.post.thing_slug != row.thing_slug:
            before = self.course.about(row.post.thing_slug)
            move_imported(self.db, row.post, before, self.course.about(row.thing_slug))

    def _match_again(self, row: BlogEntry, entry: FeedEntry) -> None:
        """A reading may find a Thing; it never takes one away, and leaves alone what a person decided."""
        if row.by_hand:
            return
        choice = suggested(self.course.programme, entry, self.blog.takes, self.blog.takes_from)
        if choice not in (NOT_HERE, NO_THING):
            row.thing_slug, row.taken = choice, True

    def _written(self, row: BlogEntry, entry: FeedEntry) -> Written:
        html = cleaned(entry.html)
        if not self.blog.full_text:
            html = Markup("<p>{}</p>").format(excerpt(html, EXCERPT)) if html else Markup("")
        return Written(row.url, row.title, html, row.published_at, self._language())

    def _import_the_older(self, present: Collection[int]) -> None:
        """What a person wants and the feed has no more; should it come back, so does its text."""
        for row in entries_waiting(self.db, self.blog.id):
            if row.id in present:
                continue
            self.left -= 1
            if self.left < 0:
                return
            row.digest = ""
            self._import(row, self._remembered(row))

    def _remembered(self, row: BlogEntry) -> Written:
        """Of what the feed has no more: its title, and where it is."""
        return Written(row.url, row.title, Markup(""), row.published_at, self._language())

    def _language(self) -> str:
        found = re.match(r"[a-z]{2,3}(?![a-z])", self.feed.language.lower())
        return found[0] if found else self.blog.person.language or "en"

    def _import(self, row: BlogEntry, written: Written) -> None:
        row.post = import_post(
            self.db,
            self.blog.person_id,
            written,
            visibility=Visibility(self.blog.visibility if row.gone_at is None else Visibility.PRIVATE),
            enrolment=self.course.enrolment,
            about=self.course.about(row.thing_slug),
        )
        self.new_posts += 1

    def _miss(self, present: Iterable[int]) -> None:
        """What is no longer there where the feed still reaches so far back: its author alone sees it here,
        marked. A feed is a window, and says nothing of what is older than its oldest entry."""
        moments = [entry.at for entry in self.feed.entries]
        oldest = min((at for at in moments if at), default=None)
        if oldest is None or None in moments:
            return
        for row in entries_missing(self.db, self.blog.id, oldest, list(present)):
            row.gone_at = self.at
            if row.post is not None:
                row.post.visibility = Visibility.PRIVATE

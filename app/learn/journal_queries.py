"""What the pages of journals and posts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from app.cohorts.courses import courses_of
from app.errors import NotFound
from app.journals.cards import PostCard, card
from app.journals.conversations import ThreadView, audiences_of, conversation_about
from app.journals.models import Visibility
from app.journals.queries import has_earlier_revisions
from app.journals.reactions import ReactionsView
from app.journals.streams import journal_lines, own_drafts, post_detail
from app.learn.mentions import Mentionable, mentionable
from app.learn.moderation_queries import Mark, marks_of
from app.learn.reader import Reader
from app.learn.review_notes import ReviewNote, review_note
from app.people.models import Person
from app.people.queries import person_by_handle
from app.people.viewer import Membership, Viewer
from app.progress.packs import pack_of
from app.progress.viewers import enrolments_of

STREAM_KEY = (datetime, int)


@dataclass(frozen=True)
class Board:
    """The tiles that somebody shows."""

    title: str
    url: str
    tiles: Markup


@dataclass(frozen=True)
class JournalView:
    """`has_feed` says that the web may read some of these posts, and so has a feed."""

    person: Person
    url: str
    is_own: bool
    drafts: Sequence[PostCard]
    posts: Sequence[Markup]
    boards: Sequence[Board]
    next: str
    has_feed: bool


def journal_view(reader: Reader, handle: str, after: tuple[datetime, int] | None) -> JournalView:
    """A journal is there for everyone of its organization, and for the web where it has a public post.
    Raises NotFound."""
    db, viewer = reader.db, reader.viewer
    person = person_by_handle(db, handle)
    if person is None or (viewer and viewer.organization_id != person.organization_id):
        raise NotFound
    page = journal_lines(db, viewer, person.id, after=after)
    if viewer is None and not (page.items or journal_lines(db, None, person.id, limit=1).items):
        raise NotFound
    is_own = viewer is not None and viewer.person_id == person.id
    drafts = own_drafts(db, viewer) if viewer and is_own and not after else []
    shows = viewer is not None and (is_own or person.shows_tiles)
    return JournalView(
        person,
        f"/journals/{handle}",
        is_own,
        [card(line, reader.catalogue, reader.locale) for line in drafts],
        reader.excerpts(page.items),
        _boards(reader, person) if shows and not after else [],
        page.next,
        any(line.visibility == Visibility.PUBLIC for line in page.items),
    )


def _boards(reader: Reader, person: Person) -> list[Board]:
    boards = []
    for course in courses_of(reader.catalogue, enrolments_of(reader.db, person.id)):
        if course.enrolled:
            prepared = reader.fragments(course.programme)
            tiles = prepared.row(prepared.states(pack_of(course.enrolled, course.programme), course))
            boards.append(Board(prepared.text.title, prepared.url, tiles))
    return boards


@dataclass(frozen=True)
class PostView:
    """`audiences` are (value, name, who that is) of who a viewer may answer to: maybe nobody. `has_earlier`
    texts are for the author, and are looked for only where the post was changed. `reactions` are for who is
    signed in; `marks` are by "post" and by the id of an answer; `group` is the one that the viewer has in
    common with the post."""

    card: PostCard
    is_own: bool
    has_earlier: bool
    edited_at: datetime | None
    reactions: ReactionsView | None
    threads: Sequence[ThreadView]
    audiences: Sequence[tuple[str, str, str]]
    people: Sequence[Mentionable]
    marks: Mapping[str, Mark]
    group: Membership | None
    review: ReviewNote | None
    inbox_url: str
    """Where a coach reads it among others."""


def post_view(reader: Reader, handle: str, public_id: str) -> PostView:
    """A published post. Raises NotFound where it is not for this reader."""
    db, viewer = reader.db, reader.viewer
    found = post_detail(db, viewer, handle, public_id)
    if found is None:
        raise NotFound
    line = found.line
    body = Markup(found.html)  # noqa: S704  cleaned when it was stored
    shown = replace(card(line, reader.catalogue, reader.locale), body=body)
    is_own = viewer is not None and line.author_id == viewer.person_id
    is_private = line.visibility == Visibility.PRIVATE
    coaches = viewer is not None and found.cohort_id in viewer.coached_ids
    audiences = audiences_of(viewer, line, found.cohort_id, reader.locale)
    talk = conversation_about(
        db,
        viewer,
        line,
        reader.locale,
        url=shown.url,
        audiences=audiences,
        may_accept=line.is_answered is not None and (is_own or coaches),
    )
    answers = [one for thread in talk.found for one in thread.lines]
    seen = [(line.author_handle, line.author_name)]
    seen += [(one.author_handle, one.author_name) for one in answers]
    return PostView(
        shown,
        is_own,
        is_own and found.edited_at is not None and has_earlier_revisions(db, line.id),
        found.edited_at,
        None if is_private or viewer is None else talk.reactions(None, may_press=not is_own),
        talk.threads,
        audiences,
        mentionable(db, viewer, found.cohort_id, line.visibility, seen) if viewer and audiences else [],
        marks_of(reader, found, answers, shown.url),
        group := _group(viewer, found.cohort_id),
        review_note(reader, viewer, line) if viewer and is_own and group and not is_private else None,
        f"/cohorts/{group.public_id}/coach/inbox/{line.public_id}"
        if group and coaches and not is_own
        else "",
    )


def _group(viewer: Viewer | None, cohort_id: int | None) -> Membership | None:
    mine = (*viewer.cohorts, *viewer.coached) if viewer else ()
    return next((group for group in mine if group.cohort_id == cohort_id), None)

"""What the pages of journals and posts show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from app.errors import NotFound
from app.journals.cards import PostCard, card
from app.journals.models import Audience, Comment, Visibility
from app.journals.queries import comments_of, has_earlier_revisions
from app.journals.streams import journal_lines, own_drafts, post_detail
from app.learn.reader import Reader
from app.people.models import Person
from app.people.queries import person_by_handle
from app.people.viewer import Viewer, initials, tone
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
    person: Person
    url: str
    is_own: bool
    drafts: Sequence[PostCard]
    posts: Sequence[Markup]
    boards: Sequence[Board]
    next: str


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
    )


def _boards(reader: Reader, person: Person) -> list[Board]:
    boards = []
    for course in enrolments_of(reader.db, person.id):
        programme = reader.catalogue.programme(course.programme_slug)
        if programme:
            prepared = reader.fragments(programme)
            tiles = prepared.row(pack_of(course, programme))
            boards.append(Board(prepared.text.title, prepared.url, tiles))
    return boards


@dataclass(frozen=True)
class AnswerView:
    id: str
    name: str
    url: str
    initials: str
    tone: int
    at: datetime
    body: Markup
    is_feedback: bool
    delete_url: str


@dataclass(frozen=True)
class PostView:
    """`audiences` are (value, name, who that is) of who a viewer may answer to: maybe nobody. `has_earlier`
    texts are for the author, and are looked for only where the post was changed."""

    card: PostCard
    is_own: bool
    has_earlier: bool
    edited_at: datetime | None
    answers: Sequence[AnswerView]
    audiences: Sequence[tuple[str, str, str]]


def post_view(reader: Reader, handle: str, public_id: str) -> PostView:
    """A published post. Raises NotFound where it is not for this reader."""
    viewer = reader.viewer
    found = post_detail(reader.db, viewer, handle, public_id)
    if found is None:
        raise NotFound
    line = found.line
    body = Markup(found.html)  # noqa: S704  cleaned when it was stored
    shown = replace(card(line, reader.catalogue, reader.locale), body=body)
    is_own = viewer is not None and line.author_id == viewer.person_id
    return PostView(
        shown,
        is_own,
        is_own and found.edited_at is not None and has_earlier_revisions(reader.db, line.id),
        found.edited_at,
        [_answer(answer, shown.url, viewer) for answer in comments_of(reader.db, viewer, line.id)],
        _audiences(reader, viewer, line.author_id, line.visibility, found.cohort_id),
    )


def _answer(answer: Comment, url: str, viewer: Viewer | None) -> AnswerView:
    author = answer.author
    is_own = viewer is not None and viewer.person_id == author.id
    return AnswerView(
        answer.public_id,
        author.name,
        f"/journals/{author.handle}",
        initials(author.name),
        tone(author.id),
        answer.at,
        Markup(answer.html),  # noqa: S704  cleaned when it was stored
        answer.audience == Audience.COACHES,
        f"{url}/answers/{answer.public_id}/delete" if is_own else "",
    )


def _audiences(
    reader: Reader, viewer: Viewer | None, author_id: int, visibility: str, cohort_id: int | None
) -> list[tuple[str, str, str]]:
    """A coach's answer is feedback unless they say otherwise; nobody answers a private post."""
    _ = reader.locale.gettext
    if viewer is None or visibility == Visibility.PRIVATE:
        return []
    comment = (Audience.READERS.value, _("Comment"), _("Whoever may read the post reads it."))
    if cohort_id is not None and cohort_id in viewer.coached_ids and author_id != viewer.person_id:
        feedback = (
            Audience.COACHES.value,
            _("Feedback"),
            _("Only the writer and the coaches of the group read it."),
        )
        return [feedback] if visibility == Visibility.COACHES else [feedback, comment]
    if author_id == viewer.person_id and cohort_id is not None:
        to_coach = (Audience.COACHES.value, _("To my coach"), _("Only the coaches of your group read it."))
        return [to_coach] if visibility == Visibility.COACHES else [comment, to_coach]
    return [comment]

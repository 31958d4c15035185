"""What the pages of journals and posts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from app.cohorts.courses import courses_of
from app.errors import NotFound
from app.journals.answers import CommentLine, Reacted, Thread, reactions_to, threads_of
from app.journals.cards import PostCard, card
from app.journals.models import Audience, Visibility
from app.journals.queries import has_earlier_revisions
from app.journals.streams import journal_lines, own_drafts, post_detail
from app.learn.mentions import Mentionable, mentionable
from app.learn.moderation_queries import Mark, marks_of
from app.learn.reactions import ReactionsView, reactions_view
from app.learn.reader import Reader
from app.people.models import Person
from app.people.queries import person_by_handle
from app.people.viewer import Membership, Viewer, initials, tone
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
class AnswerView:
    """`own_url` is there for its author; `accept_url` for who may accept it or take that back."""

    id: str
    name: str
    url: str
    initials: str
    tone: int
    at: datetime
    edited_at: datetime | None
    body: Markup
    is_feedback: bool
    is_accepted: bool
    own_url: str
    accept_url: str
    reactions: ReactionsView


@dataclass(frozen=True)
class ThreadView:
    """An answer with its replies. `answer` is None where it was deleted, or is not for this reader;
    `reply_to` is empty for who may not reply, and `reads` says who reads a reply."""

    answer: AnswerView | None
    is_deleted: bool
    replies: Sequence[AnswerView]
    reply_to: str
    reads: str


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
    audiences = _audiences(reader, viewer, line.author_id, line.visibility, found.cohort_id)
    reacted = reactions_to(db, viewer, line.id) if viewer and not is_private else []
    talk = _Talk(reader, shown.url, reacted, audiences, line.is_answered is not None and (is_own or coaches))
    threads = threads_of(db, viewer, line.id)
    answers = [one for thread in threads for one in thread.lines]
    seen = [(line.author_handle, line.author_name)]
    seen += [(one.author_handle, one.author_name) for one in answers]
    return PostView(
        shown,
        is_own,
        is_own and found.edited_at is not None and has_earlier_revisions(db, line.id),
        found.edited_at,
        None if is_private or viewer is None else talk.reactions(None, may_press=not is_own),
        [talk.thread(thread) for thread in threads],
        audiences,
        mentionable(db, viewer, found.cohort_id, line.visibility, seen) if viewer and audiences else [],
        marks_of(reader, found, answers, shown.url),
        _group(viewer, found.cohort_id),
    )


def _group(viewer: Viewer | None, cohort_id: int | None) -> Membership | None:
    mine = (*viewer.cohorts, *viewer.coached) if viewer else ()
    return next((group for group in mine if group.cohort_id == cohort_id), None)


@dataclass(frozen=True)
class _Talk:
    """What is the same for all answers on a page."""

    reader: Reader
    url: str
    reacted: Sequence[Reacted]
    audiences: Sequence[tuple[str, str, str]]
    may_accept: bool

    def thread(self, thread: Thread) -> ThreadView:
        first = thread.answer or thread.replies[0]
        reads = {value: who for value, _, who in self.audiences}
        return ThreadView(
            self._answer(thread.answer) if thread.answer else None,
            thread.is_deleted,
            [self._answer(reply) for reply in thread.replies],
            first.public_id if first.audience in reads or self._all_read(first) else "",
            reads.get(first.audience, ""),
        )

    def _all_read(self, line: CommentLine) -> bool:
        return bool(self.audiences) and line.audience == Audience.READERS

    def _answer(self, line: CommentLine) -> AnswerView:
        viewer, url = self.reader.viewer, f"{self.url}/answers/{line.public_id}"
        is_own = viewer is not None and viewer.person_id == line.author_id
        may_accept = self.may_accept and line.is_open and line.parent_id is None
        return AnswerView(
            line.public_id,
            line.author_name,
            f"/journals/{line.author_handle}",
            initials(line.author_name),
            tone(line.author_id),
            line.at,
            line.edited_at,
            Markup(line.html),  # noqa: S704  cleaned when it was stored
            line.audience == Audience.COACHES,
            line.is_accepted,
            url if is_own else "",
            f"{url}/accept" if may_accept else "",
            self.reactions(line, may_press=bool(self.audiences) and not is_own),
        )

    def reactions(self, line: CommentLine | None, *, may_press: bool) -> ReactionsView:
        answer = (line.id, line.public_id) if line else None
        reader = self.reader
        return reactions_view(
            reader.locale, reader.viewer, self.reacted, url=self.url, answer=answer, may_press=may_press
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

"""What was answered to a post, as pages show it to somebody who may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.journals.answers import CommentLine, Reacted, Thread, reactions_to, threads_of
from app.journals.models import Audience, Visibility
from app.journals.queries import SHARED_WITH_COACH
from app.journals.reactions import ReactionsView, reactions_view
from app.journals.streams import PostLine
from app.people.viewer import Viewer, initials, tone
from app.web.i18n import Locale

Audiences = Sequence[tuple[str, str, str]]
"""(value, name, who that is) of those whom somebody may answer to: maybe nobody."""


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


def conversation_about(
    db: Session,
    viewer: Viewer | None,
    post: PostLine,
    locale: Locale,
    *,
    url: str,
    audiences: Audiences,
    may_accept: bool = False,
) -> Conversation:
    """`url` is the post's own; nobody reacts to a private one."""
    is_private = post.visibility == Visibility.PRIVATE
    reacted = reactions_to(db, viewer, post.id) if viewer and not is_private else []
    found = threads_of(db, viewer, post.id)
    return Conversation(viewer, locale, url, found, reacted, audiences, may_accept)


@dataclass(frozen=True)
class Conversation:
    """`found` is what it is made of."""

    viewer: Viewer | None
    locale: Locale
    url: str
    found: Sequence[Thread]
    reacted: Sequence[Reacted]
    audiences: Audiences
    may_accept: bool

    @cached_property
    def threads(self) -> Sequence[ThreadView]:
        return [self._thread(thread) for thread in self.found]

    def _thread(self, thread: Thread) -> ThreadView:
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
        viewer, url = self.viewer, f"{self.url}/answers/{line.public_id}"
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
        """To the post, or to an answer."""
        answer = (line.id, line.public_id) if line else None
        return reactions_view(
            self.locale, self.viewer, self.reacted, url=self.url, answer=answer, may_press=may_press
        )


def audiences_of(viewer: Viewer | None, post: PostLine, cohort_id: int | None, locale: Locale) -> Audiences:
    """Whom the viewer may answer to. A coach's answer is feedback unless they say otherwise; nobody answers a
    private post."""
    _ = locale.gettext
    if viewer is None or post.visibility == Visibility.PRIVATE:
        return []
    comment = (Audience.READERS.value, _("Comment"), _("Whoever may read the post reads it."))
    if cohort_id is not None and cohort_id in viewer.coached_ids and post.author_id != viewer.person_id:
        feedback = (
            Audience.COACHES.value,
            _("Feedback"),
            _("Only the writer and the coaches of the group read it."),
        )
        return [feedback] if post.visibility == Visibility.COACHES else [feedback, comment]
    if post.author_id == viewer.person_id and cohort_id is not None and post.visibility in SHARED_WITH_COACH:
        to_coach = (Audience.COACHES.value, _("To my coach"), _("Only the coaches of your group read it."))
        return [to_coach] if post.visibility == Visibility.COACHES else [comment, to_coach]
    return [comment]

"""Reading what is hidden, and what its writers say to that."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.cohorts.models import Cohort
from app.cohorts.queries import CohortLine
from app.errors import NotFound
from app.journals.models import Comment, Post
from app.moderation.models import Hiding
from app.moderation.texts import Rows, Text, is_readable, owner, text_of, with_people, writer
from app.people.models import Person
from app.people.viewer import Viewer

SHOWN = 30
_LIVE = Hiding.lifted_at.is_(None)

_hider = aliased(Person)


class HidingLine(NamedTuple):
    """A text that is hidden, and what was said about it; `copy` is what the writer handed over with an
    appeal."""

    public_id: str
    by_name: str | None
    by_organizer: bool
    reason: str
    at: datetime
    appeal: str | None
    appealed_at: datetime | None
    answer: str | None
    decided_at: datetime | None
    copy_title: str
    copy: str
    writer_name: str
    owner_handle: str
    post_id: str
    comment_id: str | None
    language: str
    group: str | None

    @property
    def url(self) -> str:
        post = f"/journals/{self.owner_handle}/{self.post_id}"
        return f"{post}#answer-{self.comment_id}" if self.comment_id else post

    @property
    def may_be_lifted_by_coaches(self) -> bool:
        """Neither an organizer's act nor their decision is undone by a coach."""
        return not self.by_organizer and self.decided_at is None


_HIDINGS = with_people(
    select(
        Hiding.public_id,
        _hider.name,
        Hiding.by_organizer,
        Hiding.reason,
        Hiding.at,
        Hiding.appeal,
        Hiding.appealed_at,
        Hiding.answer,
        Hiding.decided_at,
        Hiding.copy_title,
        Hiding.copy,
        writer.name,
        owner.handle,
        Post.public_id,
        Comment.public_id,
        Post.language,
        Cohort.name,
    )
    .select_from(Hiding)
    .join(Post, Post.id == Hiding.post_id)
    .outerjoin(Comment, Comment.id == Hiding.comment_id)
    .outerjoin(_hider, _hider.id == Hiding.by_id)
    .outerjoin(Cohort, Cohort.id == Post.cohort_id)
    .where(_LIVE)
)


def _hidings(db: Session, statement: Rows) -> list[HidingLine]:
    return [HidingLine(*row) for row in db.execute(statement)]


def hidden_in(db: Session, viewer: Viewer, cohort: CohortLine) -> list[HidingLine]:
    """What is hidden in a coached cohort and still there for its coaches, the newest first."""
    of_cohort = _HIDINGS.where(Post.cohort_id == cohort.id, is_readable(viewer, Hiding))
    return _hidings(db, of_cohort.order_by(Hiding.id.desc()).limit(SHOWN))


def hidden_by_organizers(db: Session, viewer: Viewer) -> list[HidingLine]:
    by_them = _HIDINGS.where(Hiding.by_organizer.is_(True), *_of_others(viewer))
    return _hidings(db, by_them.order_by(Hiding.id.desc()).limit(SHOWN))


def _of_others(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    return writer.organization_id == viewer.organization_id, writer.id != viewer.person_id


_ASKED = (Hiding.decided_at.is_(None), Hiding.appealed_at.is_not(None))


def appeals(db: Session, viewer: Viewer) -> list[HidingLine]:
    """What waits for an organizer's decision, the oldest first."""
    asked = _HIDINGS.where(*_ASKED, *_of_others(viewer)).order_by(Hiding.appealed_at, Hiding.id)
    return _hidings(db, asked.limit(SHOWN))


def appeal_line(db: Session, viewer: Viewer, public_id: str) -> HidingLine:
    """What an organizer is asked about. Raises NotFound."""
    found = _hidings(db, _HIDINGS.where(Hiding.public_id == public_id, *_ASKED, *_of_others(viewer)))
    if not found:
        raise NotFound
    return found[0]


def hidings_of(db: Session, post_id: int) -> dict[str, HidingLine]:
    """What is hidden of a post and its answers, by the public id of the text."""
    return {
        line.comment_id or line.post_id: line
        for line in _hidings(db, _HIDINGS.where(Hiding.post_id == post_id))
    }


def _hiding(db: Session, *conditions: ColumnElement[bool]) -> Hiding:
    """The newest; hidden means that it is not lifted."""
    statement = (
        select(Hiding)
        .join(Hiding.post)
        .outerjoin(Hiding.comment)
        .where(*conditions)
        .options(joinedload(Hiding.by), *text_of(Hiding))
        .order_by(Hiding.id.desc())
        .limit(1)
    )
    hiding: Hiding | None = db.scalars(with_people(statement)).first()
    if hiding is None:
        raise NotFound
    return hiding


def last_hiding(db: Session, viewer: Viewer, text: Text) -> Hiding:
    """Why a text of the viewer's own is or was hidden, and what became of that. Raises NotFound."""
    return _hiding(db, *_own(viewer, text))


def own_hiding(db: Session, viewer: Viewer, text: Text) -> Hiding:
    """Why a text of the viewer's own is hidden. Raises NotFound."""
    return _hiding(db, _LIVE, *_own(viewer, text))


def _own(viewer: Viewer, text: Text) -> tuple[ColumnElement[bool], ...]:
    about = Hiding.comment_id == text.comment.id if text.comment else Hiding.comment_id.is_(None)
    return Hiding.post_id == text.post.id, about, writer.id == viewer.person_id


def hiding_for_coach(db: Session, viewer: Viewer, cohort: CohortLine, public_id: str) -> Hiding:
    """What a coach of the cohort may show again. Raises NotFound."""
    return _hiding(
        db,
        _LIVE,
        Hiding.public_id == public_id,
        Post.cohort_id == cohort.id,
        Hiding.by_organizer.is_(False),
        Hiding.decided_at.is_(None),
        writer.id != viewer.person_id,
    )


def hiding_for_desk(db: Session, viewer: Viewer, public_id: str) -> Hiding:
    """What an organizer may show again: what one of them hid, or what they are asked about. Raises
    NotFound."""
    theirs = or_(Hiding.by_organizer.is_(True), and_(*_ASKED))
    return _hiding(db, _LIVE, Hiding.public_id == public_id, theirs, *_of_others(viewer))

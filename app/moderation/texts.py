"""The texts that moderation is about, and who may do what with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import PersonLine, coaches_of
from app.errors import NotFound
from app.journals.answers import readable_comment
from app.journals.models import Audience, Comment, Post, Visibility
from app.journals.queries import SHARED_WITH_COACH, comment_visible_to, readable_post, visible_to
from app.moderation.models import Hiding, Report
from app.people.models import Person, Role
from app.people.viewer import Viewer

FOR_ALL = (Visibility.MEMBERS, Visibility.PUBLIC)
"""What organizers read as everyone else does."""
Rows = Select[*tuple[Any, ...]]

owner, writer = aliased(Person), aliased(Person)
"""Whose journal a text stands in, and who wrote it."""


@dataclass(frozen=True)
class Text:
    """A post, or a comment to it, with their authors and the post's cohort loaded."""

    post: Post
    comment: Comment | None = None

    @property
    def row(self) -> Post | Comment:
        return self.comment or self.post

    @property
    def kind(self) -> str:
        return "comment" if self.comment else "post"

    @property
    def about(self) -> str:
        return f"{self.kind}:{self.row.public_id}"

    @property
    def url(self) -> str:
        post = f"/journals/{self.post.author.handle}/{self.post.public_id}"
        return f"{post}#answer-{self.comment.public_id}" if self.comment else post

    @property
    def writer(self) -> Person:
        return self.row.author

    @property
    def title(self) -> str:
        return "" if self.comment else self.post.title

    @property
    def cohort(self) -> Cohort | None:
        return self.post.enrolment.cohort if self.post.enrolment else None


def readable_text(db: Session, viewer: Viewer, handle: str, post: str, answer: str = "") -> Text:
    """A post, or with `answer` one of its comments. Raises NotFound where the viewer may not read it."""
    found = readable_post(db, viewer, handle, post)
    return Text(found, readable_comment(db, viewer, found, answer) if answer else None)


def reportable_text(db: Session, viewer: Viewer, handle: str, post: str, answer: str = "") -> Text:
    """A text of somebody else that is not hidden. Raises NotFound."""
    text = readable_text(db, viewer, handle, post, answer)
    if text.writer.id == viewer.person_id or text.row.hidden_at is not None:
        raise NotFound
    return text


def coaches_for(db: Session, text: Text) -> list[PersonLine]:
    """The coaches who look at reports about a text. Nobody where there are none, where they may not read
    it, or where it is by one of them: then the organizers do."""
    shared = text.post.visibility in SHARED_WITH_COACH
    coaches = coaches_of(db, text.cohort.id) if text.cohort and shared else []
    return [] if any(coach.id == text.writer.id for coach in coaches) else coaches


def hidable_text(db: Session, viewer: Viewer, handle: str, post: str, answer: str = "") -> tuple[Text, bool]:
    """A text that the viewer may hide, and whether as an organizer: a coach in their own cohorts, but for
    what another coach wrote; an organizer what everyone here may read. It may be hidden already. Raises
    NotFound."""
    text = readable_text(db, viewer, handle, post, answer)
    if text.writer.id == viewer.person_id:
        raise NotFound
    if text.cohort and text.cohort.id in viewer.coached_ids and coaches_for(db, text):
        return text, False
    if viewer.is_organizer and text.writer.organization_id == viewer.organization_id and _is_for_all(text):
        return text, True
    raise NotFound


def _is_for_all(text: Text) -> bool:
    is_comment_for_all = text.comment is None or text.comment.audience == Audience.READERS
    return text.post.visibility in FOR_ALL and is_comment_for_all


def own_report(db: Session, viewer: Viewer, text: Text) -> Report | None:
    """What the viewer reported about a text before."""
    return db.scalars(
        select(Report).where(Report.reporter_id == viewer.person_id, Report.about == text.about)
    ).first()


def with_people(statement: Rows) -> Rows:
    return statement.join(owner, owner.id == Post.author_id).join(
        writer, writer.id == func.coalesce(Comment.author_id, Post.author_id)
    )


def is_readable(viewer: Viewer, table: type[Report] | type[Hiding]) -> ColumnElement[bool]:
    """Whether the viewer may read the text that a row is about, joined as post and, maybe, comment."""
    return and_(visible_to(viewer), or_(table.comment_id.is_(None), comment_visible_to(viewer)))


def text_of(table: type[Report] | type[Hiding]) -> tuple[Any, ...]:
    return (
        contains_eager(table.post).joinedload(Post.author),
        contains_eager(table.post).joinedload(Post.enrolment).joinedload(Enrolment.cohort),
        contains_eager(table.comment).joinedload(Comment.author),
    )


def organizers_of(db: Session, organization_id: int) -> list[int]:
    """Who looks at what goes to the organizers."""
    roles = (Role.ORGANIZER, Role.ADMINISTRATOR)
    return list(
        db.scalars(select(Person.id).where(Person.organization_id == organization_id, Person.role.in_(roles)))
    )

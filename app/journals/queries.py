"""Reading posts. `visible_to` is the one place that decides who may see a post."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, load_only

from app.cohorts.mentoring import mentors_in
from app.cohorts.models import CohortCoach, Enrolment
from app.errors import NotFound
from app.journals.models import Audience, Comment, Picture, Post, Revision, Visibility
from app.people.models import Person
from app.people.viewer import Viewer

# Aliases of their own keep the predicate whole in a statement that joins the same tables.
_author, _enrolment, _own, _coaching = (
    aliased(Person),
    aliased(Enrolment),
    aliased(Enrolment),
    aliased(CohortCoach),
)
# Scalars, which are looked up post by post: PostgreSQL would make a hash of all persons for an EXISTS.
_ORGANIZATION = (
    select(_author.organization_id).where(_author.id == Post.author_id).correlate(Post).scalar_subquery()
)
_COHORT = (
    select(_enrolment.cohort_id).where(_enrolment.id == Post.enrolment_id).correlate(Post).scalar_subquery()
)
_POD = select(_enrolment.pod_id).where(_enrolment.id == Post.enrolment_id).correlate(Post).scalar_subquery()
_NOT_HIDDEN = Post.hidden_at.is_(None)
PICTURES_AT_ONCE = 10
SHARED_WITH_COACH = (
    Visibility.COACHES,
    Visibility.POD,
    Visibility.COHORT,
    Visibility.MEMBERS,
    Visibility.PUBLIC,
)


def visible_to(viewer: Viewer | None) -> ColumnElement[bool]:
    """Which posts a person may read; None is the web.

    Nobody but the author reads a draft or a private post, whatever their role. Coaches, the cohort and the
    small group are those of the post's enrolment, now: access ends with the role or the membership. A mentor
    reads what was shared with their mentorship, while it lasts. What is hidden is there for its author and,
    where they could read it, its coaches.
    """
    if viewer is None:
        return and_(_published(), _NOT_HIDDEN, Post.visibility == Visibility.PUBLIC)
    return visible_when(
        viewer.person_id,
        viewer.organization_id,
        viewer.cohort_ids,
        viewer.coached_ids,
        viewer.pod_ids,
        viewer.mentoring,
    )


def _published() -> ColumnElement[bool]:
    return and_(Post.published_at.is_not(None), Post.deleted_at.is_(None))


def visible_when(
    person: Any, organization: Any, cohorts: Any, coached: Any, pods: Any, mentoring: Any
) -> ColumnElement[bool]:
    """`visible_to` of a viewer's values, or in a statement that is built once, of what `eyes_of` gives."""
    own = and_(Post.author_id == person, Post.deleted_at.is_(None))
    shared = or_(
        Post.visibility == Visibility.PUBLIC,
        and_(Post.visibility == Visibility.MEMBERS, organization == _ORGANIZATION),
        and_(Post.visibility == Visibility.COHORT, _among(_COHORT, cohorts)),
        and_(Post.visibility == Visibility.POD, _among(_POD, pods)),
        and_(
            Post.mentorship_id.is_not(None),
            Post.visibility != Visibility.PRIVATE,
            _among(Post.mentorship_id, mentoring),
        ),
    )
    by_coaches = and_(
        or_(*(Post.visibility == circle for circle in SHARED_WITH_COACH)), _among(_COHORT, coached)
    )
    return or_(own, and_(_published(), or_(and_(_NOT_HIDDEN, shared), by_coaches)))


def learns_in(person: Any) -> Select[Any]:
    """The cohorts that a person learns in now; the same as a viewer's `cohort_ids`."""
    return select(_own.cohort_id).where(
        _own.person_id == person, _own.ended_at.is_(None), _own.cohort_id.is_not(None)
    )


def coaches_in(person: Any) -> Select[Any]:
    """The cohorts that a person coaches now; the same as a viewer's `coached_ids`."""
    return select(_coaching.cohort_id).where(_coaching.person_id == person, _coaching.ended_at.is_(None))


def pods_in(person: Any) -> Select[Any]:
    """The small groups that a person is in now; the same as a viewer's `pod_ids`."""
    return select(_own.pod_id).where(
        _own.person_id == person, _own.ended_at.is_(None), _own.pod_id.is_not(None)
    )


def eyes_of(person: Any, organization: Any, *, correlated: Any = None) -> tuple[Any, ...]:
    """What `visible_when` takes of somebody whose memberships the database is asked for; of one row of
    people, which is then `correlated`, or of a parameter."""
    memberships: tuple[Any, ...] = (
        learns_in(person),
        coaches_in(person),
        pods_in(person),
        mentors_in(person),
    )
    if correlated is not None:
        memberships = tuple(one.correlate(correlated) for one in memberships)
    return (person, organization, *memberships)


def _among(scalar: Any, memberships: Any) -> ColumnElement[bool]:
    if isinstance(memberships, tuple) and not memberships:
        return false()
    found: ColumnElement[bool] = scalar.in_(memberships)
    return found


def comment_visible_to(viewer: Viewer | None) -> ColumnElement[bool]:
    """Which answers a person may read, of posts that they may read: a comment like its post; feedback is for
    the post's author, its own author and the coaches. A hidden one is for its own author and the coaches."""
    if viewer is None:
        return and_(
            Comment.deleted_at.is_(None),
            Comment.hidden_at.is_(None),
            Comment.audience == Audience.READERS,
        )
    return comment_visible_when(viewer.person_id, viewer.coached_ids)


def comment_visible_when(person: Any, coached: Any) -> ColumnElement[bool]:
    """`comment_visible_to` in the same way."""
    return and_(
        Comment.deleted_at.is_(None),
        or_(
            and_(
                Comment.hidden_at.is_(None),
                or_(Comment.audience == Audience.READERS, Post.author_id == person),
            ),
            Comment.author_id == person,
            _among(_COHORT, coached),
        ),
    )


def readers_among(
    db: Session, people: Collection[int], post_id: int, comment_id: int | None = None
) -> set[int]:
    """Who of these people may read a post, or an answer to it."""
    if not people:
        return set()
    readers = select(Person.id).where(
        Person.id.in_(people),
        Post.id == post_id,
        visible_when(*eyes_of(Person.id, Person.organization_id)),
    )
    if comment_id is not None:
        readers = readers.where(
            Comment.id == comment_id,
            Comment.post_id == Post.id,
            comment_visible_when(Person.id, coaches_in(Person.id)),
        )
    return set(db.scalars(readers))


def readable_post(db: Session, viewer: Viewer | None, handle: str, public_id: str) -> Post:
    """A published post in a journal. Raises NotFound where the viewer may not read it."""
    post = db.scalars(
        select(Post)
        .join(Post.author)
        .options(contains_eager(Post.author), joinedload(Post.enrolment).joinedload(Enrolment.cohort))
        .where(
            Person.handle == handle,
            Post.public_id == public_id,
            Post.published_at.is_not(None),
            visible_to(viewer),
        )
    ).first()
    if post is None:
        raise NotFound
    return post


def own_post(
    db: Session, viewer: Viewer, public_id: str, *, deleted: bool = False, for_update: bool = False
) -> Post:
    """One of the viewer's own posts or drafts. Raises NotFound."""
    statement = (
        select(Post)
        .where(
            Post.public_id == public_id,
            Post.author_id == viewer.person_id,
            Post.deleted_at.is_not(None) if deleted else Post.deleted_at.is_(None),
        )
        .options(joinedload(Post.author), joinedload(Post.enrolment).joinedload(Enrolment.cohort))
    )
    if for_update:
        statement = statement.with_for_update(of=Post)
    post = db.scalars(statement).first()
    if post is None:
        raise NotFound
    return post


def revisions_of(db: Session, post_id: int) -> list[Revision]:
    """The texts that were published, newest first, by their titles and moments: bodies are not loaded."""
    return list(
        db.scalars(
            select(Revision)
            .options(load_only(Revision.public_id, Revision.title, Revision.at, raiseload=True))
            .where(Revision.post_id == post_id)
            .order_by(Revision.at.desc(), Revision.id.desc())
        )
    )


def has_earlier_revisions(db: Session, post_id: int) -> bool:
    """Whether readers once saw another text than now."""
    return len(db.scalars(select(Revision.id).where(Revision.post_id == post_id).limit(2)).all()) > 1


def own_revision(db: Session, post: Post, public_id: str) -> Revision:
    """One of the texts of a post that the viewer wrote. Raises NotFound."""
    revision = db.scalars(
        select(Revision).where(Revision.post_id == post.id, Revision.public_id == public_id)
    ).first()
    if revision is None:
        raise NotFound
    return revision


def readable_picture(db: Session, viewer: Viewer | None, public_id: str) -> Row[bytes, str]:
    """`content` and `digest` of a picture in a post. Raises NotFound where the viewer may not read that, and
    for one that stands only in what its author is writing."""
    shown = Post.html.contains(Picture.public_id)
    found = db.execute(
        select(Picture.content, Picture.digest)
        .join(Picture.post)
        .where(
            Picture.public_id == public_id,
            visible_to(viewer),
            or_(Post.author_id == viewer.person_id, shown) if viewer else shown,
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def pictures_kept(db: Session, post: Post) -> tuple[int, int]:
    """(how many a post has, how many bytes all of its author's take)."""
    count = db.scalar(select(func.count()).select_from(Picture).where(Picture.post_id == post.id))
    size = db.scalar(
        select(func.sum(Picture.size))
        .join(Picture.post)
        .where(Post.author_id == post.author_id, Post.deleted_at.is_(None))
    )
    return count or 0, int(size or 0)


def whole_journal(db: Session, person_id: int) -> Sequence[Any]:
    """All of a person's posts and drafts, oldest first, with what it takes to read them."""
    return db.execute(
        select(
            Post.public_id,
            Post.title,
            Post.body,
            Post.html,
            Post.source_url,
            Post.visibility,
            Post.language,
            Post.programme_slug,
            Post.thing_slug,
            Post.published_at,
            Post.saved_at,
            Post.draft_title,
            Post.draft_body,
        )
        .where(Post.author_id == person_id, Post.deleted_at.is_(None))
        .order_by(func.coalesce(Post.published_at, Post.saved_at), Post.id)
    ).all()


def own_pictures(db: Session, person_id: int) -> Iterator[tuple[str, bytes]]:
    """(id, content) of all pictures in a person's posts and drafts, ten at a time: together they may be
    larger than memory."""
    after = 0
    while True:
        found = db.execute(
            select(Picture.id, Picture.public_id, Picture.content)
            .join(Picture.post)
            .where(Post.author_id == person_id, Post.deleted_at.is_(None), Picture.id > after)
            .order_by(Picture.id)
            .limit(PICTURES_AT_ONCE)
        ).all()
        for after, public_id, content in found:  # noqa: B007
            yield public_id, content
        if len(found) < PICTURES_AT_ONCE:
            return


def post_by_once(db: Session, author_id: int, once: str) -> Post | None:
    """What the author began with this mark, also what is deleted; locked."""
    return db.scalars(
        select(Post)
        .where(Post.author_id == author_id, Post.once == once)
        .options(joinedload(Post.enrolment).joinedload(Enrolment.cohort))
        .with_for_update(of=Post)
    ).first()


def writing_about(db: Session, enrolment_id: int, thing_slugs: tuple[str, ...]) -> Post | None:
    """The author's newest draft of a reflection about a Thing, else the newest reflection; one on their own
    blog is written there."""
    return db.scalars(
        select(Post)
        .where(
            Post.enrolment_id == enrolment_id,
            Post.thing_slug.in_(thing_slugs),
            ~Post.is_question,
            Post.deleted_at.is_(None),
            Post.source_url.is_(None),
        )
        .order_by(Post.published_at.is_not(None), Post.id.desc())
        .limit(1)
    ).first()


def own_comment(
    db: Session, viewer: Viewer, public_id: str, *, of_post: int | None = None, deleted: bool = False
) -> Comment:
    """One of the viewer's own answers, whether or not they may still read what it answers; to that post,
    where given. Raises NotFound."""
    comment = db.scalars(
        select(Comment).where(
            Comment.public_id == public_id,
            Comment.author_id == viewer.person_id,
            Comment.post_id == of_post if of_post is not None else true(),
            Comment.deleted_at.is_not(None) if deleted else Comment.deleted_at.is_(None),
        )
    ).first()
    if comment is None:
        raise NotFound
    return comment


def last_choice(db: Session, person_id: int) -> str | None:
    """The visibility that the writer chose last, questions apart; None before the first post."""
    return db.scalar(
        select(Post.visibility)
        .where(Post.author_id == person_id, Post.published_at.is_not(None), ~Post.is_question)
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(1)
    )


def has_reflection(db: Session, enrolment_id: int, thing_slugs: tuple[str, ...], *, published: bool) -> bool:
    """Whether a reflection (or a draft of one) about the Thing exists in the enrolment."""
    state = Post.published_at.is_not(None) if published else Post.published_at.is_(None)
    found = db.scalar(
        select(true()).where(
            exists().where(
                Post.enrolment_id == enrolment_id,
                Post.thing_slug.in_(thing_slugs),
                ~Post.is_question,
                Post.deleted_at.is_(None),
                state,
            )
        )
    )
    return bool(found)

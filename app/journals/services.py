"""Writing posts and answering them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from markupsafe import Markup
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.running import leave
from app.cohorts.services import join
from app.db import new_public_id
from app.errors import NotFound, Refused
from app.events.log import record
from app.journals.mentions import NOBODY, linked_in, people_named, tell_mentioned
from app.journals.mentors import tell_mentor
from app.journals.models import Audience, Comment, Picture, Post, Revision, Visibility
from app.journals.pictures import Prepared, html_of, name_of
from app.journals.queries import has_reflection, last_choice, pictures_kept
from app.journals.readers import Circle, allowed
from app.journals.reviews import answers_as_coach, is_approved, is_waiting, keep_reviews
from app.journals.search_index import index_posts
from app.journals.talk import tell_coaches, tell_thread
from app.markdown import count_words, excerpt, render_post
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.plans.services import follow_dates
from app.progress.queries import slugs_of
from app.progress.services import (
    record_approval,
    record_draft,
    record_reflection,
    withdraw_reflection,
)
from app.statements import insert_once
from app.things.catalogue import Programme, Thing
from app.web.i18n import message

EXCERPT_LENGTH = 280
MOST_PICTURES = 40
MOST_ANSWERS, ANSWERS_WITHIN = 40, timedelta(minutes=15)
MOST_BYTES = 200_000_000
"""Of all pictures that one person keeps."""


class Conflict(Exception):
    """The post was saved elsewhere since it was opened: both texts are kept for the writer to choose."""

    def __init__(self, post: Post) -> None:
        super().__init__("the post was saved elsewhere")
        self.post = post


@dataclass(frozen=True)
class About:
    """The Thing that a reflection is about, in the writer's enrolment."""

    enrolment: Enrolment
    programme: Programme
    thing: Thing


def join_cohort(db: Session, person_id: int, cohort: Cohort) -> Enrolment:
    """Join, and take along what was written in the enrolment. Raises Refused as `join` does."""
    enrolment = join(db, person_id, cohort)
    _take_along(db, enrolment)
    return enrolment


def leave_cohort(db: Session, enrolment: Enrolment, *, actor_id: int) -> None:
    """Go on alone: nobody of the cohort reads any more what was shared with it or its coaches."""
    leave(db, enrolment, actor_id=actor_id)
    _take_along(db, enrolment)


def _take_along(db: Session, enrolment: Enrolment) -> None:
    there = enrolment.cohort_id
    moves = (Post.enrolment_id == enrolment.id, Post.cohort_id.is_distinct_from(there))
    moved = update(Post).where(*moves).values(cohort_id=there).returning(Post.id)
    ids = db.scalars(moved).all()
    index_posts(db, Post.id.in_(ids))
    keep_reviews(db, Post.id.in_(ids), moved=True)
    follow_dates(db, Enrolment.id == enrolment.id)


def default_visibility(
    db: Session, person_id: int, enrolment: Enrolment | None, circle: Circle
) -> Visibility:
    """The writer's last choice; at first the cohort's wish, else the coaches. Private where that circle has
    nobody in it: alone, or in a cohort without a coach."""
    cohort = enrolment.cohort if enrolment else None
    wish = last_choice(db, person_id) or (cohort and cohort.default_visibility) or Visibility.COACHES
    return Visibility(wish) if wish in allowed(circle) else Visibility.PRIVATE


def start_post(
    db: Session,
    author_id: int,
    *,
    once: str,
    language: str,
    visibility: Visibility,
    enrolment: Enrolment | None = None,
    about: About | None = None,
    is_question: bool = False,
) -> Post:
    """An empty draft; the same `once` gives the same draft."""
    enrolment = about.enrolment if about else enrolment
    post, _ = insert_once(
        db,
        Post,
        ("author_id", "once"),
        {
            "author_id": author_id,
            "once": once,
            "enrolment_id": enrolment.id if enrolment else None,
            "cohort_id": enrolment.cohort_id if enrolment else None,
            "programme_slug": about.programme.slug if about else None,
            "thing_slug": about.thing.slug if about else None,
            "language": language,
            "visibility": visibility.value,
            "is_question": is_question,
            "draft_title": "",
            "draft_body": "",
        },
    )
    return post


def save_draft(
    db: Session,
    post: Post,
    *,
    title: str,
    body: str,
    visibility: Visibility,
    version: int,
    window: str | None = None,
    about: About | None = None,
    asks: bool = False,
    mentorship_id: int | None = None,
) -> None:
    """Keep what is being written. Readers of a published post see nothing of it, nor does a changed
    visibility, or a wish for an answer, act before it is published. Raises Conflict where another `window`
    saved after `version`."""
    if post.published_at is None:
        post.asks_since = now() if asks else None
        post.mentorship_id = mentorship_id
    if (title, body) == (post.draft_title, post.draft_body) and post.published_at is None:
        post.visibility = visibility
        return
    _refuse_to_overwrite(post, title, body, version, window)
    post.saved_in = window
    post.draft_title, post.draft_body = title, body
    post.version += 1
    post.saved_at = now()
    if post.published_at is None:
        post.visibility = visibility
        if about:
            record_draft(db, about.enrolment, about.programme, about.thing, exists=True)
    db.flush()


def minimum_words(about: About | None) -> int:
    """How many words a reflection has to have; 0 where nobody asks for any number."""
    cohort = about.enrolment.cohort if about else None
    return (cohort.minimum_words or 0) if cohort else 0


def words_of(body: str, language: str) -> int:
    """How many words somebody wrote, those that they quote apart."""
    return count_words(html_of(body, language))


def _refuse_few_words(body: str, language: str, about: About | None) -> None:
    least = minimum_words(about)
    count = words_of(body, language) if least else 0
    if count < least:
        raise Refused(
            message(
                "Your group asks for at least %(least)s words of your own; so far there are %(count)s.",
                least=least,
                count=count,
            ),
            "body",
        )


def _refuse_to_overwrite(post: Post, title: str, body: str, version: int, window: str | None) -> None:
    """A window may overwrite what it saved itself: it may not have heard of its own last save."""
    own = window is not None and window == post.saved_in
    same = (title, body) == (post.draft_title, post.draft_body)
    if version != post.version and not own and not same:
        raise Conflict(post)


def publish_post(
    db: Session,
    post: Post,
    *,
    title: str,
    body: str,
    visibility: Visibility,
    version: int,
    window: str | None = None,
    about: About | None = None,
    asks: bool = False,
    mentorship_id: int | None = None,
) -> None:
    """Let the readers of `visibility` read the post; for `private` the author keeps it, and it counts all
    the same. Who `asks` wants an answer of their coaches; the mentor of `mentorship_id` reads what is not
    private, too. Publishing the same text again changes nothing.
    Raises Conflict, Refused for an empty text or for one that is shorter than the cohort asks for."""
    if not body.strip():
        raise Refused(message("Write a sentence or two first."), "body")
    if body != post.body:
        _refuse_few_words(body, post.language, about)
    at, first = now(), post.published_at is None
    asks_since = _asks_since(db, post, at, asks=asks and visibility != Visibility.PRIVATE)
    mentorship_id = None if visibility == Visibility.PRIVATE else mentorship_id
    shown, wanted = (post.title, post.body, post.visibility), (title, body, visibility)
    is_shown = not first and shown == wanted and post.mentorship_id == mentorship_id
    if is_shown and post.draft_body is None and asks_since == post.asks_since:
        return
    _refuse_to_overwrite(post, title, body, version, window)
    before = linked_in(post.html) if post.visibility == visibility else ()
    post.asks_since = asks_since
    if is_shown:
        post.draft_title = post.draft_body = None
        return
    tells_mentor = mentorship_id is not None and (first or post.mentorship_id != mentorship_id)
    post.visibility, post.mentorship_id = visibility, mentorship_id
    post.saved_in = window
    show(db, post, title, body, at, before=before)
    post.draft_title = post.draft_body = None
    if first:
        record(db, post.author_id, "published", "post", post.public_id, enrolment_id=post.enrolment_id)
        if post.is_question:
            tell_coaches(db, post)
    if tells_mentor:
        tell_mentor(db, post)
    if about:
        record_reflection(db, about.enrolment, about.programme, about.thing)
    db.flush()


def _asks_since(db: Session, post: Post, at: datetime, *, asks: bool) -> datetime | None:
    """A question is asked once; a wish for an answer that is still open keeps its day."""
    if post.is_question and post.published_at is not None:
        return post.asks_since
    if not asks:
        return None
    is_open = post.published_at is not None and post.asks_since is not None and is_waiting(db, post)
    return post.asks_since if is_open else at


def show(
    db: Session,
    post: Post,
    title: str,
    body: str,
    at: datetime,
    *,
    before: Collection[str] = (),
    html: Markup | None = None,
    edited: bool = True,
) -> None:
    """Let readers see this text from now on. One that they do not see yet is a revision, and whom it links
    to, and they did not see `before`, is told; unless it was written elsewhere: then it comes with its
    `html`, and may be other than it was without being `edited`."""
    if (title, body) != (post.title, post.body):
        if html is None:
            db.add(Revision(post_id=post.id, title=title, body=body, at=at))
        if post.published_at is not None and edited:
            post.edited_at = at
    people = people_named(db, post.author_id, body) if html is None else NOBODY
    post.title, post.body = title, body
    post.html = str(html_of(body, post.language, people.link) if html is None else html)
    post.excerpt = excerpt(post.html, EXCERPT_LENGTH)
    post.version += 1
    post.saved_at = at
    post.published_at = post.published_at or at
    db.flush()
    tell_mentioned(db, people, post, before=before)


def restore_revision(db: Session, post: Post, revision: Revision) -> None:
    """Let readers see an earlier text again, as the newest revision. A draft under way is not touched, and is
    written on in its window; an editor without one is told that the text was changed elsewhere. What readers
    see already stays as it is."""
    if (revision.title, revision.body) == (post.title, post.body):
        return
    show(db, post, revision.title, revision.body, now(), before=linked_in(post.html))
    if post.draft_body is None:
        post.saved_in = None
    record(db, post.author_id, "restored-revision", "post", post.public_id, enrolment_id=post.enrolment_id)
    db.flush()


def keep_picture(db: Session, post: Post, picture: Prepared) -> str:
    """Keep a picture for a post; returns its name. Raises Refused where there are too many already."""
    count, size = pictures_kept(db, post)
    if count >= MOST_PICTURES:
        raise Refused(
            message("There are %(count)s pictures in this text. That is enough.", count=count), "picture"
        )
    if size + len(picture.content) > MOST_BYTES:
        raise Refused(
            message("There is no room for more pictures of yours. Delete a post with some."), "picture"
        )
    kept = Picture(
        public_id=new_public_id(),
        post_id=post.id,
        content=picture.content,
        digest=sha256(picture.content).hexdigest(),
        size=len(picture.content),
    )
    db.add(kept)
    db.flush()
    return name_of(kept.public_id, picture.width, picture.height)


def delete_post(db: Session, post: Post, about: About | None = None) -> None:
    """Take a post or draft away from everyone, its author included, until `restore_post`."""
    post.deleted_at = now()
    record(db, post.author_id, "deleted", "post", post.public_id, enrolment_id=post.enrolment_id)
    db.flush()
    follow(db, about)


def restore_post(db: Session, post: Post, about: About | None = None) -> None:
    """Undo a deletion."""
    post.deleted_at = None
    record(db, post.author_id, "restored", "post", post.public_id, enrolment_id=post.enrolment_id)
    db.flush()
    follow(db, about)


def follow(db: Session, about: About | None) -> None:
    """Let progress follow the posts about a Thing that exist now."""
    if about is None:
        return
    slugs = slugs_of(about.thing)
    where = (about.enrolment, about.programme, about.thing)
    if has_reflection(db, about.enrolment.id, slugs, published=True):
        record_reflection(db, *where)
        if is_approved(db, about.enrolment.id, slugs):
            record_approval(db, *where, approved=True)
    else:
        withdraw_reflection(db, *where)
    record_draft(db, *where, exists=has_reflection(db, about.enrolment.id, slugs, published=False))


def add_comment(
    db: Session,
    viewer: Viewer,
    post: Post,
    *,
    body: str,
    audience: Audience | None,
    once: str | None = None,
    parent: Comment | None = None,
    told_as: Kind = Kind.ANSWER,
) -> Comment:
    """Answer a post that the viewer may read, a coach by default with feedback, others with a comment; or
    reply to an answer that begins a thread, to whoever reads that. The same answer with the same `once` is
    one. Its author hears of it as `told_as` says. Raises NotFound for feedback by anyone but a coach of the
    post's cohort; the author may go on with feedback on their own post. Raises Refused for more than anybody
    writes with thought."""
    cohort_id = post.enrolment.cohort_id if post.enrolment else None
    coaches = cohort_id is not None and cohort_id in viewer.coached_ids
    audience = Audience(parent.audience) if parent else audience
    audience = audience or (Audience.COACHES if coaches else Audience.READERS)
    if audience is Audience.COACHES and not (coaches or post.author_id == viewer.person_id):
        raise NotFound
    _refuse_flood(db, viewer)
    people = people_named(db, viewer.person_id, body)
    comment, made = insert_once(
        db,
        Comment,
        ("author_id", "once"),
        {
            "author_id": viewer.person_id,
            "post_id": post.id,
            "parent_id": parent.id if parent else None,
            "by_coach": answers_as_coach(viewer, post),
            "audience": audience.value,
            "body": body,
            "html": str(render_post(body, post.language, mention=people.link)),
            "once": _mark(once, post, parent, audience, body) if once else secrets.token_hex(16),
        },
    )
    if comment.deleted_at is not None:
        restore_comment(db, comment)
    if made:
        _note_answer(db, post, parent, comment)
        if comment.by_coach:
            keep_reviews(db, Post.id == post.id)
        tell(
            db,
            post.author_id,
            told_as,
            once=f"answer {comment.id}",
            actor_id=viewer.person_id,
            post_id=post.id,
            comment_id=comment.id,
        )
        told = {post.author_id, *(tell_thread(db, post, parent, comment) if parent else ())}
        tell_mentioned(db, people, post, comment, told=told)
    return comment


def _refuse_flood(db: Session, viewer: Viewer) -> None:
    """Each answer is mailed to somebody at once. Raises Refused."""
    lately = select(func.count()).where(
        Comment.author_id == viewer.person_id, Comment.at > now() - ANSWERS_WITHIN
    )
    if (db.scalar(lately) or 0) >= MOST_ANSWERS:
        raise Refused(
            message("These were many answers in a short time. Wait a quarter of an hour, then send it."),
            "body",
        )


def _note_answer(db: Session, post: Post, parent: Comment | None, comment: Comment) -> None:
    record(
        db,
        comment.author_id,
        "replied" if parent else "answered",
        "post",
        post.public_id,
        enrolment_id=post.enrolment_id,
        audience=comment.audience,
    )


def _mark(once: str, post: Post, parent: Comment | None, audience: Audience, body: str) -> str:
    """A form that somebody goes back to and fills in anew is another answer."""
    where = (once, post.public_id, *((parent.public_id,) if parent else ()))
    return sha256("\n".join((*where, audience, body)).encode()).hexdigest()[:36]


def delete_comment(db: Session, comment: Comment) -> None:
    comment.deleted_at = now()
    record(db, comment.author_id, "deleted", "comment", comment.public_id)
    keep_reviews(db, Post.id == comment.post_id)


def restore_comment(db: Session, comment: Comment) -> None:
    """Undo a deletion."""
    comment.deleted_at = None
    record(db, comment.author_id, "restored", "comment", comment.public_id)
    keep_reviews(db, Post.id == comment.post_id)

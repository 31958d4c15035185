"""How notices read, and whether their readers may still see what they speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.cohorts.announcements import AnnouncedText, text_for
from app.cohorts.models import Announcement, Cohort
from app.db import BigId
from app.journals.answers import SAID
from app.journals.cards import thing_of, title_of
from app.journals.models import Comment, Post, Reaction
from app.journals.queries import coaches_in, comment_visible_when, eyes_of, learns_in, visible_when
from app.notices.models import CONVERSING, Frequency, Kind, Notice
from app.notices.queries import frequency_of
from app.people.models import Person
from app.sessions.models import LiveSession
from app.sessions.times import when_in_words
from app.statements import Statement
from app.things.catalogue import Catalogue
from app.web.i18n import Locale, Message, message
from app.web.paging import Page, encode_cursor

PAGE_LENGTH = 30

SENTENCES = {
    Kind.ANSWER: message("%(name)s answered your post “%(title)s”"),
    Kind.REPLY: message("%(name)s replied to you at “%(title)s”"),
    Kind.MENTION: message("%(name)s mentioned you at “%(title)s”"),
    Kind.REACTION: message("%(name)s says “%(said)s” about “%(title)s”"),
    Kind.QUESTION: message("%(name)s asks: “%(title)s”"),
    Kind.ACCEPTED: message("%(name)s accepted your answer to “%(title)s”"),
    Kind.ANOTHER_LOOK: message("%(name)s asks you to look at “%(title)s” once more"),
    Kind.APPROVED: message("%(name)s approved “%(title)s”"),
    Kind.MESSAGE: message("%(name)s wrote to you"),
    Kind.STOPPED: message("%(name)s stops here for now; all that they did is kept"),
    Kind.TALK: message("%(name)s says that you talked about a Thing: is it so?"),
    Kind.HANDED_OVER: message("%(name)s hands “%(title)s” over to you, to answer it"),
    Kind.REPORT: message("You are asked to look at “%(title)s”, or at an answer there"),
    Kind.MODERATION: message("There is a decision about “%(title)s”, or about an answer there"),
    Kind.BLOG: message("There is something to look at with your own blog"),
    Kind.SESSION: message("%(group)s meets: “%(title)s”, %(when)s"),
    Kind.SOON: message("Soon: “%(title)s”, %(when)s"),
    Kind.JOIN_REQUEST: message("%(name)s asks to join a group of yours"),
    Kind.LET_IN: message("%(name)s let you into the group that you asked to join"),
    Kind.NOT_LET_IN: message(
        "You asked to join a group, and it is not possible now: ask whoever gave you the code"
    ),
    Kind.POD: message("%(name)s put you into a small group: see with whom"),
    Kind.BUDDY: message("%(name)s found a buddy for you: see who it is"),
    Kind.COACH: message("%(name)s coaches a group of yours now, and reads what you share with its coaches"),
    Kind.MENTOR_ASKED: message("%(name)s asks you to be their mentor"),
    Kind.MENTOR: message("%(name)s is your mentor now"),
    Kind.SHARED: message("%(name)s shares “%(title)s” with you, as their mentor"),
    Kind.ANNOUNCEMENT: message("For %(group)s: “%(title)s”"),
    Kind.TIMES: message("%(name)s proposes times to talk: which one suits you?"),
    Kind.WANTS_TO_TALK: message("%(name)s would like to talk with you: when could that be?"),
    Kind.CONVERSATION: message("There is something new about your conversation with %(name)s"),
}
SESSION_CHANGED = message("“%(title)s” has changed: %(when)s")
SESSION_CANCELLED = message("“%(title)s” is cancelled: %(when)s")
SEVERAL_REACTED = message("%(name)s say “%(said)s” about “%(title)s”")
ELSEWHERE = {
    Kind.TALK: ("/talks", SENTENCES[Kind.TALK]),
    Kind.MESSAGE: ("/messages", SENTENCES[Kind.MESSAGE]),
    Kind.STOPPED: ("/", SENTENCES[Kind.STOPPED]),
    Kind.REPORT: ("/organize/reports", message("Something was reported to the organizers")),
    Kind.MODERATION: ("/", message("What you reported was looked at")),
    Kind.BLOG: ("/account/blog", SENTENCES[Kind.BLOG]),
    Kind.JOIN_REQUEST: ("/join-requests", SENTENCES[Kind.JOIN_REQUEST]),
    Kind.LET_IN: ("/", SENTENCES[Kind.LET_IN]),
    Kind.NOT_LET_IN: ("/join", SENTENCES[Kind.NOT_LET_IN]),
    Kind.POD: ("/#groups", SENTENCES[Kind.POD]),
    Kind.BUDDY: ("/#groups", SENTENCES[Kind.BUDDY]),
    Kind.COACH: ("/#groups", SENTENCES[Kind.COACH]),
    Kind.MENTOR_ASKED: ("/mentoring", SENTENCES[Kind.MENTOR_ASKED]),
    Kind.MENTOR: ("/", SENTENCES[Kind.MENTOR]),
    **{kind: ("/conversations", SENTENCES[kind]) for kind in CONVERSING},
}
"""Where notices lead that speak of no post, and what they say."""
ICONS = {
    Kind.MESSAGE: "mail",
    Kind.STOPPED: "info",
    Kind.ANSWER: "message",
    Kind.REPLY: "message",
    Kind.MENTION: "user",
    Kind.REACTION: "star",
    Kind.QUESTION: "info",
    Kind.ACCEPTED: "check",
    Kind.ANOTHER_LOOK: "undo",
    Kind.APPROVED: "check",
    Kind.TALK: "users",
    Kind.HANDED_OVER: "arrow-right",
    Kind.REPORT: "flag",
    Kind.MODERATION: "eye-off",
    Kind.BLOG: "rss",
    Kind.SESSION: "calendar",
    Kind.SOON: "clock",
    Kind.JOIN_REQUEST: "users",
    Kind.LET_IN: "check",
    Kind.NOT_LET_IN: "info",
    Kind.POD: "users",
    Kind.BUDDY: "users",
    Kind.COACH: "user",
    Kind.MENTOR_ASKED: "user",
    Kind.MENTOR: "user",
    Kind.SHARED: "user",
    Kind.ANNOUNCEMENT: "info",
    **dict.fromkeys(CONVERSING, "users"),
}

READER = aliased(Person)
"""Of the notice at hand."""
_actor, _owner = aliased(Person), aliased(Person)
_SAID = (
    select(func.aggregate_strings(Reaction.kind, " "))
    .where(
        Reaction.post_id == Notice.post_id,
        Reaction.comment_id.is_not_distinct_from(Notice.comment_id),
        Reaction.person_id == Notice.actor_id,
    )
    .correlate(Notice)
    .scalar_subquery()
)
_LEARNS_IN = learns_in(READER.id).correlate(READER)
_COACHES_IN = coaches_in(READER.id).correlate(READER)
_POST_SEEN = and_(
    Post.published_at.is_not(None),
    visible_when(*eyes_of(READER.id, READER.organization_id, correlated=READER)),
)
SEEN: ColumnElement[bool] = and_(
    or_(Notice.actor_id.is_(None), _actor.id.is_not(None)),
    or_(Notice.kind != Kind.REACTION.value, _SAID.is_not(None)),
    or_(
        and_(Notice.post_id.is_(None), or_(*(Notice.kind == kind.value for kind in ELSEWHERE))),
        and_(
            or_(LiveSession.cohort_id.in_(_LEARNS_IN), LiveSession.cohort_id.in_(_COACHES_IN)),
            or_(Notice.kind != Kind.SOON.value, LiveSession.cancelled_at.is_(None)),
        ),
        and_(Announcement.cohort_id.in_(_LEARNS_IN), Announcement.taken_back_at.is_(None)),
        and_(
            Post.id.is_not(None),
            _POST_SEEN,
            or_(
                Notice.comment_id.is_(None),
                and_(Comment.id.is_not(None), comment_visible_when(READER.id, _COACHES_IN)),
            ),
        ),
    ),
)
"""What a notice speaks of is there, and was not taken back, and its own reader may see it, by the one
predicate: of a statement that is `with_subjects`."""


def with_subjects(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Notices with their reader, who did it, and which post and answer, meeting or announcement they speak
    of."""
    return (
        statement.select_from(Notice)
        .join(READER, READER.id == Notice.person_id)
        .outerjoin(_actor, _actor.id == Notice.actor_id)
        .outerjoin(Post, Post.id == Notice.post_id)
        .outerjoin(_owner, _owner.id == Post.author_id)
        .outerjoin(Comment, and_(Comment.id == Notice.comment_id, Comment.post_id == Post.id))
        .outerjoin(LiveSession, LiveSession.id == Notice.session_id)
        .outerjoin(Announcement, Announcement.id == Notice.announcement_id)
        .outerjoin(Cohort, Cohort.id == func.coalesce(LiveSession.cohort_id, Announcement.cohort_id))
    )


class NoticeLine(NamedTuple):
    """A notice with what it takes to say it; without a post where it leads elsewhere. Its texts are those of
    the post and of the answer."""

    id: int
    public_id: str
    kind: str
    at: datetime
    read_at: datetime | None
    actor_id: int | None
    actor_name: str | None
    owner_handle: str | None
    post_id: int | None
    post_public_id: str | None
    title: str
    programme_slug: str | None
    thing_slug: str | None
    language: str
    excerpt: str
    answer: str | None
    audience: str | None
    body: str | None
    html: str | None
    said: str | None
    session_id: int | None
    session_public_id: str | None
    session_title: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    place: str | None
    link: str | None
    sequence: int | None
    cancelled_at: datetime | None
    group_public_id: str | None
    group_name: str | None
    time_zone: str | None
    announcement_id: int | None
    announcement_public_id: str | None
    texts: Mapping[str, Mapping[str, str]] | None
    first_language: str | None


_LINES = with_subjects(
    select(
        Notice.id,
        Notice.public_id,
        Notice.kind,
        Notice.at,
        Notice.read_at,
        Notice.actor_id,
        _actor.name,
        _owner.handle,
        Post.id,
        Post.public_id,
        Post.title,
        Post.programme_slug,
        Post.thing_slug,
        Post.language,
        Post.excerpt,
        Comment.public_id,
        Comment.audience,
        Comment.body,
        Comment.html,
        _SAID,
        LiveSession.id,
        LiveSession.public_id,
        LiveSession.title,
        LiveSession.starts_at,
        LiveSession.ends_at,
        LiveSession.place,
        LiveSession.url,
        LiveSession.sequence,
        LiveSession.cancelled_at,
        Cohort.public_id,
        Cohort.name,
        Cohort.time_zone,
        Announcement.id,
        Announcement.public_id,
        Announcement.texts,
        Announcement.language,
    )
).where(SEEN)
_NEWEST_FIRST = (Notice.at.desc(), Notice.id.desc())
_OWN = Notice.person_id == bindparam("person", type_=BigId)
_BEHIND = tuple_(Notice.at, Notice.id) < tuple_(
    bindparam("before_at", type_=Notice.at.type), bindparam("before_id", type_=BigId)
)
_PAGE = {
    behind: Statement(
        _LINES.where(_OWN, *([_BEHIND] if behind else [])).order_by(*_NEWEST_FIRST).limit(bindparam("limit")),
        row=NoticeLine,
    )
    for behind in (False, True)
}
_ONE = Statement(_LINES.where(_OWN, Notice.public_id == bindparam("public_id")), row=NoticeLine)
_OF_MAIL = Statement(
    _LINES.where(
        Notice.mail_id == bindparam("mail", type_=BigId),
        Notice.read_at.is_(None),
        frequency_of(Notice.person_id, Notice.kind) != Frequency.NEVER.value,
    )
    .order_by(Notice.at, Notice.id)
    .limit(bindparam("limit")),
    row=NoticeLine,
)


def notices_page(db: Session, person_id: int, after: Any = None) -> Page[NoticeLine]:
    """What a person was told and may still see, newest first, from the row behind `after` (at, id)."""
    at, last = after or (None, None)
    parameters = {"person": person_id, "before_at": at, "before_id": last, "limit": PAGE_LENGTH + 1}
    lines: list[NoticeLine] = _PAGE[after is not None].rows(db, parameters)
    more, lines = len(lines) > PAGE_LENGTH, lines[:PAGE_LENGTH]
    return Page(lines, encode_cursor(lines[-1].at, lines[-1].id) if more else "")


def notice_line(db: Session, person_id: int, public_id: str) -> NoticeLine | None:
    """One of the person's notices; None where they may no longer see what it speaks of."""
    found: list[NoticeLine] = _ONE.rows(db, {"person": person_id, "public_id": public_id})
    return found[0] if found else None


def lines_of_mail(db: Session, mail_id: int, limit: int) -> Sequence[NoticeLine]:
    """What a mail has to tell, oldest first: what was read meanwhile, may no longer be seen, or is of a kind
    that its reader no longer wants, is left out."""
    return _OF_MAIL.rows(db, {"mail": mail_id, "limit": limit})


def title_in(line: NoticeLine, catalogue: Catalogue, locale: Locale) -> str:
    """What the post, the meeting or the announcement that it speaks of is called."""
    if line.texts:
        return announced_in(line, locale.reading_order()).title
    return line.session_title or title_of(line, thing_of(line, catalogue), locale)


def sentence(line: NoticeLine, title: str, locale: Locale) -> str:
    """What happened, on one line. `title` is that of `title_in`."""
    said = locale.gettext(_words(line).text)
    values = {
        "name": line.actor_name or locale.gettext("Somebody"),
        "title": title,
        "said": said_in(line, locale),
        "group": line.group_name,
        "when": when_in(line, locale),
    }
    return on_one_line(said % values)


def announced_in(line: NoticeLine, order: Sequence[str]) -> AnnouncedText:
    """The text of the announcement that it speaks of, for who reads these languages."""
    return text_for(line.texts or {}, order, line.first_language or "")


def when_in(line: NoticeLine, locale: Locale) -> str:
    """When the meeting is that it speaks of."""
    if line.starts_at is None or line.ends_at is None or line.time_zone is None:
        return ""
    return when_in_words(line.starts_at, line.ends_at, locale, ZoneInfo(line.time_zone))


def said_in(line: NoticeLine, locale: Locale) -> str:
    """What was said with a press, in the order of the buttons."""
    kinds = (line.said or "").split()
    return ", ".join(words.translated(locale.gettext) for kind, words in SAID.items() if kind in kinds)


def _words(line: NoticeLine) -> Message:
    kind = Kind(line.kind)
    if line.session_id is not None:
        return session_words(line, SENTENCES[kind], SESSION_CHANGED, SESSION_CANCELLED)
    return (
        SENTENCES[kind]
        if line.post_id is not None or line.announcement_id is not None
        else ELSEWHERE[kind][1]
    )


def session_words(line: NoticeLine, first: Message, changed: Message, cancelled: Message) -> Message:
    """What fits how it is with a meeting now."""
    if line.cancelled_at is not None:
        return cancelled
    return changed if line.kind == Kind.SESSION and line.sequence else first


def on_one_line(said: str) -> str:
    """Names and titles with line ends of their own would write a letter of theirs into ours."""
    return " ".join(said.split())


def place(line: NoticeLine) -> str:
    """Where one sees it."""
    if line.session_public_id is not None:
        return f"/cohorts/{line.group_public_id}/sessions/{line.session_public_id}"
    if line.announcement_public_id is not None:
        return f"/cohorts/{line.group_public_id}/announcements/{line.announcement_public_id}"
    if line.post_public_id is None:
        return ELSEWHERE[Kind(line.kind)][0]
    post = f"/journals/{line.owner_handle}/{line.post_public_id}"
    return f"{post}#answer-{line.answer}" if line.answer else post

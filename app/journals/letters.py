"""Letters about what happened. What is in them when they are sent is what their reader may see then."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import Session

from app.db import BigId
from app.journals.cards import EMPTY, thing_of, title_of
from app.journals.models import Post
from app.journals.notices import (
    ELSEWHERE,
    SEVERAL_REACTED,
    NoticeLine,
    announced_in,
    lines_of_mail,
    on_one_line,
    place,
    said_in,
    sentence,
    title_in,
)
from app.journals.queries import coaches_in, learns_in, visible_when
from app.journals.session_letters import for_calendars, session_subject, where
from app.journals.streams import VIEWER
from app.journals.takeout import OWN_LINK
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.notices.models import CONVERSING, POSTS, Frequency, Kind, NoticeMail
from app.notices.queries import choices_of
from app.notices.services import DIGEST
from app.notices.unsubscribing import Unwanted, unsubscribe_token
from app.people.models import Person
from app.statements import Statement
from app.things.catalogue import Catalogue
from app.web.i18n import Locale, Message, message

MOST_TOLD, MOST_POSTS = 40, 6
QUOTED = 70
"""Columns of a quotation in plain text, without its mark."""

ORDER = (
    *(Kind.SESSION, Kind.SOON, Kind.ANNOUNCEMENT, *CONVERSING),
    *(Kind.JOIN_REQUEST, Kind.LET_IN, Kind.NOT_LET_IN, Kind.POD, Kind.BUDDY, Kind.COACH),
    *(Kind.MENTOR_ASKED, Kind.MENTOR, Kind.SHARED),
    *(Kind.ANSWER, Kind.MESSAGE, Kind.ANOTHER_LOOK, Kind.REPLY, Kind.APPROVED, Kind.TALK, Kind.ACCEPTED),
    *(Kind.MENTION, Kind.QUESTION, Kind.HANDED_OVER, Kind.STOPPED),
    *(Kind.REACTION, Kind.BLOG, Kind.REPORT, Kind.MODERATION),
)
"""What a digest tells first."""
SUBJECTS = {
    Kind.MESSAGE: message("%(name)s wrote to you"),
    Kind.STOPPED: message("%(name)s stops here for now"),
    Kind.ANSWER: message("%(name)s answered you"),
    Kind.REPLY: message("%(name)s replied to you"),
    Kind.MENTION: message("%(name)s mentioned you"),
    Kind.REACTION: message("%(name)s reacted to what you wrote"),
    Kind.QUESTION: message("%(name)s has a question"),
    Kind.ACCEPTED: message("%(name)s accepted your answer"),
    Kind.ANOTHER_LOOK: message("%(name)s asks you to look at something once more"),
    Kind.APPROVED: message("%(name)s approved what you wrote"),
    Kind.TALK: message("%(name)s says that you talked about a Thing"),
    Kind.HANDED_OVER: message("%(name)s hands something over to you"),
    Kind.REPORT: message("You are asked to look at something"),
    Kind.MODERATION: message("There is a decision about what you wrote or reported"),
    Kind.BLOG: message("News from your own blog"),
    Kind.SESSION: message("%(group)s meets: %(title)s"),
    Kind.SOON: message("Soon: %(title)s"),
    Kind.JOIN_REQUEST: message("%(name)s asks to join a group of yours"),
    Kind.LET_IN: message("%(name)s let you into the group"),
    Kind.NOT_LET_IN: message("About the group that you asked to join"),
    Kind.POD: message("You are in a small group"),
    Kind.BUDDY: message("You have a buddy"),
    Kind.COACH: message("%(name)s coaches your group now"),
    Kind.MENTOR_ASKED: message("%(name)s asks you to be their mentor"),
    Kind.MENTOR: message("%(name)s is your mentor now"),
    Kind.SHARED: message("%(name)s shares a post with you"),
    Kind.ANNOUNCEMENT: message("%(group)s: %(title)s"),
    **{kind: ELSEWHERE[kind][1] for kind in CONVERSING},
}
DIGESTED = message("What is new for you")
WITH_TEXT = (Kind.ANSWER, Kind.ANOTHER_LOOK, Kind.REPLY, Kind.MENTION, Kind.QUESTION, Kind.ACCEPTED)

_PICTURE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
_ALT = re.compile(r'\balt="([^"]*)"')

_viewer = bindparam("viewer", type_=BigId)
_NEWEST_POSTS = Statement(
    select(
        Post.id,
        Post.public_id,
        Post.title,
        Post.programme_slug,
        Post.thing_slug,
        Post.language,
        Post.excerpt,
        Person.name,
        Person.handle,
    )
    .join(Person, Person.id == Post.author_id)
    .where(
        Post.cohort_id.in_(union(learns_in(_viewer), coaches_in(_viewer))),
        Post.author_id != _viewer,
        Post.published_at >= bindparam("since", type_=Post.published_at.type),
        Post.published_at < bindparam("until", type_=Post.published_at.type),
        visible_when(*VIEWER),
    )
    .order_by(Post.published_at.desc(), Post.id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class Desk:
    """What the writers of these letters have at hand."""

    secret: str
    base_url: str
    catalogue: Callable[[], Catalogue]
    sender: str

    def unsubscribe(self, person: Person, what: str) -> str:
        token = unsubscribe_token(self.secret, Unwanted(person.public_id, what))
        return f"{self.base_url}/unsubscribe?token={token}"


@dataclass(frozen=True)
class Told:
    """One thing in a letter: what happened, where one sees it, and the text that was written, in its
    language."""

    sentence: str
    url: str
    text: str = ""
    html: Markup = EMPTY
    lang: str = ""


def notice_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """About one thing, at once."""
    found = _reader(db, mail)
    lines = lines_of_mail(db, found[1].id, 1) if found else ()
    if found is None or not lines:
        return None
    person, line = found[0], lines[0]
    unsubscribe = desk.unsubscribe(person, line.kind)

    def values(locale: Locale) -> Mapping[str, Any]:
        return {"told": _told([line], desk, locale)[0], "unsubscribe": unsubscribe}

    return Written(
        _address(person),
        _subject(line, person.language or mail.language),
        "emails/notice.html",
        values,
        unsubscribe,
        for_calendars(db, line, desk.base_url, sender=desk.sender, at=mail.created_at),
    )


def _subject(line: NoticeLine, language: str) -> Message:
    kind = Kind(line.kind)
    if line.announcement_id is not None:
        title = announced_in(line, [language]).title
        return message(SUBJECTS[kind].text, title=title, group=line.group_name)
    if line.session_id is not None:
        return session_subject(line, SUBJECTS[kind])
    words = SUBJECTS[kind] if line.post_id is not None else ELSEWHERE[kind][1]
    return message(words.text, name=line.actor_name or "")


def digest_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """What happened since the last one."""
    found = _reader(db, mail)
    if found is None:
        return None
    person, begun = found
    lines = lines_of_mail(db, begun.id, MOST_TOLD + 1)
    posts = _newest_posts(db, person, begun, {line.post_id for line in lines})
    if not lines and not posts:
        return None
    unsubscribe = desk.unsubscribe(person, DIGEST)

    def values(locale: Locale) -> Mapping[str, Any]:
        return {
            "told": _told(lines[:MOST_TOLD], desk, locale),
            "more": len(lines) > MOST_TOLD,
            "posts": [_post(row, desk, locale) for row in posts],
            "unsubscribe": unsubscribe,
        }

    return Written(_address(person), DIGESTED, "emails/digest.html", values, unsubscribe)


def _reader(db: Session, mail: Mail) -> tuple[Person, NoticeMail] | None:
    """None for who has no address that was shown to be theirs: what others wrote goes nowhere else."""
    person, begun = db.get(Person, mail.person_id), db.get(NoticeMail, mail.details["notice_mail_id"])
    if person is None or begun is None or person.confirmed_address is None:
        return None
    return person, begun


def _address(person: Person) -> Reader:
    return Reader(person.name, person.email or "", person.language)


def _newest_posts(db: Session, person: Person, begun: NoticeMail, told: set[int | None]) -> Sequence[Any]:
    """Those that nothing else in the letter speaks of."""
    if begun.posts_until is None or choices_of(db, person.id)[POSTS] == Frequency.NEVER:
        return ()
    parameters = {
        "viewer": person.id,
        "viewer_organization": person.organization_id,
        "since": begun.posts_from,
        "until": begun.posts_until,
        "limit": MOST_POSTS + len(told),
    }
    rows = _NEWEST_POSTS.rows(db, parameters)
    return [row for row in rows if row.id not in told][:MOST_POSTS]


def _post(row: Any, desk: Desk, locale: Locale) -> Told:
    title = title_of(row, thing_of(row, desk.catalogue()), locale)
    return Told(
        on_one_line(locale.gettext("%(name)s: “%(title)s”") % {"name": row.name, "title": title}),
        f"{desk.base_url}/journals/{row.handle}/{row.public_id}",
        quoted(row.excerpt),
        escape(row.excerpt),
        locale.lang(row.language),
    )


def _told(lines: Sequence[NoticeLine], desk: Desk, locale: Locale) -> list[Told]:
    """In the order of what matters; reactions to the same thing are one."""
    ordered = sorted(lines, key=_place)
    told = []
    for (kind, *_), group in groupby(ordered, _place):
        if ORDER[kind] is Kind.REACTION:
            told.append(_reactions(list(group), desk, locale))
        else:
            told += [_one(line, desk, locale) for line in group]
    return told


def _place(line: NoticeLine) -> tuple[int, int, str, str]:
    return ORDER.index(Kind(line.kind)), line.post_id or 0, line.answer or "", line.said or ""


def _one(line: NoticeLine, desk: Desk, locale: Locale) -> Told:
    said = sentence(line, title_in(line, desk.catalogue(), locale), locale)
    url = desk.base_url + place(line)
    if line.session_id is not None:
        return Told(said, url, *where(line))
    if line.announcement_id is not None:
        text = announced_in(line, locale.reading_order())
        html = for_mail(text.html, desk.base_url)
        return Told(said, url, quoted(text.body), html, locale.lang(text.language))
    if Kind(line.kind) not in WITH_TEXT:
        return Told(said, url)
    if line.html is None:
        return Told(said, url, quoted(line.excerpt), escape(line.excerpt), locale.lang(line.language))
    html = for_mail(line.html, desk.base_url)
    return Told(said, url, quoted(line.body or ""), html, locale.lang(line.language))


def _reactions(lines: Sequence[NoticeLine], desk: Desk, locale: Locale) -> Told:
    names = list(dict.fromkeys(line.actor_name or locale.gettext("Somebody") for line in lines))
    if len(names) == 1:
        return _one(lines[0], desk, locale)
    title = title_in(lines[0], desk.catalogue(), locale)
    said = locale.gettext(SEVERAL_REACTED.text)
    who, words = locale.enumeration(names), said_in(lines[0], locale)
    said = on_one_line(said % {"name": who, "title": title, "said": words})
    return Told(said, desk.base_url + place(lines[0]))


def quoted(text: str) -> str:
    """As mail quotes (RFC 3676, 4.5), in lines that are short enough already."""
    lines = [
        part
        for line in text.strip().splitlines()
        for part in textwrap.wrap(line, QUOTED, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def for_mail(html: str, base_url: str) -> Markup:
    """What somebody wrote, with addresses of this site in full. Of a picture there is what it shows: loading
    it would tell that the mail was read."""
    without = _PICTURE.sub(lambda found: _in_words(found[0]), html)
    return Markup(OWN_LINK.sub(base_url, without))  # noqa: S704  cleaned when it was stored


def _in_words(picture: str) -> str:
    alt = _ALT.search(picture)
    words = unescape(alt[1]).strip() if alt else ""
    return str(escape(f"[{words}]")) if words else ""

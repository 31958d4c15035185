"""Who gets mail about what happened, and when: of one thing at once, or a digest in the morning.

A digest is one for each person and day of the site. Of the mails that count, which are all but answers to
this person and what changes about a meeting, nobody gets more than two in any seven days. What that holds
back is due again each morning, until a digest may take it along; what is mailed, and what was read before, is
not mailed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.clock import now
from app.cohorts.models import CohortCoach, Enrolment
from app.db import BigId
from app.jobs.models import Priority
from app.jobs.services import Task
from app.journals.models import Post
from app.journals.notices import READER, SEEN, with_subjects
from app.journals.queries import eyes_of, visible_when
from app.mail.services import Letter
from app.notices.models import DIRECT, POSTS, Frequency, Kind, Notice, NoticeMail
from app.notices.queries import frequency_of, is_prompt
from app.notices.services import begin_mail
from app.people.models import Person
from app.people.queries import confirmed
from app.statements import Statement

AT_ONCE_LETTER = Letter("notice")
DIGEST_LETTER = Letter("digest", Priority.BULK)
MAIL_DIGESTS = Task("mail-digests", Priority.BULK)
EACH_MORNING = "0 7 * * *"
MORNING, WEEKDAY = time(7), 0
"""When the weekly ones are due: on Monday, with that day's others."""
BATCH = 50
"""People in one transaction."""
WEEK, EARLIER = timedelta(days=7), timedelta(hours=1)
"""A digest may come a little earlier than the one a week before: clocks change, and work takes its time."""
TOLD_WITHIN = timedelta(days=21)
"""Nobody wants mail about what is older: they were away, or gave no address that is theirs."""
AT_ONCE_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Morning:
    """What is due at the digests of a `day`: what happened before `moment` of what comes daily, before `week`
    of what comes weekly."""

    day: date
    moment: datetime
    week: datetime

    def parameters(self) -> dict[str, datetime]:
        return {
            "daily": self.moment,
            "weekly": self.week,
            "daily_from": self.moment - WEEK,
            "weekly_from": self.week - WEEK,
            "oldest": self.moment - TOLD_WITHIN,
        }

    def posts(self, frequency: str, told: datetime | None) -> tuple[datetime, datetime] | None:
        """From when until when posts are told: those of a week at most, and none twice."""
        until = {Frequency.DAILY: self.moment, Frequency.WEEKLY: self.week}.get(Frequency(frequency))
        if until is None:
            return None
        return max(until - WEEK, told or until - WEEK), until


def morning_of(day: date, moment: datetime, zone: ZoneInfo) -> Morning:
    monday = day - timedelta(days=(day.weekday() - WEEKDAY) % 7)
    return Morning(day, moment, datetime.combine(monday, MORNING, zone))


def _moment(name: str) -> Any:
    return bindparam(name, type_=Notice.at.type)


_OFTEN = frequency_of(Notice.person_id, Notice.kind)
_WAITS = and_(Notice.read_at.is_(None), Notice.mail_id.is_(None))
_DUE = and_(
    _WAITS,
    Notice.at >= _moment("oldest"),
    not_(and_(is_prompt(Notice.kind), Frequency.AT_ONCE.value == _OFTEN)),
    Notice.at
    < case(
        (Frequency.WEEKLY.value == _OFTEN, _moment("weekly")),
        (Frequency.NEVER.value != _OFTEN, _moment("daily")),
    ),
    SEEN,
)
"""Waits for a digest. What is wanted at once waits where there was too much mail already; what is prompt has
a letter of its own."""

_POSTS_OFTEN = frequency_of(Person.id, bindparam("posts", POSTS, unique=True))
_POSTS_TOLD = (
    select(func.max(NoticeMail.posts_until))
    .where(NoticeMail.person_id == Person.id)
    .correlate(Person)
    .scalar_subquery()
)


def _new_posts(membership: type[Enrolment] | type[CohortCoach]) -> ColumnElement[bool]:
    """Whether others published something in the groups of a `Person`, group by group: each is one range of an
    index."""
    group = aliased(membership)
    weekly = Frequency.WEEKLY.value == _POSTS_OFTEN
    seen = visible_when(*eyes_of(Person.id, Person.organization_id, correlated=Person))
    return exists(
        select(Post.id)
        .join(group, group.cohort_id == Post.cohort_id)
        .where(
            group.person_id == Person.id,
            group.ended_at.is_(None),
            Post.author_id != Person.id,
            Post.published_at < case((weekly, _moment("weekly")), else_=_moment("daily")),
            Post.published_at >= case((weekly, _moment("weekly_from")), else_=_moment("daily_from")),
            or_(_POSTS_TOLD.is_(None), Post.published_at >= _POSTS_TOLD),
            seen,
        )
        .correlate(Person)
    )


_WANT = Statement(
    select(
        Person.id,
        Person.public_id,
        func.coalesce(Person.language, Person.last_language).label("language"),
        _POSTS_OFTEN.label("posts_often"),
        _POSTS_TOLD.label("posts_told"),
    )
    .where(
        Person.id > bindparam("after", type_=BigId),
        confirmed(Person),
        or_(
            exists(
                with_subjects(select(Notice.id)).where(Notice.person_id == Person.id, _DUE).correlate(Person)
            ),
            and_(
                _POSTS_OFTEN.in_([Frequency.DAILY.value, Frequency.WEEKLY.value]),
                or_(_new_posts(Enrolment), _new_posts(CohortCoach)),
            ),
        ),
    )
    .order_by(Person.id)
    .limit(bindparam("limit"))
)
_OWN = Notice.person_id == bindparam("person", type_=BigId)
_DUE_OF = Statement(with_subjects(select(Notice.id)).where(_OWN, _DUE))


def mail_digests(db: Session, *, zone: ZoneInfo, day: str = "", moment: str = "", after: int = 0) -> None:
    """Write the digests of a morning, some people at a time; the next ones are a job of their own, so that no
    transaction takes long. Without a `day` it begins with today."""
    at = datetime.fromisoformat(moment) if moment else now()
    this = morning_of(date.fromisoformat(day) if day else at.astimezone(zone).date(), at, zone)
    found = _WANT.rows(db, {**this.parameters(), "after": after, "limit": BATCH})
    _hold(db, [person.id for person in found])
    for person in found:
        _write_digest(db, person, this)
    if len(found) == BATCH:
        last = found[-1].id
        key = f"digests:{this.day}:{last}"
        MAIL_DIGESTS.later(db, key=key, day=str(this.day), moment=at.isoformat(), after=last)


def _hold(db: Session, people: list[int]) -> None:
    """Keep others from counting these people's mails at the same time. Whatever refers to them goes on."""
    held = select(Person.id).where(Person.id.in_(people)).order_by(Person.id)
    db.execute(held.with_for_update(key_share=True))


def _write_digest(db: Session, person: Any, this: Morning) -> None:
    name = f"digest {this.day}"
    posts = this.posts(person.posts_often, person.posts_told)
    mail_id = begin_mail(db, person.id, name, since=now() - WEEK + EARLIER, posts=posts)
    if mail_id is None:
        return
    due = _DUE_OF.rows(db, {**this.parameters(), "person": person.id})
    db.execute(update(Notice).where(Notice.id.in_([row.id for row in due])).values(mail_id=mail_id))
    once = f"{person.public_id} {name}"
    DIGEST_LETTER.post(db, person.id, person.language, once=once, notice_mail_id=mail_id)


_WANTED_AT_ONCE: Select[*tuple[Any, ...]] = with_subjects(
    select(
        Notice.kind,
        READER.public_id,
        func.coalesce(READER.language, READER.last_language).label("language"),
    )
).where(
    Notice.id == bindparam("notice", type_=BigId),
    _WAITS,
    Notice.at >= _moment("oldest"),
    Frequency.AT_ONCE.value == _OFTEN,
    confirmed(READER),
    SEEN,
)
_AT_ONCE = Statement(_WANTED_AT_ONCE)


def mail_notice(db: Session, *, notice_id: int) -> None:
    """A letter about one thing, where its reader still wants it; it waits for a digest where they have had
    as many as they should."""
    notice = db.get(Notice, notice_id)
    if notice is None:
        return
    _hold(db, [notice.person_id])
    found = _AT_ONCE.rows(db, {"notice": notice_id, "oldest": now() - AT_ONCE_WITHIN})
    if not found:
        return
    wanted = found[0]
    since = None if Kind(wanted.kind) in DIRECT else now() - WEEK
    mail_id = begin_mail(db, notice.person_id, f"notice {notice_id}", since=since)
    if mail_id is not None:
        notice.mail_id = mail_id
        once = f"{wanted.public_id} notice {notice_id}"
        AT_ONCE_LETTER.post(db, notice.person_id, wanted.language, once=once, notice_mail_id=mail_id)

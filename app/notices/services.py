"""Telling people, and what they have read and want to hear of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.db import BigId, new_public_id
from app.jobs.services import Task
from app.notices.models import AT_ONCE, MONDAY, Frequency, Kind, Notice, NoticeChoice, NoticeMail
from app.notices.queries import choices_of, default_of
from app.statements import Statement, upsert

MOST_MAILS = 2
"""Of those that count, in any seven days."""
DIGEST = "digest"
"""What the digest is called among the kinds of mail."""
READ_KEPT, UNREAD_KEPT, MAIL_KEPT = timedelta(days=180), timedelta(days=365), timedelta(days=60)

MAIL_NOTICE = Task("mail-notice")
"""For who wants to hear of it at once."""

_COLUMNS = (
    *("public_id", "person_id", "kind", "actor_id", "post_id", "comment_id", "session_id"),
    *("announcement_id", "once", "at"),
)
_TELL = Statement(
    lambda insert: (
        insert(Notice).on_conflict_do_nothing(index_elements=["person_id", "once"]).returning(Notice.id)
    ),
    columns=_COLUMNS,
)
_CHOSEN = Statement(
    select(NoticeChoice.frequency).where(
        NoticeChoice.person_id == bindparam("person", type_=BigId), NoticeChoice.kind == bindparam("kind")
    )
)


def tell(
    db: Session,
    person_id: int,
    kind: Kind,
    *,
    once: str,
    actor_id: int | None = None,
    post_id: int | None = None,
    comment_id: int | None = None,
    session_id: int | None = None,
    announcement_id: int | None = None,
    by_mail: bool = True,
) -> int | None:
    """Tell a person of something, in the caller's transaction, by mail too where they want that at once,
    unless the caller has a letter of its own; nobody hears of what they did themselves. The notice's id; None
    where there is nothing new to tell: `once` names what happened, and is told a single time."""
    if person_id == actor_id:
        return None
    notice = {
        "public_id": new_public_id(),
        "person_id": person_id,
        "kind": kind.value,
        "actor_id": actor_id,
        "post_id": post_id,
        "comment_id": comment_id,
        "session_id": session_id,
        "announcement_id": announcement_id,
        "once": once,
        "at": now(),
    }
    told = _TELL.rows(db, notice)
    if not told:
        return None
    notice_id: int = told[0].id
    if not by_mail:
        return notice_id
    chosen = _CHOSEN.rows(db, {"person": person_id, "kind": kind.value})
    if (chosen[0].frequency if chosen else default_of(kind)) == Frequency.AT_ONCE:
        MAIL_NOTICE.later(db, notice_id=notice_id)
    return notice_id


def mark_mailed(db: Session, notice_id: int, mail_id: int) -> None:
    """No other mail tells of it."""
    db.execute(update(Notice).where(Notice.id == notice_id).values(mail_id=mail_id))


def outdate(db: Session, session_id: int, people: Sequence[int], *, but: str) -> None:
    """What these people were told of a meeting before is read: only the newest, which is `but`, holds."""
    db.execute(
        update(Notice)
        .where(Notice.person_id.in_(people), Notice.read_at.is_(None))
        .where(Notice.session_id == session_id, Notice.once != but)
        .values(read_at=now())
    )


def mark_announcement_read(db: Session, announcement_id: int, person_id: int | None = None) -> None:
    """Nothing is new about it any more for this person, or for anybody."""
    told = update(Notice).where(Notice.announcement_id == announcement_id, Notice.read_at.is_(None))
    if person_id is not None:
        told = told.where(Notice.person_id == person_id)
    db.execute(told.values(read_at=now()))


def mark_read(db: Session, notice: Notice) -> None:
    if notice.read_at is None:
        notice.read_at = now()
        db.flush()


def mark_all_read(db: Session, person_id: int, until: tuple[datetime, int] | None) -> None:
    """Also what may no longer be seen. What came after `until` (at, id) nobody has seen yet."""
    unread = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    if until is not None:
        at, last = until
        unread = unread.where(or_(Notice.at < at, (Notice.at == at) & (Notice.id <= last)))
    db.execute(unread.values(read_at=now()))


def choose(db: Session, person_id: int, wanted: Mapping[str, Frequency]) -> None:
    """Mail of these kinds this often from now on."""
    if not wanted:
        return
    rows = [
        {"person_id": person_id, "kind": kind, "frequency": frequency.value}
        for kind, frequency in wanted.items()
    ]
    chosen = upsert(db, NoticeChoice).values(rows)
    db.execute(
        chosen.on_conflict_do_update(
            index_elements=["person_id", "kind"], set_={"frequency": chosen.excluded.frequency}
        )
    )


def unsubscribe(db: Session, person_id: int, what: str) -> None:
    """No more mail of the kind `what`; for "digest", of all that comes in digests: that is everything but
    what is mailed at once unless somebody wishes otherwise."""
    kinds = [what]
    if what == DIGEST:
        kinds = [
            kind
            for kind, frequency in choices_of(db, person_id).items()
            if kind != MONDAY and (frequency != Frequency.AT_ONCE or kind not in AT_ONCE)
        ]
    choose(db, person_id, dict.fromkeys(kinds, Frequency.NEVER))


def begin_mail(
    db: Session,
    person_id: int,
    once: str,
    *,
    since: datetime | None,
    posts: tuple[datetime, datetime] | None = None,
) -> int | None:
    """The id of a mail that may be written; None where there is one with this `once`, or where the person had
    as many as they should `since` then; without that it does not count. The caller holds the person's row:
    two processes must not count at once."""
    if since is not None:
        recent = select(func.count()).where(
            NoticeMail.person_id == person_id, NoticeMail.counts, NoticeMail.at > since
        )
        if (db.scalar(recent) or 0) >= MOST_MAILS:
            return None
    posts_from, posts_until = posts or (None, None)
    made = upsert(db, NoticeMail).values(
        person_id=person_id,
        once=once,
        at=now(),
        counts=since is not None,
        posts_from=posts_from,
        posts_until=posts_until,
    )
    made = made.on_conflict_do_nothing(index_elements=["person_id", "once"]).returning(NoticeMail.id)
    mail_id: int | None = db.scalar(made)
    return mail_id


def forget_notices(db: Session) -> None:
    """What was read half a year ago, and whatever is a year old."""
    at = now()
    db.execute(delete(Notice).where(Notice.read_at <= at - READ_KEPT))
    db.execute(delete(Notice).where(Notice.at <= at - UNREAD_KEPT))
    db.execute(delete(NoticeMail).where(NoticeMail.at <= at - MAIL_KEPT))

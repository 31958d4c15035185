"""Reporting, hiding, appealing, deciding. Each step is told to whom it concerns, and stands in the log
without a word of what people wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.queries import coaches_of
from app.db import new_public_id
from app.errors import Refused
from app.events.log import record
from app.events.models import MODERATION
from app.journals.models import Comment, Post
from app.journals.reviews import keep_reviews
from app.moderation.models import Hiding, Outcome, Reason, Report
from app.moderation.texts import Text, coaches_for, organizers_of
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.statements import insert_once
from app.web.i18n import message

COPIES_KEPT = timedelta(days=30)
DECIDED = message("Somebody decided about this meanwhile.")


def report(
    db: Session, viewer: Viewer, text: Text, *, reason: Reason, words: str, for_organizers: bool
) -> Report:
    """Ask those who handle it to look at a text; asking again changes nothing. Organizers get a copy. Raises
    Refused where others handle it than the reporter was told."""
    coaches = coaches_for(db, text)
    if for_organizers is bool(coaches):
        raise Refused(
            message("Meanwhile it goes to other people. Look who they are, and send it again."), "to"
        )
    made, is_new = insert_once(
        db,
        Report,
        ("reporter_id", "about"),
        {
            "public_id": new_public_id(),
            "reporter_id": viewer.person_id,
            "post_id": text.post.id,
            "comment_id": text.comment.id if text.comment else None,
            "about": text.about,
            "for_organizers": for_organizers,
            "reason": reason.value,
            "words": words,
            "copy_title": text.title if for_organizers else "",
            "copy": text.row.body if for_organizers else "",
            "at": now(),
        },
    )
    if is_new:
        to = "organizers" if for_organizers else "coaches"
        _log(db, viewer, "reported", made, text, to=to)
        for coach in coaches:
            _tell(db, viewer, coach.id, Kind.REPORT, f"report:{made.public_id}", text)
        if for_organizers:
            _tell_organizers(db, viewer, f"report:{made.public_id}", text)
    return made


def close_report(db: Session, viewer: Viewer, found: Report, text: Text, *, by_organizer: bool) -> None:
    """Nothing is wrong with the text; other reports to the same people about it are closed with it."""
    if _close(db, viewer, text, Outcome.FINE, for_organizers=by_organizer):
        _log(db, viewer, "closed", found, text, by=_hat(by_organizer))


def hide(db: Session, viewer: Viewer, text: Text, reason: str, *, by_organizer: bool) -> None:
    """Take a text from its readers, and close the reports about it. One that is hidden already stays so, for
    the reason that was given."""
    table: type[Post] | type[Comment] = Comment if text.comment else Post
    hidden = update(table).where(table.id == text.row.id, table.hidden_at.is_(None)).values(hidden_at=now())
    is_new = _changed(db, hidden)
    keep_reviews(db, Post.id == text.post.id)
    _close(db, viewer, text, Outcome.HIDDEN)
    if not is_new:
        return
    made = Hiding(
        public_id=new_public_id(),
        post_id=text.post.id,
        comment_id=text.comment.id if text.comment else None,
        by_id=viewer.person_id,
        by_organizer=by_organizer,
        reason=reason,
    )
    db.add(made)
    db.flush()
    _log(db, viewer, "hid", made, text, by=_hat(by_organizer))
    _tell(db, viewer, text.writer.id, Kind.MODERATION, f"hidden:{made.public_id}", text)


def lift(db: Session, viewer: Viewer, hiding: Hiding, *, by_organizer: bool) -> None:
    """Show a text again, as far as its writer shows it."""
    text = Text(hiding.post, hiding.comment)
    if _end(db, hiding, text):
        _log(db, viewer, "showed", hiding, text, by=_hat(by_organizer))
        _tell(db, viewer, text.writer.id, Kind.MODERATION, f"shown:{hiding.public_id}", text)


def appeal(db: Session, viewer: Viewer, hiding: Hiding, words: str) -> None:
    """The writer asks the organizers to decide, and hands them a copy of the text; once."""
    text = Text(hiding.post, hiding.comment)
    asked = (
        update(Hiding)
        .where(Hiding.id == hiding.id, Hiding.appealed_at.is_(None), Hiding.lifted_at.is_(None))
        .values(appeal=words, appealed_at=now(), copy_title=text.title, copy=text.row.body)
    )
    if not _changed(db, asked):
        return
    _log(db, viewer, "appealed", hiding, text)
    _tell_organizers(db, viewer, f"appeal:{hiding.public_id}", text)


def decide(db: Session, viewer: Viewer, hiding: Hiding, *, shown: bool, answer: str) -> None:
    """An organizer's last word about an appeal. Raises Refused where another came first."""
    text = Text(hiding.post, hiding.comment)
    decided = (
        update(Hiding)
        .where(Hiding.id == hiding.id, Hiding.decided_at.is_(None), Hiding.lifted_at.is_(None))
        .values(decided_at=now(), answer=answer)
    )
    if not _changed(db, decided):
        raise Refused(DECIDED)
    if shown:
        _end(db, hiding, text)
    _log(db, viewer, "decided", hiding, text, outcome="shown" if shown else "kept")
    coaches = coaches_of(db, text.cohort.id) if text.cohort else []
    for person_id in (text.writer.id, *(coach.id for coach in coaches)):
        _tell(db, viewer, person_id, Kind.MODERATION, f"decided:{hiding.public_id}", text)


def forget_copies(db: Session) -> None:
    """What was handed over so that somebody could decide, some time after they did."""
    until = now() - COPIES_KEPT
    nothing = {"copy": "", "copy_title": ""}
    db.execute(update(Report).where(Report.closed_at <= until).values(nothing))
    ended = func.coalesce(Hiding.decided_at, Hiding.lifted_at) <= until
    db.execute(update(Hiding).where(ended).values(nothing))


def _end(db: Session, hiding: Hiding, text: Text) -> bool:
    lifted = update(Hiding).where(Hiding.id == hiding.id, Hiding.lifted_at.is_(None)).values(lifted_at=now())
    if not _changed(db, lifted):
        return False
    table: type[Post] | type[Comment] = Comment if text.comment else Post
    db.execute(update(table).where(table.id == text.row.id).values(hidden_at=None))
    keep_reviews(db, Post.id == text.post.id)
    return True


def _close(
    db: Session, viewer: Viewer, text: Text, outcome: Outcome, *, for_organizers: bool | None = None
) -> bool:
    """Close what is open about a text, with whoever it is where that is not said, and thank who asked."""
    waiting = [Report.about == text.about, Report.closed_at.is_(None)]
    if for_organizers is not None:
        waiting.append(Report.for_organizers.is_(for_organizers))
    closed = (
        update(Report)
        .where(*waiting)
        .values(closed_at=now(), outcome=outcome.value)
        .returning(Report.public_id, Report.reporter_id)
    )
    told = db.execute(closed.execution_options(synchronize_session=False)).all()
    for public_id, reporter_id in told:
        _tell(db, viewer, reporter_id, Kind.MODERATION, f"looked-at:{public_id}")
    return bool(told)


def _changed(db: Session, statement: Any) -> bool:
    """Whether this call was the one that did it."""
    table = statement.table
    changed = statement.returning(table.c.id).execution_options(synchronize_session=False)
    return bool(db.execute(changed).all())


def _hat(by_organizer: bool) -> str:
    return "organizer" if by_organizer else "coach"


def _log(db: Session, viewer: Viewer, verb: str, case: Report | Hiding, text: Text, **data: Any) -> None:
    group = text.cohort.public_id if text.cohort else None
    data |= {"about": text.kind, "text": text.row.public_id, "group": group}
    record(db, viewer.person_id, verb, MODERATION, case.public_id, **data)


def _tell_organizers(db: Session, viewer: Viewer, once: str, text: Text) -> None:
    for person_id in organizers_of(db, viewer.organization_id):
        if person_id != text.writer.id:
            _tell(db, viewer, person_id, Kind.REPORT, once)


def _tell(
    db: Session, viewer: Viewer, person_id: int, kind: Kind, once: str, text: Text | None = None
) -> None:
    """Without the text where its reader may not see that: organizers, and who reported what is hidden."""
    tell(
        db,
        person_id,
        kind,
        once=once,
        actor_id=viewer.person_id,
        post_id=text.post.id if text else None,
        comment_id=text.comment.id if text and text.comment else None,
    )

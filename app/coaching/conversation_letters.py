"""Conversations as entries of calendars, and the letters that bring such an entry, or take it back.

Both sides get one whenever a time is agreed on and whenever an agreed time falls, whoever did it: what one
did oneself is to be in one's calendar, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.coaching.conversation_queries import ConversationLine, conversation_line
from app.coaching.models import Conversation, Step
from app.cohorts.queries import coaches_of
from app.journals.letters import Desk, Told
from app.journals.notices import on_one_line
from app.mail.models import Mail
from app.mail.postman import Attachment, Reader, Written
from app.mail.services import Letter
from app.notices.models import Frequency, Kind
from app.notices.queries import choices_of
from app.people.models import Person
from app.sessions.entries import as_attachment
from app.sessions.ical import Entry
from app.sessions.times import when_in_words
from app.web.i18n import Locale, message

CONVERSATION_LETTER = Letter("conversation")
AGREED = message("It is agreed: conversation with %(name)s")
CALLED_OFF = message("Called off: conversation with %(name)s")
NOT_THEN = message("Not at the agreed time: conversation with %(name)s")
NEXT = {
    (Step.PROPOSED, True): message("Other times are proposed: choose one of them."),
    (Step.OTHERS, False): message("Propose other times."),
}
"""What the learner (True) or the coach does now."""


def mail_dates(db: Session, found: Conversation, kinds: Mapping[int, Kind]) -> None:
    """To these people, each by the wish for that kind of mail. Who does not want it at once reads of it where
    they wish to."""
    is_on = found.state == Step.AGREED
    for person in db.scalars(select(Person).where(Person.id.in_(kinds)).order_by(Person.id)):
        kind = kinds[person.id]
        if person.confirmed_address and choices_of(db, person.id)[kind] == Frequency.AT_ONCE:
            CONVERSATION_LETTER.post(
                db,
                person.id,
                person.language or person.last_language,
                once=f"{person.public_id} talk {found.public_id} {found.sequence}",
                conversation_id=found.id,
                sequence=found.sequence,
                is_on=is_on,
                kind=kind.value,
            )


def conversation_letter(db: Session, mail: Mail, *, desk: Desk) -> Written | None:
    """None where a newer one tells how it is. That a time is agreed goes to who may see it still; that it is
    not, to everybody who had it."""
    person, found = db.get(Person, mail.person_id), db.get(Conversation, mail.details["conversation_id"])
    line = conversation_line(db, found.id) if found else None
    if person is None or found is None or line is None or person.confirmed_address is None:
        return None
    if _is_overtaken(line, mail):
        return None
    coaches = {coach.id for coach in coaches_of(db, found.cohort_id)} if line.goes_on else set()
    if mail.details["is_on"] and person.id not in {line.learner_id, *coaches}:
        return None
    unsubscribe = desk.unsubscribe(person, mail.details["kind"])

    def values(locale: Locale) -> Mapping[str, Any]:
        return {"told": _told(line, person.id, desk.base_url, locale), "unsubscribe": unsubscribe}

    subject = {Step.AGREED.value: AGREED, Step.CANCELLED.value: CALLED_OFF}.get(line.state, NOT_THEN)
    return Written(
        Reader(person.name, person.confirmed_address, person.language),
        message(subject.text, name=on_one_line(_other(line, person.id))),
        "emails/notice.html",
        values,
        unsubscribe,
        partial(_attached, line, person.id, desk, mail),
    )


def _is_overtaken(line: ConversationLine, mail: Mail) -> bool:
    is_on = not is_off(line)
    return is_on != mail.details["is_on"] or (is_on and line.sequence != mail.details["sequence"])


def is_off(line: ConversationLine) -> bool:
    """Whether it does not take place at the time that it has, or had."""
    return line.state != Step.AGREED or not line.goes_on


def _other(line: ConversationLine, person_id: int) -> str:
    return line.other(person_id) or line.cohort


def _told(line: ConversationLine, person_id: int, base_url: str, locale: Locale) -> Told:
    values = {"name": _other(line, person_id), "when": _when(line, locale)}
    if is_off(line):
        said = locale.gettext("You do not talk with %(name)s at the agreed time: %(when)s.")
        next_ = NEXT.get((Step(line.state), person_id == line.learner_id))
        more = [next_.translated(locale.gettext)] if next_ else []
    else:
        said = locale.gettext("You talk with %(name)s: %(when)s.")
        more = [part for part in (line.place, line.url) if part]
    html = Markup("<br>").join(escape(part) for part in more)
    return Told(on_one_line(said % values), f"{base_url}{line.address}", "\n".join(more), html)


def _when(line: ConversationLine, locale: Locale) -> str:
    if line.starts_at is None or line.ends_at is None:
        return ""
    return when_in_words(line.starts_at, line.ends_at, locale, ZoneInfo(line.time_zone))


def _attached(line: ConversationLine, person_id: int, desk: Desk, mail: Mail, locale: Locale) -> Attachment:
    entry = conversation_entry(line, person_id, desk.base_url, locale)
    if entry is None:
        raise ValueError("a conversation that was agreed on has its time")
    return as_attachment(entry, line.cohort, sender=desk.sender, at=mail.created_at)


def conversation_entry(line: ConversationLine, person_id: int, base_url: str, locale: Locale) -> Entry | None:
    """For the calendar of either; cancelled where it does not take place. None without a time."""
    if line.starts_at is None or line.ends_at is None:
        return None
    page = f"{base_url}{line.address}"
    return Entry(
        f"conversation {line.public_id}",
        locale.gettext("Conversation with %(name)s") % {"name": _other(line, person_id)},
        line.starts_at,
        line.ends_at,
        line.created_at,
        line.changed_at,
        line.sequence,
        is_off(line),
        line.place or line.url,
        "\n\n".join(part for part in (line.cohort, line.url, page) if part),
        page,
    )

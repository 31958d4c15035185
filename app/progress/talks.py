"""\"We talked about it\": for who does not write, a coach says so, and the learner confirms."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment
from app.db import new_public_id
from app.errors import Refused
from app.events.log import record
from app.notices.models import Kind
from app.notices.services import tell
from app.people.viewer import Viewer
from app.progress.models import Talk
from app.progress.queries import facts_of, slugs_of
from app.progress.rules import NOTHING
from app.progress.services import record_reflection
from app.statements import upsert
from app.things.catalogue import Programme, Thing
from app.web.i18n import message

REFLECTED = message("They wrote about this Thing already, or you talked about it.")


def mark_talk(db: Session, coach: Viewer, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """The learner is asked whether it is so; of a Thing about which they are asked already, nothing changes.
    Raises Refused where there is nothing to reflect on any more."""
    facts = facts_of(db, enrolment.id)
    if not thing.has_reflection or any(facts.get(slug, NOTHING).reflected for slug in slugs_of(thing)):
        raise Refused(REFLECTED, "thing")
    values = {"public_id": new_public_id(), "by_id": coach.person_id, "at": now(), "declined_at": None}
    marked = upsert(db, Talk).values(enrolment_id=enrolment.id, thing_slug=thing.slug, **values)
    made = db.execute(
        marked.on_conflict_do_update(
            index_elements=["enrolment_id", "thing_slug"],
            set_=values,
            where=Talk.declined_at.is_not(None) & Talk.confirmed_at.is_(None),
        ).returning(Talk.public_id)
    ).first()
    if made is None:
        return
    _log(db, coach.person_id, "said-talked", enrolment, programme, thing)
    once = f"talk {made.public_id}"
    tell(db, enrolment.person_id, Kind.TALK, once=once, actor_id=coach.person_id)


def confirm_talk(db: Session, talk: Talk, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """It counts as the reflection from now on; again changes nothing."""
    if talk.confirmed_at is not None:
        return
    talk.confirmed_at, talk.declined_at = now(), None
    db.flush()
    record_reflection(db, enrolment, programme, thing, how="talked")


def decline_talk(db: Session, talk: Talk, enrolment: Enrolment, programme: Programme, thing: Thing) -> None:
    """The learner says that it was not so; the coach may ask again. What was confirmed stays."""
    if talk.confirmed_at is not None or talk.declined_at is not None:
        return
    talk.declined_at = now()
    db.flush()
    _log(db, enrolment.person_id, "declined-talk", enrolment, programme, thing)


def _log(
    db: Session, actor_id: int, verb: str, enrolment: Enrolment, programme: Programme, thing: Thing
) -> None:
    where = f"{programme.slug}/{thing.slug}"
    record(db, actor_id, verb, "thing", where, enrolment_id=enrolment.id)

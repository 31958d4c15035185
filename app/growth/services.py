"""Saying something of a Thing, and of oneself. It is for the learner alone: no event tells of it, and no date
moves by which others see that somebody was here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.growth.ballots import Answer, offer
from app.growth.models import Ballot, Moment, SelfRating, ThingAnswer, Use
from app.progress.queries import slugs_of
from app.statements import insert_once
from app.things.catalogue import Thing


class Sense(NamedTuple):
    """About how many minutes a Thing took, and how useful it was."""

    minutes: int | None
    useful: int | None


class Sureness(NamedTuple):
    """Answers to the three questions."""

    dare: int | None = None
    help: int | None = None
    ask: int | None = None


def say_use(db: Session, enrolment_id: int, thing: Thing, use: Use) -> None:
    """Whether the learner will use it at work; another answer takes the place of the first."""
    _answer(db, enrolment_id, thing).use = use.value
    db.flush()


def add_line(db: Session, enrolment_id: int, thing: Thing, line: str, *, quotable: bool) -> None:
    """In the learner's own words; without any there is nothing to quote."""
    answer = _answer(db, enrolment_id, thing)
    answer.line, answer.quotable = line, quotable and bool(line)
    db.flush()


def take_back(db: Session, enrolment_id: int, thing: Thing) -> None:
    """The use, and that the line may be quoted; what was written stays for the writer."""
    answer = _answer(db, enrolment_id, thing)
    answer.use, answer.quotable = None, False
    db.flush()


def look_back(db: Session, enrolment_id: int, senses: Mapping[Thing, Sense]) -> None:
    """At Things that were done. Who says nothing of one is not asked about it again."""
    for thing, sense in senses.items():
        answer = _answer(db, enrolment_id, thing)
        if answer.asked_at is None or (answer.minutes, answer.useful) == (None, None):
            answer.asked_at = now()
        answer.minutes, answer.useful = sense
    db.flush()
    given = {
        (thing.slug, question): None if value is None else Answer(value)
        for thing, sense in senses.items()
        for question, value in sense._asdict().items()
    }
    if given:
        offer(db, enrolment_id, given)


def rather_not_look_back(db: Session, enrolment_id: int, things: Iterable[Thing]) -> None:
    """Not to be asked about them again."""
    for thing in things:
        answer = _answer(db, enrolment_id, thing)
        answer.asked_at = answer.asked_at or now()
    db.flush()


def rate_oneself(db: Session, enrolment_id: int, moment: Moment, sureness: Sureness) -> None:
    rating = _rating(db, enrolment_id, moment)
    if (rating.dare, rating.help, rating.ask) == (None, None, None):
        rating.at = now()
    rating.dare, rating.help, rating.ask = sureness
    db.flush()
    _compare(db, enrolment_id)


def rather_not_rate_oneself(db: Session, enrolment_id: int, moment: Moment) -> None:
    """Not to be asked again; what was answered stays."""
    _rating(db, enrolment_id, moment)


def _compare(db: Session, enrolment_id: int) -> None:
    """What changed since the start counts once both were said."""
    start = db.get(SelfRating, (enrolment_id, Moment.START.value))
    end = db.get(SelfRating, (enrolment_id, Moment.END.value))
    if start is None or end is None:
        return
    pairs = {name: (getattr(end, name), getattr(start, name)) for name in Sureness._fields}
    offer(
        db,
        enrolment_id,
        {("", name): None if None in pair else Answer(*pair) for name, pair in pairs.items()},
    )


def _rating(db: Session, enrolment_id: int, moment: Moment) -> SelfRating:
    """The learner's, locked."""
    values = {"enrolment_id": enrolment_id, "moment": moment.value}
    return insert_once(db, SelfRating, tuple(values), values)[0]


def _answer(db: Session, enrolment_id: int, thing: Thing) -> ThingAnswer:
    """The learner's, locked; one from before a Thing had its name takes the new one."""
    slugs = slugs_of(thing)
    for slug in slugs[1:]:
        earlier = select(ThingAnswer).where(
            ThingAnswer.enrolment_id == enrolment_id, ThingAnswer.thing_slug == slug
        )
        _rename(db, db.scalars(earlier).first(), thing.slug)
    values = {"enrolment_id": enrolment_id, "thing_slug": thing.slug}
    return insert_once(db, ThingAnswer, tuple(values), values)[0]


def _rename(db: Session, answer: ThingAnswer | None, slug: str) -> None:
    if answer is None:
        return
    if db.get(ThingAnswer, (answer.enrolment_id, slug)) is None:
        ballots = update(Ballot).where(
            Ballot.enrolment_id == answer.enrolment_id, Ballot.thing_slug == answer.thing_slug
        )
        db.execute(ballots.values(thing_slug=slug))
        answer.thing_slug = slug
        db.flush()

"""Answers on their way into a figure: each waits until it is told with four others, once, and what was told
stays (see app/growth/figures.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Enrolment
from app.growth.figures import FEWEST, PATIENCE, Waiting, fives
from app.growth.models import Ballot, ToldAnswer
from app.people.models import Organization, Person


class Answer(NamedTuple):
    """To one question, and that of before where two moments are compared."""

    value: int
    before: int | None = None


Given = Mapping[tuple[str, str], Answer | None]
"""{(Thing's slug or "", question): answer}; None where there is none, or it was taken back."""


def offer(db: Session, enrolment_id: int, given: Given) -> None:
    """Count what somebody answered. One that waits takes the new answer; one that was told stays as it is."""
    enrolment = db.get_one(Enrolment, enrolment_id)
    whose = select(Person.organization_id).where(Person.id == enrolment.person_id)
    organization = db.scalars(whose).one()
    _hold(db, organization)
    mine = {
        (one.thing_slug, one.question): one
        for one in db.scalars(select(Ballot).where(Ballot.enrolment_id == enrolment_id))
    }
    for (slug, question), answer in given.items():
        ballot = mine.get((slug, question))
        if ballot is None:
            ballot = Ballot(
                enrolment_id=enrolment_id,
                thing_slug=slug,
                question=question,
                organization_id=organization,
                programme_slug=enrolment.programme_slug,
                cohort_id=enrolment.cohort_id,
            )
        elif ballot.value is None:
            continue
        if answer is not None:
            ballot.value, ballot.before = answer
            db.add(ballot)
        elif (slug, question) in mine:
            db.delete(ballot)
    db.flush()
    cohorts = {ballot.cohort_id for ballot in mine.values()} | {enrolment.cohort_id}
    _tell(db, organization, enrolment.programme_slug, given, cohorts)


def tell_what_waits(db: Session) -> None:
    """What waited long enough in its group, where nobody has answered the same since."""
    waits = (
        select(Ballot.organization_id, Ballot.programme_slug, Ballot.thing_slug, Ballot.question)
        .where(Ballot.value.is_not(None), Ballot.at <= now() - PATIENCE)
        .group_by(Ballot.organization_id, Ballot.programme_slug, Ballot.thing_slug, Ballot.question)
        .having(func.count() >= FEWEST)
    )
    for row in db.execute(waits).all():
        _hold(db, row.organization_id)
        _tell(db, row.organization_id, row.programme_slug, [(row.thing_slug, row.question)], ())


def _hold(db: Session, organization_id: int) -> None:
    """Two must not tell at once. Whatever refers to the organization goes on."""
    held = select(Organization.id).where(Organization.id == organization_id)
    db.execute(held.with_for_update(key_share=True))


def _tell(
    db: Session,
    organization_id: int,
    programme_slug: str,
    about: Iterable[tuple[str, str]],
    cohorts: Collection[int | None],
) -> None:
    """What waits of these questions in these groups, or waited long enough in others, as far as there are
    fives."""
    asked = set(about)
    waiting: dict[tuple[str, str], list[Ballot]] = defaultdict(list)
    found = (
        select(Ballot)
        .where(
            Ballot.organization_id == organization_id,
            Ballot.programme_slug == programme_slug,
            Ballot.thing_slug.in_({slug for slug, _ in asked}),
            Ballot.question.in_({question for _, question in asked}),
            Ballot.value.is_not(None),
            or_(
                Ballot.cohort_id.is_(None),
                Ballot.cohort_id.in_([one for one in cohorts if one is not None]),
                Ballot.at <= now() - PATIENCE,
            ),
        )
        .order_by(Ballot.at, Ballot.enrolment_id)
    )
    for ballot in db.scalars(found):
        waiting[ballot.thing_slug, ballot.question].append(ballot)
    for ballots in waiting.values():
        by_key = {ballot.enrolment_id: ballot for ballot in ballots}
        for group, five in fives(
            (Waiting(one.enrolment_id, one.cohort_id, one.at) for one in ballots), now()
        ):
            _tell_together(db, group, [by_key[one.key] for one in five])
    db.flush()


def _tell_together(db: Session, cohort_id: int | None, ballots: Iterable[Ballot]) -> None:
    """In an order that tells nobody apart."""
    for ballot in sorted(ballots, key=lambda one: (one.value or 0, one.before or 0)):
        told = ToldAnswer(
            organization_id=ballot.organization_id,
            programme_slug=ballot.programme_slug,
            cohort_id=cohort_id,
            thing_slug=ballot.thing_slug,
            question=ballot.question,
            value=ballot.value,
            before=ballot.before,
        )
        db.add(told)
        ballot.value = ballot.before = None

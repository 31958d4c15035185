"""Reading what learners say: their own in full, that of many as figures and as quotes that they allowed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.growth.figures import Figure, average, middle
from app.growth.models import Ballot, Moment, SelfRating, ThingAnswer, ToldAnswer, Use
from app.people.models import Person
from app.progress.queries import slugs_of
from app.statements import Statement
from app.things.catalogue import Programme

QUESTIONS = ("dare", "help", "ask")
"""Of a `SelfRating`."""
NO_FIGURE = Figure(0)


class Own(NamedTuple):
    """What somebody says of a Thing, for their own page."""

    thing_slug: str
    use: str | None
    line: str
    quotable: bool
    minutes: int | None
    useful: int | None
    is_asked: bool


_ASKED = ThingAnswer.asked_at.is_not(None).label("is_asked")
_OWN = (*(getattr(ThingAnswer, name) for name in Own._fields[:-1]), _ASKED)


_ALL = Statement(select(*_OWN).where(ThingAnswer.enrolment_id == bindparam("enrolment")), row=Own)


def own_answers(db: Session, enrolment_id: int, programme: Programme) -> Mapping[str, Own]:
    """{slug: what the learner says} of the Things that the programme has."""
    found = {own.thing_slug: own for own in _ALL.rows(db, {"enrolment": enrolment_id})}
    things = (*programme.things, *programme.beyond)
    named = (
        (thing, next((found[slug] for slug in slugs_of(thing) if slug in found), None)) for thing in things
    )
    return {thing.slug: own for thing, own in named if own}


class Rating(NamedTuple):
    """A `SelfRating`."""

    moment: str
    dare: int | None
    help: int | None
    ask: int | None

    @property
    def is_answered(self) -> bool:
        return (self.dare, self.help, self.ask) != (None, None, None)


_RATED = Statement(
    select(*(getattr(SelfRating, name) for name in Rating._fields)).where(
        SelfRating.enrolment_id == bindparam("enrolment")
    ),
    row=Rating,
)


def own_ratings(db: Session, enrolment_id: int) -> Mapping[Moment, Rating]:
    """For their own eyes."""
    return {Moment(rating.moment): rating for rating in _RATED.rows(db, {"enrolment": enrolment_id})}


def all_answers(db: Session, person_id: int) -> Sequence[Row[str, ThingAnswer]]:
    """(programme's slug, `ThingAnswer`) of all that a person ever said of Things, the oldest first."""
    said = select(Enrolment.programme_slug, ThingAnswer).join(
        ThingAnswer, ThingAnswer.enrolment_id == Enrolment.id
    )
    ordered = said.where(Enrolment.person_id == person_id)
    return db.execute(ordered.order_by(ThingAnswer.at, ThingAnswer.thing_slug)).all()


def all_ratings(db: Session, person_id: int) -> Sequence[Row[str, SelfRating]]:
    """(programme's slug, `SelfRating`), the oldest first."""
    said = select(Enrolment.programme_slug, SelfRating).join(
        SelfRating, SelfRating.enrolment_id == Enrolment.id
    )
    return db.execute(said.where(Enrolment.person_id == person_id).order_by(SelfRating.at)).all()


class Whose(NamedTuple):
    """The answers of one cohort, or of all who are or were in a programme."""

    organization_id: int
    programme: Programme
    cohort_id: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        if self.cohort_id is not None:
            return {"cohort": self.cohort_id}
        return {"programme": self.programme.slug, "organization": self.organization_id}


class Asking:
    """A statement about enrolments: of one cohort, or of a programme."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._of_cohort = Statement(statement.where(Enrolment.cohort_id == bindparam("cohort")))
        everyone = and_(
            Enrolment.programme_slug == bindparam("programme"),
            Person.organization_id == bindparam("organization"),
        )
        self._of_all = Statement(statement.join(Person, Person.id == Enrolment.person_id).where(everyone))

    def rows(self, db: Session, whose: Whose) -> list[Any]:
        asked = self._of_all if whose.cohort_id is None else self._of_cohort
        return asked.rows(db, whose.parameters)


class _Count(NamedTuple):
    """How many there are; of those that are told, also the answer."""

    thing_slug: str
    question: str
    value: int | None
    before: int | None
    number: int


def _counting(*whose: str) -> Statement:
    """How many answers were given to each question, and how many times each was told; of those who are named
    alike by `whose`."""
    given = select(
        Ballot.thing_slug, Ballot.question, null().label("value"), null().label("before"), func.count()
    )
    told = select(
        ToldAnswer.thing_slug, ToldAnswer.question, ToldAnswer.value, ToldAnswer.before, func.count()
    )
    return Statement(
        union_all(
            given.where(*_alike(Ballot, whose)).group_by(Ballot.thing_slug, Ballot.question),
            told.where(*_alike(ToldAnswer, whose)).group_by(
                ToldAnswer.thing_slug, ToldAnswer.question, ToldAnswer.value, ToldAnswer.before
            ),
        ),
        row=_Count,
    )


def _alike(table: type[Ballot] | type[ToldAnswer], whose: Iterable[str]) -> list[ColumnElement[bool]]:
    return [getattr(table, name) == bindparam(name.split("_")[0]) for name in whose]


_OF_COHORT = _counting("cohort_id")
_OF_ALL = _counting("organization_id", "programme_slug")


class _Counted:
    """To one question: how many answers there are, and those that are told, with those of before."""

    def __init__(self) -> None:
        self.answers = 0
        self.told: list[int] = []
        self.before: list[int] = []


def _counted(db: Session, whose: Whose) -> Mapping[tuple[str, str], _Counted]:
    """By Thing, whatever its name was, and question; without a Thing, of those about oneself."""
    things = (*whose.programme.things, *whose.programme.beyond)
    named = {slug: thing.slug for thing in things for slug in slugs_of(thing)} | {"": ""}
    found: defaultdict[tuple[str | None, str], _Counted] = defaultdict(_Counted)
    counts = _OF_ALL if whose.cohort_id is None else _OF_COHORT
    for row in counts.rows(db, whose.parameters):
        of_question = found[named.get(row.thing_slug), row.question]
        if row.value is None:
            of_question.answers += row.number
            continue
        of_question.told += [row.value] * row.number
        of_question.before += [row.before] * row.number if row.before else []
    return {(slug, question): counted for (slug, question), counted in found.items() if slug is not None}


_USES = Asking(
    select(ThingAnswer.thing_slug, ThingAnswer.use, func.count().label("answers"))
    .select_from(Enrolment)
    .join(ThingAnswer, ThingAnswer.enrolment_id == Enrolment.id)
    .where(ThingAnswer.use.is_not(None))
    .group_by(ThingAnswer.thing_slug, ThingAnswer.use)
)


@dataclass(frozen=True)
class ThingFigures:
    """What may be told of the answers about one Thing: how many chose each use, the median of the minutes,
    and how useful it was on average, from 1 to 5."""

    uses: Mapping[Use, int] = field(default_factory=dict)
    minutes: Figure = NO_FIGURE
    useful: Figure = NO_FIGURE


def figures_by_thing(db: Session, whose: Whose) -> Mapping[str, ThingFigures]:
    """{slug: figures} of each Thing."""
    things = (*whose.programme.things, *whose.programme.beyond)
    uses: dict[str, Counter[Use]] = {thing.slug: Counter() for thing in things}
    named = {slug: uses[thing.slug] for thing in things for slug in slugs_of(thing)}
    for slug, use, answers in _USES.rows(db, whose):
        if slug in named:
            named[slug][Use(use)] += answers
    counted = _counted(db, whose)
    return {
        slug: ThingFigures(
            {use: of_thing[use] for use in Use if of_thing[use]},
            _told(counted, slug, "minutes", middle),
            _told(counted, slug, "useful", average),
        )
        for slug, of_thing in uses.items()
    }


def _told(
    counted: Mapping[tuple[str, str], _Counted],
    slug: str,
    question: str,
    measure: Callable[[int, Sequence[int]], Figure],
) -> Figure:
    found = counted.get((slug, question))
    return measure(found.answers, found.told) if found else NO_FIGURE


class Quote(NamedTuple):
    """A line whose writer allows that it is quoted, without a name."""

    thing_slug: str
    use: Use | None
    line: str


MOST_QUOTES = 500
_QUOTES = Asking(
    select(ThingAnswer.thing_slug, ThingAnswer.use, ThingAnswer.line)
    .select_from(Enrolment)
    .join(ThingAnswer, ThingAnswer.enrolment_id == Enrolment.id)
    .where(ThingAnswer.quotable, ThingAnswer.line != "")
    .order_by(ThingAnswer.at.desc(), ThingAnswer.enrolment_id.desc())
    .limit(MOST_QUOTES)
)


def quotes(db: Session, whose: Whose) -> list[Quote]:
    """By Thing, in the order of the programme; of each the newest first."""
    found = []
    for row in _QUOTES.rows(db, whose):
        thing = whose.programme.thing(row.thing_slug)
        if thing is not None:
            found.append((thing.number, Quote(thing.slug, Use(row.use) if row.use else None, row.line)))
    return [quote for _, quote in sorted(found, key=lambda numbered: numbered[0])]


class Change(NamedTuple):
    """The averages of those who answered at the start and at the end."""

    before: Figure
    after: Figure


@dataclass(frozen=True)
class Growth:
    """How many answered the three questions at the start and at the end; and how each changed for those who
    did both, by the names of QUESTIONS. What only some did at the start is told of nobody: a figure of them
    and one of those who went on would give away who stopped."""

    started: int
    ended: int
    changes: Mapping[str, Change]


_RATED_AT = Asking(
    select(SelfRating.moment, func.count().label("people"))
    .select_from(Enrolment)
    .join(SelfRating, SelfRating.enrolment_id == Enrolment.id)
    .where(or_(*(getattr(SelfRating, name).is_not(None) for name in QUESTIONS)))
    .group_by(SelfRating.moment)
)


def growth(db: Session, whose: Whose) -> Growth:
    people = {Moment(moment): count for moment, count in _RATED_AT.rows(db, whose)}
    counted = _counted(db, whose)
    return Growth(
        people.get(Moment.START, 0),
        people.get(Moment.END, 0),
        {name: _change(counted.get(("", name), _Counted())) for name in QUESTIONS},
    )


def _change(found: _Counted) -> Change:
    return Change(average(found.answers, found.before), average(found.answers, found.told))

"""Reading what learners say: their own in full, that of many as figures and as quotes that they allowed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from app.cohorts.models import Enrolment
from app.growth.figures import Figure, average, middle
from app.growth.models import Moment, SelfRating, ThingAnswer, Use
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


_SAID = Asking(
    select(
        Enrolment.cohort_id, ThingAnswer.thing_slug, ThingAnswer.use, ThingAnswer.minutes, ThingAnswer.useful
    )
    .select_from(Enrolment)
    .join(ThingAnswer, ThingAnswer.enrolment_id == Enrolment.id)
    .order_by(ThingAnswer.asked_at, ThingAnswer.enrolment_id)
)


@dataclass(frozen=True)
class ThingFigures:
    """What may be told of the answers about one Thing: how many chose each use, the median of the minutes,
    and how useful it was on average, from 1 to 5."""

    uses: Mapping[Use, int] = field(default_factory=dict)
    minutes: Figure = NO_FIGURE
    useful: Figure = NO_FIGURE


Groups = defaultdict[int | None, list[int]]


class _Said:
    """All answers about one Thing."""

    def __init__(self) -> None:
        self.uses: Counter[str | None] = Counter()
        self.minutes: Groups = defaultdict(list)
        self.useful: Groups = defaultdict(list)

    def figures(self) -> ThingFigures:
        uses = {use: self.uses[use.value] for use in Use if self.uses[use.value]}
        return ThingFigures(uses, middle(self.minutes.values()), average(self.useful.values()))


def figures_by_thing(db: Session, whose: Whose) -> Mapping[str, ThingFigures]:
    """{slug: figures} of each Thing."""
    things = (*whose.programme.things, *whose.programme.beyond)
    said = {thing.slug: _Said() for thing in things}
    named = {slug: said[thing.slug] for thing in things for slug in slugs_of(thing)}
    for cohort_id, slug, use, minutes, useful in _SAID.rows(db, whose):
        of_thing = named.get(slug)
        if of_thing is None:
            continue
        of_thing.uses[use] += 1
        if minutes is not None:
            of_thing.minutes[cohort_id].append(minutes)
        if useful is not None:
            of_thing.useful[cohort_id].append(useful)
    return {slug: of_thing.figures() for slug, of_thing in said.items()}


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


_start, _end = aliased(SelfRating), aliased(SelfRating)
_RATINGS = Asking(
    select(
        Enrolment.cohort_id,
        *(getattr(_start, name).label(f"start_{name}") for name in QUESTIONS),
        *(getattr(_end, name).label(f"end_{name}") for name in QUESTIONS),
    )
    .select_from(Enrolment)
    .outerjoin(_start, and_(_start.enrolment_id == Enrolment.id, _start.moment == Moment.START.value))
    .outerjoin(_end, and_(_end.enrolment_id == Enrolment.id, _end.moment == Moment.END.value))
    .where(or_(_start.moment.is_not(None), _end.moment.is_not(None)))
    .order_by(_end.at, Enrolment.id)
)


def growth(db: Session, whose: Whose) -> Growth:
    rows = _RATINGS.rows(db, whose)
    return Growth(
        sum(any(getattr(row, f"start_{name}") for name in QUESTIONS) for row in rows),
        sum(any(getattr(row, f"end_{name}") for name in QUESTIONS) for row in rows),
        {name: _change(rows, name) for name in QUESTIONS},
    )


def _change(rows: Sequence[Any], name: str) -> Change:
    before: Groups = defaultdict(list)
    after: Groups = defaultdict(list)
    for row in rows:
        at_start, at_end = getattr(row, f"start_{name}"), getattr(row, f"end_{name}")
        if at_start is not None and at_end is not None:
            before[row.cohort_id].append(at_start)
            after[row.cohort_id].append(at_end)
    return Change(average(before.values()), average(after.values()))

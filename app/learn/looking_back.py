"""What the pages show on which learners look back: at Things, and at themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.cohorts.courses import Course
from app.growth.models import Moment, Use
from app.growth.queries import Own, Rating, own_answers, own_ratings
from app.growth.words import (
    QUESTIONS,
    SURE,
    USES,
    Choices,
    minutes_choices,
    sure_choices,
    useful_choices,
)
from app.learn.growth_forms import QuestionsForm
from app.learn.offers import completed
from app.learn.reader import Reader
from app.learn.said import UNSAID
from app.people.viewer import Enrolled
from app.progress.packs import pack_of
from app.progress.rules import summary
from app.things.catalogue import Thing
from app.web.forms import Bound, blank
from app.web.i18n import Locale


@dataclass(frozen=True)
class ThingLine:
    """A Thing that is done, with what was said of it."""

    thing: Thing
    title: str
    lang: str
    url: str
    use: str
    own: Own


@dataclass(frozen=True)
class ThenAndNow:
    """An answer at the start and at the end, in words; "" where there is none."""

    question: str
    then: str
    now: str


@dataclass(frozen=True)
class LookingBackView:
    """`fresh` are the Things that nobody asked about yet, `earlier` the others."""

    url: str
    programme: str
    programme_url: str
    fresh: Sequence[ThingLine]
    earlier: Sequence[ThingLine]
    minutes: Choices
    useful: Choices
    questions: Sequence[ThenAndNow]
    kind_word: str
    has_start: bool
    has_end: bool
    is_finished: bool


def looking_back_view(reader: Reader, course: Course) -> LookingBackView:
    """Of an enrolment of the reader's own."""
    enrolled, locale = course.enrolled, reader.locale
    assert enrolled
    prepared = reader.fragments(course.programme)
    own = own_answers(reader.db, enrolled.enrolment_id, course.programme)
    ratings = own_ratings(reader.db, enrolled.enrolment_id)
    pack = pack_of(enrolled, course.programme)
    lines = [
        _line(thing, own.get(thing.slug, UNSAID), prepared.url, locale)
        for thing in completed(course.programme, pack)
    ]
    start, end = ratings.get(Moment.START), ratings.get(Moment.END)
    return LookingBackView(
        f"/enrolments/{enrolled.public_id}",
        prepared.text.title,
        prepared.url,
        [line for line in lines if not line.own.is_asked],
        [line for line in lines if line.own.is_asked],
        minutes_choices(locale),
        useful_choices(locale),
        [
            ThenAndNow(words.translated(locale.gettext), _sure(start, name, locale), _sure(end, name, locale))
            for name, words in QUESTIONS.items()
        ],
        _kind_word(start, end, locale),
        start is not None and start.is_answered,
        end is not None and end.is_answered,
        summary(course.programme, pack).finished,
    )


def _line(thing: Thing, own: Own, programme_url: str, locale: Locale) -> ThingLine:
    text = thing.text(locale.reading_order())
    use = USES[Use(own.use)].translated(locale.gettext) if own.use else ""
    return ThingLine(thing, text.title, locale.lang(text.language), f"{programme_url}/{thing.slug}", use, own)


def _sure(rating: Rating | None, name: str, locale: Locale) -> str:
    answer = getattr(rating, name) if rating else None
    return SURE[answer - 1].translated(locale.gettext) if answer else ""


def _kind_word(start: Rating | None, end: Rating | None, locale: Locale) -> str:
    """To who answered both times."""
    pairs = [(getattr(start, name, None), getattr(end, name, None)) for name in QUESTIONS]
    steps = [after - before for before, after in pairs if before and after]
    if not steps:
        return ""
    if sum(steps) > 0:
        return locale.gettext("You are surer of yourself than when you began.")
    if sum(steps) < 0:
        return locale.gettext(
            "Who learns sees more of what there is still to learn: that is a step forward, too."
        )
    return locale.gettext("You are as sure of yourself as when you began, and know better of what.")


@dataclass(frozen=True)
class QuestionsView:
    url: str
    programme: str
    at_end: bool
    questions: Sequence[tuple[str, str]]
    choices: Choices


def questions_view(enrolled: Enrolled, course: Course, moment: Moment, locale: Locale) -> QuestionsView:
    return QuestionsView(
        f"/enrolments/{enrolled.public_id}",
        course.programme.text(locale.reading_order()).title,
        moment is Moment.END,
        [(name, words.translated(locale.gettext)) for name, words in QUESTIONS.items()],
        sure_choices(locale),
    )


def questions_form(rating: Rating | None) -> Bound[QuestionsForm]:
    """As it was answered."""
    answers = {name: str(getattr(rating, name, None) or "") for name in QUESTIONS}
    return blank(QuestionsForm, **answers)

"""What learners are asked once, if they like: to look back at Things, and three questions for themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.cohorts.courses import Course
from app.growth.models import Moment
from app.growth.queries import Own, own_answers, own_ratings
from app.learn.steps import Standpoint
from app.progress.rules import State, summary
from app.things.catalogue import Programme, Thing
from app.web.i18n import Locale


class Offer(NamedTuple):
    """A page that somebody may open, or turn down where they are."""

    id: str
    title: str
    text: str
    url: str
    button: str


def completed(programme: Programme, pack: Mapping[str, str]) -> list[Thing]:
    """What there is to look back at."""
    things = (*programme.things, *programme.beyond)
    return [thing for thing in things if pack.get(thing.slug) == State.COMPLETE and not thing.breather]


def home_offers(db: Session, where: Standpoint | None, locale: Locale) -> Sequence[Offer]:
    """Of the programme that was last worked on: at its beginning and at its end."""
    if where is None:
        return ()
    enrolled, course, pack = where
    if not summary(course.programme, pack).finished:
        return _questions(db, course, pack, locale)
    own = own_answers(db, enrolled.enrolment_id, course.programme)
    return offers(db, course, pack, own, locale)


def offers(
    db: Session,
    course: Course,
    pack: Mapping[str, str],
    own: Mapping[str, Own],
    locale: Locale,
    *,
    breather: bool = False,
) -> Sequence[Offer]:
    """At a breather and at the end there is something to look back at, unless all of it was asked before."""
    enrolled, found = course.enrolled, list(_questions(db, course, pack, locale))
    if enrolled and (breather or summary(course.programme, pack).finished):
        count = len(fresh(completed(course.programme, pack), own))
        if count:
            found.insert(0, _looking_back(f"/enrolments/{enrolled.public_id}/looking-back", count, locale))
    return found


def fresh(things: Sequence[Thing], own: Mapping[str, Own]) -> list[Thing]:
    """Those that nobody has asked about yet."""
    return [thing for thing in things if thing.slug not in own or not own[thing.slug].is_asked]


def _looking_back(url: str, count: int, locale: Locale) -> Offer:
    text = locale.ngettext(
        "About how long did the last Thing take you, and how useful was it? It helps to make it better.",
        "About how long did the last %(num)s Things take you, and how useful were they? It helps to make "
        "them better.",
        count,
    )
    return Offer(
        "looking-back",
        locale.gettext("A moment to look back"),
        text % {"num": count},
        url,
        locale.gettext("Look back"),
    )


def _questions(db: Session, course: Course, pack: Mapping[str, str], locale: Locale) -> Sequence[Offer]:
    """Until the second Thing is complete, and when the programme is."""
    finished = summary(course.programme, pack).finished
    begins = sum(state == State.COMPLETE for state in pack.values()) <= 1
    if course.enrolled is None or not (finished or begins):
        return ()
    moment = Moment.END if finished else Moment.START
    if moment in own_ratings(db, course.enrolled.enrolment_id):
        return ()
    texts = {
        Moment.START: locale.gettext(
            "What do you dare, what can you do, whom can you ask? Answer now and at the end, and see what "
            "has changed. Nobody else sees what you answer."
        ),
        Moment.END: locale.gettext(
            "The same three as at the start: see what has changed. Nobody else sees what you answer."
        ),
    }
    return (
        Offer(
            "questions",
            locale.gettext("Three questions, for yourself"),
            texts[moment],
            f"/enrolments/{course.enrolled.public_id}/questions/{moment.value}",
            locale.gettext("Answer them"),
        ),
    )

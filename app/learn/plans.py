"""What the page of a plan shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Enrolment
from app.learn.forms import PlanForm
from app.learn.now import MINUTES
from app.notices.models import PLAN, Frequency
from app.notices.queries import choices_of
from app.people.models import Person
from app.people.viewer import Enrolled
from app.plans.queries import PlanLine, plan_line
from app.plans.words import LEADS, plan_in_words, weekdays
from app.web.forms import Bound, blank
from app.web.i18n import Locale

LENGTHS = (15, 20, 30, 45, 60, 90, 120)
USUAL_LENGTH = 30


@dataclass(frozen=True)
class PlanView:
    """`now` is the plan in words, empty where there is none yet. Who learns in a `group` has its time
    zone. Without an `address` that is confirmed no reminder goes out."""

    enrolment: Enrolment
    group: Cohort | None
    now: str
    shown: int
    days: Sequence[tuple[str, str]]
    lengths: Sequence[tuple[str, str]]
    leads: Sequence[tuple[str, str]]
    address: str | None


def plan_view(db: Session, enrolment: Enrolment, locale: Locale) -> PlanView:
    line, person = plan_line(db, enrolment.id), db.get_one(Person, enrolment.person_id)
    times = line.times if line else ()
    names = enumerate(weekdays(locale.language))
    lengths = {*LENGTHS, *(weekly.minutes for weekly in times)}
    return PlanView(
        enrolment,
        enrolment.cohort,
        plan_in_words(times, locale),
        max(1, len(times)),
        [("", locale.gettext("Choose a day")), *((str(number), name) for number, name in names)],
        [(str(length), _minutes(length, locale)) for length in sorted(lengths)],
        [(value, name.translated(locale.gettext)) for value, name in LEADS.items()],
        person.confirmed_address,
    )


def _minutes(length: int, locale: Locale) -> str:
    return locale.ngettext("%(num)s minute", "%(num)s minutes", length) % {"num": length}


def plan_form(db: Session, enrolment: Enrolment, time_zone: str) -> Bound[PlanForm]:
    """As things are; at first with a reminder."""
    line = plan_line(db, enrolment.id)
    if line is None or not line.times:
        zone = line.own_zone if line else time_zone
        return blank(PlanForm, minutes_1=USUAL_LENGTH, time_zone=zone, lead="0")
    values: dict[str, object] = {"time_zone": line.own_zone, "lead": _lead(db, enrolment, line)}
    for number, weekly in enumerate(line.times, 1):
        values |= {f"weekday_{number}": weekly.weekday, f"minutes_{number}": weekly.minutes}
        values[f"at_{number}"] = f"{weekly.at:%H:%M}"
    return blank(PlanForm, **values)


@dataclass(frozen=True)
class PlanLink:
    """On home: the plan in words, empty where there is none, and the address of the enrolment."""

    words: str
    url: str
    minutes: tuple[int, ...]


def plan_link(db: Session, enrolled: Enrolled, locale: Locale) -> PlanLink:
    line = plan_line(db, enrolled.enrolment_id)
    words = plan_in_words(line.times, locale) if line else ""
    return PlanLink(words, f"/enrolments/{enrolled.public_id}", MINUTES)


def _lead(db: Session, enrolment: Enrolment, line: PlanLine) -> str:
    """As it takes effect: who wants none of these mails gets none, whatever the plan says."""
    unwanted = choices_of(db, enrolment.person_id)[PLAN] == Frequency.NEVER
    return "" if line.lead is None or unwanted else str(line.lead)

"""Who needs a coach, and why: the rules, in the order in which a coach reads of them.

| rule       | it holds where                                                 | after                      |
| ---------- | -------------------------------------------------------------- | -------------------------- |
| first post | nobody has reacted to the first post that somebody shared      | `first_days`, working days |
| asked      | somebody asked for an answer, or to talk                       | at once                    |
| due        | an answer was promised, and has not come                       | `answer_days`, working     |
| not begun  | somebody joined, and has done nothing                          | `begin_days`               |
| silent     | somebody is away twice as long as they usually are             | `silent_days` at least     |
| ticks only | somebody tries Things and never writes, not even for themselves | `ticked_things`           |
| behind     | something of the run was due that they have not done           | `behind_days`              |
| blog       | their own blog cannot be read                                  | the second attempt         |
| finished   | somebody completed the run, and no coach has said anything     | at once                    |

Each learner is there once, for the first rule that holds. Who takes a break or has stopped is not there, nor
for how long a coach has put a reason off. There is no score: a rule holds or it does not, and its evidence is
said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from app.cohorts.schedule import day_begins, day_in, read_timing
from app.cohorts.working_days import working_days_between

SHOWN = 10
DAY = timedelta(days=1)
USUAL_GAPS = 2
"""Somebody is silent who is away so many times as long as they usually are."""


class Rule(StrEnum):
    FIRST_POST = "first-post"
    ASKED = "asked"
    DUE = "due"
    NOT_BEGUN = "not-begun"
    SILENT = "silent"
    TICKS_ONLY = "ticks-only"
    BEHIND = "behind"
    BLOG = "blog"
    FINISHED = "finished"


IN_ORDER = tuple(Rule)


class Thresholds(BaseModel):
    """In days, working days for answers, but for `ticked_things`; kept as JSON with the cohort."""

    model_config = ConfigDict(frozen=True)

    first_days: int = 2
    answer_days: int = 3
    begin_days: int = 7
    silent_days: int = 14
    ticked_things: int = 3
    behind_days: int = 7


@lru_cache(maxsize=256)
def thresholds_of(text: str | None, reply_days: int | None) -> Thresholds:
    """Those of a cohort; an answer is due when the coaches promised it, where they said when."""
    found = Thresholds() if text is None else Thresholds.model_validate_json(text)
    return found if reply_days is None else found.model_copy(update={"answer_days": reply_days})


class Case(NamedTuple):
    """A learner for whom a rule holds. `post` is the public id of what it is about, where it is a post;
    `detail` a number or a word of the evidence; of who asked to talk, the public id of the conversation."""

    rule: Rule
    since: datetime
    enrolment_id: int
    public_id: str
    name: str
    real_name: str | None
    handle: str
    timing: str | None
    post: str = ""
    detail: str = ""


def chosen(cases: Iterable[Case], put_off: Iterable[tuple[int, str]], today: date) -> list[Case]:
    """Each learner once, for the first rule that holds, in the order of the rules and then of time."""
    later = frozenset(put_off)
    first: dict[int, Case] = {}
    for case in sorted(
        cases, key=lambda found: (IN_ORDER.index(found.rule), found.since, found.enrolment_id)
    ):
        away = read_timing(case.timing).paused_on(today) is not None
        if not away and (case.enrolment_id, case.rule.value) not in later:
            first.setdefault(case.enrolment_id, case)
    return sorted(first.values(), key=lambda found: (IN_ORDER.index(found.rule), found.since))


def is_silent(last_active: datetime, begun: datetime, active_days: int, at: datetime, least: int) -> bool:
    """Away for `least` days, and twice as long as the usual gap between days on which they did something."""
    away = at - last_active
    usual = (last_active - begun) / max(1, active_days - 1)
    return away >= least * DAY and (active_days < 2 or away >= USUAL_GAPS * usual)


def before_working_days(days: int, at: datetime, zone: str) -> datetime:
    """What happened before this moment is so many working days ago."""
    today = day = day_in(zone, at)
    while working_days_between(day, today) < days:
        day -= DAY
    return day_begins(zone, day + DAY)

"""The coach's forms for small groups and buddies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.coach.time_forms import MOST_LEARNERS, Handle
from app.cohorts.dealing import LARGEST, SMALLEST, Mix
from app.web.forms import Form

USUAL = 4
Once = Annotated[str, StringConstraints(min_length=1, max_length=36)]
Learners = Annotated[list[Handle], Field(max_length=MOST_LEARNERS)]


def _on_one_line(name: str) -> str:
    return " ".join(name.split())


Name = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_on_one_line)]
Handles = Annotated[str, StringConstraints(max_length=600)]
"""Of the members of one group, with spaces between them."""


class PodForm(Form):
    """A small group of the `learner`s with these handles."""

    name: Name
    learner: Learners = []
    once: Once


class DealForm(Form):
    """How learners are dealt; `anew` is for everyone, and not only for who is in no small group."""

    size: Annotated[int, Field(ge=SMALLEST, le=LARGEST)] = USUAL
    mix: Mix = Mix.MIXED
    anew: bool = False


class DealtForm(Form):
    """What was dealt and looked at: a name and members of each."""

    name: Annotated[list[Name], Field(max_length=MOST_LEARNERS)]
    members: Annotated[list[Handles], Field(max_length=MOST_LEARNERS)]
    anew: bool = False
    once: Once


class BuddiesForm(Form):
    """These `learner`s are each other's buddies."""

    learner: Learners = []
    once: Once


class PairForm(Form):
    """Whom to look for buddies among: in each small group, or in the whole group."""

    within: Literal["pods", "group"] = "pods"


class PairedForm(Form):
    """What was paired and looked at."""

    members: Annotated[list[Handles], Field(max_length=MOST_LEARNERS)]
    once: Once

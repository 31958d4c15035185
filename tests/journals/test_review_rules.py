"""The states of the inbox: what each act makes of each state, and since when somebody waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.journals.review_rules import Reason, State, state_of, waits

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def hour(number: int) -> datetime:
    return MONDAY + timedelta(hours=number)


@dataclass(frozen=True)
class Post:
    """What is recorded, with the hours at which things happened."""

    shared_at: datetime | None = MONDAY
    promised: str | None = None
    asks_since: datetime | None = None
    read_at: datetime | None = None
    answered_at: datetime | None = None
    another_look_at: datetime | None = None
    resubmitted_at: datetime | None = None
    approved_at: datetime | None = None


def after(post: Post, act: str, at: datetime) -> Post:
    """As the services record it."""
    if act == "read":
        return replace(post, read_at=post.read_at or at)
    if act == "answer":
        return replace(post, answered_at=at, read_at=post.read_at or at)
    if act == "look":
        if post.approved_at:
            return post
        return replace(after(post, "answer", at), another_look_at=at, resubmitted_at=None)
    if act == "change":
        if post.another_look_at and not post.resubmitted_at:
            return replace(post, resubmitted_at=at)
        return post
    if act == "ask":
        return replace(post, asks_since=at)
    assert act == "approve"
    return replace(
        post,
        approved_at=post.approved_at or at,
        another_look_at=None,
        resubmitted_at=None,
        read_at=post.read_at or at,
    )


NEW = Post()
STATES = {
    State.NEW: NEW,
    State.READ: after(NEW, "read", hour(1)),
    State.ANSWERED: after(NEW, "answer", hour(1)),
    State.ANOTHER_LOOK: after(NEW, "look", hour(1)),
    State.RESUBMITTED: after(after(NEW, "look", hour(1)), "change", hour(2)),
    State.APPROVED: after(NEW, "approve", hour(1)),
}
TABLE = """
               read          answer        look          change        ask           approve
new            read          answered      another-look  new           new           approved
read           read          answered      another-look  read          read          approved
answered       answered      answered      another-look  answered      read          approved
another-look   another-look  another-look  another-look  resubmitted   another-look  approved
resubmitted    resubmitted   answered      another-look  resubmitted   resubmitted   approved
approved       approved      approved      approved      approved      approved      approved
"""


def transitions() -> list[tuple[State, str, State]]:
    acts, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [(State(row[0]), act, State(to)) for row in rows for act, to in zip(acts, row[1:], strict=True)]


@pytest.mark.parametrize(("state", "act", "becomes"), transitions())
def test_what_an_act_makes_of_a_state(state: State, act: str, becomes: State) -> None:
    post = STATES[state]
    assert state_of(post) is state
    assert state_of(after(post, act, hour(5))) is becomes


def test_the_table_has_every_state() -> None:
    assert {state for state, _, _ in transitions()} == set(State)


@pytest.mark.parametrize(
    ("post", "waiting"),
    [
        (Post(), None),
        (Post(promised="first"), (hour(0), Reason.FIRST)),
        (Post(promised="every"), (hour(0), Reason.EVERY)),
        (Post(promised="first", answered_at=hour(1)), None),
        (Post(promised="first", approved_at=hour(1)), None),
        (Post(asks_since=hour(3)), (hour(3), Reason.ASKED)),
        (Post(asks_since=hour(3), answered_at=hour(2)), (hour(3), Reason.ASKED)),
        (Post(asks_since=hour(3), answered_at=hour(4)), None),
        (Post(asks_since=hour(3), approved_at=hour(2)), (hour(3), Reason.ASKED)),
        (Post(promised="first", asks_since=hour(3)), (hour(0), Reason.FIRST)),
        (STATES[State.ANOTHER_LOOK], None),
        (STATES[State.RESUBMITTED], (hour(2), Reason.RESUBMITTED)),
        (after(STATES[State.RESUBMITTED], "answer", hour(4)), None),
        (replace(STATES[State.RESUBMITTED], shared_at=None), None),
        (Post(shared_at=None, promised="first", asks_since=hour(3)), None),
    ],
)
def test_since_when_and_why_an_answer_is_due(post: Post, waiting: tuple[datetime, Reason] | None) -> None:
    assert waits(post) == waiting


acts = st.lists(st.sampled_from(["read", "answer", "look", "change", "ask", "approve"]), max_size=12)


@given(st.sampled_from([None, "first", "every"]), acts)
def test_whatever_happens_a_change_that_was_wanted_never_looks_done(
    promised: str | None, happened: list[str]
) -> None:
    post = Post(promised=promised)
    for number, act in enumerate(happened, start=1):
        post = after(post, act, hour(number))
    state, waiting = state_of(post), waits(post)
    assert (state is State.RESUBMITTED) <= (waiting is not None)
    assert (state is State.ANSWERED) <= (waiting is None)
    assert waiting is None or waiting[0] <= hour(len(happened))
    asked = after(post, "ask", hour(20))
    assert waits(asked) is not None and state_of(asked) is not State.ANSWERED
    assert waits(after(asked, "answer", hour(21))) is None

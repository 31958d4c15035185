"""How far a group's coaches are with a post that they may read, and since when its author waits for them.

| state        | it is so when                                              | what ends it             |
| ------------ | ---------------------------------------------------------- | ------------------------ |
| new          | no coach has said that they read it                        | reading, answering       |
| read         | a coach has                                                | answering                |
| answered     | a coach answered or reacted, and nothing is open since     | asking again             |
| another look | a coach said what to look at again, and nothing changed    | a change, an approval    |
| resubmitted  | its author changed it since, and no coach answered that    | an answer, an approval   |
| approved     | a coach approved it                                        | nothing: that stays      |

An answer was promised for a first post, for each reflection where the group says so, to who asks for one,
and to who changed a text because a coach wanted another look. Its author waits from that moment until a coach
answers; approving is an answer. Nobody waits for what coaches cannot read: what is a draft, private, deleted
or hidden.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    NEW = "new"
    READ = "read"
    ANSWERED = "answered"
    ANOTHER_LOOK = "another-look"
    RESUBMITTED = "resubmitted"
    APPROVED = "approved"


class Reason(StrEnum):
    """Why an answer is due."""

    RESUBMITTED = "resubmitted"
    ASKED = "asked"
    FIRST = "first"
    EVERY = "every"


class Reviewed(Protocol):
    """What is recorded of a post and its group's coaches. `asks_since` is empty where a question found its
    answer; `shared_at` where coaches cannot read it now."""

    @property
    def shared_at(self) -> datetime | None: ...
    @property
    def promised(self) -> str | None: ...
    @property
    def asks_since(self) -> datetime | None: ...
    @property
    def read_at(self) -> datetime | None: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def another_look_at(self) -> datetime | None: ...
    @property
    def resubmitted_at(self) -> datetime | None: ...
    @property
    def approved_at(self) -> datetime | None: ...


def waits(post: Reviewed) -> tuple[datetime, Reason] | None:
    """Since when an answer is due, and why; the longest wait where there are several reasons."""
    if post.shared_at is None:
        return None
    open_ = []
    if is_resubmitted(post) and post.resubmitted_at is not None:
        open_.append((post.resubmitted_at, Reason.RESUBMITTED))
    if post.asks_since is not None and not _answered_since(post, post.asks_since):
        open_.append((post.asks_since, Reason.ASKED))
    if post.promised is not None and post.answered_at is None and post.approved_at is None:
        open_.append((post.shared_at, Reason(post.promised)))
    return min(open_, default=None, key=lambda wait: wait[0])


def is_resubmitted(post: Reviewed) -> bool:
    """Whether its author followed a wish to look again, and no coach has answered since."""
    changed = post.resubmitted_at if post.another_look_at is not None else None
    return changed is not None and not _answered_since(post, changed)


def state_of(post: Reviewed) -> State:
    if post.approved_at is not None:
        return State.APPROVED
    if is_resubmitted(post):
        return State.RESUBMITTED
    if post.another_look_at is not None and post.resubmitted_at is None:
        return State.ANOTHER_LOOK
    if post.answered_at is not None and waits(post) is None:
        return State.ANSWERED
    return State.NEW if post.read_at is None else State.READ


def _answered_since(post: Reviewed, moment: datetime) -> bool:
    return any(at is not None and at >= moment for at in (post.answered_at, post.approved_at))

"""The demo's people and their posts, as content/demo/ has them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.cohorts.models import Mode
from app.growth.models import Use
from app.journals.models import ReactionKind, Visibility
from app.moderation.models import Reason
from app.people.models import Role
from app.sessions.models import Coming, How

Days = Annotated[int, Field(ge=0, le=400)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoCohort(Strict):
    key: str
    name: str
    programme: str
    mode: Mode
    language: str
    code: str
    started: Days
    ends_in: Days | None
    coaches: list[str]


class DemoPerson(Strict):
    """`did`, `began` and `short` are described in cast.yaml; numbers are days before today."""

    key: str
    name: str
    email: str | None = None
    role: Role
    language: str
    cohort: str | None
    joined: Days
    about: str = ""
    did: dict[str, Days] = {}
    began: dict[str, Days] = {}
    short: dict[str, str] = {}
    note: str = ""


class DemoReply(Strict):
    by: str
    day: Days
    text: str


class DemoComment(Strict):
    """`thanks` are those who thanked for it; an answer to a question may be `accepted`."""

    by: str
    day: Days
    kind: Literal["feedback", "comment"]
    text: str
    replies: list[DemoReply] = []
    thanks: list[str] = []
    accepted: bool = False


class DemoPost(Strict):
    author: str
    thing: Annotated[str | None, BeforeValidator(lambda slug: None if slug in ("none", "") else slug)]
    day: Days
    hour: int
    visibility: Visibility
    title: str
    body: str
    asks: bool = False
    reactions: dict[ReactionKind, list[str]] = {}
    comments: list[DemoComment] = []


class DemoAnswer(DemoComment):
    """An answer to what `to` wrote about `thing`."""

    to: str
    thing: str


class DemoReport(Strict):
    """What somebody says is not right with what `to` wrote about `thing`, or with an answer to it."""

    by: str
    to: str
    thing: str
    answer_by: str | None = None
    day: Days
    reason: Reason
    words: str


class DemoReview(Strict):
    """What a coach does with what `to` wrote about `thing`; a post is handed over to `coach`."""

    by: str
    to: str
    thing: str
    day: Days
    verdict: Literal["another-look", "approved", "handed-over"]
    words: str = ""
    coach: str = ""


class DemoTalk(Strict):
    """A coach says that they talked about a Thing."""

    by: str
    to: str
    thing: str
    day: Days


class DemoTemplate(Strict):
    """An answer that a coach gives often, by language."""

    by: str
    title: str
    texts: dict[str, str]


class DemoBlogPost(Strict):
    title: str
    day: Days
    hour: int
    tags: list[str]
    text: str


class DemoBlog(Strict):
    """Somebody's own blog, at an address that is nobody's."""

    author: str
    address: str
    title: str
    visibility: Visibility
    posts: list[DemoBlogPost]


class DemoSession(Strict):
    """A meeting, `day` days before today, planned some days before; learners by what they answered, and by
    how they said that they were there."""

    group: str
    by: str
    day: Annotated[int, Field(ge=-60, le=400)]
    at: str
    minutes: int
    planned: Days
    title: str
    place: str = ""
    url: str = ""
    agenda: str = ""
    things: list[str] = []
    answers: dict[Coming, list[str]] = {}
    there: dict[How, list[str]] = {}
    notes: str = ""


class DemoStuck(Strict):
    """A question about a Thing."""

    by: str
    thing: str
    day: Days
    to: Visibility
    text: str


class DemoShared(Strict):
    day: Days
    title: str
    text: str


class DemoMentor(Strict):
    """A learner's mentor, and what they share with them alone."""

    learner: str
    mentor: str
    day: Days
    shows_tiles: bool = False
    shared: list[DemoShared] = []


class DemoText(Strict):
    title: str
    body: str


class DemoAnnouncement(Strict):
    """What a group is told, the text that everybody falls back to first; and who has read it."""

    group: str
    by: str
    day: Days
    said: dict[str, DemoText]
    read: list[str] = []


class DemoNote(Strict):
    """What a coach notes about a learner for the other coaches."""

    about: str
    by: str
    day: Days
    text: str


class DemoPoint(Strict):
    by: str
    text: str


class DemoAction(Strict):
    """`due` and `done` are days like all others."""

    who: Literal["learner", "coach"]
    text: str
    due: int | None = None
    done: Days | None = None


class DemoConversation(Strict):
    """What a coach proposes to a learner, who chooses one of the days, counted from the earliest, or none."""

    with_: Annotated[str, Field(alias="with")]
    by: str
    day: Days
    times: list[int]
    at: str
    place: str = ""
    words: str = ""
    chosen: int | None = None
    agenda: list[DemoPoint] = []
    summary: str = ""
    actions: list[DemoAction] = []


class DemoLine(Strict):
    """What somebody says of a Thing that they did, in a line."""

    by: str
    thing: str
    use: Use
    line: str
    quotable: bool


class Cast(Strict):
    cohorts: list[DemoCohort]
    people: list[DemoPerson]
    blogs: list[DemoBlog] = []
    answers: list[DemoAnswer] = []
    reports: list[DemoReport] = []
    reviews: list[DemoReview] = []
    talks: list[DemoTalk] = []
    templates: list[DemoTemplate] = []
    stuck: list[DemoStuck] = []
    mentors: list[DemoMentor] = []
    posts: list[DemoPost]
    sessions: list[DemoSession] = []
    announcements: list[DemoAnnouncement] = []
    notes: list[DemoNote] = []
    conversations: list[DemoConversation] = []
    lines: list[DemoLine] = []


def read_cast(folder: Path) -> Cast:
    """Everything in content/demo. Raises pydantic's ValidationError where a file does not fit."""
    data: dict[str, Any] = yaml.safe_load((folder / "cast.yaml").read_text(encoding="utf-8"))
    posts = [_read_post(path) for path in sorted((folder / "posts").glob("*.md"))]
    more: dict[str, Any] = {}
    for name in ("sessions.yaml", "desk.yaml", "said.yaml"):
        more |= yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return Cast.model_validate({**data, **more, "posts": posts})


def _read_post(path: Path) -> dict[str, Any]:
    _, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return {**yaml.safe_load(front_matter), "body": body.strip()}

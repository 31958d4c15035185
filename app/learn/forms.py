"""The learner's forms."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.cohorts.models import DEFAULT_ZONE
from app.journals.forms import AnswerBody, Mark
from app.journals.models import Audience, ReactionKind, Visibility
from app.markdown import LONGEST
from app.people.forms import Name, NewPassword
from app.plans.services import Slot
from app.plans.weekly import LONGEST as LONGEST_TIME
from app.sessions.models import Coming, How
from app.web.forms import ClockTime, Form, TimeZone, Upload

LONGEST_TITLE = 200

Handle = Annotated[str, StringConstraints(max_length=60)]


class TickForm(Form):
    """`done` says how the activity shall be, so that a repeated press changes nothing."""

    done: Literal["0", "1"]


class BreakForm(Form):
    """Until when."""

    back: date


class AskMentorForm(Form):
    """Whose address it is, for who has an account here."""

    email: Annotated[str, StringConstraints(max_length=254)] = ""


class TilesForm(Form):
    """Whether the mentor sees them."""

    shown: bool = False


class StuckForm(Form):
    """What somebody needs to go on, and whom they ask."""

    body: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
    to: Annotated[str, StringConstraints(max_length=12)] = ""
    once: Mark = ""


class PostForm(Form):
    """A post as it is being written. `once` names the post, `version` the save that it was opened with,
    `window` the window it is written in, `writer` who opened it; a script may leave all four out. `insert` is
    the number of a prompt to put into the text, `mention` the handle of a person. Who `asks` wants an answer
    of the coaches; with `for_mentor` the mentor may read it, too."""

    title: Annotated[str, StringConstraints(max_length=LONGEST_TITLE)] = ""
    body: Annotated[str, StringConstraints(max_length=LONGEST, strip_whitespace=False)] = ""
    visibility: Visibility | None = None
    action: Literal["draft", "publish", "preview"] = "draft"
    once: Mark = ""
    window: Mark = ""
    writer: Mark = ""
    insert: Annotated[int, Field(ge=0, lt=1000)] | None = None
    mention: Handle = ""
    asks: Literal["1"] | None = None
    for_mentor: Literal["1"] | None = None
    version: Annotated[int, AfterValidator(lambda version: min(version, 2**31))] | None = None


class PictureForm(PostForm):
    """A post as it is being written, with a picture for it. `alt` is for who does not see it (WCAG 2.2,
    1.1.1)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    picture: Upload
    alt: Annotated[str, StringConstraints(min_length=1, max_length=300)]


class AnswerForm(Form):
    """An answer to a post, or to the answer `parent`. Who does not say for whom it is answers as usual: a
    coach with feedback."""

    body: AnswerBody
    audience: Audience | None = None
    parent: Mark = ""
    once: Mark = ""


class AnswerTextForm(Form):
    """An answer that is changed."""

    body: AnswerBody


class AcceptForm(Form):
    """`accepted` says whether the answer shall be what the question found."""

    accepted: Literal["0", "1"]


class ThanksForm(Form):
    """As for a post; to an answer one can only say thanks."""

    kind: Literal[ReactionKind.THANKS]
    on: Literal["0", "1"]


class ConfirmForm(Form):
    """Whether it is so."""

    confirmed: Literal["0", "1"]


class ComingForm(Form):
    """Whether somebody comes to a meeting."""

    answer: Coming


class HereForm(Form):
    """The word of a meeting, typed, or by the QR code that has it."""

    word: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    by: Literal[How.WORD, How.CODE] = How.WORD


class CodeForm(Form):
    """A join code, as somebody read it aloud."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class InvitedForm(Form):
    """Who was invited makes their account; the address is that of the invitation."""

    name: Name
    password: NewPassword


Weekday = Annotated[int, Field(ge=0, le=6)] | None
Minutes = Annotated[int, Field(ge=5, le=LONGEST_TIME)]


class PlanForm(Form):
    """Up to three weekly times; without a weekday there is none. Who learns in a group has its time zone.
    `lead` is how many minutes before there is a reminder, if at all."""

    weekday_1: Weekday = None
    at_1: ClockTime | None = None
    minutes_1: Minutes = 30
    weekday_2: Weekday = None
    at_2: ClockTime | None = None
    minutes_2: Minutes = 30
    weekday_3: Weekday = None
    at_3: ClockTime | None = None
    minutes_3: Minutes = 30
    time_zone: TimeZone = DEFAULT_ZONE
    lead: Literal["0", "15", "60"] | None = None

    @property
    def rows(self) -> list[tuple[int | None, time | None, int]]:
        return [
            (self.weekday_1, self.at_1, self.minutes_1),
            (self.weekday_2, self.at_2, self.minutes_2),
            (self.weekday_3, self.at_3, self.minutes_3),
        ]

    @property
    def slots(self) -> list[Slot]:
        """Those that are whole."""
        return [
            Slot(day, at, minutes) for day, at, minutes in self.rows if day is not None and at is not None
        ]


class RecordForm(Form):
    """The posts of a record, with their `whole` text or how they begin."""

    post: list[Annotated[str, StringConstraints(max_length=12)]] = []
    whole: Literal["0", "1"] = "0"

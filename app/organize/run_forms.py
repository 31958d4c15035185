"""How a group runs its programme, as a form."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from app.cohorts.runs import Rhythm, Run, Slot, WeeksOff
from app.organize.forms import Day
from app.things.catalogue import Programme
from app.web.forms import Bound, Form, blank, invalid
from app.web.i18n import message

MOST_THINGS, MOST_WEEKS, ROWS_OFF = 200, 104, 2
Word = Annotated[str, StringConstraints(max_length=80)]
Place = Annotated[str, StringConstraints(max_length=4, pattern=r"^(out|auto|[1-9][0-9]{0,2})$")]


def _nothing(value: Any) -> Any:
    return None if value == "" else value


OptionalDay = Annotated[Day | None, BeforeValidator(_nothing)]


class RunForm(Form):
    """Rhythm, rule and weeks off. `off_*` are rows; one without dates counts for nothing."""

    rhythm: Rhythm = Rhythm.OPEN
    closed: Literal["1"] | None = None
    deadlines: Literal["1"] | None = None
    approval: Literal["1"] | None = None
    rule: Literal["own", "all", "required", "number"] = "own"
    number: Annotated[int | None, Field(ge=1, le=MOST_THINGS)] = None
    optional_needed: Annotated[int | None, Field(ge=1, le=MOST_THINGS)] = None
    off_kind: Annotated[list[Literal["break", "catch-up"]], Field(max_length=20)] = []
    off_first: Annotated[list[OptionalDay], Field(max_length=20)] = []
    off_last: Annotated[list[OptionalDay], Field(max_length=20)] = []

    @field_validator("off_last")
    @classmethod
    def _rows_are_whole(cls, last: list[date | None], info: ValidationInfo) -> list[date | None]:
        for first, until in zip(info.data.get("off_first", ()), last, strict=False):
            if (first is None) != (until is None):
                raise invalid(message("Give both days of each row, the first and the last."))
            if first and until and until < first:
                raise invalid(message("The last day cannot come before the first."))
        return last

    def changed(self, run: Run) -> Run:
        """The run with what this form says of it."""
        complete: Any = {"own": "", "number": self.number or ""}.get(self.rule, self.rule)
        rows = zip(self.off_first, self.off_last, [*self.off_kind, *["break"] * 20], strict=False)
        off = [
            WeeksOff(first=first, last=last, catch_up=kind == "catch-up")
            for first, last, kind in rows
            if first and last
        ]
        values = {
            "rhythm": self.rhythm,
            "closed": self.closed is not None,
            "deadlines": self.deadlines is not None,
            "approval": self.approval is not None,
            "complete": complete,
            "optional_needed": self.optional_needed or 0 if self.rule == "required" else 0,
            "weeks_off": tuple(sorted(off, key=lambda one: one.first)),
        }
        return run.model_copy(update=values)


def form_of_run(run: Run) -> Bound[RunForm]:
    """Filled in, with some empty rows for weeks off."""
    rule = "number" if isinstance(run.complete, int) else run.complete or "own"
    spare = [""] * ROWS_OFF
    return blank(
        RunForm,
        rhythm=run.rhythm.value,
        closed="1" if run.closed else "",
        deadlines="1" if run.deadlines else "",
        approval="1" if run.approval else "",
        rule=rule,
        number=run.complete if isinstance(run.complete, int) else "",
        optional_needed=run.optional_needed or "",
        off_kind=["catch-up" if off.catch_up else "break" for off in run.weeks_off] + ["break"] * ROWS_OFF,
        off_first=[off.first.isoformat() for off in run.weeks_off] + spare,
        off_last=[off.last.isoformat() for off in run.weeks_off] + spare,
    )


class ThingsForm(Form):
    """A row for each Thing of the programme, in four lists of the same length but for `optional`, which has
    the slugs of those that are. `place` is "out", "auto" or the number of a week."""

    slug: Annotated[list[Word], Field(max_length=MOST_THINGS)] = []
    place: Annotated[list[Place], Field(max_length=MOST_THINGS)] = []
    opens: Annotated[list[OptionalDay], Field(max_length=MOST_THINGS)] = []
    due: Annotated[list[OptionalDay], Field(max_length=MOST_THINGS)] = []
    optional: Annotated[list[Word], Field(max_length=MOST_THINGS)] = []

    @field_validator("place")
    @classmethod
    def _some_are_in(cls, place: list[str]) -> list[str]:
        if place and all(one == "out" for one in place):
            raise invalid(message("Choose at least one Thing."))
        return place

    @field_validator("due")
    @classmethod
    def _after_opening(cls, due: list[date | None], info: ValidationInfo) -> list[date | None]:
        opens = info.data.get("opens", ())
        if any(first and last and last < first for first, last in zip(opens, due, strict=False)):
            raise invalid(message("A Thing cannot be due before it opens."))
        return due

    def slots(self, programme: Programme) -> tuple[Slot, ...] | None:
        """Of the Things that are in; None where all are, and nothing was chosen for any."""
        optional = {thing.slug: thing.optional for thing in programme.things}
        count = len(self.slug)
        rows = zip(
            self.slug,
            self.place or ["auto"] * count,
            self.opens or [None] * count,
            self.due or [None] * count,
            strict=False,
        )
        found = [
            Slot(
                slug=slug,
                week=int(place) if place.isdigit() else None,
                opens_on=opens_on,
                due_on=due_on,
                optional=None if (slug in self.optional) == optional[slug] else slug in self.optional,
            )
            for slug, place, opens_on, due_on in rows
            if slug in optional and place != "out"
        ]
        return None if found == [Slot(slug=slug) for slug in optional] else tuple(found)

"""How a cohort runs its programme: which Things, in what rhythm, and what completes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.things.catalogue import Programme, Thing


class Rhythm(StrEnum):
    OPEN = "open"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    DATES = "dates"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class WeeksOff(_Frozen):
    """From `first` to `last`, both included, nothing new opens: everyone is away, or catches up."""

    first: date
    last: date
    catch_up: bool = False


class Slot(_Frozen):
    """A Thing of the run. `week` counts from 1 in weeks (or fortnights) that are not off, None for by its
    place; the dates are for the rhythm of own dates. `optional` is as the file says where it is None."""

    slug: str
    week: int | None = None
    opens_on: date | None = None
    due_on: date | None = None
    optional: bool | None = None


class Run(_Frozen):
    """Kept as JSON with its cohort. Without `slots` it has all Things of the programme, spread evenly.

    `complete` is as in a programme, empty for the programme's own rule; with "required", `optional_needed` of
    the optional ones are needed too. With `approval` a Thing that is reflected on is complete once a coach
    has approved. `closed` Things cannot be read before they open. `deadlines` are told to learners as such.
    `noted` are the slugs of Things that coaches wrote a note for. `version` rises with each change that moves
    dates, for calendars."""

    rhythm: Rhythm = Rhythm.OPEN
    closed: bool = False
    deadlines: bool = False
    approval: bool = False
    complete: Literal["", "all", "required"] | int = ""
    optional_needed: int = 0
    weeks_off: tuple[WeeksOff, ...] = ()
    slots: tuple[Slot, ...] | None = None
    noted: tuple[str, ...] = ()
    version: int = 0

    @cached_property
    def by_slug(self) -> Mapping[str, Slot]:
        return {slot.slug: slot for slot in self.slots or ()}

    def text(self) -> str | None:
        """As it is stored; None for a run without any wish of its own."""
        return None if self == PLAIN else self.model_dump_json(exclude_defaults=True)

    def after(self, before: Run) -> Run:
        """As the next version of a run."""
        same = self.model_copy(update={"version": before.version})
        return same if same == before else same.model_copy(update={"version": before.version + 1})


PLAIN = Run()


@lru_cache(maxsize=512)
def read_run(text: str | None) -> Run:
    return PLAIN if text is None else Run.model_validate_json(text)


@lru_cache(maxsize=512)
def run_of(programme: Programme, text: str | None) -> Run:
    """As it is stored, with the names that Things have today."""
    run = read_run(text)
    if run.slots is None:
        return run
    things = ((slot, programme.thing(slot.slug)) for slot in run.slots)
    slots = tuple(slot.model_copy(update={"slug": thing.slug}) for slot, thing in things if thing)
    return run.model_copy(update={"slots": slots})


@lru_cache(maxsize=512)
def programme_of_run(programme: Programme, text: str | None) -> Programme:
    """The programme as a run with this stored text has it. Things that it leaves out are `beyond` it: they
    can be read, and what was done for them is kept."""
    run = run_of(programme, text)
    if (run.slots, run.complete, run.approval, run.optional_needed) == (None, "", False, 0):
        return programme
    inside = {thing.slug for thing in programme.things if run.slots is None or thing.slug in run.by_slug}
    chosen = [_as_run(thing, run) for thing in programme.things if thing.slug in inside]
    return replace(
        programme,
        things=tuple(chosen),
        beyond=tuple(thing for thing in programme.things if thing.slug not in inside),
        complete=run.complete or programme.complete,
        optional_needed=run.optional_needed,
        digest=f"{programme.digest[:60]}+ok" if run.approval else programme.digest,
        whole=programme,
    )


def _as_run(thing: Thing, run: Run) -> Thing:
    slot = run.by_slug.get(thing.slug)
    optional = thing.optional if slot is None or slot.optional is None else slot.optional
    if (optional, run.approval) == (thing.optional, False):
        return thing
    return replace(thing, optional=optional, needs_approval=run.approval)

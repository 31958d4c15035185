"""The short route: what somebody needs to complete a programme, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.learn.reader import Reader
from app.progress.packs import pack_of
from app.progress.rules import State, asks, summary
from app.things.catalogue import Programme, Thing


@dataclass(frozen=True)
class ShortRoute:
    """`things` are (Thing, title, address, what is left in words); `minutes` what they take together."""

    title: str
    url: str
    things: Sequence[tuple[Thing, str, str]]
    left: int
    chooses: bool
    minutes: int


def short_route(reader: Reader, programme: Programme) -> ShortRoute:
    """The Things that count and are not complete, those that were begun first. Where one may choose, all that
    one may choose from."""
    course = reader.course(programme)
    run, enrolled = course.programme, course.enrolled
    pack = pack_of(enrolled, run) if enrolled else {}
    where, prepared = summary(run, pack), reader.fragments(run)
    needed_only = run.complete == "required" and not run.optional_needed
    open_ = [
        thing
        for thing in run.things
        if asks(thing) and pack.get(thing.slug) != State.COMPLETE and not (needed_only and thing.optional)
    ]
    left = where.needed - where.done
    ordered = sorted(open_, key=lambda thing: thing.slug not in pack)
    taken = ordered[:left]
    return ShortRoute(
        prepared.text.title,
        prepared.url,
        [(thing, thing.text(prepared.order).title, f"{prepared.url}/{thing.slug}") for thing in ordered],
        left,
        len(open_) > left,
        sum(thing.minutes or 0 for thing in taken),
    )

"""What is stored of an enrolment's progress in one row: every page of a learner reads it.

`facts` is {slug: ticked activities and marks}, a copy of what is recorded; `pack` is {slug: state}, which
follows from it for the content with `digest`. Both are kept as the text of JSON, and understood as often as
it changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from app.progress.rules import NOTHING, Facts, derive, merge
from app.things.catalogue import Programme, Thing

DRAFTED, REFLECTED, APPROVED, COMPLETE = "+drafted", "+reflected", "+approved", "+complete"
SOME_TIME = datetime.min.replace(tzinfo=UTC)
"""When a Thing was completed, as far as a pack knows; its record has the day."""


class Stored(Protocol):
    """Any row with these columns."""

    @property
    def digest(self) -> str | None: ...
    @property
    def pack(self) -> str | None: ...
    @property
    def facts(self) -> str | None: ...


def packed(facts: Facts) -> list[str]:
    """No activity has a name that begins like a mark."""
    marks = {
        DRAFTED: facts.drafted,
        REFLECTED: facts.reflected,
        APPROVED: facts.approved,
        COMPLETE: facts.completed_at is not None,
    }
    return [*(mark for mark, holds in marks.items() if holds), *sorted(facts.ticks)]


def unpacked(words: Iterable[str]) -> Facts:
    found = frozenset(words)
    return Facts(
        found - {DRAFTED, REFLECTED, APPROVED, COMPLETE},
        DRAFTED in found,
        REFLECTED in found,
        APPROVED in found,
        SOME_TIME if COMPLETE in found else None,
    )


def pack_of(stored: Stored, programme: Programme) -> Mapping[str, str]:
    """{slug: state} of what was started: as it is stored where that is true for the programme as it is now,
    else what the facts say."""
    if stored.pack is None:
        return {}
    if stored.digest == programme.digest:
        states: Mapping[str, str] = _read(stored.pack)
        return states
    return _derived(programme, stored.facts or "{}")


def facts_in(stored: Stored, thing: Thing) -> Facts:
    """What is recorded about the Thing, under whatever slug."""
    known = read_facts(stored)
    if known is None:
        return NOTHING
    facts = unpacked(known.get(thing.slug, ()))
    for slug in thing.aliases:
        if slug in known:
            facts = merge(facts, unpacked(known[slug]))
    return facts


def read_facts(stored: Stored) -> Mapping[str, Sequence[str]] | None:
    """Of all Things; None where there is no such row."""
    return None if stored.facts is None else _read(stored.facts)


@lru_cache(maxsize=2048)
def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


@lru_cache(maxsize=512)
def _derived(programme: Programme, facts: str) -> Mapping[str, str]:
    return derive(programme, {slug: unpacked(words) for slug, words in _read(facts).items()})

"""What the pages of small groups and buddies show to a coach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.coach.pod_forms import DealForm, PairForm
from app.cohorts.companions import Companions, Member
from app.cohorts.dealing import deal, pair
from app.db import fold
from app.web.i18n import Locale


class Proposed(NamedTuple):
    """A small group, or buddies, as they would be."""

    name: str
    members: Sequence[Member]

    @property
    def handles(self) -> str:
        return " ".join(member.handle for member in self.members)


def dealt(companions: Companions, wanted: DealForm, locale: Locale) -> list[Proposed]:
    """In the order of their names: the number of one says nothing of how far its people are."""
    people = companions.members if wanted.anew else companions.in_no_pod()
    taken = set() if wanted.anew else {pod.name for pod in companions.pods}
    numbers = (locale.gettext("Small group %(number)s") % {"number": n} for n in range(1, 10_000))
    free = (name for name in numbers if name not in taken)
    found = deal([member.dealt for member in people], wanted.size, wanted.mix)
    found.sort(key=lambda group: min(fold(one.name) for one in group))
    return [_proposed(companions, next(free), (one.handle for one in group)) for group in found]


def paired(companions: Companions, wanted: PairForm) -> list[Proposed]:
    """Who has no buddy yet, within each small group and then among who is left, or all together."""
    alone = companions.without_buddy()
    if wanted.within == "group":
        among = [alone]
    else:
        among = [[one for one in alone if one.pod_id == pod.id] for pod in companions.pods]
        among.append([one for one in alone if one.pod_id is None])
    left = [one for some in among if len(some) == 1 for one in some]
    found = [pairs for some in [*among, left] for pairs in pair([member.dealt for member in some])]
    return [_proposed(companions, "", (one.handle for one in group)) for group in found]


def looked_at(companions: Companions, names: Sequence[str], members: Sequence[str]) -> list[Proposed]:
    """What a form was sent with."""
    return [
        _proposed(companions, names[number] if number < len(names) else "", handles.split())
        for number, handles in enumerate(members)
    ]


def _proposed(companions: Companions, name: str, handles: Iterable[str]) -> Proposed:
    known = {member.handle: member for member in companions.members}
    return Proposed(name, [known[handle] for handle in handles if handle in known])


def choices(companions: Companions, locale: Locale, *, but: int | None = None) -> list[tuple[str, str]]:
    """(handle, name) of all learners; with the small group where they are in another than `but`."""
    pods = {pod.id: pod.name for pod in companions.pods if pod.id != but}
    both = locale.gettext("%(name)s, now in %(pod)s")
    return [
        (
            one.handle,
            both % {"name": one.name, "pod": pods[one.pod_id]} if one.pod_id in pods else one.name,
        )
        for one in companions.members
    ]

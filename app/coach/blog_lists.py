"""A coach's list of the blogs of a group: whose each is, and what is wrong with a line, before anything
happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.blogs.fetch import Failed, Fetcher
from app.blogs.models import LONGEST_ADDRESS, Trouble
from app.blogs.opml import Line
from app.blogs.queries import learners_with_addresses, with_blog
from app.blogs.services import propose
from app.blogs.words import TROUBLES
from app.cohorts.queries import CohortLine
from app.db import fold, fold_address
from app.people.viewer import Viewer
from app.web.i18n import Message, message

NO_ADDRESS = message("This line has no address of a blog.")
BAD_ADDRESS = TROUBLES[Trouble.ADDRESS]
NOBODY = message("Nobody in this group is called so. Choose who it is, or leave the field empty.")
SEVERAL = message("Several people in this group are called so. Write the e-mail address.")
HAS_ONE = message("This learner has a blog here already, or was asked about one.")
TWICE = message("This learner stands in the list twice.")


@dataclass(frozen=True)
class Checked:
    """A line, who writes it as the coach sees them, and what is wrong with it. Who was named by their e-mail
    address is not called otherwise: a pen name is nothing that an address should give away."""

    line: Line
    url: str
    who: str
    person_id: int | None = None
    enrolment_id: int | None = None
    problem: Message | None = None


class Group:
    """The learners of a group by all that they may be called: address, handle, name."""

    def __init__(self, db: Session, cohort: CohortLine) -> None:
        self.learners = learners_with_addresses(db, cohort.id)
        names = Counter(fold(learner.name) for learner in self.learners)
        self.called = {
            learner.person_id: learner.name if names[fold(learner.name)] == 1 else learner.handle
            for learner in self.learners
        }
        self._enrolments = {learner.person_id: learner.enrolment_id for learner in self.learners}
        self._addresses = {learner.email for learner in self.learners if learner.email}
        self._has_one = with_blog(db, self._enrolments)

    def check(self, lines: Sequence[Line], chosen: Mapping[int, str] | None = None) -> list[Checked]:
        """`chosen` is who the coach says it is, by number of the line; nobody leaves a line out."""
        checked = [self._check(line, (chosen or {}).get(line.number, line.who)) for line in lines]
        counts = Counter(one.person_id for one in checked if one.person_id is not None)
        return [
            replace(one, problem=TWICE)
            if one.person_id is not None and counts[one.person_id] > 1 and one.problem is None
            else one
            for one in checked
        ]

    def _check(self, line: Line, who: str) -> Checked:
        found = self._found(who)
        if len(found) != 1:
            problem = SEVERAL if found else NOBODY if who else None
            return Checked(line, line.url, who, problem=problem)
        (person_id,) = found
        url, problem = _address(line.url)
        if problem is None and person_id in self._has_one:
            problem = HAS_ONE
        by_address = fold_address(who) in self._addresses
        shown = who if by_address else self.called[person_id]
        return Checked(line, url, shown, person_id, self._enrolments[person_id], problem)

    def _found(self, who: str) -> set[int]:
        for name in ("email", "handle", "name"):
            wanted = fold_address(who) if name == "email" else fold(who)
            found = {
                learner.person_id
                for learner in self.learners
                if wanted and wanted == (_plain(name, getattr(learner, name)))
            }
            if found:
                return found
        return set()


def _plain(name: str, value: str | None) -> str:
    return (value or "") if name == "email" else fold(value or "")


def _address(url: str) -> tuple[str, Message | None]:
    """With https:// where it was left out; by its letters alone, nothing is asked."""
    if not url:
        return url, NO_ADDRESS
    full = url if "://" in url else f"https://{url}"
    try:
        Fetcher("").checked(full)
    except Failed:
        return url, BAD_ADDRESS
    return (full, None) if len(full) <= LONGEST_ADDRESS else (url, BAD_ADDRESS)


def propose_all(db: Session, viewer: Viewer, checked: Sequence[Checked]) -> int:
    """Ask each of them; how many. Those without a person are left out. Who has a blog that is shown to nobody
    is not asked, and counts: that they have it is theirs to tell."""
    count = 0
    for one in checked:
        if one.person_id is not None and one.enrolment_id is not None:
            propose(db, viewer.person_id, one.person_id, one.enrolment_id, one.url)
            count += 1
    return count

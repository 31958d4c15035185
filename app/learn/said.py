"""What somebody says of a Thing, below it: one press, a line, and what they are asked there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from app.cohorts.courses import Course
from app.growth.queries import Own, own_answers
from app.growth.words import Choices, use_choices
from app.learn.growth_forms import LONGEST_LINE, LineForm
from app.learn.offers import Offer, offers
from app.learn.reader import Reader
from app.progress.rules import State
from app.things.catalogue import Thing
from app.web.forms import Bound, blank

UNSAID = Own("", None, "", quotable=False, minutes=None, useful=None, is_asked=False)


class SaidView(NamedTuple):
    """Without `asks` there is only the place where it will be. `swapped` is the answer to a tick, `told` what
    has just been done."""

    url: str = ""
    asks: bool = False
    own: Own = UNSAID
    choices: Choices = ()
    typed: Bound[LineForm] | None = None
    in_group: bool = False
    offers: tuple[Offer, ...] = ()
    swapped: bool = False
    told: str = ""
    longest: int = LONGEST_LINE

    @property
    def form(self) -> Bound[LineForm]:
        own = self.own
        return self.typed or blank(LineForm, line=own.line, quotable="1" if own.quotable else "")


def said_html(
    reader: Reader,
    course: Course,
    thing: Thing,
    pack: Mapping[str, str],
    *,
    swapped: bool = False,
    told: str = "",
    form: Bound[LineForm] | None = None,
) -> Markup:
    """Once the Thing is complete; at a breather at once. Kept for all who said the same, but where somebody
    typed what is wrong."""
    enrolled, is_done = course.enrolled, pack.get(thing.slug) == State.COMPLETE
    if enrolled is None or not (is_done or thing.breather):
        return reader.pages.part("learn/_said.html", reader.locale, view=SaidView(swapped=swapped))
    said = own_answers(reader.db, enrolled.enrolment_id, course.programme)
    own = said.get(thing.slug, UNSAID)
    view = SaidView(
        f"/programmes/{course.programme.slug}/{thing.slug}",
        is_done,
        own,
        use_choices(reader.locale),
        form,
        enrolled.cohort is not None,
        tuple(offers(reader.db, course, pack, said, reader.locale, breather=thing.breather)),
        swapped,
        told,
    )
    if form is not None:
        return reader.pages.piece("learn/_said.html", reader.locale, {"view": view})
    return reader.pages.part("learn/_said.html", reader.locale, view=view)

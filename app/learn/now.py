"""What fits into the minutes that somebody has, in words and with where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.errors import NotFound
from app.journals.cards import thing_of, title_of
from app.journals.streams import news, own_drafts
from app.learn.reader import Reader
from app.markdown import excerpt
from app.progress.fitting import Doing, Step, what_fits
from app.progress.packs import pack_of
from app.web.i18n import Locale, message

MINUTES = (5, 15, 30, 60)
USUAL, MOST = 15, 600
TITLE_LENGTH = 120
SENTENCES = {
    Doing.READ: message("Read Thing %(number)s: %(title)s"),
    Doing.TRY: message("Thing %(number)s: %(title)s"),
    Doing.WRITE: message("Write your reflection on Thing %(number)s: %(title)s"),
    Doing.FINISH: message("Finish what you are writing about Thing %(number)s: %(title)s"),
}


class StepLine(NamedTuple):
    """A step as pages and letters show it; `lang` is that of the `detail`, empty where it is the
    page's."""

    words: str
    url: str
    minutes: int
    detail: str = ""
    lang: str = ""


class Suggestion(NamedTuple):
    """Something else, for who would rather not."""

    words: str
    url: str


@dataclass(frozen=True)
class NowView:
    """`minutes` is the time there is, `takes` what the steps take together. Where none of them `fits`, there
    is the one to begin with."""

    title: str
    url: str
    minutes: int
    choices: Sequence[int]
    steps: Sequence[StepLine]
    fits: bool
    takes: int
    others: Sequence[Suggestion]


def step_line(step: Step, locale: Locale) -> StepLine:
    text = step.thing.text(locale.reading_order())
    page = f"/programmes/{step.thing.programme}/{step.thing.slug}"
    words = locale.gettext(SENTENCES[step.doing].text)
    words = words % {"number": step.thing.label, "title": text.title}
    lang = locale.lang(text.language)
    if step.doing is Doing.READ:
        return StepLine(words, page, step.minutes, text.summary, lang)
    if step.doing is Doing.TRY:
        activity = next(found for found in text.activities if found.id == step.activity)
        detail = excerpt(activity.html, TITLE_LENGTH)
        return StepLine(words, f"{page}#activity-{activity.id}", step.minutes, detail, lang)
    return StepLine(words, f"{page}/reflect", step.minutes, lang=lang)


def now_view(reader: Reader, enrolment: str, minutes: int) -> NowView:
    """Of an enrolment of the viewer's. Raises NotFound."""
    viewer, locale = reader.viewer, reader.locale
    mine = viewer.enrolments if viewer else ()
    enrolled = next((one for one in mine if one.public_id == enrolment), None)
    programme = reader.catalogue.programme(enrolled.programme_slug) if enrolled else None
    if enrolled is None or programme is None:
        raise NotFound
    course, prepared = reader.course(programme), reader.fragments(programme)
    found = what_fits(course, pack_of(enrolled, course.programme), enrolled, minutes)
    return NowView(
        prepared.text.title,
        prepared.url,
        minutes,
        MINUTES,
        [step_line(step, locale) for step in found.steps],
        found.fits,
        found.minutes,
        _others(reader),
    )


def _others(reader: Reader) -> list[Suggestion]:
    """What somebody wrote last in one's groups, and what one has begun to write oneself."""
    viewer, locale = reader.viewer, reader.locale
    if viewer is None:
        return []
    found = []
    for line in news(reader.db, viewer, limit=1) if viewer.cohorts else ():
        words = locale.gettext("Read what %(name)s wrote, and react: “%(title)s”")
        title = title_of(line, thing_of(line, reader.catalogue), locale)
        url = f"/journals/{line.author_handle}/{line.public_id}"
        found.append(Suggestion(words % {"name": line.author_name, "title": title}, url))
    for line in own_drafts(reader.db, viewer, limit=1):
        words = locale.gettext("Go on with what you began to write: “%(title)s”")
        title = title_of(line, thing_of(line, reader.catalogue), locale)
        url = f"/journals/{viewer.handle}/{line.public_id}/edit"
        found.append(Suggestion(words % {"title": title}, url))
    return found

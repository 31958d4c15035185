"""What the pages of programmes show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.cohorts.courses import course_in
from app.learn.fragments import Fragments
from app.learn.reader import Reader
from app.learn.steps import NextStep, next_step
from app.learn.weeks import Week, in_weeks, now_in_words
from app.people.viewer import Enrolled
from app.progress.packs import pack_of
from app.progress.rules import State, summary
from app.progress.words import rule_in_words, summary_in_words
from app.things.catalogue import Programme, ProgrammeText, Thing
from app.web.i18n import Locale


@dataclass(frozen=True)
class ProgrammeCard:
    """A programme in the list of programmes."""

    text: ProgrammeText
    url: str
    things: int
    languages: Sequence[str]
    words: str


def programme_cards(reader: Reader) -> list[ProgrammeCard]:
    viewer = reader.viewer
    mine = {enrolled.programme_slug: enrolled for enrolled in viewer.enrolments} if viewer else {}
    cards = []
    for slug, programme in sorted(reader.catalogue.programmes.items()):
        prepared, enrolled = reader.fragments(programme), mine.get(slug)
        words = ""
        if enrolled:
            run = course_in(programme, enrolled).programme
            words = summary_in_words(summary(run, pack_of(enrolled, run)), reader.locale)
        cards.append(
            ProgrammeCard(
                prepared.text,
                prepared.url,
                len(programme.things),
                languages_in_words(programme, reader.locale),
                words,
            )
        )
    return cards


def languages_in_words(programme: Programme, locale: Locale) -> list[str]:
    """ "English", "French: 3 of 23 Things"."""
    total = len(programme.things)
    words = []
    for code, count in programme.languages.items():
        name = locale.language_name(code)
        if count == total:
            words.append(name)
        else:
            some = locale.gettext("%(language)s: %(count)s of %(all)s Things")
            words.append(some % {"language": name, "count": count, "all": total})
    return words


@dataclass(frozen=True)
class ThingRow:
    """A Thing in its programme's list."""

    thing: Thing
    title: str
    summary: str
    url: str
    look: str
    lang: str
    read_in: str


@dataclass(frozen=True)
class ProgrammeView:
    programme: Programme
    text: ProgrammeText
    url: str
    course: Enrolled | None
    tiles: Markup
    weeks: Sequence[Week[ThingRow]]
    languages: Sequence[str]
    rule: str
    words: str
    now: str
    step: NextStep | None
    lang: str


def programme_view(reader: Reader, programme: Programme) -> ProgrammeView:
    locale, course = reader.locale, reader.course(programme)
    programme, enrolled = course.programme, course.enrolled
    prepared = reader.fragments(programme)
    pack = pack_of(enrolled, programme) if enrolled else {}
    states = prepared.states(pack, course)
    rows = [_row(prepared, thing, state) for thing, state in zip(programme.things, states, strict=True)]
    return ProgrammeView(
        programme,
        prepared.text,
        prepared.url,
        enrolled,
        prepared.row(states),
        in_weeks(course, rows, locale),
        languages_in_words(programme, locale),
        rule_in_words(programme, locale),
        summary_in_words(summary(programme, pack), locale) if enrolled else "",
        now_in_words(course, pack, locale),
        next_step(reader, [(enrolled, course, pack)]) if enrolled else None,
        locale.lang(prepared.text.language),
    )


def _row(prepared: Fragments, thing: Thing, state: str | None) -> ThingRow:
    text = thing.text(prepared.order)
    lang = prepared.locale.lang(text.language)
    return ThingRow(
        thing,
        text.title,
        text.summary,
        f"{prepared.url}/{thing.slug}",
        (state or State.NOT_STARTED.value).partition(" ")[0],
        lang,
        prepared.locale.language_name(lang) if lang else "",
    )

"""Reports and appeals as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.markdown import render_post
from app.moderation.hidings import HidingLine
from app.moderation.queries import ReportLine
from app.moderation.words import reason_in_words
from app.web.i18n import Locale


@dataclass(frozen=True)
class Case:
    """A report or an appeal with the text that it is about: as it is now for who may read it, else the copy
    that was handed over. Without a body it is gone."""

    line: ReportLine | HidingLine
    title: str
    body: Markup
    lang: str
    reason: str = ""


def case_of_report(line: ReportLine, locale: Locale) -> Case:
    body = Markup(line.html)  # noqa: S704  cleaned when it was stored
    title = line.title
    if line.copy:
        title, body = line.copy_title, render_post(line.copy, line.language)
    return Case(line, title, body, locale.lang(line.language), reason_in_words(locale, line.reason))


def case_of_appeal(line: HidingLine, locale: Locale) -> Case:
    body = render_post(line.copy, line.language)
    return Case(line, line.copy_title, body, locale.lang(line.language))

"""What the page of a message to learners shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from app.coach.message_forms import MessageForm
from app.coaching.attention import Rule
from app.coaching.letters import next_thing_of, step_in_words
from app.coaching.nudges import Recipient
from app.cohorts.queries import CohortLine, learners_of
from app.things.catalogue import Programme
from app.web.forms import Bound
from app.web.i18n import LANGUAGES, Locale, message
from app.web.render import Pages

MOST_OFFERED, PREVIEWED = 500, 5
SUGGESTED = {
    Rule.NOT_BEGUN: message(
        "Good that you are in the group, {name}. The first Thing takes about twenty minutes and can be done "
        "in bits. Shall we do it together? Tell me when it suits you."
    ),
    Rule.SILENT: message(
        "Hello {name}, I have not seen you for a while, and that is fine. Carry on where you left off, or "
        "take a break and tell me when you are back. Is there anything that I can do?"
    ),
    Rule.TICKS_ONLY: message(
        "You are trying a lot, {name}. Three sentences about one Thing are enough, also if you keep them for "
        "yourself. Or shall we talk about it instead?"
    ),
    Rule.BEHIND: message(
        "Hello {name}, would some more days help? Tell me what is in the way, and we look for what fits."
    ),
    Rule.BLOG: message("Hello {name}, we cannot read your blog at the moment. Shall we look at it together?"),
    Rule.FINISHED: message(
        "You did it, {name}: congratulations. What will you go on with, and whom could you show it to?"
    ),
}
"""A beginning, for the coach to change."""


@dataclass(frozen=True)
class Preview:
    """What one of them gets."""

    name: str
    lang: str
    text: str
    step: str


@dataclass(frozen=True)
class MessageView:
    """`learners` are (handle, name), `languages` (code, name, how many read it) of those who are chosen;
    `blocked` has (name, why). `more` get it than there are previews."""

    learners: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str, int]]
    blocked: Sequence[tuple[str, str]]
    previews: Sequence[Preview]
    more: int


def suggestions(request: Request, about: str) -> Mapping[str, str]:
    """{field: text} in each language, for one of the reasons."""
    found = next((SUGGESTED[rule] for rule in SUGGESTED if rule.value == about), None)
    if found is None:
        return {}
    pages: Pages = request.app.state.pages
    return {f"text_{language}": found.translated(pages.locales[language].gettext) for language in LANGUAGES}


def message_view(
    db: Session,
    request: Request,
    cohort: CohortLine,
    programme: Programme,
    locale: Locale,
    to: Sequence[Recipient],
    form: Bound[MessageForm],
) -> MessageView:
    pages: Pages = request.app.state.pages
    why = {
        "recent": locale.gettext("had a message in the last seven days"),
        "muted": locale.gettext("wants no messages"),
        "away": locale.gettext("takes a break"),
    }
    reached = [one for one in to if not one.why_not] or to
    read = {language: sum(one.language == language for one in reached) for language in LANGUAGES}
    texts = {language: form.value(f"text_{language}") for language in LANGUAGES}
    previews = [
        Preview(
            one.name,
            one.language,
            one.text(texts),
            step_in_words(next_thing_of(db, one.enrolment_id, programme), pages.locales[one.language])[0],
        )
        for one in _previewed(to)
    ]
    return MessageView(
        [(one.handle, one.name) for one in learners_of(db, cohort.id, limit=MOST_OFFERED)],
        [
            (language, locale.language_name(language), count)
            for language, count in read.items()
            if count or not to
        ],
        [(one.name, why[one.why_not]) for one in to if one.why_not],
        previews,
        sum(not one.why_not for one in to) - len(previews),
    )


def _previewed(to: Sequence[Recipient]) -> list[Recipient]:
    """Some of those who get it, by name: one for each language that they read, and others."""
    reached = [one for one in to if not one.why_not]
    first = {one.language: one for one in reversed(reached)}
    others = [one for one in reached if one not in first.values()]
    shown = [*first.values(), *others[: PREVIEWED - len(first)]]
    return [one for one in reached if one in shown]

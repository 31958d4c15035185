"""What one can choose from, in words."""

from __future__ import annotations

from app.growth.models import Use
from app.web.i18n import Locale, message

USES = {
    Use.DID: message("Already did"),
    Use.SOON: message("Soon"),
    Use.NO: message("Not in my job"),
}
QUESTIONS = {
    "dare": message("I dare to try something new"),
    "help": message("I can help a visitor"),
    "ask": message("I know whom to ask"),
}
"""The three that people ask themselves at the start and at the end."""
SURE = (
    message("Not yet"),
    message("A little"),
    message("Half and half"),
    message("Mostly"),
    message("Fully"),
)
USEFUL = (
    message("Not useful"),
    message("A little useful"),
    message("Fairly useful"),
    message("Useful"),
    message("Very useful"),
)
MINUTES = (10, 20, 30, 45, 60, 90, 120)

Choices = tuple[tuple[str, str], ...]
"""(value, words) for a form."""


def use_choices(locale: Locale) -> Choices:
    return tuple((use.value, words.translated(locale.gettext)) for use, words in USES.items())


def sure_choices(locale: Locale) -> Choices:
    return tuple((str(number), words.translated(locale.gettext)) for number, words in enumerate(SURE, 1))


def useful_choices(locale: Locale) -> Choices:
    return tuple((str(number), words.translated(locale.gettext)) for number, words in enumerate(USEFUL, 1))


def minutes_choices(locale: Locale) -> Choices:
    return tuple((str(minutes), minutes_in_words(minutes, locale)) for minutes in MINUTES)


def minutes_in_words(minutes: int, locale: Locale) -> str:
    """As a choice: the first and the last are open-ended."""
    words = locale.ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    if minutes == MINUTES[0]:
        return locale.gettext("%(minutes)s or less") % {"minutes": words}
    if minutes == MINUTES[-1]:
        return locale.gettext("%(minutes)s or more") % {"minutes": words}
    return words

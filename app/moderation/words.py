"""Moderation in words."""

from __future__ import annotations

from app.moderation.models import Reason
from app.web.i18n import Locale, message

REASONS = {
    Reason.HURTS: message("It hurts or threatens somebody"),
    Reason.TELLS: message("It tells what somebody would rather keep private"),
    Reason.WORRIES: message("I am worried about the writer"),
    Reason.SELLS: message("It is advertising"),
    Reason.COPIES: message("It is somebody else’s work"),
    Reason.OTHER: message("Something else"),
}


def reasons(locale: Locale) -> list[tuple[str, str]]:
    """(value, words) to choose from."""
    return [(reason.value, words.translated(locale.gettext)) for reason, words in REASONS.items()]


def reason_in_words(locale: Locale, reason: str) -> str:
    return REASONS[Reason(reason)].translated(locale.gettext)

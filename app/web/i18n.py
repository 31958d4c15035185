"""Languages of the interface: catalogues, choice, dates and numbers."""

from __future__ import annotations

import datetime as dt
import gettext
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale as BabelLocale
from babel.core import UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from app.clock import now

WAYS_OF_WRITING = {"en": "en_GB"}
"""Which country's dates and lists a language has, where it matters."""

LANGUAGES = {"en": "English", "nl": "Nederlands", "fr": "Français"}
DEFAULT_LANGUAGE = "en"
CATALOGUES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGE_COOKIE = "dingen_language"


@lru_cache
def translations(language: str) -> gettext.NullTranslations:
    """The interface's messages in one language, read from its `.po` file; English is the source."""
    path = CATALOGUES / language / "LC_MESSAGES" / "dingen.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose_language(profile: str | None, cookie: str | None, accept_language: str | None) -> str:
    """The profile's language, else the cookie's, else the best of Accept-Language (RFC 9110, 12.5.4)."""
    for wish in (profile, cookie):
        if wish in LANGUAGES:
            return wish
    if accept_language:
        return _negotiated(accept_language[:200])
    return DEFAULT_LANGUAGE


@lru_cache(maxsize=512)
def _negotiated(accept_language: str) -> str:
    weighted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.partition("q=")[2] or 1)
        except ValueError:
            continue
        if weight > 0:
            weighted.append((-weight, tag.replace("-", "_")))
    preferred = [tag for _, tag in sorted(weighted, key=lambda pair: pair[0])]
    wider = [tag.partition("_")[0] for tag in preferred]
    return negotiate_locale(wider, list(LANGUAGES)) or DEFAULT_LANGUAGE


@dataclass(frozen=True)
class Locale:
    """One language of the interface with its messages and its way of writing dates."""

    language: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    zone: ZoneInfo

    def reading_order(self, preferred: Iterable[str] = ()) -> tuple[str, ...]:
        return (*preferred, self.language)

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.zone)

    def date(self, moment: dt.date | dt.datetime, form: str = "long") -> str:
        """ "23 November 2026"; `form` is one of Babel's: short, medium, long, full, or a pattern."""
        day = self.local(moment).date() if isinstance(moment, dt.datetime) else moment
        return _formatted_date(day, form, self.language)

    def time(self, moment: dt.datetime) -> str:
        return f"{self.local(moment):%H:%M}"

    def datetime(self, moment: dt.datetime) -> str:
        return f"{self.date(moment)}, {self.time(moment)}"

    def lang(self, code: str) -> str:
        """For the lang attribute of a text in that language: nothing where it is the page's own."""
        return "" if code == self.language else code

    def language_name(self, code: str) -> str:
        """Another language's name as this one calls it: "English", "anglais"."""
        return _language_name(self.language, code)

    def decimal(self, value: float) -> str:
        """With one digit: "3.6", "3,6"."""
        return str(format_decimal(round(value, 1), format="0.0", locale=_way_of_writing(self.language)))

    def enumeration(self, names: Sequence[str]) -> str:
        """ "Cora, Paul and Mieke"."""
        return format_list(list(names), locale=_way_of_writing(self.language))

    def percent(self, share: float) -> str:
        """ "63%", "63 %"."""
        return format_percent(share, format=None, locale=_way_of_writing(self.language))

    def ago(self, moment: dt.datetime) -> str:
        """ "3 days ago", in whole days beyond one day."""
        seconds = max(0, int((now() - moment).total_seconds()))
        if seconds < 60:
            return self.gettext("just now")
        rounded = seconds - seconds % (86400 if seconds >= 86400 else 3600 if seconds >= 3600 else 60)
        return _formatted_delta(-rounded, self.language)


def locale_in(language: str, zone: str) -> Locale:
    messages = translations(language)
    return Locale(language, messages.gettext, messages.ngettext, ZoneInfo(zone))


def _way_of_writing(language: str) -> str:
    return WAYS_OF_WRITING.get(language, language)


@lru_cache(maxsize=256)
def _language_name(language: str, code: str) -> str:
    try:
        return BabelLocale.parse(code.replace("-", "_")).get_language_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code


@lru_cache(maxsize=4096)
def _formatted_date(day: dt.date, form: str, language: str) -> str:
    return format_date(day, form, locale=_way_of_writing(language))


@lru_cache(maxsize=4096)
def _formatted_delta(seconds: int, language: str) -> str:
    return format_timedelta(
        timedelta(seconds=seconds),
        add_direction=True,
        locale=_way_of_writing(language),
        threshold=1.2,
    )


@dataclass(frozen=True)
class Message:
    """A message that waits for its language: an English sentence and what goes into it."""

    text: str
    values: tuple[tuple[str, object], ...] = ()

    def translated(self, translate: Callable[[str], str]) -> str:
        return translate(self.text) % dict(self.values) if self.values else translate(self.text)


def message(text: str, **values: object) -> Message:
    """Marks `text` for extraction; translated when the page is rendered."""
    return Message(text, tuple(values.items()))

"""How a letter looks: HTML with its styles inlined, as mail programs want it, and plain text beside it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.web.i18n import LANGUAGES, Locale, locale_in
from app.web.render import TEMPLATES

LINE = 72
"""What is quoted once or twice still fits into eighty (RFC 5322, 2.1.1)."""
SIGNATURE = "-- "
"""What mail programs know the foot of a letter by (RFC 3676, 4.3)."""


class Stationery:
    """The templates of letters in every language of the interface. `emails/x.html` has its plain text in
    `emails/x.txt`."""

    def __init__(self, zone: str) -> None:
        self.locales = {language: locale_in(language, zone) for language in LANGUAGES}
        self._environments = {language: _environment(locale) for language, locale in self.locales.items()}
        self._inliner = CSSInliner(load_remote_stylesheets=False)

    def html(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        page = self._environments[language].get_template(template).render(values)
        return self._inliner.inline(page)

    def text(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        plain = template.removesuffix(".html") + ".txt"
        return wrapped(self._environments[language].get_template(plain).render(values))


@lru_cache
def _environment(locale: Locale) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        locale.gettext, locale.ngettext, newstyle=True
    )
    environment.filters.update(date=locale.date, time=locale.time, datetime=locale.datetime)
    environment.globals.update(locale=locale.language, local=locale)
    return environment


def wrapped(text: str) -> str:
    """Lines no longer than a mail program shows; an address stays whole, so that it can be opened."""
    lines = [
        [line]
        if line == SIGNATURE
        else textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False) or [""]
        for line in text.strip().splitlines()
    ]
    joined = "\n".join(line for parts in lines for line in parts)
    return re.sub(r"\n{3,}", "\n\n", joined) + "\n"

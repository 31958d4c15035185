"""The form of an announcement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints

from app.cohorts.announcing import Said
from app.web.forms import Bound, Form
from app.web.i18n import LANGUAGES, message

LONGEST_TITLE, LONGEST_BODY = 120, 20_000

Title = Annotated[str, StringConstraints(max_length=LONGEST_TITLE)]
Body = Annotated[str, StringConstraints(max_length=LONGEST_BODY, strip_whitespace=False)]
MISSING = message("Fill this in.")


class AnnouncementForm(Form):
    """A title and a text in each language; without both, a language has none."""

    title_en: Title = ""
    title_nl: Title = ""
    title_fr: Title = ""
    body_en: Body = ""
    body_nl: Body = ""
    body_fr: Body = ""
    once: Annotated[str, StringConstraints(max_length=36)] = ""

    @property
    def said(self) -> Mapping[str, Said]:
        found = {
            language: Said(
                " ".join(getattr(self, f"title_{language}").split()), getattr(self, f"body_{language}")
            )
            for language in LANGUAGES
        }
        return {language: one for language, one in found.items() if one.title or one.body.strip()}


def is_complete(form: Bound[AnnouncementForm], first: str) -> bool:
    """Whether there is something in the `first` language, and nothing by half in any."""
    if form.parsed is None:
        return False
    said = form.data.said
    for language in {first, *said}:
        one = said.get(language, Said("", ""))
        if not one.title:
            form.refuse(f"title_{language}", MISSING)
        if not one.body.strip():
            form.refuse(f"body_{language}", MISSING)
    return form.valid


def values_of(texts: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """What is filled in at a form to change one."""
    return {
        f"{name}_{language}": text[name] for language, text in texts.items() for name in ("title", "body")
    }

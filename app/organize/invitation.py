"""What an organizer hands out: the join link, a QR code and a text to paste."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from markupsafe import Markup

from app.cohorts.models import Cohort
from app.web.i18n import Locale


@dataclass(frozen=True)
class Invitation:
    link: str
    text: str
    qr: Markup


def invitation(base_url: str, cohort: Cohort, locale: Locale) -> Invitation:
    """In the reader's language; the QR code is an SVG without styles, so that a strict CSP lets it be."""
    link = f"{base_url}/join/{cohort.code}"
    values = {"group": cohort.name, "link": link, "code": cohort.code}
    lines = [
        locale.gettext("You are invited to %(group)s.") % values,
        locale.gettext(
            "Small Things to try at your own pace, about twenty minutes each. "
            "You decide who reads what you write."
        ),
        locale.gettext("Join here: %(link)s") % values,
        locale.gettext("Or sign up and type the code %(code)s.") % values,
    ]
    if cohort.starts_on:
        lines.insert(1, locale.gettext("We begin on %(date)s.") % {"date": locale.date(cohort.starts_on)})
    svg = segno.make(link, error="m", micro=False).svg_inline(
        scale=8, border=2, svgclass="qr", lineclass=None, dark="#000", light="#fff", omitsize=True
    )
    return Invitation(link, "\n\n".join(lines), Markup(svg))  # noqa: S704  made by segno from our own link

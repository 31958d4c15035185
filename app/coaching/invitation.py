"""What an organizer or a coach hands out: the join link, a QR code and a text to paste."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.cohorts.models import Cohort
from app.cohorts.queries import CohortLine
from app.web.i18n import Locale
from app.web.qr import qr_code


@dataclass(frozen=True)
class Invitation:
    link: str
    text: str
    qr: Markup


def invitation(base_url: str, cohort: Cohort | CohortLine, locale: Locale) -> Invitation:
    """In the reader's language."""
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
    return Invitation(link, "\n\n".join(lines), qr_code(link))

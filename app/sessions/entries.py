"""Meetings as entries of calendars, in words, and as what is attached to a mail."""

from __future__ import annotations

from datetime import datetime

from app.mail.postman import Attachment
from app.sessions.dated import Dated
from app.sessions.ical import Entry, Invitation, calendar
from app.web.i18n import Locale

AGENDA_SHOWN = 2_000
"""Characters; the whole of it is on its page."""


def address_of(line: Dated, base_url: str) -> str:
    return f"{base_url}/cohorts/{line.cohort_public_id}/sessions/{line.public_id}"


def entry_of(line: Dated, base_url: str, locale: Locale) -> Entry:
    """Where there is no place, it is at its link; without either nothing is said of where."""
    page = address_of(line, base_url)
    link = locale.gettext("Link: %(url)s") % {"url": line.url} if line.url else ""
    more = locale.gettext("Who comes, and more: %(url)s") % {"url": page}
    return Entry(
        f"session {line.public_id}",
        line.title,
        line.starts_at,
        line.ends_at,
        line.created_at,
        line.changed_at,
        line.sequence,
        line.cancelled_at is not None,
        line.place or line.url,
        "\n\n".join(part for part in (line.cohort_name, link, more, line.agenda[:AGENDA_SHOWN]) if part),
        page,
    )


def attached(line: Dated, base_url: str, locale: Locale, *, sender: str, at: datetime) -> Attachment:
    """Its entry for whoever opens it in a mail."""
    return as_attachment(entry_of(line, base_url, locale), line.cohort_name, sender=sender, at=at)


def as_attachment(entry: Entry, group: str, *, sender: str, at: datetime) -> Attachment:
    """Nobody is asked to answer by mail, so it is published, not requested; what does not take place is taken
    back with CANCEL (RFC 5546, 3.2.1 and 3.2.5)."""
    method = "CANCEL" if entry.is_cancelled else "PUBLISH"
    content = calendar([entry], group, Invitation(method, sender, group, at))
    return Attachment("meeting.ics", "calendar", content, {"method": method, "charset": "utf-8"})

"""What coaches wrote about a person, as a file of their archive."""

from __future__ import annotations

from collections.abc import Sequence

from app.coaching.privacy import NotedAbout
from app.web.i18n import Locale


def coaches_file(notes: Sequence[NotedAbout], locale: Locale) -> str:
    """Markdown; "" where there is nothing."""
    if not notes:
        return ""
    heading = locale.gettext("What coaches noted about you, for the coaches of your group")
    parts = [f"## {note.group}, {locale.date(note.at)}\n\n{note.body}" for note in notes]
    return "\n\n".join((f"# {heading}", *parts)) + "\n"

"""One's own journal as a whole, and one's own answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.journals.answers import own_answers
from app.journals.cards import thing_of, title_of
from app.journals.pictures import html_of
from app.journals.queries import whole_journal
from app.journals.readers import readers_in_words
from app.journals.takeout import Entry
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue
from app.web.i18n import Locale
from app.web.paging import Page


def entries_of(
    db: Session, viewer: Viewer, catalogue: Catalogue, locale: Locale, base_url: str
) -> Sequence[Entry]:
    """Every post as its readers see it, and every text that is being written."""
    found = []
    for row in whole_journal(db, viewer.person_id):
        journal = f"{base_url}/journals/{viewer.handle}"
        if row.published_at is not None:
            html = Markup(row.html)  # noqa: S704  cleaned when it was stored
            address = f"{journal}/{row.public_id}"
            found.append(_entry(row, row.body, html, row.published_at, address, catalogue, locale))
        if row.draft_body:
            html = html_of(row.draft_body, row.language)
            found.append(_entry(row, row.draft_body, html, row.saved_at, "", catalogue, locale))
    return found


def _entry(
    row: Any, body: str, html: Markup, at: Any, address: str, catalogue: Catalogue, locale: Locale
) -> Entry:
    thing = thing_of(row, catalogue)
    programme = catalogue.programme(row.programme_slug) if row.programme_slug else None
    order = locale.reading_order()
    return Entry(
        title=(row.draft_title if not address else "") or title_of(row, thing, locale),
        at=locale.local(at).replace(microsecond=0),
        about=f"{thing.label}: {thing.text(order).title}" if thing else "",
        programme=programme.text(order).title if programme else "",
        readers=readers_in_words(locale, row.visibility) if address else "",
        language=row.language,
        address=address,
        body=body,
        html=html,
        original=row.source_url or "",
    )


@dataclass(frozen=True)
class AnswerLine:
    """`url` is empty for an answer to a post that its author may no longer read."""

    url: str
    title: str
    delete_url: str
    at: datetime
    body: Markup


def answers_of(
    db: Session, viewer: Viewer, catalogue: Catalogue, locale: Locale, *, after: Any
) -> Page[AnswerLine]:
    page = own_answers(db, viewer, after=after)
    lines = []
    for answer in page.items:
        post = f"/journals/{answer.post_handle}/{answer.post_public_id}"
        lines.append(
            AnswerLine(
                f"{post}#answer-{answer.public_id}" if answer.is_readable else "",
                title_of(answer, thing_of(answer, catalogue), locale) if answer.is_readable else "",
                f"{post}/answers/{answer.public_id}/delete",
                answer.at,
                Markup(answer.html),  # noqa: S704  cleaned when it was stored
            )
        )
    return Page(lines, page.next)

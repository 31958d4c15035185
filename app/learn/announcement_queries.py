"""What the pages of announcements show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.cohorts.announcements import (
    AnnouncementLine,
    Readers,
    announcement_line,
    announcements_of,
    readers_of,
    text_for,
    unread_announcements,
)
from app.cohorts.queries import CohortLine
from app.learn.reader import Reader
from app.people.viewer import Membership, Viewer
from app.web.i18n import Locale


@dataclass(frozen=True)
class AnnouncementCard:
    """`lang` is empty where the title is in the page's language, `is_new` is for who learns in the group."""

    url: str
    title: str
    lang: str
    group: str
    author: str
    ago: str
    is_edited: bool
    is_taken_back: bool
    is_new: bool


def _card(line: AnnouncementLine, locale: Locale, *, learns: bool) -> AnnouncementCard:
    text = text_for(line.texts, locale.reading_order(), line.language)
    return AnnouncementCard(
        line.url,
        text.title,
        locale.lang(text.language),
        line.cohort_name,
        line.author or "",
        locale.ago(line.at),
        line.edited_at is not None,
        line.taken_back_at is not None,
        learns and line.read_at is None,
    )


def unread_cards(
    reader: Reader, viewer: Viewer, groups: Sequence[Membership | CohortLine]
) -> tuple[AnnouncementCard, ...]:
    """What a learner has not read yet, for home and the page of their group."""
    found = unread_announcements(reader.db, viewer, groups)
    return tuple(_card(line, reader.locale, learns=True) for line in found)


@dataclass(frozen=True)
class AnnouncementsView:
    cohort: CohortLine
    is_inside: bool
    is_coach: bool
    may_write: bool
    cards: Sequence[AnnouncementCard]
    next: str


def may_write(viewer: Viewer, cohort: CohortLine) -> bool:
    """Of a cohort whose announcements the viewer reads."""
    return cohort.id in viewer.coached_ids or viewer.is_organizer


def announcements_view(
    reader: Reader, viewer: Viewer, cohort: CohortLine, after: tuple[Any, ...] | None
) -> AnnouncementsView:
    learns = cohort.id in viewer.cohort_ids
    page = announcements_of(reader.db, viewer, cohort, after, all_=may_write(viewer, cohort))
    return AnnouncementsView(
        cohort,
        learns or cohort.id in viewer.coached_ids,
        cohort.id in viewer.coached_ids,
        may_write(viewer, cohort),
        [_card(line, reader.locale, learns=learns) for line in page.items],
        page.next,
    )


@dataclass(frozen=True)
class AnnouncementView:
    """`wished` is the reader's language in words, `read_in` the one they read instead; both empty where it is
    theirs. `readers` is for coaches alone."""

    cohort: CohortLine
    line: AnnouncementLine
    title: str
    html: Markup
    lang: str
    wished: str
    read_in: str
    learns: bool
    is_coach: bool
    may_write: bool
    readers: Readers | None


def announcement_view(reader: Reader, viewer: Viewer, cohort: CohortLine, public_id: str) -> AnnouncementView:
    """Raises NotFound, for learners also where it was taken back."""
    locale, is_coach = reader.locale, cohort.id in viewer.coached_ids
    line = announcement_line(reader.db, viewer, cohort, public_id, all_=may_write(viewer, cohort))
    text = text_for(line.texts, locale.reading_order(), line.language)
    lang = locale.lang(text.language)
    return AnnouncementView(
        cohort,
        line,
        text.title,
        Markup(text.html),  # noqa: S704  cleaned when it was stored
        lang,
        locale.language_name(locale.language) if lang else "",
        locale.language_name(text.language) if lang else "",
        cohort.id in viewer.cohort_ids,
        is_coach,
        may_write(viewer, cohort),
        readers_of(reader.db, cohort, line.id) if is_coach else None,
    )

"""Calendars, for programs elsewhere: of a group, and of one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from fastapi import Request, Response

from app.clock import now
from app.coaching.conversation_queries import dated_conversations
from app.coaching.models import Step
from app.cohorts.courses import Course, courses_of
from app.cohorts.queries import CohortLine
from app.cohorts.schedule import read_timing
from app.learn.feeds import BEGINNING
from app.learn.reader import Reader
from app.people.viewer import Viewer
from app.sessions.dated import dated_sessions
from app.sessions.entries import entry_of
from app.sessions.ical import MEDIA_TYPE, Entry, calendar
from app.web.conditional import document

DAY, PAST = timedelta(days=1), timedelta(days=180)
"""How far back calendars go; what was cancelled is in them for as long."""


def group_entries(reader: Reader, viewer: Viewer, cohort: CohortLine, base_url: str) -> list[Entry]:
    """All that has its time in a group."""
    meetings = dated_sessions(reader.db, viewer, now() - PAST, cohort)
    return [entry_of(line, base_url, reader.locale) for line in meetings]


def own_entries(reader: Reader, viewer: Viewer, base_url: str) -> list[Entry]:
    """All that has its time for one person: the meetings of their groups, their conversations, and their
    Things by the dates that are theirs."""
    meetings = dated_sessions(reader.db, viewer, now() - PAST)
    courses = courses_of(reader.catalogue, viewer.enrolments)
    return [
        *(entry_of(line, base_url, reader.locale) for line in meetings),
        *(entry for course in courses for entry in _things(reader, course, base_url)),
        *_talks(reader, viewer, base_url),
    ]


def _talks(reader: Reader, viewer: Viewer, base_url: str) -> Iterator[Entry]:
    """The conversations of a learner or a coach; those that do not take place any more as cancelled."""
    locale = reader.locale
    for line in dated_conversations(reader.db, viewer, now() - PAST):
        if line.starts_at is None or line.ends_at is None:
            continue
        other = line.other(viewer.person_id)
        title = locale.gettext("Conversation with %(name)s") % {"name": other or line.cohort}
        page = f"{base_url}{line.address}"
        yield Entry(
            f"conversation {line.public_id}",
            title,
            line.starts_at,
            line.ends_at,
            line.created_at,
            line.changed_at,
            line.sequence,
            line.state != Step.AGREED or not line.goes_on,
            line.place or line.url,
            "\n\n".join(part for part in (line.cohort, line.url, page) if part),
            page,
        )


def _things(reader: Reader, course: Course, base_url: str) -> Iterator[Entry]:
    """The days on which Things open, and the last days of those that are asked for by a day."""
    enrolled, locale = course.enrolled, reader.locale
    if enrolled is None or enrolled.cohort is None:
        return
    sequence = course.run.version + read_timing(enrolled.timing).version
    for thing in course.programme.things:
        dates = course.dates.get(thing.slug)
        if dates is None:
            continue
        text = thing.text(locale.reading_order())
        named = {"number": thing.label, "title": text.title}
        days = [("opens", dates.opens_on, locale.gettext("Thing %(number)s: %(title)s"))]
        if course.run.deadlines:
            days.append(("due", dates.due_on, locale.gettext("Last day for Thing %(number)s: %(title)s")))
        for what, day, words in days:
            if day is not None and day >= (now() - PAST).date():
                name = f"{what} {enrolled.cohort.public_id} {enrolled.public_id} {thing.slug}"
                page = f"{base_url}/programmes/{course.programme.slug}/{thing.slug}"
                at = enrolled.joined_at or BEGINNING  # When its date was last changed is nowhere kept.
                about = f"{text.summary}\n\n{page}"
                yield Entry(
                    name, words % named, day, day + DAY, at, at, sequence=sequence, text=about, url=page
                )


def calendar_response(
    request: Request, entries: Sequence[Entry], name: str, *, file: str = "", secret: bool = False
) -> Response:
    """As a feed, or as a `file` to be opened; by a `secret` address whoever fetches it has no cookie."""
    changed = max((entry.changed for entry in entries), default=BEGINNING)
    headers = {
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding" if secret else "Accept-Encoding, Accept-Language, Cookie",
        "X-Robots-Tag": "noindex",
        "Content-Disposition": f'{"attachment" if file else "inline"}; filename="{file or "calendar.ics"}"',
    }
    return document(request, calendar(entries, name), MEDIA_TYPE, changed=changed, headers=headers)

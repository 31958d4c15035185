"""Calendars, for programs elsewhere: of a group, and of one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile

from fastapi import Request, Response

from app.clock import now
from app.coaching.conversation_letters import conversation_entry
from app.coaching.conversation_queries import dated_conversations
from app.cohorts.courses import Course, courses_of
from app.cohorts.queries import CohortLine
from app.cohorts.runs import programme_of_run, run_of
from app.cohorts.schedule import NO_TIMING, Schedule, day_begins, group_dates, read_timing
from app.learn.feeds import BEGINNING
from app.learn.reader import Reader
from app.people.viewer import Viewer
from app.plans.queries import PlanLine, plans_of
from app.plans.weekly import Bounds, WeeklyTime, days_of, moment_of, next_start, read_times
from app.sessions.dated import dated_sessions
from app.sessions.entries import entry_of
from app.sessions.ical import MEDIA_TYPE, Entry, Weekly, calendar
from app.things.catalogue import Thing
from app.web.conditional import document
from app.web.i18n import message

DAY, PAST, SECOND = timedelta(days=1), timedelta(days=180), timedelta(seconds=1)
"""How far back calendars go; what was cancelled is in them for as long."""
WHOLE_DAYS = {
    "opens": message("Thing %(number)s: %(title)s").text,
    "due": message("Last day for Thing %(number)s: %(title)s").text,
}


def group_entries(reader: Reader, viewer: Viewer, cohort: CohortLine, base_url: str) -> list[Entry]:
    """All that has its time in a group: its meetings, and the days on which its Things open. Last days are
    not the same for all of its learners, and in the calendar of each."""
    meetings = dated_sessions(reader.db, viewer, now() - PAST, cohort)
    return [
        *(entry_of(line, base_url, reader.locale) for line in meetings),
        *_openings(reader, cohort, base_url),
    ]


def _openings(reader: Reader, cohort: CohortLine, base_url: str) -> Iterator[Entry]:
    programme = reader.catalogue.programme(cohort.programme_slug)
    if programme is None:
        return
    of_run, run = programme_of_run(programme, cohort.run), run_of(programme, cohort.run)
    schedule = Schedule(run, cohort.starts_on, cohort.ends_on, cohort.time_zone)
    dates = group_dates(schedule, of_run.slugs)
    for thing in of_run.things:
        if thing.slug in dates:
            days = {"opens": dates[thing.slug].opens_on}
            yield from _days(reader, thing, days, cohort.public_id, run.version, BEGINNING, base_url)


def own_entries(reader: Reader, viewer: Viewer, base_url: str) -> list[Entry]:
    """All that has its time for one person: the meetings of their groups, their conversations, their
    Things by the dates that are theirs, and the times that they picked."""
    meetings = dated_sessions(reader.db, viewer, now() - PAST)
    courses = courses_of(reader.catalogue, viewer.enrolments)
    return [
        *(entry_of(line, base_url, reader.locale) for line in meetings),
        *(entry for course in courses for entry in _things(reader, course, base_url)),
        *_talks(reader, viewer, base_url),
        *plan_entries(reader, plans_of(reader.db, viewer, now() - PAST).values(), base_url),
    ]


def _talks(reader: Reader, viewer: Viewer, base_url: str) -> Iterator[Entry]:
    """The conversations of a learner or a coach; those that do not take place any more as cancelled."""
    for line in dated_conversations(reader.db, viewer, now() - PAST):
        entry = conversation_entry(line, viewer.person_id, base_url, reader.locale)
        yield from [entry] if entry else []


def plan_entries(reader: Reader, lines: Iterable[PlanLine], base_url: str) -> list[Entry]:
    """Weekly times; those that are over for as long as calendars go back, so that they take them away."""
    found = []
    for line in lines:
        programme = reader.catalogue.programme(line.programme_slug)
        name = programme.text(reader.locale.reading_order()).title if programme else line.programme_slug
        for place, weekly in enumerate(read_times(line.text)):
            if not weekly.is_over or weekly.changed_at >= now() - PAST:
                entry = _weekly(reader, line, place, weekly, name, base_url)
                found += [entry] if entry else []
    return found


def _weekly(
    reader: Reader, line: PlanLine, place: int, weekly: WeeklyTime, name: str, base_url: str
) -> Entry | None:
    """None where it does not come a single time before the end of the run."""
    bounds = line.bounds
    first = _first(weekly, bounds)
    if first is None:
        return None
    page = f"{base_url}/enrolments/{line.public_id}/now?minutes={weekly.minutes}"
    text = reader.locale.gettext("What fits now: %(url)s") % {"url": page}
    changed = max(weekly.changed_at, line.ended_at or weekly.changed_at)
    return Entry(
        f"plan {line.public_id} {place}",
        name,
        first,
        first + weekly.length,
        line.created_at,
        changed,
        weekly.sequence + (line.ended_at is not None),
        weekly.is_over or line.ended_at is not None,
        text=text,
        url=page,
        weekly=Weekly(bounds.zone, _until(bounds), tuple(_left_out(weekly, bounds))),
    )


def _first(weekly: WeeklyTime, bounds: Bounds) -> datetime | None:
    """The first of the row, in a break or not."""
    free = bounds._replace(timing=NO_TIMING)
    begin = day_begins(bounds.zone.key, weekly.since)
    coming = next_start([weekly.model_copy(update={"is_over": False})], free, begin - SECOND)
    return coming.starts_at if coming else None


def _until(bounds: Bounds) -> datetime | None:
    """The last second of the run."""
    if bounds.last is None:
        return None
    return day_begins(bounds.zone.key, bounds.last + DAY) - SECOND


def _left_out(weekly: WeeklyTime, bounds: Bounds) -> Iterator[datetime]:
    """Those in breaks."""
    for pause in bounds.timing.pauses:
        for day in takewhile(pause.back.__gt__, days_of(weekly, pause.first)):
            moment = moment_of(day, weekly.at, bounds.zone)
            if moment is not None and (bounds.last is None or day <= bounds.last):
                yield moment


def _things(reader: Reader, course: Course, base_url: str) -> Iterator[Entry]:
    """The days on which Things open, and the last days of those that are asked for by a day."""
    enrolled = course.enrolled
    if enrolled is None or enrolled.cohort is None:
        return
    owner = f"{enrolled.cohort.public_id} {enrolled.public_id}"
    sequence = course.run.version + read_timing(enrolled.timing).version
    for thing in course.programme.things:
        if thing.slug in course.dates:
            found = course.dates[thing.slug]
            days = {"opens": found.opens_on} | ({"due": found.due_on} if course.run.deadlines else {})
            yield from _days(reader, thing, days, owner, sequence, enrolled.joined_at or BEGINNING, base_url)


def _days(
    reader: Reader,
    thing: Thing,
    days: Mapping[str, date | None],
    owner: str,
    sequence: int,
    at: datetime,
    base_url: str,
) -> Iterator[Entry]:
    """What WHOLE_DAYS says of a Thing, for a group or one person (`owner`). When its date was last changed
    is nowhere kept: it counts as changed `at` some moment before."""
    text = thing.text(reader.locale.reading_order())
    page = f"{base_url}/programmes/{thing.programme}/{thing.slug}"
    for what, day in days.items():
        if day is not None and day >= (now() - PAST).date():
            yield Entry(
                f"{what} {owner} {thing.slug}",
                reader.locale.gettext(WHOLE_DAYS[what]) % {"number": thing.label, "title": text.title},
                day,
                day + DAY,
                at,
                at,
                sequence=sequence,
                text=f"{text.summary}\n\n{page}",
                url=page,
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

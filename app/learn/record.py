"""The record of an enrolment: what was done and when, attendance, hours, and the posts that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.cohorts.models import Enrolment
from app.cohorts.queries import all_enrolments
from app.cohorts.runs import programme_of_run
from app.errors import NotFound
from app.journals.cards import thing_of, title_of
from app.keeping.records import OwnPost, own_posts_in
from app.learn.reader import Reader
from app.people.queries import own_person
from app.people.viewer import Viewer
from app.progress.hours import minutes_done
from app.progress.queries import facts_of
from app.progress.rules import NOTHING, Facts, State, merge, standing
from app.progress.words import hours_in_words
from app.sessions.attended import Attended, attended_in
from app.sessions.times import when_in_words
from app.things.catalogue import Programme


@dataclass(frozen=True)
class DoneLine:
    """A Thing that is complete. One that left the programme has no number any more."""

    label: str
    title: str
    lang: str
    at: datetime | None


@dataclass(frozen=True)
class MeetingLine:
    title: str
    lang: str
    when: str
    group: str


@dataclass(frozen=True)
class PostLine:
    """`html` is the whole text, empty where only its beginning is wanted."""

    title: str
    lang: str
    at: datetime
    excerpt: str
    html: Markup


@dataclass(frozen=True)
class RecordView:
    name: str
    programme: Programme
    title: str
    enrolment: Enrolment
    done: Sequence[DoneLine]
    meetings: Sequence[MeetingLine]
    time_for_things: str
    time_in_meetings: str
    time_together: str
    posts: Sequence[PostLine]
    others: Sequence[Enrolment]

    @property
    def url(self) -> str:
        return record_url(self.enrolment)


def record_url(enrolment: Enrolment) -> str:
    return f"/programmes/{enrolment.programme_slug}/record?of={enrolment.public_id}"


def recorded_enrolment(reader: Reader, viewer: Viewer, programme: Programme, of: str) -> list[Enrolment]:
    """The one that is asked for, else the newest; then the viewer's others in the programme. Raises
    NotFound."""
    found = all_enrolments(reader.db, viewer, programme.slug)
    asked = [one for one in found if not of or one.public_id == of][:1]
    if not asked:
        raise NotFound
    return [*asked, *(one for one in found if one is not asked[0])]


def record_view(reader: Reader, viewer: Viewer, programme: Programme, of: str) -> RecordView:
    enrolment, *others = recorded_enrolment(reader, viewer, programme, of)
    db, locale = reader.db, reader.locale
    run = programme_of_run(programme, enrolment.cohort.run if enrolment.cohort else None)
    facts, meetings = facts_of(db, enrolment.id), attended_in(db, enrolment)
    for_things, in_meetings = minutes_done(run, facts), sum(meeting.minutes for meeting in meetings)
    person = own_person(db, viewer.person_id)
    return RecordView(
        person.real_name or person.name,
        programme,
        programme.text(locale.reading_order()).title,
        enrolment,
        _done(reader, run, facts),
        [_meeting(reader, meeting) for meeting in meetings],
        hours_in_words(for_things, locale),
        hours_in_words(in_meetings, locale),
        hours_in_words(for_things + in_meetings, locale),
        [_post(reader, post) for post in own_posts_in(db, enrolment) if post.whole is not None],
        others,
    )


def _done(reader: Reader, programme: Programme, facts: dict[str, Facts]) -> list[DoneLine]:
    locale, lines = reader.locale, []
    for thing in (*programme.things, *programme.beyond):
        merged = NOTHING
        for slug in (thing.slug, *thing.aliases):
            merged = merge(merged, facts.get(slug, NOTHING))
        if standing(thing, merged).state is State.COMPLETE:
            text = thing.text(locale.reading_order())
            lines.append(DoneLine(thing.label, text.title, locale.lang(text.language), merged.completed_at))
    for slug, recorded in facts.items():
        if recorded.completed_at is not None and programme.thing(slug) is None:
            lines.append(DoneLine("", slug.replace("-", " "), "", recorded.completed_at))
    return lines


def _meeting(reader: Reader, meeting: Attended) -> MeetingLine:
    zone = ZoneInfo(meeting.time_zone)
    return MeetingLine(
        meeting.title,
        reader.locale.lang(meeting.language),
        when_in_words(meeting.starts_at, meeting.ends_at, reader.locale, zone),
        meeting.cohort_name,
    )


def _post(reader: Reader, post: OwnPost) -> PostLine:
    return PostLine(
        title_of(post, thing_of(post, reader.catalogue), reader.locale),
        reader.locale.lang(post.language),
        post.published_at,
        post.excerpt,
        Markup(post.html) if post.whole else Markup(),  # noqa: S704  cleaned when it was stored
    )

"""Calendars: what strict programs read there, who gets them, and what stays when a meeting changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from app.clock import now, set_to
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment, remove_coach
from app.people.models import Person
from app.people.services import set_password
from app.sessions.ical import Entry, calendar
from tests.cast import PROGRAMME
from tests.cohorts.test_runs import GROUP, RULE, after, give, organize
from tests.conftest import BASE_URL, Site
from tests.learn.test_feeds import secret_address
from tests.pages import see, words
from tests.sessions.deeds import base, change, events_of, plan, read, work_of

TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
NASTY = "Kick-off; with, a \\ “quote”\x07 and\tmore " + "Wörter " * 6


def only(site: Site, path: str) -> Event:
    (event,) = events_of(site.client().get(path))
    return event


def kept(event: Event) -> tuple[str, int, str, datetime]:
    return str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"]), event.decoded("DTSTART")


def test_a_calendar_is_read_strictly_whatever_was_typed(site: Site) -> None:
    url = plan(
        site, TUESDAY, title=NASTY[:110], place="Room 1,\nupstairs; left", agenda="A\r\nB\x0b\n- é\n" * 200
    )
    (event,) = events_of(site.client(site.cast.learner).get(f"{base(site)}/calendar.ics"))
    assert str(event["SUMMARY"]) == " ".join(NASTY[:110].replace("\x07", "").split())
    assert str(event["LOCATION"]) == "Room 1, upstairs; left"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (TUESDAY, TUESDAY + timedelta(minutes=90))
    assert str(event["URL"]) == BASE_URL + url
    assert "Link: https://meet.example/riverside" in event["DESCRIPTION"] and "- é" in event["DESCRIPTION"]
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")


def test_whole_days_are_days() -> None:
    """As what a programme asks for on a day will be."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    day = Entry("thing x", "Thing 1", at.date(), at.date() + timedelta(days=1), at, at)
    (event,) = read(calendar([day], "A, b; c"))
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (day.starts, day.ends)


def test_a_meeting_keeps_its_name_and_tells_of_each_change_and_of_its_end(site: Site) -> None:
    path = secret_address(site, site.cast.learner, f"{base(site)}/calendar.ics")
    with set_to(TUESDAY - timedelta(days=7)):
        url = plan(site, TUESDAY)
        first = kept(only(site, path))
        assert first[1:] == (0, "CONFIRMED", TUESDAY)
    with set_to(TUESDAY - timedelta(days=6)):
        change(site, url, TUESDAY, agenda="Something else")
        event = only(site, path)
        assert kept(event) == first and "Something else" in event["DESCRIPTION"]
        assert event.decoded("LAST-MODIFIED") > event.decoded("CREATED")
        change(site, url, TUESDAY + timedelta(hours=1))
        moved = kept(only(site, path))
        assert moved == (first[0], 1, "CONFIRMED", TUESDAY + timedelta(hours=1))
        change(site, url, TUESDAY + timedelta(hours=1))
        assert kept(only(site, path)) == moved, "nothing new, no new number"
        coach = site.client(site.cast.coach)
        see(coach.post(f"{work_of(url)}/cancel"), 303)
        assert kept(only(site, path)) == (first[0], 2, "CANCELLED", moved[3])
        see(coach.post(f"{work_of(url)}/restore"), 303)
        assert kept(only(site, path)) == (first[0], 3, "CONFIRMED", moved[3])


def test_who_has_the_newest_gets_no_more_than_that_word(site: Site) -> None:
    plan(site, TUESDAY)
    path, reader = secret_address(site, site.cast.learner, "/calendar.ics"), site.client()
    first = reader.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    same = reader.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    plan(site, TUESDAY + timedelta(days=1), title="Another")
    assert len(events_of(reader.get(path, headers={"if-none-match": first.headers["etag"]}))) == 2


def test_the_own_calendar_has_all_groups_in_the_language_of_its_owner(site: Site) -> None:
    plan(site, TUESDAY)
    other = f"/cohorts/{site.cast.other_cohort.public_id}"
    with site.db() as db:
        db.get_one(Person, site.cast.other_learner.id).language = "nl"
    see(site.client(site.cast.other_learner).post("/join/RIVERSIDE"), 303)
    address = secret_address(site, site.cast.other_learner, "/calendar.ics")
    (event,) = events_of(site.client().get(address))
    assert "Wie komt, en meer: " in event["DESCRIPTION"] and "Riverside Library" in event["DESCRIPTION"]
    assert events_of(site.client(site.cast.other_coach).get(f"{other}/calendar.ics")) == []
    page = words(see(site.client(site.cast.other_learner).get("/account/feeds")))
    assert "Mijn agenda" in page


@pytest.mark.parametrize("path", ["/calendar.ics", "{base}/calendar.ics"])
def test_calendars_end_with_the_group_the_password_and_the_address(site: Site, path: str) -> None:
    plan(site, TUESDAY)
    path = path.format(base=base(site))
    is_own = path == "/calendar.ics"
    learner, coach = site.cast.learner, site.cast.coach
    addresses = [secret_address(site, person, path) for person in (learner, coach)]
    assert all(events_of(site.client().get(address)) for address in addresses)
    forged = addresses[0][:-1] + ("A" if addresses[0][-1] != "A" else "B")
    see(site.client().get(forged), 404)
    with site.db() as db:
        enrolment = active_enrolment(db, learner.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
        remove_coach(db, site.cast.cohort, coach.id, actor_id=None)
    for address in addresses:
        gone = site.client().get(address)
        assert (gone.status_code, gone.content[:1]) == (200 if is_own else 404, b"B" if is_own else b"<")
        assert b"Kick-off" not in gone.content
    with set_to(now() + timedelta(hours=1)):
        with site.db() as db:
            set_password(db, db.get_one(Person, learner.id), "another hash")
        see(site.client().get(addresses[0]), 404)
    assert site.client().get(path).headers["location"].startswith("/sign-in?next=")
    assert site.client(site.cast.stranger).get(f"{base(site)}/calendar.ics").status_code == 404


def test_the_own_calendar_has_the_days_of_things_as_they_are_for_this_person(site: Site) -> None:
    plan(site, TUESDAY)
    organize(site, "edit", **GROUP)
    organize(site, "run", rhythm="weekly", deadlines="1", **RULE)
    give(site, site.cast.learner, what="days", days="3", thing="first")
    found = {
        person.name: {str(event["SUMMARY"]): event.decoded("DTSTART") for event in events_of(answer)}
        for person in (site.cast.learner, site.cast.peer)
        for answer in [site.client(person).get("/calendar.ics")]
    }
    lena, piet = found["Lena Maes"], found["Piet Claes"]
    assert lena["Thing 2: The second Thing"] == after(weeks=1) and lena["Kick-off"] == TUESDAY
    last = "Last day for Thing 1: The first Thing"
    assert lena[last] - piet[last] == timedelta(days=3)
    organize(site, "run", rhythm="weekly", **RULE)
    calm = events_of(site.client(site.cast.learner).get("/calendar.ics"))
    assert not [event for event in calm if str(event["SUMMARY"]).startswith("Last day")]
    assert len(events_of(site.client(site.cast.coach).get("/calendar.ics"))) == 1, "coaches have no Things"


def test_each_change_of_a_thing_s_dates_raises_its_sequence_under_the_same_name(site: Site) -> None:
    organize(site, "edit", **GROUP)
    organize(site, "run", rhythm="weekly", **RULE)

    def second() -> tuple[str, int, date]:
        found = events_of(site.client(site.cast.learner).get("/calendar.ics"))
        event = next(one for one in found if "second" in str(one["SUMMARY"]))
        return str(event["UID"]), int(event["SEQUENCE"]), event.decoded("DTSTART")

    weekly = second()
    organize(site, "run", rhythm="weekly", **RULE)
    assert second() == weekly, "the same again is no change"
    organize(site, "run", rhythm="fortnightly", **RULE)
    slower = second()
    back = (now().date() + timedelta(weeks=1)).isoformat()
    give(site, site.cast.learner, what="pause", first=now().date().isoformat(), back=back)
    paused = second()
    organize(site, "edit", **{**GROUP, "starts_on": (now().date() + timedelta(days=1)).isoformat()})
    later = second()
    seen = [weekly, slower, paused, later]
    assert len({uid for uid, _, _ in seen}) == 1
    assert [number for _, number, _ in seen] == sorted({number for _, number, _ in seen})


def openings(site: Site, path: str) -> dict[str, tuple[str, int, date]]:
    """The whole days of a calendar, by what they say: their name, their number and the day."""
    found = [event for event in events_of(site.client().get(path)) if event.get("TRANSP") == "TRANSPARENT"]
    assert all(
        type(event.decoded("DTSTART")) is date
        and event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
        for event in found
    )
    return {
        str(event["SUMMARY"]): (str(event["UID"]), int(event["SEQUENCE"]), event.decoded("DTSTART"))
        for event in found
    }


SECOND = "Thing 2: The second Thing"


def test_the_calendar_of_a_group_has_the_days_on_which_its_things_open(site: Site) -> None:
    for person in (site.cast.coach, site.cast.learner):
        assert openings(site, secret_address(site, person, f"{base(site)}/calendar.ics")) == {}, (
            "all are open"
        )
    plan(site, TUESDAY)
    organize(site, "edit", **GROUP)
    organize(site, "run", rhythm="weekly", deadlines="1", **RULE)
    give(site, site.cast.learner, what="days", days="3", thing="first")
    path, own = (
        secret_address(site, site.cast.learner, path)
        for path in (f"{base(site)}/calendar.ics", "/calendar.ics")
    )
    found = openings(site, path)
    assert [day for _, _, day in found.values()] == [after(weeks=week) for week in range(3)]
    assert not [title for title in found if title.startswith("Last day")], "which learners have of their own"
    assert len(events_of(site.client().get(path))) == 4, "beside the meeting"
    mine = openings(site, own)
    assert {title: mine[title][2] for title in found} == {title: day for title, (_, _, day) in found.items()}
    assert not {uid for uid, _, _ in mine.values()} & {uid for uid, _, _ in found.values()}
    coach = secret_address(site, site.cast.coach, f"{base(site)}/calendar.ics")
    assert openings(site, coach) == found, "the same for all who read it"


def test_weeks_off_and_own_dates_stand_in_the_calendar_of_a_group_under_the_same_names(site: Site) -> None:
    path = secret_address(site, site.cast.learner, f"{base(site)}/calendar.ics")
    organize(site, "edit", **GROUP)
    organize(site, "run", rhythm="weekly", **RULE)
    weekly = openings(site, path)
    organize(site, "run", rhythm="weekly", **RULE)
    assert openings(site, path) == weekly, "the same again is no change"
    off = {"off_first": [str(after(weeks=1))], "off_last": [str(after(weeks=1, days=6))]}
    organize(site, "run", rhythm="weekly", **off, **RULE)
    rested = openings(site, path)
    assert rested[SECOND][2] == after(weeks=2)
    organize(site, "run", rhythm="fortnightly", **RULE)
    slower = openings(site, path)
    assert [day for _, _, day in slower.values()] == [after(weeks=week) for week in (0, 2, 4)]
    slugs, days = ["first", "second", "third"], ["", str(after(days=3)), ""]
    organize(site, "things", slug=slugs, place=["auto"] * 3, opens=days, due=[""] * 3)
    organize(site, "run", rhythm="dates", **RULE)
    chosen = openings(site, path)
    assert {title: day for title, (_, _, day) in chosen.items()} == {SECOND: after(days=3)}
    organize(site, "edit", **{**GROUP, "starts_on": str(after(days=1))})
    organize(site, "run", rhythm="weekly", **RULE)
    later = openings(site, path)
    assert later[SECOND][2] == after(weeks=1, days=1)
    seen = [found[SECOND] for found in (weekly, rested, slower, chosen, later)]
    assert len({uid for uid, _, _ in seen}) == 1
    assert len({number for _, number, _ in seen}) == len(seen)
    assert [number for _, number, _ in seen] == sorted(number for _, number, _ in seen)


def test_a_run_that_ends_early_tells_calendars_of_its_moved_days(site: Site) -> None:
    organize(site, "edit", **GROUP)
    organize(site, "run", rhythm="weekly", **RULE)
    path = secret_address(site, site.cast.learner, f"{base(site)}/calendar.ics")
    before = openings(site, path)
    with set_to(datetime(2026, 11, 4, 12, tzinfo=UTC)):
        organize(site, "end")
    moved = {title: found for title, found in openings(site, path).items() if found[2] != before[title][2]}
    assert moved and all(found[1] > before[title][1] for title, found in moved.items())


def test_a_calendar_takes_as_many_statements_however_many_meetings_it_has(site: Site) -> None:
    learner = site.client(site.cast.learner)
    plan(site, TUESDAY)
    events_of(learner.get("/calendar.ics"))
    with site.statements() as before:
        events_of(learner.get("/calendar.ics"))
    for days in range(1, 5):
        plan(site, TUESDAY + timedelta(days=days), title=f"Number {days}")
    with site.statements() as after:
        assert len(events_of(learner.get("/calendar.ics"))) == 5
    assert len(before) == len(after) == 4


def test_a_feed_is_no_message_and_names_itself(site: Site) -> None:
    plan(site, TUESDAY)
    content = site.client(site.cast.learner).get(f"{base(site)}/calendar.ics").content
    found = Calendar.from_ical(content)
    assert "METHOD" not in found and found["X-WR-CALNAME"] == found["NAME"] == "Riverside Library"
    assert "ORGANIZER" not in read(content)[0]

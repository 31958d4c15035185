"""A plan in calendars: each week at the hour of its own place, until it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from app.clock import now, set_to
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.sessions.zones import described
from tests import proof
from tests.cast import PROGRAMME
from tests.cohorts.test_runs import GROUP, give, organize
from tests.conftest import BASE_URL, Site
from tests.pages import see
from tests.plans.deeds import course, pick, thursday
from tests.sessions.deeds import ZONE, events_of


def weekly(site: Site) -> list[Event]:
    found = events_of(site.client(site.cast.learner).get("/calendar.ics"))
    return [event for event in found if "RRULE" in event]


def only(site: Site) -> Event:
    (event,) = weekly(site)
    return event


def kept(event: Event) -> tuple[str, int, str]:
    return str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])


def test_the_own_calendar_has_each_weekly_time_as_its_clocks_show_it(site: Site) -> None:
    pick(site, weekday_2="0", at_2="13:00", minutes_2="15")
    first, second = weekly(site)
    assert str(first["SUMMARY"]) == "Demo programme"
    assert first["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert first.decoded("DTSTART") == thursday() or now().astimezone(ZONE).weekday() == 3
    assert first.decoded("DTEND") - first.decoded("DTSTART") == timedelta(minutes=30)
    assert first["RRULE"] == {"FREQ": ["WEEKLY"]}
    assert second.decoded("DTSTART").astimezone(ZONE).time() == time(13, 0)
    assert str(first["URL"]) == f"{BASE_URL}{course(site)}/now?minutes=30"
    assert kept(first)[0] != kept(second)[0]
    found = Calendar.from_ical(site.client(site.cast.learner).get("/calendar.ics").content)
    assert [str(zone["TZID"]) for zone in found.timezones] == ["Europe/Brussels"]


def test_a_changed_time_keeps_its_name_and_raises_its_number_and_an_ended_one_is_taken_away(
    site: Site,
) -> None:
    pick(site)
    name, *_ = kept(only(site))
    pick(site)
    assert kept(only(site)) == (name, 0, "CONFIRMED"), "nothing new, no new number"
    pick(site, minutes_1="45")
    assert kept(only(site)) == (name, 1, "CONFIRMED")
    learner = site.client(site.cast.learner)
    see(learner.post(f"{course(site)}/plan/end"), 303)
    see(learner.post(f"{course(site)}/plan/end"), 303)
    assert kept(only(site)) == (name, 2, "CANCELLED")
    pick(site)
    assert kept(only(site)) == (name, 3, "CONFIRMED")
    pick(site, weekday_2="0", at_2="13:00")
    pick(site)
    assert [kept(event)[1:] for event in weekly(site)] == [(3, "CONFIRMED"), (1, "CANCELLED")]
    with set_to(now() + timedelta(days=181)):
        assert len(weekly(site)) == 1


def test_it_comes_until_the_end_of_the_run_and_not_in_breaks(site: Site) -> None:
    pick(site)
    last = thursday(weeks=4).date()
    zone = "America/Paramaribo"
    organize(
        site,
        "edit",
        **{**GROUP, "starts_on": "2026-01-01", "ends_on": last.isoformat(), "time_zone": zone},
    )
    event = only(site)
    midnight = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
    assert event["RRULE"]["UNTIL"] == [midnight.astimezone(UTC) - timedelta(seconds=1)]
    assert event["DTSTART"].params["TZID"] == zone and kept(event)[1] == 1
    back = thursday(weeks=2).date()
    see(site.client(site.cast.learner).post(f"{course(site)}/break", data={"back": str(back)}), 303)
    event = only(site)
    days = [found.dt.astimezone(ZoneInfo(zone)).date() for found in event["EXDATE"].dts]
    assert days[-2:] == [thursday().date(), thursday(weeks=1).date()] and kept(event)[1] == 2
    see(site.client(site.cast.learner).post(f"{course(site)}/break/end"), 303)
    assert "EXDATE" not in only(site) and kept(only(site))[1] == 3
    give(site, site.cast.learner, what="pause", first=str(back), back=str(back + timedelta(days=7)))
    assert "EXDATE" in only(site) and kept(only(site))[1] == 4


def test_it_goes_with_its_enrolment(site: Site) -> None:
    pick(site)
    name, *_ = kept(only(site))
    see(site.client(site.cast.learner).post(f"{course(site)}/leave"), 303)
    assert kept(only(site)) == (name, 1, "CONFIRMED"), "alone it goes on"
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
    assert kept(only(site)) == (name, 2, "CANCELLED")
    with set_to(now() + timedelta(days=181)):
        assert weekly(site) == []


def test_it_can_be_put_into_a_calendar_once(site: Site) -> None:
    learner = site.client(site.cast.learner)
    assert events_of(learner.get(f"{course(site)}/plan.ics")) == []
    pick(site)
    answer = learner.get(f"{course(site)}/plan.ics")
    (event,) = events_of(answer)
    assert kept(event) == kept(only(site))
    assert answer.headers["content-disposition"] == 'attachment; filename="plan.ics"'
    assert site.client(site.cast.peer).get(f"{course(site)}/plan.ics").status_code == 404


@pytest.mark.prove
@settings(max_examples=proof.size(15, 300), deadline=None)
@given(
    name=st.sampled_from(sorted({"Europe/Brussels", "Australia/Lord_Howe"} | available_timezones())),
    year=st.integers(2000, 2036),
    hours=st.lists(st.integers(0, 500 * 24), min_size=20, max_size=40),
)
def test_a_described_zone_shows_what_its_clocks_show(name: str, year: int, hours: list[int]) -> None:
    zone, first = ZoneInfo(name), date(year, 1, 1)
    read = described(zone, first, first + timedelta(days=500)).to_tz()
    begin = datetime.combine(first, time(), UTC)
    for hour in hours:
        local = (begin + timedelta(hours=hour)).astimezone(zone)
        if local.fold == 0:
            same = local.replace(tzinfo=read)
            assert same.utcoffset() == local.utcoffset(), local

"""What a group is told of its meetings, on the site and by mail, with an entry for calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select, update

from app.background import SCHEDULES
from app.clock import now, set_to
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.journals.digests import MAIL_DIGESTS
from app.notices.models import Frequency, Kind, Notice
from app.notices.services import choose
from app.people.models import Person
from app.sessions.telling import BATCH, REMIND
from tests.cast import PROGRAMME
from tests.cohorts.test_runs import give
from tests.conftest import BASE_URL, Site
from tests.deeds import answer, crowd, reflect
from tests.mail.letters import html_of, text_of, told
from tests.pages import see
from tests.sessions.deeds import attached_to, base, change, plan, work_of

START = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
"""A Thursday."""
LENA, PIET, CORA = "lena@example.org", "piet@example.org", "cora@example.org"


@pytest.fixture(autouse=True)
def confirmed(site: Site) -> Iterator[None]:
    """Everyone has shown that their address is theirs; it is a week before."""
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    with set_to(START - timedelta(days=7)):
        yield


def remind(site: Site, at: datetime) -> list[EmailMessage]:
    """What the schedule does at that moment."""
    with set_to(at):
        with site.db() as db:
            REMIND.later(db)
        return site.mail()


def only(letters: list[EmailMessage], address: str) -> list[EmailMessage]:
    return [letter for letter in letters if letter["To"].addresses[0].addr_spec == address]


def notices(site: Site, person: Person) -> list[str]:
    page = see(site.client(person).get("/notices"))
    return [node.text(strip=True) for node in page.css(".notice-open")]


def test_the_group_is_told_at_once_with_an_entry_for_the_calendar(site: Site) -> None:
    url = plan(site, START)
    letters = site.mail()
    subject = "Riverside Library meets: Kick-off"
    assert sorted(told(letters)) == [(LENA, subject), (PIET, subject)], "not who planned it"
    text = text_of(letters[0])
    said = "Riverside Library meets: “Kick-off”, Thursday, 3 December 2026, 10:00–11:30"
    assert said in " ".join(text.split())
    assert f"{BASE_URL}{url}\n" in text and "Room 1, upstairs\nhttps://meet.example/riverside" in text
    assert 'Room 1, upstairs<br><a href="https://meet.example/riverside"' in html_of(letters[0])
    method, event = attached_to(letters[0])
    assert (method, int(event["SEQUENCE"]), event["ORGANIZER"]) == ("PUBLISH", 0, "mailto:no-reply@127.0.0.1")
    assert event["ORGANIZER"].params["CN"] == "Riverside Library" and "ATTENDEE" not in event
    assert event.decoded("DTSTART") == START
    opened = site.client(site.cast.learner)
    way = see(opened.get("/notices")).css_first("form[action$='/open']").attributes["action"]
    assert opened.post(way).headers["location"] == url


def test_what_changes_is_told_and_only_the_newest_is_new(site: Site) -> None:
    url = plan(site, START)
    site.mail()
    change(site, url, START, agenda="Another agenda")
    assert site.mail() == [], "nothing that a calendar must learn of"
    change(site, url, START + timedelta(hours=2))
    (letter,) = only(site.mail(), LENA)
    assert letter["Subject"] == "Changed: Kick-off" and "12:00–13:30" in text_of(letter)
    assert attached_to(letter)[0] == "PUBLISH" and int(attached_to(letter)[1]["SEQUENCE"]) == 1
    see(site.client(site.cast.coach).post(f"{work_of(url)}/cancel"), 303)
    (letter,) = only(site.mail(), LENA)
    assert letter["Subject"] == "Cancelled: Kick-off" and "Room 1" not in text_of(letter)
    method, event = attached_to(letter)
    assert (method, event["STATUS"], int(event["SEQUENCE"])) == ("CANCEL", "CANCELLED", 2)
    page = see(site.client(site.cast.learner).get("/notices"))
    assert len(page.css(".notice-entry")) == 3 and len(page.css(".is-unread")) == 1
    assert set(notices(site, site.cast.learner)) == {
        "“Kick-off” is cancelled: Thursday, 3 December 2026, 12:00–13:30"
    }


def test_changes_in_quick_succession_are_one_mail(site: Site) -> None:
    url = plan(site, START)
    for hours in (1, 2, 3):
        change(site, url, START + timedelta(hours=hours))
    (letter,) = only(site.mail(), LENA)
    assert letter["Subject"] == "Changed: Kick-off" and "13:00" in text_of(letter)


def test_nobody_is_told_of_what_is_over(site: Site) -> None:
    url = plan(site, now() - timedelta(days=1))
    change(site, url, now() - timedelta(days=2))
    assert site.mail() == [] and notices(site, site.cast.learner) == []


def test_people_are_reminded_once_a_day_before_unless_they_said_no(site: Site) -> None:
    url = plan(site, START)
    site.mail()
    site.client(site.cast.peer).post(f"{url}/answer", data={"answer": "no"})
    site.client(site.cast.learner).post(f"{url}/answer", data={"answer": "maybe"})
    assert remind(site, START - timedelta(hours=25)) == []
    letters = remind(site, START - timedelta(hours=24))
    assert sorted(told(letters)) == [(CORA, "Soon: Kick-off"), (LENA, "Soon: Kick-off")]
    assert attached_to(letters[0])[0] == "PUBLISH"
    for hours in (23, 2, -2):
        assert remind(site, START - timedelta(hours=hours)) == []


def test_who_takes_a_break_is_told_but_not_reminded(site: Site) -> None:
    days = {"first": str(now().date()), "back": str(START.date() + timedelta(days=1))}
    give(site, site.cast.learner, what="pause", **days)
    plan(site, START)
    assert len(only(site.mail(), LENA)) == 1
    assert LENA not in dict(told(remind(site, START - timedelta(hours=24))))


def test_a_reminder_moves_with_its_meeting_and_goes_with_it(site: Site) -> None:
    url, later = plan(site, START), START + timedelta(days=2)
    with set_to(START - timedelta(days=3)):
        change(site, url, later)
        site.mail()
    assert remind(site, START - timedelta(hours=20)) == []
    assert len(only(remind(site, later - timedelta(hours=20)), LENA)) == 1
    with set_to(later - timedelta(hours=18)):
        change(site, url, later + timedelta(days=4))
        site.mail()
    assert len(only(remind(site, later + timedelta(days=3, hours=4)), LENA)) == 1, "for each of its times"
    cancelled = plan(site, START, title="Another")
    site.mail()
    see(site.client(site.cast.coach).post(f"{work_of(cancelled)}/cancel"), 303)
    site.mail()
    assert remind(site, START - timedelta(hours=20)) == []


def test_what_was_told_of_just_before_needs_no_reminder(site: Site) -> None:
    with set_to(START - timedelta(hours=30)):
        plan(site, START)
        site.mail()
    assert remind(site, START - timedelta(hours=20)) == []


def test_a_reminder_counts_among_the_two_mails_a_week_and_news_of_meetings_does_not(site: Site) -> None:
    """What has no room is on the page of notices, and no digest brings it afterwards."""
    with site.db() as db:
        choose(db, site.cast.learner.id, {Kind.REACTION: Frequency.AT_ONCE})
    post = reflect(site, site.cast.learner, visibility="cohort")
    for person in (site.cast.peer, site.cast.coach):
        site.client(person).post(f"{post}/reactions", data={"kind": "thanks", "on": "1"})
    first, second = (
        plan(site, START - timedelta(days=4)),
        plan(site, START - timedelta(days=2), title="Second"),
    )
    assert len(only(site.mail(), LENA)) == 4, "two reactions, which count, and two meetings, which do not"
    assert only(remind(site, START - timedelta(days=5)), LENA) == []
    assert any(sentence.startswith("Soon: “Kick-off”") for sentence in notices(site, site.cast.learner))
    answer(site, site.cast.peer, post)
    see(site.client(site.cast.coach).post(f"{work_of(second)}/cancel"), 303)
    assert len(only(site.mail(), LENA)) == 2 and first
    with set_to(datetime(2026, 12, 7, 6, 0, 5, tzinfo=UTC)):
        with site.db() as db:
            MAIL_DIGESTS.later(db)
        assert not [letter for letter in only(site.mail(), LENA) if "Kick-off" in text_of(letter)]


def test_who_left_meanwhile_gets_no_mail_and_sees_no_notice(site: Site) -> None:
    plan(site, START)
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
    assert told(site.mail()) == [(PIET, "Riverside Library meets: Kick-off")]
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.peer.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
    assert notices(site, site.cast.peer) == []


def test_a_large_group_is_told_in_parts(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Learner {number}" for number in range(2 * BATCH)], site.cast.cohort)
    plan(site, START)
    site.work()
    with site.db() as db:
        assert db.scalar(select(func.count()).where(Notice.kind == Kind.SESSION)) == 2 * BATCH + 2


def test_everything_reads_well_in_three_languages(site: Site) -> None:
    client, said = site.client(site.cast.learner), {}
    gone, new = plan(site, START), plan(site, START, title="Another")
    change(site, plan(site, START, title="Third"), START + timedelta(days=1), title="Third")
    see(site.client(site.cast.coach).post(f"{work_of(gone)}/cancel"), 303)
    site.mail()
    remind(site, START - timedelta(hours=24))
    for language in ("en", "nl", "fr"):
        client.post("/language", data={"language": language})
        said[language] = notices(site, site.cast.learner)
        assert len(said[language]) == 4 and not any("%" in sentence for sentence in said[language])
        for page in (gone, new, base(site), f"{base(site)}/sessions"):
            see(client.get(page))
    assert not set(said["en"]) & {*said["nl"], *said["fr"]}
    assert "Binnenkort: “Another”, donderdag 3 december 2026, 10:00–11:30" in said["nl"]


def test_the_schedule_looks_every_ten_minutes() -> None:
    assert [found.cron for found in SCHEDULES if found.task is REMIND] == ["*/10 * * * *"]

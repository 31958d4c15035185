"""Meetings: planned by coaches, answered by learners, and who was there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update

from app.clock import now, set_to
from app.cohorts.models import Cohort
from app.cohorts.queries import active_enrolment
from app.cohorts.services import end_enrolment
from app.errors import Refused
from app.events.models import Event
from app.people.models import Person
from app.sessions.attending import NOUNS, is_word, new_word
from app.sessions.models import Attendance, LiveSession
from app.sessions.times import moment_at, wall_clock
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd
from tests.pages import see, value, words
from tests.sessions.deeds import ZONE, base, change, events_of, form_for, plan, work_of

BY_SCRIPT = {"HX-Request": "true"}
BRUSSELS, LORD_HOWE = ZoneInfo("Europe/Brussels"), ZoneInfo("Australia/Lord_Howe")
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_week_before(site: Site) -> Any:
    with set_to(START - timedelta(days=6)):
        yield


def attendance(site: Site) -> dict[str, tuple[str | None, str | None]]:
    """{name: (what they answered, by what they count as present)}"""
    with site.db() as db:
        rows = db.execute(
            select(Person.name, Attendance.coming, Attendance.how).join(
                Person, Person.id == Attendance.person_id
            )
        )
        return {row.name: (row.coming, row.how) for row in rows}


def word_of(site: Site) -> str:
    with site.db() as db:
        return db.scalars(select(LiveSession.word)).one()


# Times ------------------------------------------------------------------------------------------------


@given(
    st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2035-01-01")),
    st.sampled_from([BRUSSELS, LORD_HOWE, ZoneInfo("America/St_Johns"), ZoneInfo("UTC")]),
)
def test_a_time_comes_back_as_it_was_entered_or_does_not_exist(local: datetime, zone: ZoneInfo) -> None:
    local = local.replace(second=0, microsecond=0)
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    try:
        moment = moment_at(local.date(), local.time(), zone)
    except Refused:
        assert second < first, "only a time in a gap"
        return
    assert wall_clock(moment, zone) == (local.date(), local.time())
    assert moment == min(first, second), "of a time that comes twice it is the first"


def test_clocks_that_change_are_minded(site: Site) -> None:
    spring, autumn = date(2027, 3, 28), date(2027, 10, 31)
    with pytest.raises(Refused):
        moment_at(spring, time(2, 30), BRUSSELS)
    assert moment_at(spring, time(3), BRUSSELS) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert moment_at(autumn, time(2, 30), BRUSSELS) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    coach, url = site.client(site.cast.coach), f"{base(site)}/coach/sessions"
    form = form_for(START) | {"on": "2027-03-28", "at": "02:30"}
    page = see(coach.post(url, data=form), 422)
    assert "The clocks go forward that night" in words(page, "#f-at-error") and value(page, "at") == "02:30"
    made = coach.post(url, data=form | {"on": "2027-10-31", "at": "01:30", "minutes": "120"}).headers[
        "location"
    ]
    assert "31 October 2027, 01:30–02:30" in words(see(coach.get(made))), "two hours, one of them twice"


def test_times_are_those_of_the_group_s_own_zone(site: Site) -> None:
    with site.db() as db:
        db.get_one(Cohort, site.cast.cohort.id).time_zone = "Europe/Lisbon"
    coach = site.client(site.cast.coach)
    form = form_for(START) | {"at": "10:00"}
    url = coach.post(f"{base(site)}/coach/sessions", data=form).headers["location"]
    with site.db() as db:
        assert db.scalars(select(LiveSession.starts_at)).one() == datetime(2026, 12, 1, 10, tzinfo=UTC)
    said = "Tuesday, 1 December 2026, 10:00–11:30 (Lisbon)"
    for path in (url, base(site), f"{base(site)}/sessions", "/"):
        assert said in words(see(site.client(site.cast.learner).get(path)))
    page = see(coach.get(f"{work_of(url)}/edit"))
    assert value(page, "at") == "10:00" and "As the clocks show it in Lisbon." in words(page)
    site.work()
    assert said in words(see(site.client(site.cast.learner).get("/notices")))


# Planning ---------------------------------------------------------------------------------------------


def test_a_meeting_is_planned_seen_answered_changed_and_cancelled_without_a_script(site: Site) -> None:
    coach, learner, peer = (site.client(one) for one in (site.cast.coach, site.cast.learner, site.cast.peer))
    assert "Meetings" not in words(see(learner.get(base(site))))
    page = see(coach.get(f"{base(site)}/sessions"))
    assert "No meeting is planned" in words(page)
    page = see(coach.get(page.css_first(".page-head .button").attributes["href"]))
    form = {**form_for(START), "once": value(page, "once")}
    urls = {coach.post(f"{base(site)}/coach/sessions", data=form).headers["location"] for _ in range(2)}
    (url,) = urls
    for address in ("/", base(site), f"{base(site)}/sessions"):
        shown = see(learner.get(address))
        assert shown.css(f'main a[href="{url}"]') and "Tuesday, 1 December 2026, 10:00–11:30" in words(shown)
    page = see(learner.get(url))
    assert "Room 1, upstairs" in words(page) and "Thing 1: The first Thing" in words(page)
    assert "<strong>first</strong>" in (page.html or "")
    link = page.css_first('a[href="https://meet.example/riverside"]')
    assert (
        link is not None and link.text() == "meet.example" and link.attributes["rel"] == "nofollow noopener"
    )
    for answer in ("no", "yes"):
        see(learner.post(f"{url}/answer", data={"answer": answer}), 303)
    see(peer.post(f"{url}/answer", data={"answer": "no"}), 303)
    assert words(see(peer.get(url)), "#coming .muted") == "Lena Maes comes."
    assert "Piet" not in words(see(learner.get(url))), "nobody is told who does not come"
    assert "You come" in words(see(learner.get(f"{base(site)}/sessions")))
    see(learner.post(f"{url}/answer", data={"answer": "perhaps"}), 422)
    change(site, url, START, title="The beginning")
    assert attendance(site)["Lena Maes"] == ("yes", None)
    change(site, url, START + timedelta(days=1), title="The beginning")
    assert attendance(site)["Lena Maes"] == (None, None), "at another time they are asked anew"
    assert "The beginning" in words(see(learner.get(url)), "h1")
    page = see(coach.get(f"{work_of(url)}/cancel"))
    see(coach.post(page.css_first("main form").attributes["action"]), 303)
    page = see(learner.get(url))
    assert "This meeting is cancelled." in words(page) and not page.css("#coming button")
    see(learner.post(f"{url}/answer", data={"answer": "yes"}), 409)
    assert "The beginning" not in words(see(learner.get("/")))
    assert "cancelled" in words(see(learner.get(f"{base(site)}/sessions")))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("title", "", "Fill this in."),
        ("on", "soon", "Write a date"),
        ("on", "9999-12-31", "Write a date"),
        ("on", "0001-01-01", "Write a date"),
        ("at", "later", "Write a time such as 14:30."),
        ("at", "10:00+02:00", "Write a time such as 14:30."),
        ("minutes", "1e3", "Write a whole number."),
        ("minutes", "100000", "Write a smaller number."),
        ("url", "javascript:alert(1)", "Write an address"),
        ("url", "https://me@meet.example/", "Write an address"),
        ("url", "https://meet.example/a b", "Write an address"),
        ("url", "https://meet.example:port/", "Write an address"),
        ("place", "x" * 201, "Use at most 200 characters."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(site: Site, field: str, typed: str, said: str) -> None:
    form = form_for(START) | {field: typed}
    page = see(site.client(site.cast.coach).post(f"{base(site)}/coach/sessions", data=form), 422)
    assert said in words(page, f"#f-{field}-error")
    assert value(page, "agenda") == "1. Names\n2. The **first** Thing" and value(page, field) == typed
    assert "first" in [box.attributes["value"] for box in page.css("[name=things][checked]")]


def test_a_link_without_https_gets_it_and_unknown_things_are_left_out(site: Site) -> None:
    plan(site, START, url="meet.example/x", things=["nosuch", "second"])
    with site.db() as db:
        made = db.scalars(select(LiveSession)).one()
    assert (made.url, made.things) == ("https://meet.example/x", ["second"])


def test_an_organizer_plans_too_but_sees_nobody_s_answers(site: Site) -> None:
    url = plan(site, START, by=site.cast.organizer)
    see(site.client(site.cast.learner).post(f"{url}/answer", data={"answer": "yes"}), 303)
    organizer = site.client(site.cast.organizer)
    page = see(organizer.get(url))
    assert "Lena" not in words(page) and word_of(site) not in (page.html or "")
    see(organizer.get(f"{work_of(url)}/attendance"), 404)
    see(organizer.get(f"{work_of(url)}/room"), 404)
    see(organizer.get(f"{work_of(url)}/edit"))


def test_notes_come_afterwards_for_the_whole_group(site: Site) -> None:
    url = plan(site, START)
    with set_to(START + timedelta(hours=4)):
        notes = {"notes": "The [slides](https://slides.example/) <script>x</script>"}
        see(site.client(site.cast.coach).post(f"{work_of(url)}/notes", data=notes), 303)
        page = see(site.client(site.cast.peer).get(url))
        assert page.css_first('#notes + .prose a[href="https://slides.example/"]') is not None
        assert not page.css("main script") and not page.css("#coming")
        see(site.client(site.cast.peer).post(f"{url}/answer", data={"answer": "yes"}), 409)
        see(site.client(site.cast.coach).post(f"{work_of(url)}/cancel"), 409)


def test_who_left_the_group_sees_nothing_of_its_meetings(site: Site) -> None:
    url = plan(site, START)
    learner = site.client(site.cast.learner)
    see(learner.post(f"{url}/answer", data={"answer": "yes"}), 303)
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
    for path in (url, f"{url}/here", f"{url}/calendar.ics", f"{base(site)}/sessions"):
        see(learner.get(path), 404)
    see(learner.post(f"{url}/answer", data={"answer": "yes"}), 404)
    assert "Kick-off" not in words(see(learner.get("/")))
    assert "Lena" not in words(see(site.client(site.cast.peer).get(url)))


# Being there ------------------------------------------------------------------------------------------


def test_words_are_easy_to_type_and_hard_to_guess() -> None:
    assert all(len(set(nouns.split())) == 40 and nouns.isascii() for nouns in NOUNS.values())
    assert len({new_word("nl") for _ in range(200)}) > 150
    assert is_word("Été 47", "ete47") and is_word("lantern 47", " LANTERN  47 ")
    assert not is_word("lantern 47", "lantern 4")


def test_the_word_counts_around_the_meeting_and_is_not_guessed(site: Site) -> None:
    url = plan(site, START)
    word, learner = word_of(site), site.client(site.cast.learner)
    for moment, counts in (
        (START - timedelta(minutes=31), False),
        (START - timedelta(minutes=30), True),
        (START + timedelta(minutes=90, hours=3), True),
        (START + timedelta(minutes=91, hours=3), False),
    ):
        with set_to(moment):
            assert bool(see(learner.get(url)).css("[name=word]")) is counts
            if not counts:
                see(learner.post(f"{url}/here", data={"word": word}), 422)
    with set_to(START):
        page = see(learner.post(f"{url}/here", data={"word": "butter"}), 422)
        assert "That is not the word" in words(page, "#f-word-error") and value(page, "word") == "butter"
        see(learner.post(f"{url}/here", data={"word": word.upper()}), 303)
        assert "You are there" in words(see(learner.get(url)))
        peer = site.client(site.cast.peer)
        for _ in range(10):
            see(peer.post(f"{url}/here", data={"word": "guessed 11"}), 422)
        see(peer.post(f"{url}/here", data={"word": word}), 429)
    with set_to(START + timedelta(minutes=61)):
        see(peer.post(f"{url}/here", data={"word": word}), 303)
    assert attendance(site) == {"Lena Maes": (None, "word"), "Piet Claes": (None, "word")}
    with set_to(START + timedelta(days=1)):
        assert "You were there" in words(see(learner.get(f"{base(site)}/sessions")))


def test_the_code_leads_to_one_button_and_changes_nothing_before_it_is_pressed(site: Site) -> None:
    url = plan(site, START)
    with set_to(START):
        room = see(site.client(site.cast.coach).get(f"{work_of(url)}/room"))
        assert room.css(".poster-qr svg") and words(room, ".poster-word") == word_of(site)
        here = f"{url}/here?word={word_of(site).replace(' ', '+')}"
        assert site.client().get(here).headers["location"].startswith("/sign-in?next=")
        learner = site.client(site.cast.learner)
        page = see(learner.get(here))
        assert len(page.css("main button")) == 1 and not page.css("main input:not([type=hidden])")
        assert attendance(site) == {}
        form = {box.attributes["name"]: box.attributes["value"] for box in page.css("main input")}
        for _ in range(2):
            see(learner.post(page.css_first("main form").attributes["action"], data=form), 303)
        assert attendance(site) == {"Lena Maes": (None, "code")}
        for stranger in (site.cast.coach, site.cast.organizer, site.cast.other_learner):
            see(site.client(stranger).get(here), 404)
            see(site.client(stranger).post(f"{url}/here", data=form), 404)
        new = {"word": "xy1"}
        see(site.client(site.cast.coach).post(f"{work_of(url)}/room", data=new), 422)
        see(site.client(site.cast.coach).post(f"{work_of(url)}/room", data={"word": "sunrise 9"}), 303)
        see(site.client(site.cast.peer).post(f"{url}/here", data=form), 422)


def test_a_coach_marks_with_one_tap_and_takes_it_back(site: Site) -> None:
    url, coach = plan(site, START), site.client(site.cast.coach)
    site.client(site.cast.peer).post(f"{url}/answer", data={"answer": "yes"})
    attend, one = f"{work_of(url)}/attendance", f"{work_of(url)}/attendance/lena-maes"
    assert not see(coach.get(attend)).css("main button") and "Piet Claes comes" in words(
        see(coach.get(attend))
    )
    see(coach.post(one, data={"present": "1"}), 409)
    with set_to(START):
        page = see(coach.get(attend))
        button = page.css_first("#attendee-lena-maes button")
        assert button is not None and button.attributes["aria-pressed"] == "false"
        for present, how in (("1", "coach"), ("1", "coach"), ("0", None), ("1", "coach")):
            see(coach.post(one, data={"present": present}), 303)
            assert attendance(site)["Lena Maes"] == (None, how)
        row = LexborHTMLParser(coach.post(one, data={"present": "0"}, headers=BY_SCRIPT).text)
        assert row.css_first("li#attendee-lena-maes button[aria-pressed=false]") is not None
        see(coach.post(one), 422)
        see(coach.post(f"{attend}/otto-peeters", data={"present": "1"}), 404)
        see(coach.post(attend), 303)
        assert attendance(site)["Piet Claes"] == ("yes", "coach")
        assert "1 more learner is marked." not in words(see(coach.post(attend, follow_redirects=True)))
    with site.db() as db:
        verbs = db.scalars(select(Event.verb).where(Event.object_type == "session").order_by(Event.id)).all()
    assert verbs == ["planned", *["attended", "marked-absent"] * 2, "attended"]
    see(site.client(site.cast.other_coach).get(attend), 404)
    see(site.client(site.cast.learner).get(attend), 404)


def test_an_answer_by_script_gives_what_changed(site: Site) -> None:
    url, learner = plan(site, START), site.client(site.cast.learner)
    piece = learner.post(f"{url}/answer", data={"answer": "maybe"}, headers=BY_SCRIPT).text
    assert re.match(r'\s*<section [^>]*id="coming"', piece) and "<html" not in piece
    assert 'id="coming-maybe" type="submit" name="answer" value="maybe" aria-pressed="true"' in piece


# What it costs ----------------------------------------------------------------------------------------


def test_pages_take_as_many_statements_however_much_there_is(site: Site) -> None:
    learner, coach = site.client(site.cast.learner), site.client(site.cast.coach)
    url = plan(site, START)
    plan(site, now() - timedelta(days=2), title="Earlier")
    pages = [(learner, "/"), (learner, base(site)), (learner, f"{base(site)}/sessions"), (learner, url)]
    pages += [(coach, f"{work_of(url)}/attendance"), (coach, url)]

    def counted() -> list[int]:
        found = []
        for client, path in pages:
            see(client.get(path))
            with site.statements() as seen:
                see(client.get(path))
            found.append(len(seen))
        return found

    before = counted()
    with site.db() as db:
        people = crowd(db, [f"Learner {number}" for number in range(20)], site.cast.cohort)
        session = db.scalars(select(LiveSession).order_by(LiveSession.id)).first()
        assert session is not None
        db.add_all(Attendance(session_id=session.id, person_id=one.id, coming="yes") for one in people)
    for number in range(4):
        plan(site, START + timedelta(days=number), title=f"Number {number}")
        plan(site, now() - timedelta(days=3 + number), title=f"Before {number}")
    assert counted() == before
    assert "Learner 0" in words(see(learner.get(url)), "#coming .muted")


def test_home_asks_for_meetings_only_where_one_is_coming(site: Site) -> None:
    learner = site.client(site.cast.learner)

    def count() -> int:
        see(learner.get("/"))
        with site.statements() as seen:
            see(learner.get("/"))
        return len(seen)

    without = count()
    url = plan(site, START)
    assert count() == without + 1
    see(site.client(site.cast.coach).post(f"{work_of(url)}/cancel"), 303)
    assert count() == without
    see(site.client(site.cast.coach).post(f"{work_of(url)}/restore"), 303)
    with set_to(START + timedelta(days=1)):
        assert count() == without


def test_the_meetings_of_a_run_come_along_to_the_next_at_the_same_hours(site: Site) -> None:
    """Also where clocks have changed between them."""
    organizer, group = site.client(site.cast.organizer), f"/organize/cohorts/{site.cast.cohort.public_id}"
    first, spring = date(2026, 11, 2), date(2027, 4, 5)
    assert "Copy its" not in words(see(organizer.get(f"{group}/copy"))), "there is none, and no first day"
    with site.db() as db:
        db.get_one(Cohort, site.cast.cohort.id).starts_on = first
        db.execute(update(Person).values(email_verified_at=now()))
    with set_to(datetime(2026, 10, 20, tzinfo=UTC)):
        plan(site, datetime(2026, 11, 2, 13, 0, tzinfo=UTC), agenda="Names **first**")
        plan(site, datetime(2026, 11, 16, 13, 0, tzinfo=UTC), title="Half-way")
        gone = plan(site, datetime(2026, 11, 23, 13, 0, tzinfo=UTC), title="Called off")
        see(site.client(site.cast.coach).post(f"{work_of(gone)}/cancel"), 303)
    site.mail()
    page = see(organizer.get(f"{group}/copy"))
    assert "Copy its 2 meetings too" in words(page)
    form = {
        "name": "In spring",
        "starts_on": spring.isoformat(),
        "meetings": "1",
        "once": value(page, "once"),
    }
    there = see_other(organizer.post(f"{group}/copy", data=form))
    assert see_other(organizer.post(f"{group}/copy", data=form)) == there
    assert "2 meetings came along" in words(see(organizer.get(there)), "body")
    made = there.removeprefix("/organize")
    calendar = {
        str(event["SUMMARY"]): event.decoded("DTSTART").astimezone(ZONE)
        for event in events_of(site.client(site.cast.coach).get(f"{made}/calendar.ics"))
    }
    assert {title: str(at)[:16] for title, at in calendar.items()} == {
        "Kick-off": "2027-04-05 14:00",
        "Half-way": "2027-04-19 14:00",
    }
    assert site.mail() == [], "nobody is told"
    with set_to(datetime(2027, 4, 1, tzinfo=UTC)):
        listed = words(see(site.client(site.cast.coach).get(f"{made}/sessions")))
        assert "Kick-off" in listed and "Called off" not in listed
    without = {"name": "Without", "starts_on": spring.isoformat()}
    there = see_other(organizer.post(f"{group}/copy", data=without)).removeprefix("/organize")
    assert events_of(site.client(site.cast.coach).get(f"{there}/calendar.ics")) == []


def see_other(answer: Response) -> str:
    """Where it leads."""
    see(answer, 303)
    return answer.headers["location"]

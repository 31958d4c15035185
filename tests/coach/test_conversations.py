"""A coach and a learner find a time to talk, say what about, and keep what they agreed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from icalendar import Event
from sqlalchemy import update
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.cohorts.models import Cohort
from app.cohorts.queries import active_enrolment
from app.cohorts.services import add_coach
from app.journals.services import join_cohort
from app.notices.models import Frequency, Kind
from app.notices.services import choose
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import BASE_URL, Site
from tests.deeds import crowd
from tests.mail.letters import text_of
from tests.pages import see, value, words
from tests.sessions.deeds import ZONE, attached_to, events_of


def learner_page(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/learners/lena-maes"


def times(*moments: datetime, **fields: str) -> dict[str, str]:
    form = {"minutes": "30", "place": "By the window", "words": "Shall we?", "once": str(uuid4()), **fields}
    for number, at in enumerate(moments, start=1):
        local = at.astimezone(ZONE)
        form |= {f"on_{number}": local.date().isoformat(), f"at_{number}": f"{local:%H:%M}"}
    return form


def day(number: int) -> datetime:
    return (now() + timedelta(days=number)).replace(minute=0, second=0, microsecond=0)


def propose(site: Site, *moments: datetime, **fields: str) -> str:
    """Its address."""
    form = times(*(moments or (day(2), day(3))), **fields)
    answer = site.client(site.cast.coach).post(f"{learner_page(site)}/conversations", data=form)
    see(answer, 303)
    return answer.headers["location"]


def agree(site: Site, url: str, number: int = 0) -> None:
    learner = site.client(site.cast.learner)
    offered = see(learner.get(url)).css('input[name="time"]')
    see(learner.post(f"{url}/agree", data={"time": offered[number].attributes["value"] or ""}), 303)


def test_a_coach_proposes_times_and_the_learner_chooses_one(site: Site) -> None:
    cast = site.cast
    confirm_all(site)
    url = propose(site, day(2), day(3), once="once")
    assert propose(site, day(2), day(3), once="once") == url
    (letter,) = site.mail()
    assert letter["Subject"] == "Cora Janssens proposes times to talk: which one suits you?"
    assert "/conversations" in text_of(letter)
    home = see(site.client(cast.learner).get("/"))
    assert "Which time suits you?" in words(home, "section.meeting-line")
    page = see(site.client(cast.learner).get(url))
    assert "Shall we?" in words(page) and "By the window" in words(page)
    agree(site, url, 1)
    assert "agreed" in words(see(site.client(cast.coach).get(url)))
    told = {str(letter["To"]).split()[0]: str(letter["Subject"]) for letter in site.mail()}
    assert told == {
        "Cora": "It is agreed: conversation with Lena Maes",
        "Lena": "It is agreed: conversation with Cora Janssens",
    }
    assert "Conversation with Cora Janssens" in words(see(site.client(cast.learner).get("/")))
    assert "Conversation with Lena Maes" in words(see(site.client(cast.coach).get(learner_page(site))))


def test_it_stands_in_both_calendars_and_is_taken_back_there(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    assert not events_of(site.client(cast.learner).get("/calendar.ics"))
    agree(site, url)
    (mine,), (theirs,) = (
        events_of(site.client(one).get("/calendar.ics")) for one in (cast.learner, cast.coach)
    )
    assert mine["uid"] == theirs["uid"] and mine.start == theirs.start == day(2)
    assert (mine["summary"], theirs["summary"]) == (
        "Conversation with Cora Janssens",
        "Conversation with Lena Maes",
    )
    assert mine["status"] == "CONFIRMED" and mine["location"] == "By the window"
    assert not events_of(site.client(cast.peer).get("/calendar.ics"))
    see(site.client(cast.learner).post(f"{url}/others", data={"wish": "Rather in the evening."}), 303)
    (moved,) = events_of(site.client(cast.coach).get("/calendar.ics"))
    assert moved["status"] == "CANCELLED" and moved["uid"] == mine["uid"]
    assert moved["sequence"] > mine["sequence"]
    assert "Rather in the evening." in words(see(site.client(cast.coach).get(url)))
    see(site.client(cast.coach).post(f"{url}/times", data=times(day(5))), 303)
    agree(site, url)
    (again,) = events_of(site.client(cast.learner).get("/calendar.ics"))
    assert again["status"] == "CONFIRMED" and again.start == day(5)
    assert again["sequence"] > moved["sequence"]
    see(site.client(cast.coach).post(f"{url}/cancel"), 303)
    (gone,) = events_of(site.client(cast.learner).get("/calendar.ics"))
    assert gone["status"] == "CANCELLED" and gone["sequence"] > again["sequence"]


def test_a_learner_asks_for_one_and_any_coach_of_the_group_takes_it_up(site: Site) -> None:
    cast = site.cast
    learner = site.client(cast.learner)
    ask = see(learner.get("/conversations")).css_first('a[href$="/conversation"]').attributes["href"] or ""
    assert "Cora Janssens reads it and proposes times." in words(see(learner.get(ask)))
    first = learner.post(ask, data={"wish": "I am stuck.", "once": "a"})
    again = learner.post(ask, data={"wish": "Still stuck.", "once": "b"})
    url = first.headers["location"]
    assert again.headers["location"] == url, "one that waits is the same"
    today = f"/cohorts/{cast.cohort.public_id}/coach/today"
    case = see(site.client(cast.coach).get(today)).css_first(".case")
    assert "Lena Maes Asked to talk with you" in " ".join(case.text(separator=" ").split())
    assert case.css_first(f'a[href="{url}"]') is not None
    assert "would like to talk with you" in words(see(site.client(cast.coach).get("/notices")))
    assert "your turn" in words(see(site.client(cast.coach).get("/conversations")))
    assert "I am stuck." in words(see(site.client(cast.coach).get(url)))
    see(site.client(cast.coach).post(f"{url}/times", data=times(day(1))), 303)
    agree(site, url)
    assert "Asked to talk" not in words(see(site.client(cast.coach).get(today)))


def test_a_wish_again_and_again_is_mailed_once_until_the_coach_answers_or_hours_pass(site: Site) -> None:
    cast = site.cast
    confirm_all(site)
    url = ""
    for once in "abc":
        url = wish(site, once)
        see(site.client(cast.learner).post(f"{url}/cancel"), 303)
    url = wish(site, "d")
    assert [str(letter["Subject"]) for letter in site.mail()] == [
        "Lena Maes would like to talk with you: when could that be?"
    ]
    notices = words(see(site.client(cast.coach).get("/notices")))
    assert notices.count("would like to talk with you") == 4, "each stands among what is new"
    see(site.client(cast.coach).post(f"{url}/times", data=times(day(4))), 303)
    see(site.client(cast.learner).post(f"{url}/cancel"), 303)
    assert len(site.mail()) == 2, "both hear of what follows from what the other did"
    with set_to(now() + timedelta(hours=13)):
        wish(site, "e")
        assert len(site.mail()) == 1, "and of a new wish, half a day later"


def test_a_coach_who_proposes_and_calls_off_again_and_again_mails_once(site: Site) -> None:
    confirm_all(site)
    for number in range(3):
        url = propose(site, once=str(number))
        see(site.client(site.cast.coach).post(f"{url}/times", data=times(day(5))), 303)
        see(site.client(site.cast.coach).post(f"{url}/cancel"), 303)
    assert len(site.mail()) == 1


def test_that_a_time_is_agreed_on_and_falls_is_always_mailed(site: Site) -> None:
    confirm_all(site)
    first, second = propose(site), propose(site, day(6))
    site.mail()
    for url in (first, second):
        agree(site, url)
    assert len(site.mail()) == 4, "to both, for their calendars"
    for url in (first, second):
        see(site.client(site.cast.learner).post(f"{url}/cancel"), 303)
    assert len(site.mail()) == 4


def attached(site: Site) -> dict[str, tuple[str, Event]]:
    """What the letters that wait bring to the calendars of whom: {first name: (method, entry)}."""
    letters = [letter for letter in site.mail() if list(letter.iter_attachments())]
    return {str(letter["To"]).split()[0]: attached_to(letter) for letter in letters}


def test_the_letter_of_an_agreed_time_brings_it_into_the_calendars_of_both(site: Site) -> None:
    cast = site.cast
    confirm_all(site)
    url = propose(site, day(2), day(3), url="https://meet.example/lena")
    assert attached(site) == {}, "nothing is agreed yet"
    agree(site, url)
    first = attached(site)
    assert set(first) == {"Lena", "Cora"}
    (feed,) = events_of(site.client(cast.learner).get("/calendar.ics"))
    for name, other in (("Lena", "Cora Janssens"), ("Cora", "Lena Maes")):
        method, event = first[name]
        assert (method, event["STATUS"], event["UID"]) == ("PUBLISH", "CONFIRMED", feed["UID"])
        assert event["SUMMARY"] == f"Conversation with {other}" and event.start == day(2)
        assert event["LOCATION"] == "By the window" and "https://meet.example/lena" in event["DESCRIPTION"]
        assert event["SEQUENCE"] == feed["SEQUENCE"] and event["URL"] == f"{BASE_URL}{url}"
    see(site.client(cast.coach).post(f"{url}/times", data=times(day(5))), 303)
    between = attached(site)
    agree(site, url)
    moved = attached(site)
    see(site.client(cast.coach).post(f"{url}/cancel"), 303)
    gone = attached(site)
    for name in ("Lena", "Cora"):
        told = [found[name] for found in (first, between, moved, gone)]
        assert [(method, str(event["STATUS"])) for method, event in told] == [
            ("PUBLISH", "CONFIRMED"),
            ("CANCEL", "CANCELLED"),
        ] * 2
        assert len({str(event["UID"]) for _, event in told}) == 1
        numbers = [int(event["SEQUENCE"]) for _, event in told]
        assert numbers == sorted(set(numbers))
        assert moved[name][1].start == day(5)


def test_what_the_letter_says_is_said_in_words_too(site: Site) -> None:
    cast = site.cast
    confirm_all(site)
    with site.db() as db:
        db.get_one(Person, cast.coach.id).language = "nl"
    url = propose(site)
    site.mail()
    agree(site, url)
    texts = {str(letter["To"]).split()[0]: text_of(letter) for letter in site.mail()}
    assert "You talk with Cora Janssens: " in texts["Lena"] and "By the window" in texts["Lena"]
    assert "Je spreekt met Lena Maes: " in texts["Cora"] and url in texts["Cora"]
    see(site.client(cast.learner).post(f"{url}/others", data={"wish": "Later."}), 303)
    letters = {str(letter["To"]).split()[0]: letter for letter in site.mail()}
    assert "You do not talk with Cora Janssens at the agreed time: " in text_of(letters["Lena"])
    assert "Stel andere momenten voor." in text_of(letters["Cora"])
    assert "Later." not in text_of(letters["Cora"]), "what was written stands on its page"


def test_a_letter_of_a_time_follows_each_one_s_wishes_and_tells_only_how_it_is(site: Site) -> None:
    cast = site.cast
    confirm_all(site)
    with site.db() as db:
        choose(db, cast.coach.id, {Kind.CONVERSATION: Frequency.NEVER})
    url = propose(site)
    agree(site, url)
    assert set(attached(site)) == {"Lena"}
    assert "something new about your conversation" in words(see(site.client(cast.coach).get("/notices")))
    second = propose(site, day(6), once="second")
    site.mail()
    agree(site, second)
    see(site.client(cast.learner).post(f"{second}/cancel"), 303)
    assert [method for method, _ in attached(site).values()] == ["CANCEL"], "the first was overtaken"
    third = propose(site, day(7), once="third")
    site.mail()
    agree(site, third)
    with site.db() as db:
        join_cohort(db, cast.learner.id, db.get_one(Cohort, cast.other_cohort.id))
    assert attached(site) == {}, "it does not take place any more"


def test_another_coach_who_moves_it_takes_it_out_of_the_calendar_of_who_held_it(site: Site) -> None:
    cast = site.cast
    confirm_all(site)
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_coach.id, actor_id=None)
    url = propose(site)
    agree(site, url)
    site.mail()
    see(site.client(cast.other_coach).post(f"{url}/times", data=times(day(5))), 303)
    assert {name: method for name, (method, _) in attached(site).items()} == {
        "Lena": "CANCEL",
        "Cora": "CANCEL",
    }
    agree(site, url)
    assert set(attached(site)) == {"Lena", cast.other_coach.name.split()[0]}


def confirm_all(site: Site) -> None:
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))


def wish(site: Site, once: str) -> str:
    """The address of what the learner asks for."""
    learner = site.client(site.cast.learner)
    ask = see(learner.get("/conversations")).css_first('a[href$="/conversation"]').attributes["href"] or ""
    answer = learner.post(ask, data={"wish": "I am stuck.", "once": once})
    see(answer, 303)
    return answer.headers["location"]


def test_declining_needs_no_reason_and_is_told_without_blame(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    see(site.client(cast.learner).post(f"{url}/cancel"), 303)
    see(site.client(cast.learner).post(f"{url}/cancel"), 303)
    see(site.client(cast.coach).post(f"{url}/times", data=times(day(4))), 422)
    page = words(see(site.client(cast.coach).get(url)))
    assert "Not now: it was declined, and that is fine." in page
    assert see(site.client(cast.learner).get("/")).css_first("section.meeting-line") is None


def test_both_add_to_the_agenda_and_take_their_own_away(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    coach, learner = site.client(cast.coach), site.client(cast.learner)
    see(coach.post(f"{url}/agenda", data={"point": "The blog", "once": "a"}), 303)
    see(learner.post(f"{url}/agenda", data={"point": "My time", "once": "b"}), 303)
    see(learner.post(f"{url}/agenda", data={"point": "My time", "once": "b"}), 303)
    page = see(coach.get(url))
    assert [node.text() for node in page.css("#agenda ~ ul li div > p:first-child")] == [
        "The blog",
        "My time",
    ]
    (own,) = page.css('form[action*="/agenda/"]')
    see(learner.post(own.attributes["action"] or ""), 404)
    see(coach.post(own.attributes["action"] or ""), 303)
    assert "The blog" not in words(see(learner.get(url)))
    page = see(learner.post(f"{url}/agenda", data={"point": " "}), 422)
    assert words(page, "#f-point-error")


def test_what_was_agreed_is_seen_and_ticked_off_by_both(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    agree(site, url)
    coach, learner = site.client(cast.coach), site.client(cast.learner)
    with set_to(day(2) + timedelta(hours=1)):
        action = {"action": "Write to the choir", "who": "learner", "due_on": "2030-01-02", "once": "a"}
        see(coach.post(f"{url}/actions", data=action), 303)
        see(learner.post(f"{url}/actions", data={"action": "Send the link", "who": "coach"}), 303)
        see(coach.post(f"{url}/summary", data={"summary": "We **laughed**."}), 303)
        page = see(learner.get(url))
        assert page.css_first("#summary ~ .prose strong").text() == "laughed"
        assert "Write to the choir" in words(page) and "by 2 January 2030" in words(page)
        see(learner.post(f"{url}/summary", data={"summary": "No."}), 404)
        assert "You agreed on 1 thing to do." in words(see(learner.get("/")), "section.meeting-line")
        form = page.css_first('form[action*="/actions/"]').attributes["action"] or ""
        see(learner.post(form, data={"done": "1"}), 303)
        see(learner.post(form, data={"done": "1"}), 303)
        assert "done" in words(see(coach.get(url)), "#actions ~ ul")
        assert see(learner.get("/")).css_first("section.meeting-line") is None
        see(coach.post(f"{url}/cancel"), 409)
        see(coach.post(f"{form}/remove"), 303)
        assert "Write to the choir" not in words(see(learner.get(url)))


def test_times_must_be_whole_to_come_and_exist(site: Site) -> None:
    coach = site.client(site.cast.coach)
    path = f"{learner_page(site)}/conversations"
    for form, field in (
        (times(day(-1)), "on_1"),
        (times(day(1)) | {"on_2": "2030-01-02"}, "at_2"),
        (times(day(1)) | {"on_1": "2031-03-30", "at_1": "02:30"}, "at_1"),
        ({"words": "Only words"}, "on_1"),
    ):
        page = see(coach.post(path, data=form), 422)
        assert words(page, f"#f-{field}-error")
        assert value(page, "words") == form["words"]


def test_nobody_else_reads_it_and_access_ends_with_the_group(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    agree(site, url)
    for person in (cast.peer, cast.other_coach, cast.organizer, cast.administrator, cast.stranger):
        see(site.client(person).get(url), 404)
    see(site.client(cast.coach).post(f"{url}/agree", data={"time": "x"}), 404)
    see(site.client(cast.learner).post(f"{url}/times", data=times(day(1))), 404)
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_coach.id, actor_id=None)
    see(site.client(cast.other_coach).get(url), 200)
    with site.db() as db:
        join_cohort(db, cast.learner.id, db.get_one(Cohort, cast.other_cohort.id))
    see(site.client(cast.coach).get(url), 404)
    assert "Shall we?" in words(see(site.client(cast.learner).get(url)))
    assert not events_of(site.client(cast.coach).get("/calendar.ics"))
    (entry,) = events_of(site.client(cast.learner).get("/calendar.ics"))
    assert entry["status"] == "CANCELLED"
    see(site.client(cast.learner).post(f"{url}/cancel"), 404)


def test_a_replaced_coach_leaves_it_to_the_others(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    agree(site, url)
    remove = f"/organize/cohorts/{cast.cohort.public_id}/coaches/{cast.coach.handle}/remove"
    see(site.client(cast.organizer).post(remove, data={"email": "oda@example.org"}), 303)
    see(site.client(cast.coach).get(url), 404)
    assert not events_of(site.client(cast.coach).get("/calendar.ics"))
    (entry,) = events_of(site.client(cast.learner).get("/calendar.ics"))
    assert entry["status"] == "CANCELLED"
    today = f"/cohorts/{cast.cohort.public_id}/coach/today"
    assert "Asked to talk with you" in words(see(site.client(cast.other_coach).get(today)), ".case")


def leave_the_group(site: Site) -> None:
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        public_id = enrolment.public_id
    see(site.client(site.cast.learner).post(f"/enrolments/{public_id}/leave"), 303)


def move_to_another(site: Site) -> None:
    see(site.client(site.cast.learner).post(f"/join/{site.cast.other_cohort.code}"), 303)


def send_away(site: Site) -> None:
    see(site.client(site.cast.coach).post(f"{learner_page(site)}/remove"), 303)


def end_the_run(site: Site) -> None:
    address = f"/organize/cohorts/{site.cast.cohort.public_id}/end"
    see(site.client(site.cast.organizer).post(address), 303)


def replace_the_coach(site: Site) -> None:
    address = f"/organize/cohorts/{site.cast.cohort.public_id}/coaches/{site.cast.coach.handle}/remove"
    see(site.client(site.cast.organizer).post(address, data={"email": "oda@example.org"}), 303)


@pytest.mark.parametrize(
    "part", [leave_the_group, move_to_another, send_away, end_the_run, replace_the_coach]
)
def test_where_both_part_an_agreed_time_leaves_both_calendars(site: Site, part) -> None:
    confirm_all(site)
    agree(site, propose(site))
    attached(site)
    part(site)
    gone = attached(site)
    assert {name: method for name, (method, _) in gone.items()} == {"Lena": "CANCEL", "Cora": "CANCEL"}


def test_pages_cost_the_same_for_many(site: Site) -> None:
    cast = site.cast
    url = propose(site)
    pages = [(site.client(cast.learner), path) for path in ("/", "/conversations", url, "/calendar.ics")] + [
        (site.client(cast.coach), path) for path in ("/conversations", learner_page(site))
    ]
    before = [cost(site, *page) for page in pages]
    for number in range(4):
        propose(site, once=f"more-{number}")
        data = {"point": f"Point {number}", "once": str(number)}
        see(site.client(cast.learner).post(f"{url}/agenda", data=data), 303)
    with site.db() as db:
        crowd(db, ["Somebody A", "Somebody B"], db.get_one(Cohort, cast.cohort.id))
    assert [cost(site, *page) for page in pages] == before


def cost(site: Site, browser: TestClient, page: str) -> int:
    with site.statements() as seen:
        assert browser.get(page).status_code == 200
    return len(seen)

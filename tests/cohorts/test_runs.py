"""A group's run of a programme: its Things, its days, and what completes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.clock import now, set_to
from app.cohorts.models import Cohort, Enrolment, ReplyPromise
from app.cohorts.queries import active_enrolment
from app.cohorts.running import write_note
from app.cohorts.runs import programme_of_run
from app.people.models import Person
from app.progress.services import record_approval
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, crowd, finish, pack_of, reflect, tick
from tests.pages import see, value, words

MONDAY = date(2026, 11, 2)
GROUP = {"name": "Riverside Library", "mode": "coach-led", "starts_on": str(MONDAY), "time_zone": "UTC"}
RULE = {"rule": "own"}


def on(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def after(weeks: int = 0, days: int = 0) -> date:
    return MONDAY + timedelta(weeks=weeks, days=days)


def organize(site: Site, page: str, status: int = 303, **form: str | Sequence[str]) -> Response:
    url = f"/organize/cohorts/{site.cast.cohort.public_id}/{page}"
    response: Response = site.client(site.cast.organizer).post(url, data=form)
    see(response, status)
    return response


@pytest.fixture
def weekly(site: Site) -> Site:
    """A Thing a week from MONDAY on; the cast is there from the first day."""
    with site.db() as db:
        for enrolment in db.scalars(select(Enrolment).where(Enrolment.cohort_id == site.cast.cohort.id)):
            enrolment.joined_at = on(MONDAY, 8)
    organize(site, "edit", **GROUP)
    organize(site, "run", rhythm="weekly", **RULE)
    return site


def page(site: Site, path: str = "", person: Person | None = None) -> LexborHTMLParser:
    return see(site.client(person or site.cast.learner).get(f"/programmes/{PROGRAMME}{path}"))


def due_on(site: Site, person: Person | None = None) -> date | None:
    """The first day on which something is due that they have not done."""
    with site.db() as db:
        enrolment = active_enrolment(db, (person or site.cast.learner).id, PROGRAMME)
        assert enrolment is not None
        return enrolment.due_on


def enrolment_url(site: Site) -> str:
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        return f"/enrolments/{enrolment.public_id}"


def give(site: Site, *people: Person, status: int = 303, **form: str) -> Response:
    url = f"/cohorts/{site.cast.cohort.public_id}/coach/time"
    handles = [person.handle for person in people]
    response: Response = site.client(site.cast.coach).post(url, data={"learner": handles, **form})
    see(response, status)
    return response


def test_home_says_what_this_week_is_for_and_never_what_was_due(weekly: Site) -> None:
    browser = weekly.client(weekly.cast.learner)
    with set_to(on(after(weeks=1))):
        home = words(see(browser.get("/")))
    assert "This week: Thing 2." in home
    assert not {"late", "overdue", "behind", "missed", "deadline"} & set(home.lower().split())
    finish(weekly, weekly.cast.learner, "second")
    with set_to(on(after(weeks=1))):
        assert "More opens on Monday, 16 November 2026" in words(see(browser.get("/")))


def test_a_thing_can_be_read_ahead_with_the_day_above_it(weekly: Site) -> None:
    with set_to(on(MONDAY)):
        ahead = page(weekly, "/second")
        assert "Riverside Library begins with this on Monday, 9 November 2026" in words(ahead)
        assert ahead.css_first(".activity-list") is not None
        assert [words(heading, "h3") for heading in _weeks(page(weekly))] == [
            "From Monday, 2 November 2026",
            "From Monday, 9 November 2026",
            "From Monday, 16 November 2026",
        ]
    assert "begins with this" not in words(page(weekly, "/second", weekly.cast.loner))


def _weeks(found: LexborHTMLParser) -> list[LexborHTMLParser]:
    return [LexborHTMLParser(node.html or "") for node in found.css("h3.week")]


def test_a_closed_thing_shows_title_summary_and_day_until_it_opens(weekly: Site) -> None:
    organize(weekly, "run", rhythm="weekly", closed="1", **RULE)
    base = f"/programmes/{PROGRAMME}/second"
    browser = weekly.client(weekly.cast.learner)
    with set_to(on(after(days=6), 23)):
        closed = page(weekly, "/second")
        assert "opens this Thing on Monday, 9 November 2026" in words(closed)
        assert closed.css_first("h1") is not None and closed.css_first(".lede") is not None
        assert closed.css_first(".activity-list") is None and closed.css_first(".reflect") is None
        assert "9 Nov" in words(page(weekly), ".board .is-locked")
        assert browser.post(f"{base}/activities/start", data={"done": "1"}).status_code == 404
        assert browser.get(f"{base}/reflect").headers["location"] == base
        assert page(weekly, "/second", weekly.cast.coach).css_first(".activity-list") is not None
    with set_to(on(after(weeks=1), 0)):
        assert page(weekly, "/second").css_first(".activity-list") is not None


def test_the_day_is_the_group_s_own(weekly: Site) -> None:
    organize(weekly, "edit", **{**GROUP, "time_zone": "Pacific/Auckland"})
    organize(weekly, "run", rhythm="weekly", closed="1", **RULE)
    with set_to(datetime(2026, 11, 8, 10, 30, tzinfo=UTC)):
        assert page(weekly, "/second").css_first(".activity-list") is None
    with set_to(datetime(2026, 11, 8, 11, 30, tzinfo=UTC)):
        assert page(weekly, "/second").css_first(".activity-list") is not None


def test_only_a_deadline_is_told_to_a_learner_and_it_is_their_own(weekly: Site) -> None:
    with set_to(on(MONDAY)):
        assert "until" not in words(page(weekly, "/first")).lower()
    organize(weekly, "run", rhythm="weekly", deadlines="1", **RULE)
    with set_to(on(MONDAY)):
        assert "asks for this until Sunday, 8 November 2026" in words(page(weekly, "/first"))
        give(weekly, weekly.cast.learner, what="days", days="3", thing="first")
        assert "asks for this until Wednesday, 11 November 2026" in words(page(weekly, "/first"))
        assert "until Sunday, 8 November" in words(page(weekly, "/first", weekly.cast.peer))
        assert "Until Wednesday, 11 November 2026: Thing 1." in words(page(weekly))


def test_what_is_due_follows_what_is_done(weekly: Site) -> None:
    assert due_on(weekly) == after(days=6)
    finish(weekly, weekly.cast.learner, "first")
    assert due_on(weekly) == after(days=13)
    tick(weekly, weekly.cast.learner, "first/a", done="0")
    assert due_on(weekly) == after(days=6)
    assert due_on(weekly, weekly.cast.loner) is None


def test_a_pause_and_days_move_what_is_due_for_one_or_many(weekly: Site) -> None:
    cast = weekly.cast
    give(weekly, cast.learner, cast.peer, what="pause", first=str(after(days=2)), back=str(after(days=7)))
    assert due_on(weekly) == due_on(weekly, cast.peer) == after(days=11)
    give(weekly, cast.peer, what="days", days="7")
    give(weekly, cast.peer, what="days", days="1", thing="first")
    assert (due_on(weekly), due_on(weekly, cast.peer)) == (after(days=11), after(days=19))
    give(weekly, cast.peer, what="days", days="0")
    assert due_on(weekly, cast.peer) == after(days=12)


def test_what_is_wrong_with_a_gift_is_said_beside_its_field(weekly: Site) -> None:
    for form, field in (
        ({"what": "days"}, "days"),
        ({"what": "pause", "first": str(MONDAY)}, "back"),
        ({"what": "pause", "first": str(MONDAY), "back": str(MONDAY)}, "back"),
        ({"what": "days", "days": "3", "thing": "nosuch"}, "thing"),
    ):
        found = see(give(weekly, weekly.cast.learner, status=422, **form), 422)
        assert words(found, f"#f-{field}-error")
        assert found.css_first(f'[value="{weekly.cast.learner.handle}"]').attributes.keys() >= {"checked"}
    give(weekly, status=422, what="days", days="3")
    give(weekly, weekly.cast.other_learner, status=422, what="days", days="3")
    assert due_on(weekly) == after(days=6)


def test_who_joins_later_has_the_same_time(weekly: Site) -> None:
    with set_to(on(after(weeks=2))):
        browser = weekly.client(weekly.cast.stranger)
        see(browser.post("/join/RIVERSIDE"), 303)
        assert due_on(weekly, weekly.cast.stranger) == after(weeks=2, days=6)
        assert "Things 1, 2 and 3" in words(see(browser.get("/")))


def test_a_learner_takes_a_break_and_comes_back(weekly: Site) -> None:
    browser, url = weekly.client(weekly.cast.learner), f"{enrolment_url(weekly)}/break"
    with set_to(on(after(days=1))):
        form = see(browser.get(url))
        assert value(form, "back") == str(after(days=15))
        see(browser.post(url, data={"back": str(MONDAY)}), 422)
        see(browser.post(url, data={"back": str(after(weeks=2))}), 303)
        assert "You are taking a break until 16 November 2026" in words(see(browser.get("/")))
        assert due_on(weekly) == after(days=6 + 13)
    learner = f"/cohorts/{weekly.cast.cohort.public_id}/coach/learners/{weekly.cast.learner.handle}"
    with set_to(on(after(days=3))):
        assert "break until 16 November" in words(see(weekly.client(weekly.cast.coach).get(learner)))
        see(browser.post(f"{url}/end"), 303)
        assert "This week" in words(see(browser.get("/")))
    assert due_on(weekly) == after(days=8)


def test_the_things_of_a_run_are_the_ones_that_were_chosen(site: Site) -> None:
    tick(site, site.cast.learner, "second/start")
    organize(site, "things", slug=["first", "second", "third"], place=["auto", "out", "auto"])
    board = page(site)
    assert [node.text() for node in board.css(".board .tile-n")] == ["1", "3"]
    assert "0 of 2 Things complete" in words(board)
    assert [node.text() for node in page(site, person=site.cast.loner).css(".board .tile-n")] == [
        "1",
        "2",
        "3",
    ]
    beyond = page(site, "/second")
    assert beyond.css_first("#activity-start") is not None
    finish(site, site.cast.learner, "second")
    assert "0 of 2 Things complete" in words(page(site))
    finish(site, site.cast.learner, "first")
    assert "1 of 2 Things complete" in words(page(site))
    grid = see(site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach"))
    assert len(grid.css(".coach-grid thead th")) == len(grid.css(".coach-grid tbody tr:first-child > *"))
    see(organize(site, "things", 422, slug=["first"], place=["out"]), 422)


@pytest.mark.parametrize(
    ("rule", "optional", "done", "says"),
    [
        ({"rule": "number", "number": "1"}, [], ["third"], "You have completed this programme."),
        ({"rule": "all"}, ["third"], ["first", "second"], "2 of 3 Things complete"),
        ({"rule": "required"}, ["second", "third"], ["first"], "You have completed this programme."),
        ({"rule": "required", "optional_needed": "1"}, ["second", "third"], ["first"], "1 of 2 Things"),
        ({"rule": "required", "optional_needed": "1"}, ["second", "third"], ["first", "third"], "You have"),
        ({"rule": "required", "optional_needed": "1"}, ["second", "third"], ["second", "third"], "1 of 2"),
    ],
)
def test_the_group_s_rule_says_what_completes(
    site: Site, rule: dict[str, str], optional: list[str], done: list[str], says: str
) -> None:
    organize(site, "run", rhythm="open", **rule)
    organize(site, "things", slug=["first", "second", "third"], place=["auto"] * 3, optional=optional)
    for thing in done:
        finish(site, site.cast.learner, thing)
    assert says in words(page(site))


def test_with_approval_a_thing_is_complete_once_a_coach_has_approved(site: Site) -> None:
    organize(site, "run", rhythm="open", approval="1", **RULE)
    finish(site, site.cast.learner, "first")
    assert "your coach's approval to come" in words(page(site, "/first"))
    assert "0 of 3 Things complete" in words(page(site))
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        before = enrolment.last_active_at
        record_approval(db, enrolment, site.programme, site.programme.things[0], approved=True)
        db.refresh(enrolment)
        assert (enrolment.things_complete, enrolment.last_active_at) == (1, before)
    assert "1 of 3 Things complete" in words(page(site))
    organize(site, "run", rhythm="open", **RULE)
    assert "1 of 3 Things complete" in words(page(site))


def test_a_coach_approves_in_the_inbox(site: Site) -> None:
    organize(site, "run", rhythm="open", approval="1", **RULE)
    for activity in ("first/a", "first/b"):
        tick(site, site.cast.learner, activity)
    post = reflect(site, site.cast.learner, visibility="coaches").rpartition("/")[2]
    inbox = f"/cohorts/{site.cast.cohort.public_id}/coach/inbox/{post}"
    assert "0 of 3 Things complete" in words(page(site))
    see(site.client(site.cast.coach).post(f"{inbox}/approve", data={"once": "approved"}), 303)
    assert "1 of 3 Things complete" in words(page(site))


def test_a_note_stands_above_its_thing_for_the_group_alone(site: Site) -> None:
    url = f"/cohorts/{site.cast.cohort.public_id}/coach/notes"
    coach = site.client(site.cast.coach)
    see(
        coach.post(f"{url}/first", data={"body": "Here we use Teams; **ask Ann**.\n\n<script>x</script>"}),
        303,
    )
    note = page(site, "/first").css_first(".note")
    assert note is not None and "ask Ann" in note.text() and note.css_first("script") is None
    for other in (site.cast.other_learner, site.cast.loner):
        assert page(site, "/first", other).css_first(".note") is None
    assert value(see(coach.get(f"{url}/first")), "body").startswith("Here we use Teams")
    browser = site.client(site.cast.learner)
    with site.statements() as seen:
        browser.get(f"/programmes/{PROGRAMME}/first")
    assert len(seen) <= 3
    see(coach.post(f"{url}/first", data={"body": " "}), 303)
    assert page(site, "/first").css_first(".note") is None


def test_the_next_run_has_its_days_moved_and_nobody_in_it(weekly: Site) -> None:
    off = {
        "off_kind": ["break"],
        "off_first": [str(after(weeks=1))],
        "off_last": [str(after(weeks=1, days=6))],
    }
    organize(weekly, "run", rhythm="weekly", **RULE, **off)
    with weekly.db() as db:
        riverside = db.get_one(Cohort, weekly.cast.cohort.id)
        riverside.reply_promise, riverside.reply_days = ReplyPromise.EVERY, 4
        db.flush()
        write_note(db, riverside, "first", "Ask Ann.", actor_id=weekly.cast.coach.id)
    assert due_on(weekly) == after(weeks=2) - timedelta(days=1)
    organize(weekly, "copy", 422, name="Riverside, spring")
    form = {"name": "Riverside, spring", "starts_on": str(after(weeks=10)), "once": "the-next-run"}
    there = organize(weekly, "copy", **form).headers["location"]
    assert organize(weekly, "copy", **form).headers["location"] == there
    copied = see(weekly.client(weekly.cast.organizer).get(there))
    assert "Cora Janssens" in words(copied) and "0 learners" in words(copied)
    days = see(weekly.client(weekly.cast.organizer).get(f"{there}/things"))
    assert [cell.text() for cell in days.css("tbody tr:nth-child(2) td")][1:3] == [
        "25 Jan 2027",
        "31 Jan 2027",
    ]
    with weekly.db() as db:
        made = db.scalars(select(Cohort).where(Cohort.name == "Riverside, spring")).one()
        assert (made.reply_promise, made.reply_days) == (ReplyPromise.EVERY, 4)
        assert made.code != "RIVERSIDE" and made.run is not None and '"noted":["first"]' in made.run


def test_who_leaves_keeps_everything_and_takes_it_along(weekly: Site) -> None:
    cast, url = weekly.cast, f"{enrolment_url(weekly)}/leave"
    post = reflect(weekly, cast.learner, visibility="coaches")
    browser = weekly.client(cast.learner)
    assert "Cora Janssens, the coach, and the group no longer read" in words(see(browser.get(url)))
    assert weekly.client(cast.coach).get(post).status_code == 200
    see(browser.post(url), 303)
    assert weekly.client(cast.coach).get(post).status_code == 404
    assert browser.get(f"/cohorts/{cast.cohort.public_id}").status_code == 404
    assert browser.get(post).status_code == 200
    with weekly.db() as db:
        enrolment = active_enrolment(db, cast.learner.id, PROGRAMME)
        assert enrolment is not None
        assert pack_of(db, enrolment.id, weekly.programme) == {"first": "reflected"}
    assert browser.get(url).status_code == 404
    see(browser.post("/join/RIVERSIDE"), 303)
    assert weekly.client(cast.coach).get(post).status_code == 200


def test_a_coach_takes_somebody_out_of_the_group(site: Site) -> None:
    cast = site.cast
    learner = f"/cohorts/{cast.cohort.public_id}/coach/learners/{cast.learner.handle}"
    post = reflect(site, cast.peer, visibility="cohort")
    assert site.client(cast.learner).get(post).status_code == 200
    coach = site.client(cast.coach)
    assert "goes on alone" in words(see(coach.get(f"{learner}/remove")))
    see(coach.post(f"{learner}/remove"), 303)
    assert site.client(cast.learner).get(post).status_code == 404
    assert coach.get(learner).status_code == 404


def test_a_run_that_has_ended_is_read_by_its_learners_and_by_no_coach(weekly: Site) -> None:
    cast = weekly.cast
    post = reflect(weekly, cast.peer, visibility="cohort")
    said = words(see(weekly.client(cast.organizer).get(f"/organize/cohorts/{cast.cohort.public_id}/end")))
    assert "Cora Janssens no longer coaches it" in said and "2 people learn" in said
    organize(weekly, "end")
    assert weekly.client(cast.learner).get(post).status_code == 200
    assert answer(weekly, cast.learner, post).status_code == 303
    assert weekly.client(cast.coach).get(post).status_code == 404
    assert weekly.client(cast.coach).get(f"/cohorts/{cast.cohort.public_id}/coach").status_code == 404
    see(weekly.client(cast.stranger).post("/join/RIVERSIDE"), 409)
    assert due_on(weekly) is None


def test_pages_ask_the_same_number_of_questions_however_many_learn(weekly: Site) -> None:
    coach = weekly.client(weekly.cast.coach)

    def counted() -> int:
        with weekly.statements() as seen:
            see(coach.get(f"/cohorts/{weekly.cast.cohort.public_id}/coach/time"))
        return len(seen)

    before = counted()
    with weekly.db() as db:
        crowd(db, [f"Learner {number}" for number in range(40)], weekly.cast.cohort)
    assert counted() == before


def test_what_the_columns_say_is_what_the_facts_say(weekly: Site) -> None:
    """After everything that moves them."""
    cast = weekly.cast
    finish(weekly, cast.learner, "second")
    organize(weekly, "things", slug=["first", "second", "third"], place=["2", "1", "out"])
    assert due_on(weekly) == after(days=13)
    organize(weekly, "edit", **{**GROUP, "starts_on": str(after(weeks=1))})
    assert due_on(weekly) == after(weeks=1, days=13)
    organize(weekly, "run", rhythm="open", **RULE)
    assert due_on(weekly) is None
    with weekly.db() as db:
        enrolment = active_enrolment(db, cast.learner.id, PROGRAMME)
        assert enrolment is not None and enrolment.cohort is not None
        assert enrolment.things_complete == 1
        assert programme_of_run(weekly.programme, enrolment.cohort.run).slugs == ("first", "second")
        assert now() - enrolment.last_active_at < timedelta(minutes=5)

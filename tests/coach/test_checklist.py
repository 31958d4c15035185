"""Before the start: what makes the first weeks of a group easier, ticked by facts or by hand."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from selectolax.lexbor import LexborHTMLParser

from app.clock import now, set_to
from app.cohorts.models import Cohort
from app.cohorts.services import add_coach
from tests.conftest import Site
from tests.deeds import crowd, reflect
from tests.pages import see, value, words
from tests.sessions.deeds import plan


def base(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}"


def start(site: Site, days: int) -> None:
    """The group begins in so many days."""
    with site.db() as db:
        db.get_one(Cohort, site.cast.cohort.id).starts_on = now().date() + timedelta(days=days)


def today(site: Site) -> LexborHTMLParser:
    return see(site.client(site.cast.coach).get(f"{base(site)}/coach/today"))


def done(page: LexborHTMLParser) -> list[str]:
    return [
        (node.attributes["id"] or "").removeprefix("check-")
        for node in page.css("h3[id^=check-]")
        if node.css_first(".badge") is not None
    ]


def test_it_is_there_until_a_week_after_the_start(site: Site) -> None:
    start(site, 10)
    page = words(today(site), "section.card")
    for title in ("Write about the first Thing yourself", "Plan the kick-off", "Give each learner a buddy"):
        assert title in page
    with set_to(now() + timedelta(days=16)):
        assert today(site).css_first("#checklist") is not None
    with set_to(now() + timedelta(days=19)):
        assert today(site).css_first("#checklist") is None


def test_without_a_first_day_it_stays_three_weeks_after_somebody_became_coach(site: Site) -> None:
    assert today(site).css_first("#checklist") is not None
    with set_to(now() + timedelta(days=22)):
        assert today(site).css_first("#checklist") is None


def test_facts_tick_what_they_show(site: Site) -> None:
    start(site, 3)
    coach = site.client(site.cast.coach)
    assert done(today(site)) == []
    see(coach.post(f"{base(site)}/coach/promise", data={"promise": "every", "days": "3", "text": ""}), 303)
    plan(site, now() + timedelta(days=4))
    answer = coach.post(f"{base(site)}/coach/take-part")
    see(answer, 303)
    assert answer.headers["location"].endswith("/demo-programme/first/reflect")
    assert done(today(site)) == ["promise", "kick-off"]
    post = reflect(site, site.cast.coach, "first", visibility="cohort", title="What I got wrong")
    page = today(site)
    assert done(page) == ["thing", "promise", "kick-off"]
    assert [node.attributes["value"] for node in page.css('input[name="item"]')] == ["buddies", "dismissed"]
    learners = {"learner": [site.cast.learner.handle, site.cast.peer.handle], "once": str(uuid4())}
    see(coach.post(f"{base(site)}/coach/buddies", data=learners), 303)
    assert done(today(site)) == ["thing", "promise", "kick-off", "buddies"]
    assert "What I got wrong" in words(see(site.client(site.cast.learner).get(post)))
    assert "What I got wrong" in words(see(site.client(site.cast.learner).get(base(site))))
    assert "Cora" not in words(page, "main ol:last-of-type"), "a coach is nobody's case of their own"


def test_a_post_that_the_group_cannot_read_ticks_nothing(site: Site) -> None:
    start(site, 3)
    see(site.client(site.cast.coach).post(f"{base(site)}/coach/take-part"), 303)
    reflect(site, site.cast.coach, "first", visibility="private")
    plan(site, now() + timedelta(days=40))
    assert done(today(site)) == []


def test_the_rest_is_ticked_by_hand_for_the_whole_group_but_each_writes_themselves(site: Site) -> None:
    cast = site.cast
    start(site, 3)
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_coach.id, actor_id=None)
    coach, other = site.client(cast.coach), site.client(cast.other_coach)
    for item in ("buddies", "thing"):
        for _ in range(2):
            see(coach.post(f"{base(site)}/coach/checklist", data={"item": item, "done": "1"}), 303)
    assert done(today(site)) == ["thing", "buddies"]
    theirs = see(other.get(f"{base(site)}/coach/today"))
    assert done(theirs) == ["buddies"]
    see(other.post(f"{base(site)}/coach/checklist", data={"item": "buddies", "done": "0"}), 303)
    assert done(today(site)) == ["thing"]
    see(coach.post(f"{base(site)}/coach/checklist", data={"item": "dismissed", "done": "1"}), 303)
    assert today(site).css_first("#checklist") is None
    assert see(other.get(f"{base(site)}/coach/today")).css_first("#checklist") is not None


def test_who_learns_the_same_in_another_group_does_not_leave_it_by_a_press(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_learner.id, actor_id=None)
    client = site.client(cast.other_learner)
    page = see(client.get(f"{base(site)}/coach/today"))
    assert page.css_first('form[action$="/take-part"]') is None
    see(client.post(f"{base(site)}/coach/take-part"), 404)


def test_the_kick_off_has_its_title_and_its_poster(site: Site) -> None:
    start(site, 3)
    page = today(site)
    link = page.css_first('a[href*="/sessions/new"]').attributes["href"] or ""
    assert value(see(site.client(site.cast.coach).get(link)), "title") == "Kick-off"
    poster = page.css_first('a[href$="/coach/poster"]').attributes["href"] or ""
    shown = see(site.client(site.cast.coach).get(poster))
    assert "RIVERSIDE" in words(shown) and shown.css_first(".poster-qr svg") is not None


def test_the_page_costs_the_same_for_many(site: Site) -> None:
    start(site, 3)
    coach = site.client(site.cast.coach)
    counts = []
    for names in (["Somebody A"], ["Somebody B", "Somebody C", "Somebody D"]):
        with site.db() as db:
            crowd(db, names, db.get_one(Cohort, site.cast.cohort.id))
        with site.statements() as seen:
            see(coach.get(f"{base(site)}/coach/today"))
        counts.append(len(seen))
    assert counts[0] == counts[1]

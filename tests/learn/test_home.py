"""Home: what this is for who is not signed in; for everyone else where they are, and what is next."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.clock import now, set_to
from app.cohorts.services import add_coach, enrol, remove_coach
from app.journals.services import join_cohort
from app.people.models import Person
from app.people.services import create_person
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, finish, other_content, reflect, tick, write_posts
from tests.pages import see, words
from tests.things.content import FILES, write

STEP = ".next-step"
WALK = "evening-walk"


def home(site: Site, person: Person) -> LexborHTMLParser:
    return see(site.client(person).get("/"))


def leads_to(page: LexborHTMLParser, selector: str) -> str:
    return page.css_first(selector).attributes["href"] or ""


def test_signed_out_the_front_page_says_what_this_is_and_names_the_programmes(site: Site) -> None:
    page = see(site.client().get("/"))
    assert words(page, "h1") == "Small Things, tried at work."
    assert leads_to(page, ".hero .button-primary") == "/sign-up"
    assert "Demo programme" in words(page)
    assert "An evening walk" in words(page)
    assert not page.css(STEP)


def test_who_has_begun_nothing_is_shown_both_ways_in(site: Site) -> None:
    page = home(site, site.cast.stranger)
    assert words(page, "h1") == "Hello, Stien"
    assert "Begin here" in words(page)
    assert {link.attributes["href"] for link in page.css(".empty a")} == {"/programmes", "/join"}
    assert not page.css(".board, #answers, #news")


def test_the_first_step_is_the_first_thing(site: Site) -> None:
    page = home(site, site.cast.learner)
    assert words(page, f"{STEP} .kicker") == "Next: Thing 1"
    assert words(page, f"{STEP} h2") == "The first Thing"
    assert "about 20 minutes" in words(page, STEP)
    assert words(page, f"{STEP} .button") == "Begin"
    assert leads_to(page, f"{STEP} .button") == "/programmes/demo-programme/first"


def test_what_was_begun_is_gone_on_with_and_what_is_left_is_said(site: Site) -> None:
    tick(site, site.cast.learner, "second/start")
    page = home(site, site.cast.learner)
    assert words(page, f"{STEP} .kicker") == "Continue with Thing 2"
    assert "1 of 1 activity, no reflection yet: your reflection to go." in words(page, STEP)
    assert words(page, f"{STEP} .button") == "Continue"
    assert words(page, ".board-note") == "0 of 3 Things complete."


def test_after_a_week_away_one_is_welcomed_back_where_one_left_off(site: Site) -> None:
    tick(site, site.cast.learner, "first/a")
    for days, said in ((6, "Continue with Thing 1"), (8, "Welcome back. You left off at Thing 1")):
        with set_to(now() + timedelta(days=days)):
            assert words(home(site, site.cast.learner), f"{STEP} .kicker") == said


def test_nobody_is_welcomed_back_to_what_they_never_began(site: Site) -> None:
    with set_to(now() + timedelta(days=20)):
        assert words(home(site, site.cast.learner), f"{STEP} .kicker") == "Next: Thing 1"


def test_a_finished_programme_has_no_next_step(site: Site) -> None:
    for thing in ("first", "second", "third"):
        finish(site, site.cast.learner, thing)
    page = home(site, site.cast.learner)
    assert not page.css(STEP)
    assert "Everything here is done" in words(page)
    assert words(page, ".board-note") == "You have completed this programme."


def test_what_is_optional_is_no_step_once_the_rest_is_done(site: Site) -> None:
    for thing in ("find-the-shelf", "ask-somebody"):
        finish(site, site.cast.stranger, thing, programme=WALK)
    assert "Everything here is done" in words(home(site, site.cast.stranger))


def test_a_thing_that_is_only_to_be_read_is_never_in_the_way(site: Site, tmp_path: Path) -> None:
    welcome = "---\ntitle: Welcome\nsummary: Only words.\n---\nHello.\n"
    write(tmp_path, {**FILES, "00-welcome.md": welcome})
    with other_content(site, tmp_path):
        see(site.client(site.cast.stranger).post("/programmes/desk/enrol"), 303)
        assert "Find it" in words(home(site, site.cast.stranger), STEP)
        for thing in ("find", "make"):
            finish(site, site.cast.stranger, thing, programme="desk")
        assert "Everything here is done" in words(home(site, site.cast.stranger))


def test_of_several_programmes_the_step_is_in_the_one_last_worked_on(site: Site) -> None:
    learner = site.cast.learner
    tick(site, learner, "first/a")
    tick(site, learner, "ask-somebody/ask", programme=WALK)
    page = home(site, learner)
    assert [words(page, f"#course-{number}") for number in (1, 2)] == ["An evening walk", "Demo programme"]
    assert words(page, f"{STEP} h2") == "Ask somebody"
    tick(site, learner, "first/b")
    assert words(home(site, learner), f"{STEP} h2") == "The first Thing"


def test_when_the_last_programme_is_done_the_step_is_in_the_other(site: Site) -> None:
    learner = site.cast.learner
    for thing in ("find-the-shelf", "ask-somebody"):
        finish(site, learner, thing, programme=WALK)
    page = home(site, learner)
    assert words(page, f"{STEP} h2") == "The first Thing"
    assert words(page, ".board-note") == "You have completed this programme."


def test_a_programme_whose_files_are_gone_leaves_home_standing(site: Site) -> None:
    with site.db() as db:
        enrol(db, site.cast.learner.id, "long-gone")
    page = home(site, site.cast.learner)
    assert len(page.css(".board")) == 1
    assert words(page, f"{STEP} h2") == "The first Thing"


def test_a_coach_without_waiting_posts_is_led_to_the_group(site: Site) -> None:
    page = home(site, site.cast.coach)
    assert words(page, STEP) == "Your group Riverside Library Nobody waits for an answer. Who needs me"
    assert leads_to(page, f"{STEP} .button") == f"/cohorts/{site.cast.cohort.public_id}/coach/today"


def test_a_coach_is_led_to_the_group_where_most_posts_wait(site: Site) -> None:
    with site.db() as db:
        add_coach(db, site.cast.other_cohort, site.cast.coach.id, actor_id=None)
    reflect(site, site.cast.other_learner, visibility="coaches")
    reflect(site, site.cast.other_learner, visibility="private")
    page = home(site, site.cast.coach)
    assert "Hillside School 1 post waits for an answer" in words(page, STEP)
    reflect(site, site.cast.learner, visibility="coaches")
    reflect(site, site.cast.peer, visibility="cohort")
    page = home(site, site.cast.coach)
    assert "Riverside Library 2 posts wait for an answer, the oldest first." in words(page, STEP)
    assert leads_to(page, f"{STEP} .button") == f"/cohorts/{site.cast.cohort.public_id}/coach/today"
    assert [badge.text() for badge in page.css(".card .badge")] == ["1 post waits", "2 posts wait"]


def test_a_coach_who_learns_too_has_their_own_next_step(site: Site) -> None:
    with site.db() as db:
        join_cohort(db, site.cast.coach.id, site.cast.other_cohort)
    reflect(site, site.cast.learner)
    assert words(home(site, site.cast.coach), f"{STEP} h2") == "The first Thing"


def test_answers_to_my_posts_are_listed_with_the_newest_first(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="A map")
    answer(site, site.cast.peer, post)
    answer(site, site.cast.coach, post, audience="coaches")
    answer(site, site.cast.learner, post, body="My own words")
    page = home(site, site.cast.learner)
    lines = [" ".join(line.text(separator=" ").split()) for line in page.css("[aria-labelledby=answers] li")]
    assert [line.partition(" just now")[0] for line in lines] == [
        "CJ Cora Janssens about “A map” feedback",
        "PC Piet Claes about “A map”",
    ]
    see(site.client(site.cast.learner).get(leads_to(page, "[aria-labelledby=answers] a")))
    assert not home(site, site.cast.peer).css("[aria-labelledby=answers]")


def test_an_answer_to_a_post_without_a_title_names_the_thing(site: Site) -> None:
    answer(site, site.cast.peer, reflect(site, site.cast.learner, title=""))
    assert "about “The first Thing”" in words(home(site, site.cast.learner), "[aria-labelledby=answers]")


def test_answers_are_news_for_a_month_and_gone_with_their_post(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    with set_to(now() + timedelta(days=31)):
        assert not home(site, site.cast.learner).css("[aria-labelledby=answers]")
    site.client(site.cast.learner).post(f"{post}/delete")
    assert not home(site, site.cast.learner).css("[aria-labelledby=answers]")


def test_a_removed_coachs_feedback_stays_with_the_writer(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.coach, post, audience="coaches")
    with site.db() as db:
        remove_coach(db, site.cast.cohort, site.cast.coach.id, actor_id=None)
    assert "Cora Janssens" in words(home(site, site.cast.learner), "[aria-labelledby=answers]")


def test_news_is_what_others_in_my_group_let_me_read(site: Site) -> None:
    for visibility in ("private", "coaches", "cohort", "members", "public"):
        reflect(site, site.cast.peer, visibility=visibility, title=f"For {visibility}")
    reflect(site, site.cast.peer, action="draft", title="A draft")
    reflect(site, site.cast.other_learner, visibility="public", title="Of another group")
    reflect(site, site.cast.learner, title="My own")
    page = home(site, site.cast.learner)
    assert [title.text() for title in page.css("[aria-labelledby=news] .post-title")] == [
        "For public",
        "For members",
        "For cohort",
    ]


def test_who_is_in_no_group_has_no_news(site: Site) -> None:
    reflect(site, site.cast.peer, visibility="public")
    page = home(site, site.cast.loner)
    assert not page.css("[aria-labelledby=news]")
    assert leads_to(page, "[aria-labelledby=groups] a") == "/join"


@pytest.mark.parametrize("who", ["learner", "coach"])
def test_home_takes_as_many_statements_however_much_there_is(site: Site, who: str) -> None:
    person: Person = getattr(site.cast, who)
    client = site.client(person)

    def more(number: int) -> None:
        with site.db() as db:
            crowd(db, [f"Learner {number}-{n}" for n in range(5 * number)], site.cast.cohort)
            at = [now() - timedelta(minutes=n) for n in range(6 * number)]
            posts = write_posts(db, enrolments_of(db, site.cast.cohort), at)
        for post in posts[: 2 * number]:
            if post.author_id == site.cast.learner.id:
                answer(site, site.cast.peer, f"/journals/lena-maes/{post.public_id}")

    more(1)
    see(client.get("/"))
    with site.statements() as before:
        see(client.get("/"))
    more(2)
    with site.statements() as after:
        see(client.get("/"))
    assert len(before) == len(after)


def test_home_takes_as_many_statements_however_many_things_there_are(site: Site, tmp_path: Path) -> None:
    thing = "---\ntitle: Another\nsummary: One more.\n---\n## Try\n- [ ] Do it {#do}\n"
    write(tmp_path, FILES)
    with other_content(site, tmp_path) as library:
        finish(site, site.cast.stranger, "find", programme="desk")
        client = site.client(site.cast.stranger)
        see(client.get("/"))
        with site.statements() as before:
            see(client.get("/"))
        write(tmp_path, {f"{number:02}-another-{number}.md": thing for number in range(3, 13)})
        library.reload()
        tick(site, site.cast.stranger, "another-9/do", programme="desk")
        with site.statements() as after:
            page = see(client.get("/"))
    assert len(page.css(".board .tiles .tile")) == 12
    assert len(before) - 1 == len(after), "the three questions are offered until the second Thing is done"


def test_the_name_of_a_person_is_text(site: Site) -> None:
    with site.db() as db:
        person = create_person(db, name="<b>Bo</b> & co")
    assert words(home(site, person), "h1") == "Hello, <b>Bo</b>"

"""“I’m stuck”: a question about a Thing to the coach, the small group or the group, which is no reflection."""

from __future__ import annotations

from app.cohorts.models import Cohort, ReplyPromise
from app.cohorts.pods import make_pods
from app.cohorts.promises import promise_replies
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, reflect
from tests.pages import see, value, words

THING = f"/programmes/{PROGRAMME}/first"


def ask(site: Site, person: Person, to: str, status: int = 303, body: str = "Where is the button?") -> str:
    """Where the question stands; else what the page says."""
    form = {"body": body, "to": to, "once": f"asked {to} {body}"}
    response = site.client(person).post(f"{THING}/stuck", data=form)
    page = see(response, status)
    if status != 303:
        return words(page)
    stands = see(site.client(person).get(THING)).css_first("#questions article h3 a")
    assert stands is not None
    return stands.attributes["href"] or ""


def together(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        handles = [cast.learner.handle, cast.peer.handle]
        make_pods(db, cast.cohort.id, [("Bees", handles)], actor_id=cast.coach.id, once="x")


def test_one_asks_whom_there_is_with_the_thing_attached(site: Site) -> None:
    cast = site.cast
    page = see(site.client(cast.learner).get(f"{THING}/stuck"))
    assert "The first Thing" in words(page) and value(page, "to") == "coaches"
    assert "My small group" not in words(page)
    together(site)
    page = words(see(site.client(cast.learner).get(f"{THING}/stuck")))
    assert "My small group You, and Piet Claes and Cora Janssens." in page or "You, and Piet Claes" in page
    assert "Choose one of the options." in ask(site, cast.other_learner, "pod", 422)
    assert "Fill this in." in ask(site, cast.learner, "coaches", 422, body=" ")


def test_who_learns_alone_is_told_honestly_that_nobody_is_there(site: Site) -> None:
    page = see(site.client(site.cast.loner).get(f"{THING}/stuck"))
    assert "on your own" in words(page) and page.css_first("main textarea") is None
    ask(site, site.cast.loner, "coaches", 422)


def test_a_question_is_no_reflection(site: Site) -> None:
    cast = site.cast
    post = ask(site, cast.learner, "cohort")
    ask(site, cast.learner, "cohort")
    page = see(site.client(cast.learner).get(THING))
    assert len(page.css("#questions article")) == 1
    assert "Write your reflection" in words(page, "#written")
    assert page.css_first(".thing-head .is-not-started") is not None
    assert value(see(site.client(cast.learner).get(f"{THING}/reflect")), "body") == ""
    see(
        site.client(cast.learner).post(
            f"{post}/edit", data={"body": "Which button?", "visibility": "cohort", "action": "publish"}
        ),
        303,
    )
    see(site.client(cast.learner).post(f"{post}/delete"), 303)
    see(site.client(cast.learner).post(f"{post}/restore"), 303)
    page = see(site.client(cast.learner).get(THING))
    assert page.css_first(".thing-head .is-not-started") is not None
    reflect(site, cast.learner)
    see(site.client(cast.learner).post(f"{post}/delete"), 303)
    page = see(site.client(cast.learner).get(THING))
    assert "A find" in words(page, "#written")
    assert page.css_first(".thing-head .is-not-started") is None


def test_who_asks_the_coach_needs_the_coach_until_there_is_an_answer(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        cohort = db.get_one(Cohort, cast.cohort.id)
        promise_replies(db, cohort, promise=ReplyPromise.NONE, days=None, text="", actor_id=cast.coach.id)
    post = ask(site, cast.learner, "coaches")
    coach = site.client(cast.coach)
    base = f"/cohorts/{cast.cohort.public_id}"
    assert "Lena Maes" in words(see(coach.get(f"{base}/coach/today")))
    assert "The first Thing" in words(see(coach.get(f"{base}/coach/inbox")))
    assert "Lena Maes asks: “The first Thing”" in words(see(coach.get("/notices")))
    see(site.client(cast.peer).get(post), 404)
    see(answer(site, cast.coach, post, body="Top right.", audience="coaches"), 303)
    assert "Nobody needs you now" in words(see(coach.get(f"{base}/coach/today")))


def test_the_small_group_hears_of_a_question_and_others_do_not_read_it(site: Site) -> None:
    cast = site.cast
    together(site)
    post = ask(site, cast.learner, "pod")
    assert "Lena Maes asks" in words(see(site.client(cast.peer).get("/notices")))
    assert "Where is the button?" in words(see(site.client(cast.peer).get(THING)), "#questions")
    assert "Where is the button?" in words(see(site.client(cast.coach).get(post)))
    see(site.client(cast.other_learner).get(post), 404)
    assert "Where is the" in words(see(site.client(cast.peer).get("/search?q=button")))
    with site.db() as db:
        make_pods(db, cast.cohort.id, [], anew=True, actor_id=cast.coach.id, once="y")
    see(site.client(cast.peer).get(post), 404)
    assert "Where is the" not in words(see(site.client(cast.peer).get("/search?q=button")))
    see(site.client(cast.coach).get(post))


def test_a_question_names_its_thing_and_is_no_longer_open_when_answered(site: Site) -> None:
    cast = site.cast
    post = ask(site, cast.learner, "cohort")
    url = f"/cohorts/{cast.cohort.public_id}/questions"
    page = see(site.client(cast.peer).get(f"{url}?show=open"))
    assert page.css_first(f'article a[href="{THING}"]') is not None
    see(answer(site, cast.peer, post, body="Top right."), 303)
    public_id = see(site.client(cast.learner).get(post)).css_first("[id^=answer-]").attributes["id"]
    accept = f"{post}/answers/{public_id.removeprefix('answer-')}/accept"
    see(site.client(cast.learner).post(accept, data={"accepted": "1"}), 303)
    assert "The first Thing" in words(see(site.client(cast.peer).get(f"{url}?show=answered")))
    assert "Nobody needs you now" in words(
        see(site.client(cast.coach).get(f"/cohorts/{cast.cohort.public_id}/coach/today"))
    )

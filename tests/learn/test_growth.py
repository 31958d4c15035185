"""What learners say of Things and of themselves: quietly, once, and for whom it is said."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.growth.models import SelfRating, ThingAnswer
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import finish, tick
from tests.pages import see, value, words

HTMX = {"HX-Request": "true"}
WALK = "evening-walk"


def thing(site: Site, person: Person, slug: str = "third", programme: str = PROGRAMME) -> LexborHTMLParser:
    return see(site.client(person).get(f"/programmes/{programme}/{slug}"))


def use(site: Site, person: Person, which: str, on: str = "1", slug: str = "third") -> None:
    url = f"/programmes/{PROGRAMME}/{slug}/use"
    see(site.client(person).post(url, data={"use": which, "on": on}), 303)


def line(site: Site, person: Person, text: str, status: int = 303, **fields: str) -> LexborHTMLParser:
    url = f"/programmes/{PROGRAMME}/third/use/line"
    return see(site.client(person).post(url, data={"line": text, **fields}), status)


def pressed(page: LexborHTMLParser) -> list[str]:
    return [button.text(strip=True) for button in page.css('#said .reaction[aria-pressed="true"]')]


def course(site: Site, person: Person, programme: str = PROGRAMME) -> str:
    page = see(site.client(person).get(f"/programmes/{programme}"))
    return next(
        str(link.attributes["href"]).removesuffix("/looking-back")
        for link in page.css('a[href^="/enrolments/"][href$="/looking-back"]')
    )


def answers(site: Site) -> list[ThingAnswer]:
    with site.db() as db:
        return list(db.scalars(select(ThingAnswer).order_by(ThingAnswer.thing_slug)))


def test_who_completed_a_thing_says_with_one_press_whether_it_is_of_use_and_takes_it_back(site: Site) -> None:
    learner = site.cast.learner
    assert words(thing(site, learner), "#said") == ""
    finish(site, learner, "third")
    page = thing(site, learner)
    assert "Will you use this at work?" in words(page, "#said") and pressed(page) == []
    use(site, learner, "soon")
    use(site, learner, "did")
    assert pressed(thing(site, learner)) == ["Already did"]
    use(site, learner, "did", on="0")
    assert pressed(thing(site, learner)) == []


def test_a_line_is_for_the_writer_alone_unless_it_may_be_quoted(site: Site) -> None:
    learner = site.cast.learner
    finish(site, learner, "third")
    use(site, learner, "did")
    line(site, learner, "At the desk, twice.")
    page = thing(site, learner)
    assert value(page, "line") == "At the desk, twice."
    assert "Nobody else reads it, unless you tick the box below." in words(page, "#said")
    assert "report about your group" in words(page, "#said")
    assert [(said.line, said.quotable) for said in answers(site)] == [("At the desk, twice.", False)]
    line(site, learner, "At the desk, twice.", quotable="1")
    assert answers(site)[0].quotable
    line(site, learner, "", quotable="1")
    assert not answers(site)[0].quotable
    page = line(site, learner, "x" * 301, status=422)
    assert value(page, "line") == "x" * 301 and words(page, "#f-line-error")


def test_who_learns_alone_reads_who_reads_it(site: Site) -> None:
    finish(site, site.cast.loner, "third")
    use(site, site.cast.loner, "no")
    said = words(thing(site, site.cast.loner), "#said")
    assert "The organizers see how many chose what" in said and "coach" not in said


def test_a_tick_that_completes_a_thing_brings_the_question_along(site: Site) -> None:
    learner, url = site.cast.learner, f"/programmes/{PROGRAMME}/third/activities/only"
    browser = site.client(learner)
    ticked = see(browser.post(url, data={"done": "1"}, headers=HTMX))
    assert "Will you use this at work?" in words(ticked, "#said")
    assert ticked.css_first("#said").attributes["data-hx-swap-oob"] == "true"
    again = see(browser.post(url, data={"done": "1"}, headers=HTMX))
    assert again.css_first("#said") is None, "a line that is being written stays"
    undone = see(browser.post(url, data={"done": "0"}, headers=HTMX))
    assert words(undone, "#said") == ""
    tick(site, learner, "third/only")
    answer = see(browser.post(f"/programmes/{PROGRAMME}/third/use", data={"use": "did"}, headers=HTMX))
    assert pressed(answer) == ["Already did"]


def test_nobody_answers_for_a_thing_that_they_do_not_learn(site: Site) -> None:
    for path in ("use", "use/line"):
        url = f"/programmes/{PROGRAMME}/third/{path}"
        see(site.client(site.cast.stranger).post(url, data={"use": "did", "line": "x"}), 404)
    see(site.client(site.cast.learner).post(f"/programmes/{PROGRAMME}/third/use", data={"use": "x"}), 422)
    assert answers(site) == []


def test_at_a_breather_one_looks_back_once_at_what_was_done_since(site: Site) -> None:
    loner = site.cast.loner
    finish(site, loner, "find-the-shelf", programme=WALK)
    offered = thing(site, loner, "sit-down", WALK)
    assert "A moment to look back" in words(offered, "#said")
    url = f"{course(site, loner, WALK)}/looking-back"
    page = see(site.client(loner).get(url))
    assert "Find the shelf" in words(page) and "Sit down" not in words(page)
    fields = {"thing": ["find-the-shelf"], "minutes": ["20"], "useful": ["4"]}
    see(site.client(loner).post(url, data=fields), 303)
    assert "A moment to look back" not in words(thing(site, loner, "sit-down", WALK), ".thing")
    assert [(said.minutes, said.useful) for said in answers(site)] == [(20, 4)]
    page = see(site.client(loner).get(url))
    chosen = [option.text() for option in page.css("option[selected]")]
    assert chosen == ["20 minutes", "Useful"] and "What you said before" in words(page)
    see(site.client(loner).post(url, data={**fields, "minutes": [""]}), 303)
    assert [(said.minutes, said.useful) for said in answers(site)] == [(None, 4)]
    see(site.client(loner).post(url, data={**fields, "minutes": ["7"]}), 422)


def test_who_rather_does_not_look_back_is_not_asked_again(site: Site) -> None:
    learner = site.cast.learner
    for slug in ("first", "second", "third"):
        finish(site, learner, slug)
    home = see(site.client(learner).get("/"))
    assert "A moment to look back" in words(home)
    url = f"{course(site, learner)}/looking-back"
    see(site.client(learner).post(url, data={"action": "skip"}), 303)
    assert "A moment to look back" not in words(see(site.client(learner).get("/")))
    assert [said.minutes for said in answers(site)] == [None] * 3


def test_three_questions_come_at_the_start_and_at_the_end_and_are_for_oneself(site: Site) -> None:
    learner = site.cast.learner
    browser, url = site.client(learner), course(site, learner)
    assert "Three questions, for yourself" in words(see(browser.get("/")))
    start = {"dare": "1", "help": "2", "ask": "3"}
    see(browser.post(f"{url}/questions/start", data=start), 303)
    assert "Three questions" not in words(see(browser.get("/")))
    for slug in ("first", "second", "third"):
        finish(site, learner, slug)
    assert "see what has changed" in words(see(browser.get("/")))
    see(browser.post(f"{url}/questions/end", data={"dare": "4", "help": "2"}), 303)
    page = see(browser.get(f"{url}/looking-back"))
    assert "I dare to try something new Not yet Mostly" in words(page, "table")
    assert "You are surer of yourself than when you began." in words(page)
    assert value(see(browser.get(f"{url}/questions/start")), "dare") == "1"
    see(browser.post(f"{url}/questions/end", data={"dare": "6"}), 422)
    see(browser.get(f"{url}/questions/middle"), 404)
    for other in (site.cast.peer, site.cast.coach, site.cast.organizer):
        see(site.client(other).get(f"{url}/questions/end"), 404)
        see(site.client(other).get(f"{url}/looking-back"), 404)


def test_who_turns_the_questions_down_keeps_what_they_answered_before(site: Site) -> None:
    learner = site.cast.learner
    url = f"{course(site, learner)}/questions/start"
    see(site.client(learner).post(url, data={"action": "skip"}, headers=HTMX))
    assert "Three questions" not in words(see(site.client(learner).get("/")))
    see(site.client(learner).post(url, data={"dare": "2"}), 303)
    see(site.client(learner).post(url, data={"action": "skip"}), 303)
    with site.db() as db:
        assert db.scalars(select(SelfRating.dare)).all() == [2]


def test_pages_take_no_more_statements_the_more_is_said(site: Site) -> None:
    learner = site.cast.learner
    url = f"{course(site, learner)}/looking-back"
    finish(site, learner, "third")

    def count() -> list[int]:
        browser, counts = site.client(learner), []
        for path in ("/", f"/programmes/{PROGRAMME}/third", url):
            with site.statements() as seen:
                see(browser.get(path))
            counts.append(len(seen))
        return counts

    before = count()
    use(site, learner, "did")
    line(site, learner, "Twice.")
    finish(site, learner, "first")
    use(site, learner, "no", slug="first")
    assert all(now <= then for now, then in zip(count(), before, strict=True))

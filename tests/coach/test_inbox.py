"""The coach's inbox: who waits, what is new, and what a coach says to it; and what its writer reads of that."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.clock import now, set_to
from app.cohorts.models import Cohort, CohortCoach
from app.cohorts.running import set_run
from app.cohorts.runs import Run, programme_of_run
from app.cohorts.services import add_coach, remove_coach
from app.journals.models import Review
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, pack_of, reflect, tick, write_posts
from tests.pages import see, value, words

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELVES = ("to-read", "waiting", "all", "another-look", "mine", "answered")


def base(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/inbox"


def reading(site: Site, post: str, act: str = "") -> str:
    """The address of a post in the inbox, or of something to do there."""
    return f"{base(site)}/{post.rpartition('/')[2]}{f'/{act}' if act else ''}"


def shelf(site: Site, show: str = "to-read", person: Person | None = None) -> LexborHTMLParser:
    return see(site.client(person or site.cast.coach).get(base(site), params={"show": show}))


def titles(page: LexborHTMLParser) -> list[str]:
    return [title.text() for title in page.css(".post-title")]


def standings(page: LexborHTMLParser) -> dict[str, str]:
    """{title: what is said above it}."""
    rows = page.css(".inbox-row")
    return {words(row, ".post-title"): words(row, ".meta") for row in map(_alone, rows)}


def _alone(node: Any) -> LexborHTMLParser:
    return LexborHTMLParser(node.html or "")


def do(site: Site, post: str, act: str, person: Person | None = None, **form: str) -> Response:
    response: Response = site.client(person or site.cast.coach).post(reading(site, post, act), data=form)
    return response


def note(site: Site, post: str) -> str:
    """What its writer reads below a post."""
    page = see(site.client(site.cast.learner).get(post))
    return words(page, ".notice") if page.css(".notice") else ""


def told(site: Site, person: Person) -> list[str]:
    page = see(site.client(person).get("/notices"))
    return [" ".join(node.text().split()) for node in page.css(".notice-open")]


def on(day: int, hour: int = 0) -> Any:
    return set_to(MONDAY + timedelta(days=day, hours=hour))


def second_coach(site: Site) -> Person:
    with site.db() as db:
        add_coach(db, site.cast.cohort, site.cast.stranger.id, actor_id=None)
    return site.cast.stranger


def promise(site: Site, **form: str) -> None:
    url = f"/cohorts/{site.cast.cohort.public_id}/coach/promise"
    see(site.client(site.cast.coach).post(url, data={"promise": "first", **form}), 303)


def test_who_was_promised_an_answer_comes_first_and_then_what_is_new(site: Site) -> None:
    learner, peer = site.cast.learner, site.cast.peer
    promise(site, days="2")
    for day, person, title, asks in (
        (0, learner, "A first post", ""),
        (1, peer, "Another first post", ""),
        (1, learner, "Only to read", ""),
        (2, learner, "Please answer", "1"),
        (3, peer, "To read, newer", ""),
    ):
        with on(day):
            reflect(site, person, title=title, asks=asks)
    with on(4):
        page = shelf(site)
    assert titles(page) == [
        "A first post",
        "Another first post",
        "Please answer",
        "To read, newer",
        "Only to read",
    ]
    said = standings(page)
    assert said["A first post"] == (
        "new The first post in this group. Waits since Monday 2 March, 4 working days; promised by Wednesday 4 March."
    )
    assert said["Please answer"].startswith(
        "new The writer asks for an answer. Waits since Wednesday 4 March"
    )
    assert said["Only to read"] == "new"
    assert titles(shelf(site, "waiting")) == titles(page)[:3]
    assert titles(shelf(site, "all")) == [
        "To read, newer",
        "Please answer",
        "Only to read",
        "Another first post",
        "A first post",
    ]
    assert (
        not titles(shelf(site, "mine"))
        + titles(shelf(site, "answered"))
        + titles(shelf(site, "another-look"))
    )
    assert titles(shelf(site, "nonsense")) == titles(page)


@pytest.mark.parametrize(
    ("kind", "waiting"),
    [
        ("first", ["First", "Asked", "A question"]),
        ("every", ["First", "About a Thing", "Asked", "A question"]),
        ("none", []),
    ],
)
def test_a_group_answers_what_it_promised(site: Site, kind: str, waiting: list[str]) -> None:
    learner = site.client(site.cast.learner)
    with on(0):
        promise(site, promise=kind)
    with site.db() as db:
        free = f"/posts/new?group={enrolments_of(db, site.cast.cohort)[0].public_id}"
    form = {"body": "Some words.", "visibility": "cohort", "action": "publish"}
    with on(1):
        reflect(site, site.cast.learner, title="First")
    with on(2):
        reflect(site, site.cast.learner, "second", title="About a Thing")
        see(learner.post(free, data={**form, "title": "About none"}), 303)
    with on(3):
        see(learner.post(free, data={**form, "title": "Asked", "asks": "1"}), 303)
        see(
            learner.post(
                "/posts/new", data={**form, "title": "Private", "asks": "1", "visibility": "private"}
            ),
            303,
        )
    with on(4):
        ask = f"/posts/new?ask={site.cast.cohort.public_id}"
        see(learner.post(ask, data={**form, "title": "A question"}), 303)
    assert titles(shelf(site, "waiting")) == waiting


def test_a_promise_holds_for_what_is_shared_from_then_on(site: Site) -> None:
    reflect(site, site.cast.learner, title="First")
    reflect(site, site.cast.learner, title="Before")
    promise(site, promise="every")
    reflect(site, site.cast.learner, title="After")
    promise(site, promise="none")
    reflect(site, site.cast.learner, title="Nobody knows when")
    assert titles(shelf(site, "waiting")) == ["First", "After"]


def test_the_writer_asks_for_an_answer_in_the_editor_and_sees_since_when_they_wait(site: Site) -> None:
    learner = site.client(site.cast.learner)
    promise(site, days="3", text="On Fridays we read most.")
    editor = "/programmes/demo-programme/first/reflect"
    page = see(learner.get(editor))
    assert words(page, ".choice:has(#f-asks)") == (
        "I would like an answer Your coach reads what you share, and answers your first post and whenever you ask. "
        "That takes 3 working days at most. On Fridays we read most."
    )
    with on(0):
        post = reflect(site, site.cast.learner)
    with on(0, 1):
        answer(site, site.cast.coach, post)
    assert note(site, post) == ""
    form = {"title": "A find", "body": "Three sentences.", "visibility": "cohort", "action": "publish"}
    with on(1):
        see(learner.post(f"{post}/edit", data={**form, "asks": "1"}), 303)
    assert note(site, post) == (
        "You asked for an answer on Tuesday 3 March. Your coach answers. That takes 3 working days at most."
    )
    assert "checked" in see(learner.get(f"{post}/edit")).css_first("#f-asks").attributes
    see(learner.post(f"{post}/edit", data={**form, "visibility": "private", "asks": "1"}), 303)
    assert note(site, post) == "" and titles(shelf(site, "all")) == []


def test_a_wish_for_an_answer_keeps_its_day_while_it_is_open_and_can_be_taken_back(site: Site) -> None:
    learner = site.client(site.cast.learner)
    reflect(site, site.cast.learner)
    with on(0):
        post = reflect(site, site.cast.learner, asks="1")
    form = {"title": "A find", "visibility": "cohort", "action": "publish"}
    with on(2):
        see(learner.post(f"{post}/edit", data={**form, "body": "More of it.", "asks": "1"}), 303)
    assert "Monday 2 March" in note(site, post)
    see(learner.post(f"{post}/edit", data={**form, "body": "More of it."}), 303)
    assert note(site, post) == ""


def test_a_draft_remembers_that_its_writer_wants_an_answer(site: Site) -> None:
    learner = site.client(site.cast.learner)
    url = "/programmes/demo-programme/second/reflect"
    form = {"title": "", "body": "So far.", "visibility": "cohort", "action": "draft", "asks": "1"}
    see(learner.post(url, data=form), 303)
    assert "checked" in see(learner.get(url)).css_first("#f-asks").attributes


def test_without_a_coach_nothing_is_promised(site: Site) -> None:
    with site.db() as db:
        remove_coach(db, site.cast.cohort, site.cast.coach.id, actor_id=None)
    page = see(site.client(site.cast.learner).get("/posts/new"))
    assert not page.css("#f-asks") and "answers your first post" not in words(page)
    post = reflect(site, site.cast.learner, asks="1")
    assert note(site, post) == ""
    group = see(site.client(site.cast.learner).get(f"/cohorts/{site.cast.cohort.public_id}"))
    assert "answers your first post" not in words(group)


@pytest.mark.parametrize("by", ["answer", "reaction"])
def test_an_answer_or_a_reaction_of_a_coach_ends_the_wait(site: Site, by: str) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    site.client(site.cast.peer).post(f"{post}/reactions", data={"kind": "thanks", "on": "1"})
    assert titles(shelf(site, "waiting")) == ["A find"]
    if by == "answer":
        see(do(site, post, "answers", body="Well seen."), 303)
    else:
        see(do(site, post, "reactions", kind="thanks", on="1"), 303)
    assert titles(shelf(site, "waiting")) == [] and titles(shelf(site, "answered")) == ["A find"]
    assert standings(shelf(site, "answered"))["A find"] == "answered"
    assert note(site, post) == ""
    if by == "reaction":
        see(do(site, post, "reactions", kind="thanks", on="0"), 303)
        assert titles(shelf(site, "waiting")) == ["A find"]


def test_an_answer_from_the_inbox_is_feedback_and_says_so_before(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    page = see(site.client(site.cast.coach).get(reading(site, post)))
    assert value(page, "audience") == "coaches"
    see(do(site, post, "answers", body="Just for you."), 303)
    see(do(site, post, "answers", body="For everyone.", audience="readers"), 303)
    for person, seen in ((site.cast.learner, 2), (site.cast.peer, 1)):
        assert len(see(site.client(person).get(post)).css(".comment")) == seen
    refused = see(do(site, post, "answers", body=" "), 422)
    assert refused.css("#f-body-error")


def test_after_another_look_a_change_waits_again_and_never_looks_done(site: Site) -> None:
    learner = site.client(site.cast.learner)
    with on(0):
        post = reflect(site, site.cast.learner)
    page = see(do(site, post, "another-look", body="  "), 422)
    assert "Say what to look at again" in words(page, "#f-body-error")
    with on(1):
        see(do(site, post, "another-look", body="The third sentence has no end."), 303)
    assert standings(shelf(site, "another-look")) == {"A find": "needs another look"}
    assert titles(shelf(site, "waiting")) == []
    assert note(site, post).startswith("Cora Janssens asks you to look at this once more.")
    assert told(site, site.cast.learner)[0] == "Cora Janssens asks you to look at “A find” once more"
    assert "The third sentence has no end." in words(see(learner.get(post)), ".comments")
    form = {"title": "A find", "body": "Three whole sentences.", "visibility": "cohort", "action": "publish"}
    with on(2):
        see(learner.post(f"{post}/edit", data=form), 303)
    assert note(site, post).startswith("You changed this on Wednesday 4 March. Your coach reads it again.")
    with on(3):
        said = standings(shelf(site))["A find"]
    assert said == (
        "resubmitted Changed since a coach asked for another look. Waits since Wednesday 4 March, 1 working day."
    )
    assert titles(shelf(site, "another-look")) == []
    with on(4):
        see(do(site, post, "read"), 303)
        see(learner.post(f"{post}/edit", data={**form, "body": "Three whole, good sentences."}), 303)
    assert standings(shelf(site))["A find"].startswith("resubmitted")
    assert "Wednesday 4 March" in note(site, post)
    see(do(site, post, "answers", body="Now it has."), 303)
    assert standings(shelf(site, "answered"))["A find"] == "answered"


def test_an_approval_stays_and_its_writer_is_told(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    with on(0):
        see(do(site, post, "approve", body="Lovely."), 303)
    assert standings(shelf(site, "all"))["A find"] == "approved"
    assert titles(shelf(site, "waiting")) == []
    assert note(site, post) == "Cora Janssens approved this on Monday 2 March."
    assert set(told(site, site.cast.learner)) == {
        "Cora Janssens approved “A find”",
        "Cora Janssens answered your post “A find”",
    }
    page = see(do(site, post, "another-look", body="Once more?"), 422)
    assert "This is approved already." in words(page, "#f-body-error")
    form = {"title": "A find", "body": "Another text.", "visibility": "cohort", "action": "publish"}
    see(site.client(site.cast.learner).post(f"{post}/edit", data={**form, "asks": "1"}), 303)
    assert standings(shelf(site))["A find"].startswith("approved The writer asks for an answer.")


def test_where_a_group_asks_for_it_an_approval_completes_the_thing(site: Site) -> None:
    run = Run(approval=True)
    programme = programme_of_run(site.programme, run.text())

    def state() -> str:
        with site.db() as db:
            return pack_of(db, enrolments_of(db, site.cast.cohort)[0].id, programme).get("second", "")

    with site.db() as db:
        set_run(db, db.get_one(Cohort, site.cast.cohort.id), run, actor_id=None)
    tick(site, site.cast.learner, "second/start")
    post = reflect(site, site.cast.learner, "second")
    assert state() == "reflected"
    see(do(site, post, "approve"), 303)
    assert state() == "complete"
    see(site.client(site.cast.learner).post(f"{post}/delete"), 303)
    assert state() == "started"
    see(site.client(site.cast.learner).post(f"{post}/restore"), 303)
    assert state() == "complete"


def test_a_day_is_that_of_the_group(site: Site) -> None:
    with site.db() as db:
        db.get_one(Cohort, site.cast.cohort.id).time_zone = "Pacific/Auckland"
    promise(site, days="1")
    with on(0, 12):
        post = reflect(site, site.cast.learner)
    with on(0, 13):
        said = standings(shelf(site))["A find"]
    assert said.endswith("Waits since Tuesday 3 March; promised by Wednesday 4 March.")
    assert "shared on Tuesday 3 March" in note(site, post)


def test_opening_says_nothing_and_marking_as_read_is_for_coaches_alone(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    reflect(site, site.cast.learner, title="Another")
    coach = site.client(site.cast.coach)
    before = note(site, post)
    see(coach.get(reading(site, post)))
    assert standings(shelf(site))["A find"].startswith("new")
    see(do(site, post, "read"), 303)
    assert standings(shelf(site))["A find"].startswith("read")
    assert note(site, post) == before and told(site, site.cast.learner) == []


def test_many_are_marked_as_read_in_one_form(site: Site) -> None:
    reflect(site, site.cast.learner, title="First")
    for number in range(3):
        reflect(site, site.cast.learner, title=f"Post {number}")
    client, page = site.client(site.cast.coach), shelf(site)
    ticks = {node.attributes["value"] or "" for node in page.css(".inbox-tick input")}
    assert len(ticks) == 4
    chosen = page.css(".inbox-tick input")[-1].attributes["value"] or ""
    see(client.post(f"{base(site)}/read", data={"post": chosen}), 303)
    assert titles(shelf(site)) == ["First", "Post 2", "Post 1"]
    shown = [node.attributes["value"] or "" for node in shelf(site).css("[name=shown]")]
    body = "&".join(f"shown={one}" for one in shown)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    see(client.post(f"{base(site)}/read", content=f"{body}&which=all", headers=headers), 303)
    assert titles(shelf(site)) == ["First"]
    theirs = reflect(site, site.cast.other_learner, title="Theirs").rpartition("/")[2]
    see(client.post(f"{base(site)}/read", data={"post": theirs}), 303)
    with site.db() as db:
        assert (
            db.scalars(select(Review).where(Review.cohort_id == site.cast.other_cohort.id)).one().read_at
            is None
        )


def test_coaches_share_an_inbox_and_nobody_takes_what_another_has(site: Site) -> None:
    cora, stien = site.cast.coach, second_coach(site)
    post = reflect(site, site.cast.learner)
    see(do(site, post, "hand-over", stien, coach=stien.handle, held=""), 303)
    assert "You answer this." in standings(shelf(site, "mine", stien))["A find"]
    assert "Stien Vos answers this." in standings(shelf(site))["A find"]
    page = see(do(site, post, "hand-over", cora, coach=cora.handle, held=""), 422)
    assert "Meanwhile Stien Vos has it." in words(page, "#f-coach-error")
    see(do(site, post, "hand-over", stien, coach=stien.handle, held=""), 303)
    see(do(site, post, "hand-over", stien, coach=cora.handle, held=stien.handle), 303)
    assert told(site, cora) == ["Stien Vos hands “A find” over to you, to answer it"]
    assert titles(shelf(site, "mine", stien)) == [] and titles(shelf(site, "mine")) == ["A find"]
    see(do(site, post, "hand-over", cora, coach="lena-maes", held=cora.handle), 404)
    see(do(site, post, "hand-over", cora, coach="", held=cora.handle), 303)
    see(do(site, post, "hand-over", cora, coach=cora.handle, held=""), 303)
    with site.db() as db:
        remove_coach(db, site.cast.cohort, cora.id, actor_id=None)
    assert "answers this" not in standings(shelf(site, "all", stien))["A find"]
    see(do(site, post, "hand-over", stien, coach=stien.handle, held=""), 303)


def test_a_coach_alone_need_not_say_who_answers(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    assert not see(site.client(site.cast.coach).get(reading(site, post))).css("#f-coach")


@pytest.mark.parametrize("show", ["to-read", "all"])
def test_one_reads_from_post_to_post_and_back(site: Site, show: str) -> None:
    with site.db() as db:
        at = [MONDAY + timedelta(hours=number) for number in range(23)]
        write_posts(db, enrolments_of(db, site.cast.cohort), at)
    client, order, url = site.client(site.cast.coach), [], f"{base(site)}?show={show}"
    while url:
        page = see(client.get(url))
        order += titles(page)
        link = page.css_first(".pager [rel=next]")
        url = link.attributes["href"] or "" if link else ""
    assert len(set(order)) == len(order) == 23
    walked, backwards = [], []
    url = shelf(site, show).css_first(".post-title a").attributes["href"] or ""
    while url:
        page = see(client.get(url))
        walked.append(words(page, "h1"))
        last, link = page, page.css_first("a[rel=next]")
        url = link.attributes["href"] or "" if link else ""
    assert walked == order
    link = last.css_first("a[rel=prev]")
    while link:
        page = see(client.get(link.attributes["href"] or ""))
        backwards.append(words(page, "h1"))
        link = page.css_first("a[rel=prev]")
    assert backwards == order[-2::-1]


def test_after_an_answer_comes_the_next_and_after_the_last_the_shelf(site: Site) -> None:
    with site.db() as db:
        crowd(db, ["An", "Bo"], site.cast.cohort)
        at = [MONDAY + timedelta(hours=number) for number in range(4)]
        write_posts(db, enrolments_of(db, site.cast.cohort), at)
    client = site.client(site.cast.coach)
    url = shelf(site, "waiting").css_first(".post-title a").attributes["href"] or ""
    seen = []
    for act, form in (
        ("answers", {"body": "Good."}),
        ("read", {}),
        ("approve", {}),
        ("another-look", {"body": "?"}),
    ):
        page = see(client.get(url))
        seen.append(words(page, "h1"))
        button = next(
            node.attributes.get("formaction") or node.attributes.get("action") or ""
            for node in page.css("form[action], button[formaction]")
            if f"/{act}" in (node.attributes.get("formaction") or node.attributes.get("action") or "")
        )
        sent = client.post(button, data=form)
        see(sent, 303)
        url = sent.headers["location"]
    assert seen == [f"Post {number}" for number in range(4)]
    assert url == f"{base(site)}?show=waiting"
    assert titles(see(client.get(url))) == ["Post 1"]


@pytest.mark.parametrize("gone", ["narrowed", "deleted", "hidden", "left", "draft"])
def test_what_coaches_cannot_read_is_not_in_the_inbox(site: Site, gone: str) -> None:
    learner = site.client(site.cast.learner)
    post = reflect(site, site.cast.learner, action="draft" if gone == "draft" else "publish")
    form = {"title": "A find", "body": "Three sentences.", "visibility": "private", "action": "publish"}
    if gone == "narrowed":
        see(learner.post(f"{post}/edit", data=form), 303)
    elif gone == "deleted":
        see(learner.post(f"{post}/delete"), 303)
    elif gone == "hidden":
        see(site.client(site.cast.coach).post(f"{post}/hide", data={"reason": "Not kind."}), 303)
    elif gone == "left":
        see(learner.post("/join/HILLSIDE"), 303)
    for show in SHELVES:
        assert titles(shelf(site, show)) == []
    see(site.client(site.cast.coach).get(reading(site, post)), 404)
    for act in ("answers", "another-look", "approve", "read", "reactions", "hand-over"):
        see(do(site, post, act, body="Still?", kind="thanks", on="1", coach="cora-janssens"), 404)
    home = words(see(site.client(site.cast.coach).get("/")))
    assert "Nobody waits for an answer." in home


def test_what_waits_is_counted_at_home_too(site: Site) -> None:
    reflect(site, site.cast.learner)
    reflect(site, site.cast.learner)
    reflect(site, site.cast.peer)
    home = words(see(site.client(site.cast.coach).get("/")))
    assert "2 posts wait for an answer, the oldest first." in home


def test_a_coach_who_learns_in_the_group_does_not_answer_themselves(site: Site) -> None:
    with site.db() as db:
        db.add(CohortCoach(cohort_id=site.cast.cohort.id, person_id=site.cast.learner.id))
    post = reflect(site, site.cast.learner)
    see(answer(site, site.cast.learner, post), 303)
    assert titles(shelf(site, "waiting")) == ["A find"]
    assert titles(shelf(site, "all", site.cast.learner)) == []
    see(site.client(site.cast.learner).get(reading(site, post)), 404)


def test_the_inbox_takes_as_many_statements_however_much_there_is(site: Site) -> None:
    client, counts = site.client(site.cast.coach), {}
    for size in (12, 24):
        with site.db() as db:
            crowd(db, [f"Learner {size}-{n}" for n in range(size)], site.cast.cohort)
            at = [now() - timedelta(minutes=n) for n in range(2 * size)]
            posts = write_posts(db, enrolments_of(db, site.cast.cohort), at, visibility="coaches")
        for post in posts[:6]:
            see(do(site, f"/{post.public_id}", "answers", body="Well seen."), 303)
        url = shelf(site).css_first(".post-title a").attributes["href"] or ""
        for path in (url, *(f"{base(site)}?show={show}" for show in SHELVES)):
            see(client.get(path))
            with site.statements() as statements:
                see(client.get(path))
            counts.setdefault(re.sub(r"/inbox/\w+.*", "/post", path), []).append(len(statements))
    assert all(one == other for one, other in counts.values()), counts
    assert counts[f"{base(site)}?show=to-read"][0] <= 3
    assert counts[f"{base(site).removesuffix('/inbox')}/post"][0] <= 9


def test_a_place_that_is_none_still_gives_a_page(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    client = site.client(site.cast.coach)
    for query in (
        {"at": "nonsense"},
        {"at": "WzksIDEsIDFd"},
        {"show": "nonsense"},
        {"after": "WzksIDEsIDFd"},
    ):
        see(client.get(reading(site, post), params=query))
        see(client.get(base(site), params=query))

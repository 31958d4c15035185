"""Groups: joining one, its page, its stream and its people."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import active_enrolment, members_count
from app.cohorts.services import end_enrolment, remove_coach
from app.db import fold
from app.people.models import Person
from tests.cast import PASSWORD, PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, finish, reflect, write_posts
from tests.pages import see, value, words

JOIN = "/join/RIVERSIDE"


def url_of(cohort: Cohort) -> str:
    return f"/cohorts/{cohort.public_id}"


def enrolment_of(site: Site, person: Person) -> Enrolment | None:
    with site.db() as db:
        return active_enrolment(db, person.id, PROGRAMME)


def change(site: Site, **values: object) -> None:
    """Change the learner's group."""
    with site.db() as db:
        cohort = db.get_one(Cohort, site.cast.cohort.id)
        for name, wanted in values.items():
            setattr(cohort, name, wanted)


@pytest.mark.parametrize("typed", ["RIVERSIDE", " riverside ", "River-Side", "r i v e r s i d e"])
def test_a_code_may_be_typed_as_one_heard_it(site: Site, typed: str) -> None:
    answer = site.client(site.cast.stranger).post("/join", data={"code": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, JOIN)


def test_joining_leads_home_with_a_welcome(site: Site) -> None:
    client = site.client(site.cast.stranger)
    page = see(client.get(JOIN))
    assert words(page, "h1") == "Riverside Library"
    assert "Demo programme: Three Things to test with." in words(page)
    assert "2 learners" in words(page)
    assert "Cora Janssens, the coach, also sees which Things you have done" in words(page)
    answer = client.post(page.css_first("main form").attributes["action"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    home = see(client.get("/"))
    assert words(home, ".flash") == "Welcome to Riverside Library."
    assert "Riverside Library" in words(home, "[aria-labelledby=groups]")


@pytest.mark.parametrize(
    ("typed", "said"), [("WRONG", "No group has this code."), ("", "Fill this in."), ("-", "No group")]
)
def test_a_wrong_code_is_said_beside_the_field_and_kept(site: Site, typed: str, said: str) -> None:
    page = see(site.client(site.cast.stranger).post("/join", data={"code": typed}), 422)
    assert said in words(page, "#f-code-error")
    assert value(page, "code") == typed


def test_attempts_to_guess_a_code_are_limited(site: Site) -> None:
    client = site.client(site.cast.stranger)
    for number in range(20):
        see(client.post("/join", data={"code": f"GUESS{number}"}), 422)
    page = see(client.post("/join", data={"code": "RIVERSIDE"}), 429)
    assert "Wait a quarter of an hour" in words(page, "#f-code-error")
    assert value(page, "code") == "RIVERSIDE"
    see(site.client(site.cast.loner).post("/join", data={"code": "RIVERSIDE"}), 303)
    with set_to(now() + timedelta(minutes=16)):
        see(client.post("/join", data={"code": "RIVERSIDE"}), 303)


def test_a_link_with_an_unknown_code_is_not_found(site: Site) -> None:
    for client in (site.client(), site.client(site.cast.stranger)):
        see(client.get("/join/NOTHING"), 404)
    see(site.client(site.cast.stranger).post("/join/NOTHING"), 404)


def test_signed_out_the_link_leads_through_sign_up_into_the_group(site: Site) -> None:
    client = site.client()
    page = see(client.get(JOIN))
    assert not page.css("main form")
    sign_up, sign_in = [link.attributes["href"] or "" for link in page.css("main .row a")]
    assert [unquote(sign_up), unquote(sign_in)] == [f"/sign-up?next={JOIN}", f"/sign-in?next={JOIN}"]
    form = {"name": "Nele Nieuw", "email": "nele@example.org", "password": PASSWORD}
    answer = client.post("/sign-up", data={**form, "next": value(see(client.get(sign_up)), "next")})
    assert answer.headers["location"] == JOIN
    page = see(client.get(JOIN))
    see(client.post(page.css_first("main form").attributes["action"]), 303)
    assert "Nele Nieuw" in words(see(site.client(site.cast.peer).get(url_of(site.cast.cohort))), "aside")


def test_signed_out_nobody_joins(site: Site) -> None:
    assert site.client().post(JOIN).headers["location"] == "/sign-in?next=/"
    assert site.client().get("/join").headers["location"] == "/sign-in?next=/join"


def test_a_lone_enrolment_moves_in_with_its_progress(site: Site) -> None:
    before = enrolment_of(site, site.cast.loner)
    finish(site, site.cast.loner, "third")
    post = reflect(site, site.cast.loner, visibility="members", title="Before I joined")
    see(site.client(site.cast.loner).post(JOIN), 303)
    after = enrolment_of(site, site.cast.loner)
    assert before is not None and after is not None
    assert (after.id, after.cohort_id, after.things_complete) == (before.id, site.cast.cohort.id, 1)
    assert "Before I joined" in words(see(site.client(site.cast.peer).get(url_of(site.cast.cohort))))
    see(site.client(site.cast.coach).get(post))


def test_joining_another_group_of_the_programme_is_a_move(site: Site) -> None:
    mover = site.cast.other_learner
    finish(site, mover, "third")
    see(site.client(mover).post(JOIN), 303)
    moved = enrolment_of(site, mover)
    assert moved is not None
    assert (moved.cohort_id, moved.things_complete) == (site.cast.cohort.id, 1)
    see(site.client(mover).get(url_of(site.cast.other_cohort)), 404)
    see(site.client(mover).get(url_of(site.cast.cohort)))


def test_a_member_is_told_so_and_joining_again_changes_nothing(site: Site) -> None:
    client = site.client(site.cast.learner)
    page = see(client.get(JOIN))
    assert "You are in this group." in words(page)
    assert not page.css("main form")
    before = enrolment_of(site, site.cast.learner)
    see(client.post(JOIN), 303)
    after = enrolment_of(site, site.cast.learner)
    assert before is not None and after is not None
    assert (before.id, before.joined_at) == (after.id, after.joined_at)


@pytest.mark.parametrize(
    ("change_to", "said"),
    [
        ({"seats": 2}, "This group is full."),
        ({"ends_on": (datetime.now(UTC) - timedelta(days=2)).date()}, "This group has ended."),
    ],
)
def test_a_group_that_is_full_or_over_takes_nobody_in(
    site: Site, change_to: dict[str, object], said: str
) -> None:
    change(site, **change_to)
    client = site.client(site.cast.stranger)
    page = see(client.get(JOIN))
    assert said in words(page, ".notice")
    assert not page.css("main form")
    page = see(client.post(JOIN), 409)
    assert said in words(page, ".error-summary")
    assert enrolment_of(site, site.cast.stranger) is None
    see(client.get(url_of(site.cast.cohort)), 404)
    see(site.client(site.cast.learner).post(JOIN), 303)


def test_a_group_takes_people_in_up_to_its_last_place_and_day(site: Site) -> None:
    change(site, seats=3, ends_on=now().date())
    see(site.client(site.cast.stranger).post(JOIN), 303)
    see(site.client(site.cast.loner).post(JOIN), 409)
    with site.db() as db:
        assert members_count(db, site.cast.cohort.id) == 3


def test_a_refused_move_leaves_one_where_one_was(site: Site) -> None:
    change(site, seats=2)
    see(site.client(site.cast.other_learner).post(JOIN), 409)
    see(site.client(site.cast.other_learner).get(url_of(site.cast.other_cohort)))


def test_learners_and_coaches_see_the_page_of_their_group(site: Site) -> None:
    url = url_of(site.cast.cohort)
    for person in (site.cast.learner, site.cast.coach):
        page = see(site.client(person).get(url))
        assert words(page, "h1") == "Riverside Library"
        assert words(page, "[aria-labelledby=coaches]") == (
            "Coach CJ Cora Janssens "
            "Your coach reads what you share, and answers your first post and whenever you ask. Conversations"
        )
        assert words(page, "[aria-labelledby=people]") == "2 people LM Lena Maes PC Piet Claes"
    assert f"{url}/coach/inbox" in page.html
    assert f"{url}/coach" not in see(site.client(site.cast.learner).get(url)).html


def test_for_everyone_else_the_group_does_not_exist(site: Site) -> None:
    url, cast = url_of(site.cast.cohort), site.cast
    outsiders = [cast.other_learner, cast.other_coach, cast.loner, cast.stranger]
    for person in (*outsiders, cast.organizer, cast.administrator):
        client = site.client(person)
        for path in ("", "/people"):
            see(client.get(f"{url}{path}"), 404)
        see(client.get("/cohorts/nothing"), 404)
    assert site.client().get(url).headers["location"] == f"/sign-in?next={url}"


def test_the_page_closes_with_the_membership_and_with_the_role(site: Site) -> None:
    url = url_of(site.cast.cohort)
    learner, coach = site.client(site.cast.learner), site.client(site.cast.coach)
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
        end_enrolment(db, enrolment)
        remove_coach(db, site.cast.cohort, site.cast.coach.id, actor_id=None)
    see(learner.get(url), 404)
    see(coach.get(url), 404)
    page = see(site.client(site.cast.peer).get(url))
    assert words(page, "[aria-labelledby=people]") == "1 person PC Piet Claes"
    assert not page.css("[aria-labelledby=coaches]")


def test_the_stream_has_the_newest_first_and_only_what_one_may_read(site: Site) -> None:
    peer = site.cast.peer
    for visibility in ("private", "coaches", "cohort", "public"):
        reflect(site, peer, visibility=visibility, title=f"For {visibility}")
    reflect(site, peer, action="draft", title="A draft")
    reflect(site, site.cast.learner, "second", title="Mine", visibility="private")
    reflect(site, site.cast.other_learner, visibility="public", title="Of another group")
    assert titles(see(site.client(site.cast.learner).get(url_of(site.cast.cohort)))) == [
        "Mine",
        "For public",
        "For cohort",
    ]
    assert titles(see(site.client(site.cast.coach).get(url_of(site.cast.cohort)))) == [
        "For public",
        "For cohort",
        "For coaches",
    ]


def test_an_empty_stream_says_what_will_be_there(site: Site) -> None:
    page = see(site.client(site.cast.learner).get(url_of(site.cast.cohort)))
    assert "Nobody has shared a post yet" in words(page, ".empty")


def titles(page: LexborHTMLParser) -> list[str]:
    return [" ".join(title.text().split()) for title in page.css(".post-title")]


def pages_from(client: TestClient, url: str, selector: str) -> list[list[str]]:
    """What fits the selector on each page, along the links to the next one."""
    found, next_url = [], url
    while next_url:
        page = see(client.get(next_url))
        found.append([" ".join(node.text(separator=" ").split()) for node in page.css(selector)])
        link = page.css_first(".pager [rel=next]")
        next_url = link.attributes["href"] or "" if link else ""
    return found


def test_the_stream_goes_on_over_many_pages_without_loss_or_repetition(site: Site) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moments = [
        *[noon] * 30,
        *[noon + timedelta(microseconds=number // 3) for number in range(40)],
        *[noon - timedelta(days=number // 2) for number in range(15)],
    ]
    with site.db() as db:
        posts = write_posts(db, enrolments_of(db, site.cast.cohort), moments)
        newest = sorted(posts, key=lambda post: (post.published_at, post.id), reverse=True)
        wanted = [post.title for post in newest]
    pages = pages_from(site.client(site.cast.learner), url_of(site.cast.cohort), ".post-title")
    assert [len(page) for page in pages] == [20, 20, 20, 20, 5]
    assert [title for page in pages for title in page] == wanted


def test_a_post_written_meanwhile_moves_nothing_on_the_next_page(site: Site) -> None:
    with site.db() as db:
        at = [now() - timedelta(minutes=number) for number in range(30)]
        write_posts(db, enrolments_of(db, site.cast.cohort), at)
    client = site.client(site.cast.learner)
    link = see(client.get(url_of(site.cast.cohort))).css_first(".pager [rel=next]")
    reflect(site, site.cast.peer, title="Meanwhile")
    page = see(client.get(link.attributes["href"]))
    assert titles(page) == [f"Post {number}" for number in range(20, 30)]
    assert page.css_first(".pager [rel=prev]").attributes["href"] == url_of(site.cast.cohort)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0],
        ["a", "b"],
        [None, None],
        [float("nan"), 1],
        [1e300, 1],
        [-1e11, 1],
        [1, 2**80],
        [1, -(2**63)],
        ["\ud800", 1],
        ["a\0", 1],
        [[], {}],
        {"a": 1},
    ],
)
def test_an_address_that_was_tampered_with_still_gives_a_page(site: Site, values: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    client = site.client(site.cast.learner)
    for path in ("", "/people"):
        for after in (cursor, cursor[:-3], "é", "%"):
            see(client.get(f"{url_of(site.cast.cohort)}{path}", params={"after": after}))


def test_everyone_of_a_large_group_is_found_page_by_page(site: Site) -> None:
    names = [f"Jan {'Ömer' if number % 2 else 'omer'} {number // 20}" for number in range(140)]
    with site.db() as db:
        people = crowd(db, names, site.cast.cohort)
        by_name = sorted(people, key=lambda person: (fold(person.name), person.id))
    client = site.client(site.cast.learner)
    page = see(client.get(url_of(site.cast.cohort)))
    assert words(page, "#people") == "142 people"
    assert len(page.css("[aria-labelledby=people] li")) == 24
    link = page.css_first("[aria-labelledby=people] > p a").attributes["href"]
    pages = pages_from(client, link or "", ".people a")
    assert [len(page) for page in pages] == [60, 60, 22]
    found = [name for page in pages for name in page]
    assert found == [*(person.name for person in by_name), "Lena Maes", "Piet Claes"]


def test_a_group_page_takes_as_many_statements_however_much_there_is(site: Site) -> None:
    client = site.client(site.cast.learner)

    def more(number: int) -> None:
        with site.db() as db:
            crowd(db, [f"Learner {number}-{n}" for n in range(15 * number)], site.cast.cohort)
            at = [now() - timedelta(minutes=n) for n in range(12 * number)]
            write_posts(db, enrolments_of(db, site.cast.cohort), at)

    counts = []
    for number in (1, 2):
        more(number)
        for path in ("", "/people"):
            see(client.get(f"{url_of(site.cast.cohort)}{path}"))
            with site.statements() as statements:
                see(client.get(f"{url_of(site.cast.cohort)}{path}"))
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_the_stream_counts_the_answers_that_one_may_read(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    answer(site, site.cast.coach, post, audience="coaches")
    url = url_of(site.cast.cohort)
    assert "one answer" in words(see(site.client(site.cast.peer).get(url)), ".post")
    assert "2 answers" in words(see(site.client(site.cast.learner).get(url)), ".post")

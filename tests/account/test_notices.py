"""The page of notices, its unread state, and what somebody may no longer see."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.account.forms import NoticesForm
from app.account.notices import FREQUENCIES, KINDS
from app.clock import now, set_to
from app.cohorts.models import Enrolment
from app.journals.letters import ORDER, SUBJECTS
from app.journals.models import Comment, Post, Reaction
from app.journals.notices import ICONS, SENTENCES
from app.notices.models import CHOOSABLE, CONVERSING, Frequency, Kind, Notice
from app.notices.queries import choices_of
from app.notices.services import READ_KEPT, forget_notices, tell
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import answer, reflect
from tests.pages import see, value, words

ELSEWHERE = (Kind.SESSION, Kind.SOON, Kind.ANNOUNCEMENT, *CONVERSING)
OF_POSTS = [kind for kind in Kind if kind not in ELSEWHERE]
"""What tests/sessions, and those of announcements and conversations, are not about."""


def post_at(db: Session, url: str) -> Post:
    return db.scalars(select(Post).where(Post.public_id == url.rpartition("/")[2])).one()


def tell_of(site: Site, person: Person, kind: Kind, url: str = "", *, once: str = "x") -> None:
    """By the peer, or the coach to the peer, with the last answer to the post where there is one."""
    by = site.cast.coach if person.id == site.cast.peer.id else site.cast.peer
    with site.db() as db:
        post = post_at(db, url) if url else None
        about = {}
        if post:
            last = select(Comment.id).where(Comment.post_id == post.id).order_by(Comment.id.desc()).limit(1)
            about = {"post_id": post.id, "comment_id": db.scalar(last), "actor_id": by.id}
            if kind is Kind.REACTION:
                said = {"person_id": by.id, "kind": "thanks"}
                db.add(Reaction(post_id=post.id, comment_id=about["comment_id"], **said))
                db.flush()
        tell(db, person.id, kind, once=f"{kind} {once}", **about)


def notices(client: TestClient) -> list[str]:
    return [node.text(strip=True) for node in see(client.get("/notices")).css(".notice-open")]


def has_news(client: TestClient) -> bool:
    """What the bell says, on any page."""
    said = words(see(client.get("/programmes")), ".bell")
    assert said in ("Notices", "Notices, new")
    return said == "Notices, new"


def test_every_kind_has_its_words_and_its_choice() -> None:
    assert set(SENTENCES) == set(ICONS) == set(SUBJECTS) == set(ORDER) == set(Kind)
    assert set(KINDS) == set(CHOOSABLE) == set(NoticesForm.model_fields)
    assert set(FREQUENCIES) == set(Frequency)


def test_an_answer_is_new_until_it_is_opened(site: Site) -> None:
    client = site.client(site.cast.learner)
    assert "Nothing has happened yet" in words(see(client.get("/notices"))) and not has_news(client)
    post = reflect(site, site.cast.learner, title="My playlist")
    location = answer(site, site.cast.peer, post, body="Three more **podcasts**.").headers["location"]
    answer(site, site.cast.learner, post, body="Thank you.")
    assert has_news(client)
    page = see(client.get("/notices"))
    (entry,) = page.css(".notice-entry.is-unread")
    assert words(page, ".notice-entry").startswith(
        "Piet Claes answered your post “My playlist” Three more podcasts."
    )
    assert words(page, ".badge") == "new" and has_news(client), "opening the page changes nothing"
    assert client.get(entry.css_first(".meta a").attributes["href"]).status_code == 200
    way = entry.css_first("form").attributes["action"] or ""
    for _ in range(2):
        opened = client.post(way)
        assert (opened.status_code, opened.headers["location"]) == (303, location)
    assert not has_news(client)
    assert see(client.get("/notices")).css(".notice-entry") and "is-unread" not in client.get("/notices").text
    assert site.client(site.cast.peer).post(way).status_code == 404


def test_every_kind_reads_well_in_three_languages(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="My playlist")
    answer(site, site.cast.peer, post)
    for kind in OF_POSTS:
        tell_of(site, site.cast.learner, kind, "" if kind is Kind.BLOG else post)
    for kind in (Kind.REPORT, Kind.MODERATION):
        tell_of(site, site.cast.learner, kind, once="elsewhere")
    client, said = site.client(site.cast.learner), {}
    for language in ("en", "nl", "fr"):
        client.post("/language", data={"language": language})
        said[language] = notices(client)
        assert len(said[language]) == len(OF_POSTS) + 3
        assert all("%" not in sentence and sentence[:1].strip() for sentence in said[language])
    assert not set(said["en"]) & (set(said["nl"]) | set(said["fr"]))
    ways = [
        form.attributes["action"] or "" for form in see(client.get("/notices")).css("form[action$='/open']")
    ]
    led = {client.post(way).headers["location"] for way in ways}
    assert {"/account/blog", "/organize/reports", "/"} <= led


def test_all_is_marked_as_read_but_what_came_meanwhile(site: Site) -> None:
    client = site.client(site.cast.learner)
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    until = value(see(client.get("/notices")), "until")
    answer(site, site.cast.peer, post, body="One more.")
    see(client.post("/notices/read", data={"until": until}), 303)
    assert len(see(client.get("/notices")).css(".is-unread")) == 1
    see(client.post("/notices/read", data={"until": "nonsense"}), 303)
    assert not has_news(client) and len(notices(client)) == 2
    assert "Mark all as read" not in client.get("/notices").text


def narrow(site: Site, post: str) -> None:
    with site.db() as db:
        post_at(db, post).visibility = "private"


def leave(site: Site, post: str) -> None:
    with site.db() as db:
        db.execute(update(Enrolment).where(Enrolment.person_id == site.cast.peer.id).values(ended_at=now()))


def delete(site: Site, post: str) -> None:
    see(site.client(site.cast.learner).post(f"{post}/delete"), 303)


def take_the_answer_back(site: Site, post: str) -> None:
    with site.db() as db:
        db.execute(update(Comment).values(deleted_at=now()))


def make_it_feedback(site: Site, post: str) -> None:
    with site.db() as db:
        db.execute(update(Comment).values(audience="coaches"))


@pytest.mark.parametrize("change", [narrow, leave, delete, take_the_answer_back, make_it_feedback])
def test_what_one_may_no_longer_see_is_not_told(site: Site, change) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.coach, post)
    tell_of(site, site.cast.peer, Kind.MENTION, post)
    client = site.client(site.cast.peer)
    assert has_news(client) and len(notices(client)) == 1
    way = see(client.get("/notices")).css_first("form[action$='/open']").attributes["action"] or ""
    change(site, post)
    assert not has_news(client) and notices(client) == [], "the bell does not lie"
    assert client.post(way).headers["location"] == "/notices"
    assert "no longer there" in words(see(client.get("/notices")))


def test_the_page_costs_the_same_whatever_happened(site: Site) -> None:
    client = site.client(site.cast.learner)
    post = reflect(site, site.cast.learner)
    seen = []
    for times in (1, 40):
        for number in range(times):
            tell_of(site, site.cast.learner, Kind.MENTION, post, once=f"{times} {number}")
        with site.statements() as statements:
            page = see(client.get("/notices"))
        seen.append(len(statements))
        with site.statements() as statements:
            client.get("/programmes")
        seen.append(len(statements))
    assert seen == [3, 2] * 2, "for who has something new one more: whether they may still see it"
    older = page.css_first(".pager-older").attributes["href"] or ""
    assert len(page.css(".notice-entry")) == 30
    assert len(see(client.get(older)).css(".notice-entry")) == 11


def test_choices_are_kept_and_strangers_to_them_refused(site: Site) -> None:
    client = site.client(site.cast.learner)
    page = see(client.get("/account/notices"))
    assert "lena@example.org is not confirmed" in words(page)
    shown = {
        node.attributes["name"]: node.css_first("[selected]").attributes["value"]
        for node in page.css("select")
    }
    for_others = ("report", "handed_over", "stopped", "monday", "join_request", "shared", "wants_to_talk")
    at_once = ("answer", "reply", "another_look", "message", "session", "soon", "reminder", "mentor_asked")
    at_once += ("let_in", "not_let_in", "announcement", "times", "conversation", "plan")
    assert shown == {kind: "weekly" for kind in KINDS if kind not in for_others} | dict.fromkeys(
        at_once, "at-once"
    )
    see(client.post("/account/notices", data={"answer": "daily", "posts": "never"}), 303)
    see(client.post("/account/notices", data={"answer": "weekly"}), 303)
    with site.db() as db:
        kept = choices_of(db, site.cast.learner.id)
    assert (kept["answer"], kept["posts"], kept["reply"]) == ("weekly", "never", "at-once")
    for form in ({"answer": "hourly"}, {"posts": "at-once"}, {"soon": "daily"}):
        assert "Choose one of the options." in words(see(client.post("/account/notices", data=form), 422))
    assert not see(site.client(site.cast.loner).get("/account/notices")).css("select#f-session")
    assert "report" in str(
        see(site.client(site.cast.coach).get("/account/notices")).css_first("select#f-report").html
    )
    assert "/account/notices" in client.get("/account").text


def test_old_notices_are_forgotten(site: Site) -> None:
    answer(site, site.cast.peer, reflect(site, site.cast.learner))
    site.client(site.cast.learner).post("/notices/read")
    for later, left in ((READ_KEPT / 2, 1), (READ_KEPT * 1.01, 0)):
        with set_to(now() + later), site.db() as db:
            forget_notices(db)
            assert len(db.scalars(select(Notice)).all()) == left

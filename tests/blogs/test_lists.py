"""The blogs of a group as a list: out for a feed reader, in for a coach who names many."""

from __future__ import annotations

from typing import Any

import listparser
import pytest
from defusedxml.ElementTree import fromstring
from httpx2 import Response
from sqlalchemy import select, update

from app.blogs.models import Blog
from app.notices.models import Kind, Notice
from app.people.models import Person
from tests.blogs.deeds import URL, keep, posts_of
from tests.conftest import Site
from tests.deeds import crowd, reflect
from tests.pages import see, value, words
from tests.peers.blogs import BlogServer, Item


def list_url(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/blogs"


def send(site: Site, text: str, **fields: Any) -> Response:
    response: Response = site.client(site.cast.coach).post(list_url(site), data={"blogs": text, **fields})
    return response


def feeds_for(site: Site, person: Person) -> dict[str, str]:
    """{address of the feed: title} of the list that this person gets, as another program reads it."""
    answer = site.client(person).get(f"/cohorts/{site.cast.cohort.public_id}/journals.opml")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    assert fromstring(answer.content, forbid_dtd=True).get("version") == "2.0"
    found = listparser.parse(answer.content)
    assert not found.bozo
    return {feed.url: feed.title for feed in found.feeds}


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        ("private", {"learner"}),
        ("coaches", {"learner", "coach"}),
        ("cohort", {"learner", "coach", "peer"}),
        ("public", {"learner", "coach", "peer"}),
    ],
)
def test_a_blog_is_in_the_list_of_those_whom_it_is_shown_to(
    site: Site, server: BlogServer, visibility: str, readers: set[str]
) -> None:
    learner = site.cast.learner
    url = server.feed("/feed", Item("Thing 1"))
    keep(site, learner, url, visibility=visibility)
    for role in ("learner", "coach", "peer"):
        shown = feeds_for(site, getattr(site.cast, role))
        assert (shown == {url: "Lena Maes"}) == (role in readers)


def test_journals_here_are_in_the_list_where_they_are_on_the_web(site: Site) -> None:
    reflect(site, site.cast.peer, visibility="public")
    reflect(site, site.cast.learner, visibility="cohort")
    with site.db() as db:
        person = Person.id == site.cast.peer.id
        db.execute(update(Person).where(person).values(name='Piet <b> & "Co" \x0b'))
    feeds = feeds_for(site, site.cast.learner)
    assert feeds == {"http://127.0.0.1:8000/journals/piet-claes/feed.atom": 'Piet <b> & "Co"'}


CSV = "e-mail;blog\nlena@example.org;https://lena.example/\nPiet Claes;piet.example/blog\n"
OPML = """<?xml version="1.0"?><opml version="1.0"><body><outline text="Blogs">
<outline text="Lena Maes" xmlUrl="https://lena.example/feed" htmlUrl="https://lena.example/"/>
<outline text="A walk" xmlUrl="http://piet.example/blog"/></outline></body></opml>"""


@pytest.mark.parametrize(
    "text", [CSV, CSV.replace(";", ","), CSV.replace("e-mail;blog\n", "").replace(";", "\t")]
)
def test_many_are_named_at_once_and_nothing_is_read_before_they_say_yes(
    site: Site, server: BlogServer, text: str
) -> None:
    learner = site.cast.learner
    page = see(send(site, text))
    names = [field.attributes["value"] for field in page.css("input[name=learner]")]
    assert names == ["lena@example.org", "Piet Claes"]
    form = {"number": ["1", "2"], "learner": names, "action": "propose"}
    see(send(site, text, **form), 303)
    see(send(site, text, **form), 422)
    with site.db() as db:
        found = {blog.person_id: blog for blog in db.scalars(select(Blog))}
        told = db.scalars(select(Notice.person_id).where(Notice.kind == Kind.BLOG)).all()
    assert {blog.state for blog in found.values()} == {"proposed"}
    assert set(told) == set(found) == {learner.id, site.cast.peer.id}
    assert "Waits for the learner to say yes." in words(see(site.client(site.cast.coach).get(list_url(site))))
    own = see(site.client(learner).get(URL))
    assert "Cora Janssens thinks that you write here" in words(own)
    assert value(own, "url") == "https://lena.example/"
    site.work()
    assert posts_of(site, learner) == {}
    keep(site, learner, server.feed("/feed", Item("Thing 1")))
    assert set(posts_of(site, learner)) == {"Thing 1"}
    see(site.client(site.cast.peer).post(f"{URL}/remove", data={"posts": "keep"}), 303)
    assert "thinks that you write here" not in words(see(site.client(site.cast.peer).get(URL)))


def test_an_opml_file_is_assigned_by_its_titles_and_by_hand(site: Site) -> None:
    coach = site.client(site.cast.coach)
    page = see(coach.post(list_url(site), data={}, files={"file": ("blogs.opml", OPML.encode())}))
    assert [field.attributes["value"] for field in page.css("input[name=learner]")] == ["Lena Maes", "A walk"]
    assert "Nobody in this group is called so." in words(page, "#f-learner-2-error")
    text = page.css_first("textarea[name=blogs]").text().removeprefix("\n")
    form = {"number": ["1", "2"], "action": "propose"}
    see(send(site, text, **form, learner=["", "Piet Claes"]), 303)
    with site.db() as db:
        assert [blog.address for blog in db.scalars(select(Blog))] == ["http://piet.example/blog"]


WRONG = {
    "nobody@example.org,https://x.example/": "Nobody in this group is called so.",
    "lena@example.org,": "This line has no address of a blog.",
    "name,url\nlena@example.org,ftp://x.example/": "This is no address of the web.",
    "lena@example.org,https://x.example/\nLena Maes,https://y.example/": "This learner stands in the list twice.",
    "Twin,https://x.example/": "Several people in this group are called so.",
    "otto@example.org,https://x.example/": "Nobody in this group is called so.",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_list_with_a_problem_in_it_changes_nothing(site: Site, text: str) -> None:
    with site.db() as db:
        crowd(db, ["Twin", "Twin"], site.cast.cohort)
    for fields, status in (({}, 200), ({"action": "propose"}, 422)):
        page = see(send(site, f"{text}\nPiet Claes,https://piet.example/", **fields), status)
        assert WRONG[text] in words(page)
    with site.db() as db:
        assert db.query(Blog).count() == 0


BAD_LISTS = {
    "": "Paste a list, or choose a file.",
    "<opml><body>": "This OPML file cannot be read.",
    '<!DOCTYPE o [<!ENTITY e "x">]><opml><body><outline text="&e;" xmlUrl="http://x.example"/></body></opml>': (
        "This OPML file cannot be read."
    ),
    "<opml><body/></opml>": "There is no blog in this list.",
    "a,https://x.example\n" * 101: "These are more than 100 blogs.",
}


@pytest.mark.parametrize("text", BAD_LISTS)
def test_what_is_no_list_is_refused_in_words(site: Site, text: str) -> None:
    assert BAD_LISTS[text] in words(see(send(site, text), 422))


def test_a_list_costs_the_same_however_long_it_is(site: Site) -> None:
    with site.db() as db:
        crowd(db, [f"Person {number}" for number in range(40)], site.cast.cohort)
    with site.statements() as few:
        see(send(site, CSV))
    with site.statements() as many:
        see(send(site, CSV + "".join(f"Person {number};p{number}.example\n" for number in range(40))))
    assert len(many) == len(few)


def test_a_blog_that_is_shown_to_nobody_is_nobodys_business(site: Site, server: BlogServer) -> None:
    url = server.feed("/feed", Item("Thing 1"))
    keep(site, site.cast.learner, url, visibility="private")
    line = "lena@example.org,https://another.example/"
    page = see(send(site, line))
    assert "has a blog here already" not in words(page) and "Lena Maes" not in words(page, "ol.rows")
    form = {"number": ["1"], "learner": ["lena@example.org"], "action": "propose"}
    coach = site.client(site.cast.coach)
    see(coach.post(list_url(site), data={"blogs": line, **form}), 303)
    assert "1 learner is asked." in words(see(coach.get(list_url(site))))
    with site.db() as db:
        assert [(blog.state, blog.feed_url) for blog in db.scalars(select(Blog))] == [("active", url)]

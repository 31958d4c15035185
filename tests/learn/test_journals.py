"""Journals and posts as others read them, and answering."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.clock import now
from app.cohorts.services import add_coach, remove_coach
from app.journals.models import Comment
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import answer, enrolments_of, finish, reflect, tick, write_posts
from tests.pages import see, value, words

JOURNAL = "/journals/lena-maes"
VISIBILITIES = ("private", "coaches", "cohort", "members", "public")


def titles(page: LexborHTMLParser) -> list[str]:
    return [title.text() for title in page.css(".post-title")]


def read(site: Site, person: Person | None, url: str) -> LexborHTMLParser:
    return see(site.client(person).get(url))


def show_tiles(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).shows_tiles = True


def comments(site: Site) -> list[Comment]:
    with site.db() as db:
        return db.query(Comment).order_by(Comment.id).all()


def answers(page: LexborHTMLParser) -> list[str]:
    return [" ".join(node.text(separator=" ").split()) for node in page.css(".comment .prose")]


def test_a_journal_shows_each_reader_what_they_may_read(site: Site) -> None:
    for visibility in VISIBILITIES:
        reflect(site, site.cast.learner, visibility=visibility, title=f"For {visibility}")
    cast = site.cast
    for person, seen in (
        (cast.learner, VISIBILITIES),
        (cast.coach, ("coaches", "cohort", "members", "public")),
        (cast.peer, ("cohort", "members", "public")),
        (cast.other_learner, ("members", "public")),
        (cast.other_coach, ("members", "public")),
        (cast.stranger, ("members", "public")),
        (cast.organizer, ("members", "public")),
        (cast.administrator, ("members", "public")),
        (None, ("public",)),
    ):
        page = read(site, person, JOURNAL)
        assert words(page, "h1") == "Lena Maes"
        assert titles(page) == [f"For {visibility}" for visibility in reversed(seen)]


def test_on_the_web_there_is_a_journal_only_with_a_public_post(site: Site) -> None:
    web = site.client()
    see(web.get(JOURNAL), 404)
    post = reflect(site, site.cast.learner, visibility="members")
    see(web.get(JOURNAL), 404)
    see(web.get(post), 404)
    post = reflect(site, site.cast.learner, visibility="public")
    see(web.get(JOURNAL))
    see(web.get(post))
    site.client(site.cast.learner).post(f"{post}/delete")
    see(web.get(JOURNAL), 404)


def test_no_address_of_a_further_page_tells_the_web_who_is_here(site: Site) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps([4e9, 1]).encode()).decode().rstrip("=")
    reflect(site, site.cast.learner, visibility="members")
    see(site.client().get(f"{JOURNAL}?after={cursor}"), 404)
    see(site.client(site.cast.stranger).get(f"{JOURNAL}?after={cursor}"))


def test_a_journal_that_nobody_keeps_is_not_found(site: Site) -> None:
    for client in (site.client(), site.client(site.cast.learner)):
        see(client.get("/journals/nobody-at-all"), 404)


def test_without_posts_a_journal_says_so_kindly(site: Site) -> None:
    assert "Your journal is still empty" in words(read(site, site.cast.learner, JOURNAL))
    assert "No posts that you may read" in words(read(site, site.cast.stranger, JOURNAL))


def test_drafts_are_listed_for_their_writer_alone(site: Site) -> None:
    reflect(site, site.cast.learner, action="draft", title="Half a thought", body="Half")
    page = read(site, site.cast.learner, JOURNAL)
    link = page.css_first("[aria-labelledby=drafts] a")
    assert link.text() == "Half a thought"
    editor = read(site, site.cast.learner, link.attributes["href"] or "")
    assert value(editor, "body") == "Half"
    for person in (site.cast.coach, site.cast.peer, site.cast.administrator):
        assert "Half" not in read(site, person, JOURNAL).html


def test_tiles_are_shown_only_where_their_owner_shows_them(site: Site) -> None:
    finish(site, site.cast.learner, "third")
    assert len(read(site, site.cast.learner, JOURNAL).css(".board .tile.is-complete")) == 1
    for person in (site.cast.peer, site.cast.coach):
        assert not read(site, person, JOURNAL).css(".board")
    show_tiles(site)
    assert len(read(site, site.cast.peer, JOURNAL).css(".board .tile.is-complete")) == 1


def test_tiles_are_never_shown_on_the_web(site: Site) -> None:
    tick(site, site.cast.learner, "first/a")
    reflect(site, site.cast.learner, visibility="public")
    show_tiles(site)
    assert not read(site, None, JOURNAL).css(".board, .tile")


def test_a_long_journal_is_read_page_by_page(site: Site) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with site.db() as db:
        own = [e for e in enrolments_of(db, site.cast.cohort) if e.person_id == site.cast.learner.id]
        write_posts(db, own, [moment] * 45, visibility="public")
    for person in (None, site.cast.stranger):
        found, url = [], JOURNAL
        while url:
            page = read(site, person, url)
            found += titles(page)
            link = page.css_first(".pager [rel=next]")
            url = link.attributes["href"] or "" if link else ""
        assert found == [f"Post {number}" for number in reversed(range(45))]


def test_a_post_names_its_writer_its_thing_and_its_readers(site: Site) -> None:
    post = reflect(site, site.cast.learner, body="Some **bold** words.\n\n<script>alert(1)</script>")
    page = read(site, site.cast.peer, post)
    assert words(page, "h1") == "A find"
    assert page.css_first(".post-by a").attributes["href"] == JOURNAL
    assert "Thing 1: The first Thing" in words(page, ".post-head")
    assert words(page, ".readers") == "the group"
    assert page.css_first(".post .prose strong").text() == "bold"
    assert not page.css("main script, main .row a[href$='/edit']")


def test_a_post_is_found_only_in_its_writers_journal(site: Site) -> None:
    name = reflect(site, site.cast.learner).rpartition("/")[2]
    for path in (f"/journals/piet-claes/{name}", f"{JOURNAL}/nothing"):
        see(site.client(site.cast.learner).get(path), 404)
        see(answer(site, site.cast.learner, path), 404)


def test_a_comment_is_for_whoever_may_read_the_post(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="public")
    sent = answer(site, site.cast.peer, post, body="Well **seen**.")
    assert sent.status_code == 303
    anchor = sent.headers["location"].partition("#")[2]
    for person in (site.cast.learner, site.cast.coach, site.cast.other_learner, None):
        page = read(site, person, post)
        assert words(page, f"#{anchor} .prose") == "Well seen ."
        assert "feedback" not in words(page, f"#{anchor}")


def test_feedback_is_for_the_writer_and_the_coaches(site: Site) -> None:
    with site.db() as db:
        add_coach(db, site.cast.cohort, site.cast.loner.id, actor_id=None)
    post = reflect(site, site.cast.learner, visibility="public")
    answer(site, site.cast.coach, post, body="Between us.", audience="coaches")
    cast = site.cast
    for person in (cast.learner, cast.coach, cast.loner):
        page = read(site, person, post)
        assert answers(page) == ["Between us."]
        assert "feedback" in words(page, ".comment")
    for person in (cast.peer, cast.other_coach, cast.organizer, cast.administrator, None):
        assert not answers(read(site, person, post))


def test_the_form_says_who_will_read_before_one_sends(site: Site) -> None:
    shared, to_coach = (reflect(site, site.cast.learner, visibility=v) for v in ("cohort", "coaches"))
    page = read(site, site.cast.coach, shared)
    choices = page.css("[name=audience]")
    assert [choice.attributes["value"] for choice in choices] == ["coaches", "readers"]
    assert value(page, "audience") == "coaches"
    assert "Only the writer and the coaches of the group read it." in words(page)
    assert value(read(site, site.cast.coach, to_coach), "audience") == "coaches"
    page = read(site, site.cast.peer, shared)
    assert value(page, "audience") == "readers"
    assert "Whoever may read the post reads it." in words(page)
    assert value(read(site, site.cast.learner, to_coach), "audience") == "coaches"
    assert not read(site, None, reflect(site, site.cast.learner, visibility="public")).css("main form")


@pytest.mark.parametrize("who", ["peer", "other_coach", "stranger", "organizer", "administrator"])
def test_nobody_but_a_coach_of_the_group_gives_feedback(site: Site, who: str) -> None:
    post = reflect(site, site.cast.learner, visibility="public")
    see(answer(site, getattr(site.cast, who), post, audience="coaches"), 404)
    assert not comments(site)


def test_a_coach_of_another_group_answers_like_anyone(site: Site) -> None:
    see(answer(site, site.cast.other_coach, reflect(site, site.cast.learner)), 404)
    post = reflect(site, site.cast.learner, visibility="members")
    assert value(read(site, site.cast.other_coach, post), "audience") == "readers"
    see(answer(site, site.cast.other_coach, post), 303)


def test_a_writer_goes_on_with_their_coach_between_the_two_of_them(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.coach, post, body="And then?", audience="coaches")
    see(answer(site, site.cast.learner, post, body="Then it worked.", audience="coaches"), 303)
    assert answers(read(site, site.cast.coach, post)) == ["And then?", "Then it worked."]
    assert not answers(read(site, site.cast.peer, post))


def test_a_removed_coach_reads_nothing_and_their_feedback_stays_where_it_was_meant_for(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="coaches")
    open_post = reflect(site, site.cast.learner, visibility="members")
    with site.db() as db:
        add_coach(db, site.cast.cohort, site.cast.loner.id, actor_id=None)
    for url in (post, open_post):
        answer(site, site.cast.coach, url, body="From Cora.", audience="coaches")
        answer(site, site.cast.loner, url, body="From Lou.", audience="coaches")
    with site.db() as db:
        remove_coach(db, site.cast.cohort, site.cast.coach.id, actor_id=None)
    see(site.client(site.cast.coach).get(post), 404)
    see(answer(site, site.cast.coach, post, audience="coaches"), 404)
    see(answer(site, site.cast.coach, open_post, audience="coaches"), 404)
    assert answers(read(site, site.cast.coach, open_post)) == ["From Cora."]
    for person in (site.cast.learner, site.cast.loner):
        assert answers(read(site, person, post)) == ["From Cora.", "From Lou."]
    assert not answers(read(site, site.cast.peer, open_post))


def test_a_coach_who_comes_later_reads_the_feedback_that_was_given(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="coaches")
    answer(site, site.cast.coach, post, audience="coaches")
    with site.db() as db:
        add_coach(db, site.cast.cohort, site.cast.stranger.id, actor_id=None)
    assert answers(read(site, site.cast.stranger, post)) == ["Well seen."]


def test_deleting_an_answer_can_be_undone(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    client = site.client(site.cast.peer)
    page = see(client.get(post))
    gone = client.post(page.css_first(".comment form[action$='/delete']").attributes["action"])
    assert gone.headers["location"] == post
    page = see(client.get(post))
    assert not answers(page)
    assert not answers(read(site, site.cast.learner, post))
    back = client.post(page.css_first(".flash form").attributes["action"])
    page = see(client.get(back.headers["location"]))
    assert words(page, ".flash") == "It is back."
    assert answers(read(site, site.cast.learner, post)) == ["Well seen."]


def test_nobody_deletes_or_brings_back_what_another_answered(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    url = answer(site, site.cast.peer, post).headers["location"].replace("#answer-", "/answers/")
    assert not read(site, site.cast.learner, post).css(".comment form[action$='/delete']")
    others = (site.cast.learner, site.cast.coach, site.cast.administrator)
    for person in others:
        see(site.client(person).post(f"{url}/delete"), 404)
    see(site.client(site.cast.peer).post(f"{url}/delete"), 303)
    for person in others:
        see(site.client(person).post(f"{url}/restore"), 404)
    assert not answers(read(site, site.cast.learner, post))


def test_the_same_form_sent_again_is_one_answer(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    sent = [answer(site, site.cast.peer, post, once="mark").headers["location"] for _ in range(3)]
    assert len(set(sent)) == 1
    assert answers(read(site, site.cast.learner, post)) == ["Well seen."]


def test_a_form_that_was_sent_and_filled_in_anew_is_another_answer(site: Site) -> None:
    first, second = reflect(site, site.cast.learner), reflect(site, site.cast.learner)
    answer(site, site.cast.peer, first, once="mark", body="One.")
    for _ in range(2):
        answer(site, site.cast.peer, first, once="mark", body="Two.")
    answer(site, site.cast.peer, second, once="mark", body="Three.")
    assert answers(read(site, site.cast.learner, first)) == ["One.", "Two."]
    assert answers(read(site, site.cast.learner, second)) == ["Three."]


def test_an_answer_that_was_deleted_and_is_sent_again_is_there(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    sent = answer(site, site.cast.peer, post, once="mark").headers["location"]
    site.client(site.cast.peer).post(f"{sent.replace('#answer-', '/answers/')}/delete")
    answer(site, site.cast.peer, post, once="mark")
    assert answers(read(site, site.cast.learner, post)) == ["Well seen."]


def test_two_people_may_use_the_same_mark(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    for person in (site.cast.peer, site.cast.coach):
        answer(site, person, post, once="mark")
    assert len(answers(read(site, site.cast.learner, post))) == 2


def test_a_private_post_has_no_answer_form(site: Site) -> None:
    page = read(site, site.cast.learner, reflect(site, site.cast.learner, visibility="private"))
    assert not page.css("form[action$='/answers'], #answers")


def test_a_post_that_becomes_private_takes_its_answers_along(site: Site) -> None:
    post = reflect(site, site.cast.learner, once="mark")
    answer(site, site.cast.peer, post)
    client = site.client(site.cast.learner)
    page = see(client.get(f"{post}/edit"))
    names = ("once", "window", "version", "title", "body")
    form = {name: value(page, name) for name in names} | {"visibility": "private", "action": "publish"}
    see(client.post(f"{post}/edit", data=form), 303)
    see(site.client(site.cast.peer).get(post), 404)
    assert answers(read(site, site.cast.learner, post)) == ["Well seen."]


@pytest.mark.parametrize("body", ["", "  \n "])
def test_an_empty_answer_is_refused_and_its_audience_kept(site: Site, body: str) -> None:
    post = reflect(site, site.cast.learner)
    page = see(answer(site, site.cast.coach, post, body=body, audience="readers", once="mark"), 422)
    assert words(page, "#f-body-error").endswith("Write your answer first." if body else "Fill this in.")
    assert (value(page, "audience"), value(page, "once")) == ("readers", "mark")
    assert not comments(site)


def test_an_answer_that_is_too_long_keeps_what_was_typed(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    page = see(answer(site, site.cast.peer, post, body="x" * 10_001), 422)
    assert "10000" in words(page, "#f-body-error")
    assert value(page, "body") == "x" * 10_001


def test_a_post_with_answers_takes_as_many_statements_however_many(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    client = site.client(site.cast.learner)
    counts = []
    for number in (2, 4):
        for n in range(number):
            answer(site, site.cast.coach if n % 2 else site.cast.peer, post)
        with site.statements() as statements:
            see(client.get(post))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 7


def test_a_journal_takes_as_many_statements_however_long_it_is(site: Site) -> None:
    client = site.client(site.cast.peer)
    counts = []
    for number in (8, 16):
        with site.db() as db:
            own = [e for e in enrolments_of(db, site.cast.cohort) if e.person_id == site.cast.learner.id]
            write_posts(db, own, [now() - timedelta(minutes=n) for n in range(number)])
        with site.statements() as statements:
            see(client.get(JOURNAL))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 3


def test_a_post_says_its_language_where_it_is_not_the_pages(site: Site) -> None:
    form = {"title": "Gevonden", "body": "Een kaart.", "visibility": "cohort", "action": "publish"}
    dutch = {"Accept-Language": "nl"}
    site.client(site.cast.peer).post("/programmes/demo-programme/first/reflect", data=form, headers=dutch)
    stream = see(site.client(site.cast.learner).get(f"/cohorts/{site.cast.cohort.public_id}"))
    assert stream.css_first(".post-title").attributes["lang"] == "nl"
    assert stream.css_first(".post-excerpt").attributes["lang"] == "nl"
    same = site.client(site.cast.learner).get(f"/cohorts/{site.cast.cohort.public_id}", headers=dutch)
    assert "lang" not in see(same).css_first(".post-title").attributes


def test_feedback_is_not_even_counted_for_the_coach_of_another_group(site: Site) -> None:
    reflect = "/programmes/demo-programme/first/reflect"
    form = {"title": "Seen by all", "body": "A map.", "visibility": "public", "action": "publish"}
    site.client(site.cast.learner).post(reflect, data=form)
    site.client(site.cast.other_learner).post(reflect, data=form)
    url = see(site.client().get("/journals/lena-maes")).css_first(".post-title a").attributes["href"]
    answer = {"body": "Between us.", "audience": "coaches"}
    assert site.client(site.cast.coach).post(f"{url}/answers", data=answer).status_code == 303
    counted = see(site.client(site.cast.coach).get("/journals/lena-maes"))
    assert "one answer" in words(counted, ".post")
    for person in (site.cast.other_coach, site.cast.peer):
        page = see(site.client(person).get("/journals/lena-maes"))
        assert "comment" not in words(page, ".post")

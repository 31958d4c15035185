"""Talking about posts: replies, reactions, mentions, and questions that find their answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update

from app.clock import now, set_to
from app.cohorts.services import add_coach, remove_coach
from app.events.models import Event
from app.journals.models import Comment, Post, Reaction
from app.journals.services import ANSWERS_WITHIN, MOST_ANSWERS
from app.notices.models import Notice
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, reflect, write_posts
from tests.pages import see, value, words

HTMX = {"HX-Request": "true"}


def read(site: Site, person: Person | None, url: str) -> LexborHTMLParser:
    return see(site.client(person).get(url))


def reply(site: Site, person: Person, to: str, body: str = "So did I.", **fields: str) -> Response:
    """`to` is the address of an answer, as `answer` leads to it."""
    post, _, name = to.partition("#answer-")
    return answer(site, person, post, body=body, parent=name, **fields)


def answered(site: Site, person: Person, post: str, **fields: str) -> str:
    made = answer(site, person, post, **fields)
    see(made, 303)
    return str(made.headers["location"])


def act(site: Site, person: Person, to: str, verb: str, **form: str) -> Response:
    url = f"{to.replace('#answer-', '/answers/')}/{verb}"
    response: Response = site.client(person).post(url, data=form)
    return response


def react(site: Site, person: Person, to: str, kind: str = "thanks", on: str = "1") -> None:
    see(act(site, person, to, "reactions", kind=kind, on=on), 303)


def ask(site: Site, person: Person, **fields: str) -> str:
    form = {"title": "Which mat?", "body": "Ours is full.", "visibility": "cohort", "action": "publish"}
    url = f"/posts/new?ask={site.cast.cohort.public_id}"
    asked = site.client(person).post(url, data={**form, **fields})
    see(asked, 303)
    return str(asked.headers["location"])


def told(site: Site, person: Person, kind: str = "") -> list[str]:
    """The kinds of what somebody was told, but for what the author of a post hears of each answer."""
    with site.db() as db:
        kinds = db.scalars(select(Notice.kind).where(Notice.person_id == person.id).order_by(Notice.id)).all()
    return [one for one in kinds if one == kind or (not kind and one != "answer")]


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text(separator=" ").split()) for node in page.css(selector)]


def bodies(page: LexborHTMLParser) -> list[str]:
    return texts(page, ".comment .prose")


# Replies


def test_more_answers_than_anybody_writes_with_thought_are_refused_and_kept_on_the_page(site: Site) -> None:
    """Each is mailed to somebody at once."""
    post = reflect(site, site.cast.learner)
    client = site.client(site.cast.peer)
    for number in range(MOST_ANSWERS):
        see(client.post(f"{post}/answers", data={"body": f"Number {number}."}), 303)
    page = see(client.post(f"{post}/answers", data={"body": "One more."}), 422)
    assert "Wait a quarter of an hour" in words(page, "#f-body-error")
    assert value(page, "body") == "One more."
    with set_to(now() + ANSWERS_WITHIN):
        see(client.post(f"{post}/answers", data={"body": "One more."}), 303)


def test_a_reply_stands_below_its_answer_and_tells_who_wrote_there(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    first = answered(site, cast.peer, post, body="First.")
    answered(site, cast.coach, post, body="Second.")
    see(reply(site, cast.coach, first, "To the first."), 303)
    below = reply(site, cast.learner, first, "Thank you both.").headers["location"]
    see(reply(site, cast.peer, below, "To a reply."), 303)
    page = read(site, cast.learner, post)
    assert bodies(page) == ["First.", "To the first.", "Thank you both.", "To a reply.", "Second."]
    assert texts(page, ".comments > .comment > .replies .prose") == bodies(page)[1:4]
    assert not page.css(".replies .replies")
    assert told(site, cast.peer) == ["reply", "reply"]
    assert told(site, cast.coach) == ["reply", "reply"]
    assert told(site, cast.learner, "reply") == []


def test_a_reply_is_sent_without_a_script_and_comes_back_open_with_what_was_typed(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    first = answered(site, site.cast.peer, post)
    form = read(site, site.cast.learner, post).css_first(".reply form")
    names = {node.attributes["name"]: node.attributes.get("value") for node in form.css("[name]")}
    assert set(names) == {"once", "parent", "body"}
    assert form.parent.tag == "details" and "open" not in form.parent.attributes
    page = see(reply(site, site.cast.learner, first, "x" * 10_001), 422)
    fold = page.css_first(".reply[open]")
    assert fold.css_first("textarea").text().strip() == "x" * 10_001
    link = page.css_first(".error-summary a").attributes["href"]
    assert page.css_first(link).text().strip() == "x" * 10_001
    assert value(page, "body") == ""


def test_a_reply_that_is_sent_again_is_one(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    first, second = (answered(site, site.cast.peer, post, body=body) for body in ("One.", "Two."))
    for to in (first, first, second):
        see(reply(site, site.cast.learner, to, once="mark"), 303)
    assert bodies(read(site, site.cast.peer, post)) == ["One.", "So did I.", "Two.", "So did I."]
    assert told(site, site.cast.peer) == ["reply", "reply"]


def test_a_reply_to_feedback_stays_between_the_writer_and_the_coaches(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, visibility="public")
    first = answered(site, cast.coach, post, body="Between us.", audience="coaches")
    see(reply(site, cast.learner, first, "Only for you.", audience="readers"), 303)
    assert bodies(read(site, cast.coach, post)) == ["Between us.", "Only for you."]
    for person in (cast.peer, cast.other_coach, cast.administrator, None):
        page = read(site, person, post)
        assert not bodies(page) and "deleted" not in words(page)
    kept = see(reply(site, cast.peer, first, "May I?"), 422)
    assert value(kept, "body") == "May I?" and "Between us." not in kept.html
    assert "not there any more" in words(kept, "#f-body-error")
    with site.db() as db:
        remove_coach(db, cast.cohort, cast.coach.id, actor_id=None)
    see(reply(site, cast.learner, first, "Are you there?"), 303)
    page = read(site, cast.coach, post)
    assert bodies(page) == ["Between us."] and not page.css(".is-feedback .reply")
    assert told(site, cast.coach) == ["reply"]


def test_who_lost_the_answer_that_they_replied_to_is_not_told_it_was_deleted(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, visibility="public")
    with site.db() as db:
        add_coach(db, cast.cohort, cast.loner.id, actor_id=None)
    first = answered(site, cast.loner, post, body="From Lou.", audience="coaches")
    see(reply(site, cast.coach, first, "From Cora."), 303)
    with site.db() as db:
        remove_coach(db, cast.cohort, cast.coach.id, actor_id=None)
    page = read(site, cast.coach, post)
    assert bodies(page) == ["From Cora."]
    assert texts(page, ".comment > .muted") == ["You can no longer read this answer."]


def test_a_deleted_answer_leaves_a_line_as_long_as_there_are_replies(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    first = answered(site, cast.peer, post, body="Hasty words.")
    below = str(reply(site, cast.learner, first, "Why so?").headers["location"])
    see(act(site, cast.peer, first, "delete"), 303)
    page = read(site, cast.coach, post)
    assert texts(page, ".comment > .muted") == ["This answer was deleted."]
    assert bodies(page) == ["Why so?"] and "Piet" not in words(page, "ol.comments")
    stream = read(site, cast.coach, f"/cohorts/{cast.cohort.public_id}")
    assert "one answer" in words(stream, ".post")
    see(reply(site, cast.coach, below, "Let it rest."), 303)
    assert bodies(read(site, cast.coach, post)) == ["Why so?", "Let it rest."]
    see(act(site, cast.peer, first, "restore"), 303)
    assert bodies(read(site, cast.coach, post)) == ["Hasty words.", "Why so?", "Let it rest."]
    for person, to in ((cast.peer, first), (cast.learner, below)):
        see(act(site, person, to, "delete"), 303)
    answer_of_coach = site.client(cast.coach).get(post)
    assert bodies(see(answer_of_coach)) == ["Let it rest."]


def test_nothing_is_lost_where_the_answer_was_deleted_meanwhile(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    first = answered(site, site.cast.peer, post)
    see(act(site, site.cast.peer, first, "delete"), 303)
    page = see(reply(site, site.cast.learner, first, "A long thought."), 422)
    assert value(page, "body") == "A long thought."
    assert value(page, "audience") == "coaches", "for no more readers than it was meant for"


# Changing and deleting


def test_an_answer_can_be_changed_by_who_wrote_it(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    first = answered(site, site.cast.peer, post, body="I sawd it.")
    client = site.client(site.cast.peer)
    link = see(client.get(post)).css_first(".comment a[href$='/edit']").attributes["href"] or ""
    page = see(client.get(link))
    assert value(page, "body") == "I sawd it."
    kept = see(client.post(link, data={"body": "  "}), 422)
    assert words(kept, "#f-body-error").endswith("Write your answer first.")
    for _ in range(2):
        done = client.post(link, data={"body": "I **saw** it."})
        assert done.headers["location"] == first
    page = read(site, site.cast.learner, post)
    assert bodies(page) == ["I saw it."] and "changed just now" in words(page, ".comment .meta")
    with site.db() as db:
        assert len(db.scalars(select(Event).where(Event.verb == "edited")).all()) == 1


def test_an_answer_belongs_to_its_post_alone(site: Site) -> None:
    first, second = reflect(site, site.cast.learner), reflect(site, site.cast.learner)
    there = answered(site, site.cast.peer, first)
    elsewhere = there.replace(first, second)
    see(act(site, site.cast.peer, elsewhere, "edit", body="Moved."), 404)
    see(act(site, site.cast.learner, elsewhere, "reactions", kind="thanks", on="1"), 404)
    for parent in (elsewhere.rpartition("-")[2], "nosuch", "no\0such", "x" * 100_000):
        page = see(answer(site, site.cast.learner, second, body="Kept.", parent=parent), 422)
        assert value(page, "body") == "Kept."


def test_who_may_no_longer_read_a_post_can_still_take_back_what_they_wrote(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, visibility="members")
    first = answered(site, cast.stranger, post, body="Said too much.")
    with site.db() as db:
        db.execute(update(Post).values(visibility="coaches"))
    client = site.client(cast.stranger)
    listed = see(client.get("/account/answers"))
    assert words(listed, ".own-answers").startswith("Said too much.")
    assert "A find" not in listed.html and post not in [a.attributes["href"] for a in listed.css("a")]
    see(client.get(f"{first.replace('#answer-', '/answers/')}/edit"), 404)
    gone = client.post(listed.css_first(".own-answers form").attributes["action"] or "")
    assert gone.headers["location"] == "/"
    page = see(client.get("/"))
    assert words(page, ".flash").startswith("Your answer is deleted.")
    assert not bodies(read(site, cast.learner, post))
    back = client.post(page.css_first(".flash form").attributes["action"] or "")
    assert back.headers["location"] == "/"
    assert bodies(read(site, cast.learner, post)) == ["Said too much."]


def test_ones_own_answers_are_listed_page_by_page_and_lead_to_where_they_stand(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    with site.db() as db:
        row = db.scalars(select(Post)).one()
        db.add_all(
            Comment(
                post_id=row.id,
                author_id=person.id,
                audience="readers",
                body=f"Number {number}",
                html=f"<p>Number {number}</p>",
                at=now() - timedelta(minutes=number),
            )
            for number in range(25)
            for person in (cast.peer, cast.coach)
        )
    client, found, url = site.client(cast.peer), [], "/account/answers"
    while url:
        with site.statements() as statements:
            page = see(client.get(url))
        assert len(statements) <= 2
        found += texts(page, ".own-answers blockquote")
        older = page.css_first(".pager [rel=next]")
        url = older.attributes["href"] or "" if older else ""
    assert found == [f"Number {number}" for number in range(25)]
    assert page.css_first(".own-answers a").attributes["href"].startswith(f"{post}#answer-")


# Reactions


def test_readers_say_thanks_with_one_press_and_their_names_are_shown(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    for _ in range(2):
        react(site, cast.peer, post)
    react(site, cast.coach, post)
    react(site, cast.coach, post, "will-try")
    page = read(site, cast.peer, post)
    assert texts(page, "#reactions .reaction-who") == [
        "Thanks: Cora Janssens and you",
        "I’ll try this: Cora Janssens",
    ]
    assert [node.attributes["aria-pressed"] for node in page.css("#reactions button")] == [
        "true",
        "false",
        "false",
    ]
    assert told(site, cast.learner) == ["reaction", "reaction"]
    own = read(site, cast.learner, post)
    assert not own.css("#reactions button")
    assert texts(own, "#reactions .reaction-who")[0] == "Thanks: Piet Claes and Cora Janssens"
    react(site, cast.peer, post, on="0")
    react(site, cast.peer, post)
    assert told(site, cast.learner) == ["reaction", "reaction"], "switching on and off tells once"
    french = site.client(cast.peer).get(post, headers={"Accept-Language": "fr"})
    assert words(see(french), "#reactions").startswith("Merci Moi aussi Je vais essayer Merci : ")


def test_a_press_by_a_script_brings_back_the_part_that_it_changes(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    client = site.client(site.cast.peer)
    form = {"kind": "same-here", "on": "1"}
    part = see(client.post(f"{post}/reactions", data=form, headers=HTMX))
    assert part.css_first("body > #reactions") and not part.css("h1")
    assert words(part, "#reactions").endswith("Same here: you")
    assert client.post(f"{post}/reactions", data=form).headers["location"] == f"{post}#reactions"


@pytest.mark.parametrize(
    "form", [{}, {"kind": "thanks"}, {"kind": "love", "on": "1"}, {"kind": "thanks", "on": "2"}]
)
def test_a_press_that_says_nothing_is_refused(site: Site, form: dict[str, str]) -> None:
    post = reflect(site, site.cast.learner)
    see(act(site, site.cast.peer, post, "reactions", **form), 422)
    with site.db() as db:
        assert not db.scalars(select(Reaction)).all()


def test_of_many_who_say_the_same_a_few_are_named(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    with site.db() as db:
        row = db.scalars(select(Post)).one()
        people = crowd(db, [f"Reader {number}" for number in range(9)], site.cast.cohort)
        db.add_all(Reaction(post_id=row.id, person_id=person.id, kind="thanks") for person in people)
    react(site, site.cast.peer, post)
    names = "Reader 0, Reader 1, Reader 2, Reader 3, you and others"
    assert texts(read(site, site.cast.peer, post), ".reaction-who") == [f"Thanks: {names}"]


def test_an_answer_can_be_thanked_by_whoever_reads_it(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, visibility="public")
    first = answered(site, cast.peer, post)
    feedback = answered(site, cast.coach, post, audience="coaches")
    react(site, cast.learner, first)
    react(site, cast.learner, feedback)
    see(act(site, cast.learner, first, "reactions", kind="will-try", on="1"), 422)
    see(act(site, cast.peer, first, "reactions", kind="thanks", on="1"), 404)
    see(act(site, cast.peer, feedback, "reactions", kind="thanks", on="1"), 404)
    assert texts(read(site, cast.peer, post), ".comment .reaction-who") == ["Thanks: Lena Maes"]
    assert told(site, cast.peer) == told(site, cast.coach) == ["reaction"]
    with site.db() as db:
        verbs = db.scalars(select(Event.verb).where(Event.verb == "reacted")).all()
    assert len(verbs) == 2


def test_the_web_sees_no_names_and_a_private_post_no_reactions(site: Site) -> None:
    post = reflect(site, site.cast.learner, visibility="public")
    react(site, site.cast.peer, post)
    react(site, site.cast.learner, answered(site, site.cast.coach, post, audience="readers"))
    page = read(site, None, post)
    assert not page.css(".reaction, .reaction-who") and "Piet" not in page.html
    private = reflect(site, site.cast.learner, visibility="private")
    assert not read(site, site.cast.learner, private).css("#reactions")
    see(act(site, site.cast.learner, private, "reactions", kind="thanks", on="1"), 404)


# Mentions


def test_naming_somebody_links_to_them_and_tells_them(site: Site) -> None:
    post = reflect(
        site, site.cast.learner, body="As @piet-claes said, @nobody-here. `@cora-janssens` x@cora-janssens.be"
    )
    page = read(site, site.cast.peer, post)
    assert [a.attributes["href"] for a in page.css(".post .prose a")] == ["/journals/piet-claes"]
    assert told(site, site.cast.peer) == ["mention"]
    assert told(site, site.cast.coach) == []


@pytest.mark.parametrize(
    ("visibility", "who"),
    [("private", ""), ("coaches", "coach"), ("cohort", "coach peer"), ("members", "coach peer stranger")],
)
def test_only_who_may_read_a_text_hears_that_they_are_named_in_it(
    site: Site, visibility: str, who: str
) -> None:
    body = "@cora-janssens @piet-claes @stien-vos @lena-maes"
    post = reflect(site, site.cast.learner, body=body, visibility=visibility)
    assert heard(site) == set(who.split())
    if visibility in ("cohort", "members"):
        answered(site, site.cast.coach, post, body="@stien-vos and @piet-claes, look", audience="coaches")
        assert told(site, site.cast.peer) == ["mention"]


def heard(site: Site) -> set[str]:
    names = ("learner", "peer", "coach", "other_learner", "other_coach", "loner", "stranger", "organizer")
    return {name for name in names if told(site, getattr(site.cast, name))}


def test_an_edit_tells_only_who_is_newly_named(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, body="@piet-claes", visibility="cohort")
    with site.db() as db:
        db.execute(Notice.__table__.delete())
    client = site.client(cast.learner)

    def change(body: str, visibility: str = "cohort") -> None:
        page = see(client.get(f"{post}/edit"))
        form = {name: value(page, name) for name in ("once", "window", "version", "title")}
        form |= {"body": body, "visibility": visibility, "action": "publish"}
        see(client.post(f"{post}/edit", data=form), 303)

    change("@piet-claes and @cora-janssens")
    assert heard(site) == {"coach"}
    change("@piet-claes and @cora-janssens and @stien-vos")
    assert heard(site) == {"coach"}
    change("@piet-claes and @cora-janssens and @stien-vos", "members")
    assert heard(site) == {"coach", "peer", "stranger"}, "who may read it only now hears of it now"
    first = answered(site, cast.peer, post, body="Hm.")
    for body in ("Ask @lou-martin.", "Ask @lou-martin first."):
        see(act(site, cast.peer, first, "edit", body=body), 303)
    assert told(site, cast.loner) == ["mention"]


def test_a_text_tells_ten_people_at_most(site: Site) -> None:
    with site.db() as db:
        people = crowd(db, [f"Reader {number}" for number in range(12)], site.cast.cohort)
    body = " ".join(f"@{person.handle}" for person in people)
    post = reflect(site, site.cast.learner, body=body)
    assert len(read(site, site.cast.peer, post).css(".post .prose a")) == 12
    assert sum(bool(told(site, person)) for person in people) == 10


def test_the_people_of_the_circle_are_offered_and_put_in_without_a_script(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    for url in (post, "/programmes/demo-programme/first/reflect", f"/posts/new?ask={cast.cohort.public_id}"):
        page = read(site, cast.peer, url)
        assert texts(page, ".names li")[:2] == ["Cora Janssens @cora-janssens", "Lena Maes @lena-maes"]
    page = see(answer(site, cast.peer, post, body="Ask", mention="cora-janssens"))
    assert value(page, "body") == "Ask @cora-janssens " and not page.css(".error-summary")
    page = see(answer(site, cast.peer, post, body="", mention='"><script>'))
    assert value(page, "body") == ""
    first = answered(site, cast.peer, post)
    page = see(act(site, cast.peer, first, "edit", body="Ask", mention="cora-janssens"))
    assert value(page, "body") == "Ask @cora-janssens "
    url = "/programmes/demo-programme/first/reflect"
    page = see(site.client(cast.peer).post(url, data={"body": "Ask", "mention": "lena-maes"}))
    assert value(page, "body") == "Ask @lena-maes "
    hidden = read(site, cast.learner, reflect(site, cast.learner, visibility="coaches"))
    assert texts(hidden, ".names li") == ["Cora Janssens @cora-janssens"]
    away = reflect(site, cast.learner, visibility="public")
    assert texts(read(site, cast.stranger, away), ".names li") == ["Lena Maes @lena-maes"]


# Questions


def test_a_question_goes_to_the_group_and_its_coaches_hear_of_it(site: Site) -> None:
    cast = site.cast
    group = f"/cohorts/{cast.cohort.public_id}"
    client = site.client(cast.learner)
    link = see(client.get(group)).css_first("a[href^='/posts/new?ask=']").attributes["href"] or ""
    page = see(client.get(link))
    assert words(page, "h1") == "Ask your group"
    choices = [node.attributes["value"] for node in page.css("[name=visibility]")]
    assert (choices, value(page, "visibility")) == (["coaches", "cohort", "members"], "cohort")
    for visibility in ("private", "public"):
        form = {"body": "Psst", "visibility": visibility, "action": "publish"}
        see(client.post(link, data=form), 422)
    post = ask(site, cast.learner)
    assert told(site, cast.coach) == ["question"] and told(site, cast.peer) == []
    stream = read(site, cast.peer, group)
    assert words(stream, ".post .badge") == "Question"
    assert words(read(site, cast.peer, post), "#answers") == "Answers to this question"
    see(site.client(cast.coach).get(link), 404)
    see(site.client(cast.other_learner).get(link), 404)


def test_a_draft_of_a_question_stays_one(site: Site) -> None:
    post = ask(site, site.cast.learner, action="draft")
    assert told(site, site.cast.coach) == []
    client = site.client(site.cast.learner)
    page = see(client.get(post))
    assert words(page, "h1") == "Ask your group"
    form = {name: value(page, name) for name in ("once", "window", "version", "title", "body", "visibility")}
    done = client.post(post, data={**form, "action": "publish"})
    page = see(client.get(done.headers["location"]))
    assert "Your question is asked." in words(page, ".flash")
    assert told(site, site.cast.coach) == ["question"]


def test_who_asked_and_a_coach_accept_one_answer(site: Site) -> None:
    cast = site.cast
    post = ask(site, cast.learner)
    first, second = (answered(site, cast.peer, post, body=body) for body in ("Red.", "Blue."))
    below = str(reply(site, cast.learner, second, "Where?").headers["location"])
    aside = answered(site, cast.coach, post, body="Psst.", audience="coaches")
    assert read(site, cast.peer, post).css_first("form[action$='/accept']") is None
    for person, to in ((cast.peer, first), (cast.learner, below), (cast.learner, aside)):
        see(act(site, person, to, "accept", accepted="1"), 404)
    see(act(site, cast.learner, first, "accept"), 422)
    for _ in range(2):
        see(act(site, cast.learner, first, "accept", accepted="1"), 303)
    see(act(site, cast.coach, second, "accept", accepted="1"), 303)
    page = read(site, cast.peer, post)
    assert bodies(page) == ["Blue.", "Where?", "Red."]
    assert len(page.css(".is-accepted")) == 1 and words(page, ".post-head .badge") == "Answered"
    assert told(site, cast.peer, "accepted") == ["accepted", "accepted"]
    see(act(site, cast.peer, second, "delete"), 303)
    assert words(read(site, cast.learner, post), ".post-head .badge") == "Question"
    see(act(site, cast.learner, first, "accept", accepted="1"), 303)
    see(act(site, cast.peer, second, "restore"), 303)
    page = read(site, cast.learner, post)
    assert bodies(page) == ["Red.", "Psst.", "Blue.", "Where?"] or bodies(page)[0] == "Red."
    see(act(site, cast.learner, first, "accept", accepted="0"), 303)
    assert words(read(site, cast.learner, post), ".post-head .badge") == "Question"


def test_what_is_no_question_accepts_no_answer(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    first = answered(site, site.cast.peer, post)
    see(act(site, site.cast.learner, first, "accept", accepted="1"), 404)


def test_a_question_to_the_coaches_accepts_what_they_say(site: Site) -> None:
    post = ask(site, site.cast.learner, visibility="coaches")
    first = answered(site, site.cast.coach, post, body="Yes.", audience="coaches")
    see(act(site, site.cast.learner, first, "accept", accepted="1"), 303)
    page = read(site, site.cast.learner, post)
    assert words(page, ".post-head .badge") == "Answered" and page.css(".is-accepted")
    with site.db() as db:
        db.execute(update(Post).values(visibility="cohort"))
    assert words(read(site, site.cast.peer, post), ".post-head .badge") == "Question"


def test_questions_are_found_later(site: Site) -> None:
    cast = site.cast
    url = f"/cohorts/{cast.cohort.public_id}/questions"
    empty = read(site, cast.peer, url)
    assert "Nobody has asked anything yet" in words(empty)
    assert empty.css_first("a[href^='/posts/new?ask=']")
    reflect(site, cast.learner, title="No question")
    solved = ask(site, cast.learner, title="Solved")
    ask(site, cast.learner, title="Waiting")
    ask(site, cast.learner, title="For the coach", visibility="coaches")
    first = answered(site, cast.peer, solved)
    see(act(site, cast.learner, first, "accept", accepted="1"), 303)
    for person, query, found in (
        (cast.peer, "", ["Waiting", "Solved"]),
        (cast.peer, "?show=open", ["Waiting"]),
        (cast.peer, "?show=answered", ["Solved"]),
        (cast.peer, "?show=nonsense", ["Waiting", "Solved"]),
        (cast.coach, "?show=open", ["For the coach", "Waiting"]),
    ):
        assert texts(read(site, person, url + query), ".post-title") == found
    for person in (cast.other_learner, cast.other_coach, cast.organizer):
        see(site.client(person).get(url), 404)


def test_questions_are_read_page_by_page_at_a_constant_price(site: Site) -> None:
    cast = site.cast
    counts = []
    for number in (25, 50):
        with site.db() as db:
            moments = [now() - timedelta(minutes=n) for n in range(number)]
            write_posts(db, enrolments_of(db, cast.cohort), moments)
            db.execute(update(Post).values(is_question=True))
        client, found = site.client(cast.peer), 0
        url = f"/cohorts/{cast.cohort.public_id}/questions?show=open"
        with site.statements() as statements:
            page = see(client.get(url))
        counts.append(len(statements))
        while page:
            found += len(page.css(".post-title"))
            older = page.css_first(".pager [rel=next]")
            page = see(client.get(older.attributes["href"])) if older else None
        assert found % 25 == 0 and found >= number
    assert counts[0] == counts[1] <= 3


def test_talk_takes_as_many_statements_however_much_there_is(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    client, counts = site.client(cast.peer), []
    for number in (2, 4):
        with site.db() as db:
            people = crowd(db, [f"P{n}" for n in range(number)], cast.cohort)
        for person in people:
            react(site, person, post)
            first = answered(site, person, post, body=f"For @{cast.peer.handle}")
            see(reply(site, cast.peer, first), 303)
            react(site, cast.peer, first)
        with site.statements() as statements:
            see(client.get(post))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6

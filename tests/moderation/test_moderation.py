"""Reporting, hiding, appealing: each step by who may, told to whom it concerns, and gone for everyone else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.clock import now
from app.cohorts.services import add_coach, remove_coach
from app.events.models import MODERATION, Event
from app.journals.models import Comment, Post
from app.journals.pictures import Prepared
from app.journals.services import join_cohort, keep_picture
from app.moderation.models import Hiding, Report
from app.notices.models import Notice
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import answer, crowd, enrolments_of, reflect, write_posts
from tests.pages import see, words

THING = f"/programmes/{PROGRAMME}/first"
TO_COACHES = {"reason": "hurts", "words": "Read the last line.", "to": "coaches"}
TO_DESK = {**TO_COACHES, "to": "organizers"}


def reports(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/reports"


def read(site: Site, person: Person | None, url: str, status: int = 200) -> LexborHTMLParser:
    return see(site.client(person).get(url), status)


def send(site: Site, person: Person, url: str, status: int = 303, **form: str) -> LexborHTMLParser:
    return see(site.client(person).post(url, data=form), status)


def only_report(site: Site) -> str:
    with site.db() as db:
        return db.scalars(select(Report.public_id)).one()


def only_hiding(site: Site) -> str:
    with site.db() as db:
        return db.scalars(select(Hiding.public_id)).one()


def told(site: Site, person: Person) -> list[str]:
    """What somebody heard: the kind, and what happened."""
    with site.db() as db:
        heard = db.scalars(select(Notice).where(Notice.person_id == person.id).order_by(Notice.id))
        return [f"{notice.kind} {notice.once.partition(':')[0]}" for notice in heard]


def comment_of(site: Site, person: Person, post: str, **fields: str) -> str:
    """The address of an answer just given."""
    anchor = answer(site, person, post, **fields).headers["location"].partition("#answer-")[2]
    return f"{post}/answers/{anchor}"


def test_a_reader_reports_the_coach_hides_and_nobody_else_finds_it_any_more(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="Rude find", body="You fool.")
    with site.db() as db:
        row = db.scalars(select(Post)).one()
        picture = f"/pictures/{keep_picture(db, row, Prepared(b'picture', 4, 3))}"
        row.html += f'<img src="{picture}" alt="">'
    everywhere = {
        post: "Rude find",
        "/journals/lena-maes": "Rude find",
        f"/cohorts/{cast.cohort.public_id}": "Rude find",
        THING: "Rude find",
        f"{THING}/posts": "Rude find",
        "/": "Rude find",
    }
    for url, text in everywhere.items():
        assert text in words(read(site, cast.peer, url))
    page = read(site, cast.peer, f"{post}/report")
    assert "Cora Janssens, the coach of the group, gets your report." in words(page)
    send(site, cast.peer, f"{post}/report", **TO_COACHES)
    assert told(site, cast.coach) == ["report report"]
    assert told(site, cast.organizer) == told(site, cast.learner) == []
    page = words(read(site, cast.coach, reports(site)))
    for text in (
        "It hurts or threatens somebody",
        "Read the last line.",
        "Piet Claes",
        "Rude find",
        "You fool.",
    ):
        assert text in page
    assert "Rude find" not in words(read(site, cast.organizer, "/organize/reports"))

    url = f"{reports(site)}/{only_report(site)}"
    page = send(site, cast.coach, url, 422, action="hide")
    assert "Write a sentence for the writer" in words(page, ".error-summary")
    send(site, cast.coach, url, action="hide", reason="That is not kind.")
    for url in everywhere:
        if url == post:
            read(site, cast.peer, url, 404)
        else:
            assert "Rude find" not in words(read(site, cast.peer, url))
    assert site.client(cast.peer).get(picture).status_code == 404
    assert site.client(cast.coach).get(picture).status_code == 200

    assert told(site, cast.learner) == ["moderation hidden"]
    assert told(site, cast.peer) == ["moderation looked-at"]
    own = words(read(site, cast.learner, post), ".notice")
    assert "Cora Janssens, a coach, hid it" in own and "That is not kind." in own
    assert "Piet" not in own, "who reported it is not told to the writer"
    assert "hidden" in words(read(site, cast.coach, f"/cohorts/{cast.cohort.public_id}"), ".post")
    assert "No report waits" in words(read(site, cast.coach, reports(site)))


def test_what_was_done_stays_done_and_editing_shows_nothing_again(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, visibility="public")
    grid = f"/cohorts/{cast.cohort.public_id}/coach"
    assert "Lena Maes 1 1 post waits just now 0 / 3 reflection written" in words(read(site, cast.coach, grid))
    send(site, cast.coach, f"{post}/hide", reason="Not kind.")
    assert "Lena Maes just now 0 / 3 reflection written" in words(read(site, cast.coach, grid))
    assert "Nothing here" in words(read(site, cast.coach, f"{grid}/inbox"))
    form = {"title": "Better", "body": "Kind words.", "visibility": "public", "action": "publish"}
    see(site.client(cast.learner).post(f"{post}/edit", data=form), 303)
    read(site, cast.peer, post, 404)
    read(site, None, post, 404)
    see(site.client(cast.learner).post(f"{post}/delete"), 303)
    see(site.client(cast.learner).post(f"{post}/restore"), 303)
    read(site, cast.peer, post, 404)
    assert "Kind words." in words(read(site, cast.learner, post))


def test_the_organizers_decide_an_appeal_once_and_with_an_answer(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="My view", body="Sharp words.")
    send(site, cast.coach, f"{post}/hide", reason="Too sharp.")
    hiding = only_hiding(site)
    appeal = f"/organize/appeals/{hiding}"
    read(site, cast.organizer, appeal, 404)
    page = read(site, cast.learner, f"{post}/appeal")
    assert "with your words you hand them a copy" in words(page)
    send(site, cast.learner, f"{post}/appeal", 422, words="")
    send(site, cast.learner, f"{post}/appeal", words="It was a quotation.")
    send(site, cast.learner, f"{post}/appeal", words="Once more.")
    assert told(site, cast.organizer) == told(site, cast.administrator) == ["report appeal"]
    page = words(read(site, cast.organizer, appeal))
    for text in ("Too sharp.", "It was a quotation.", "My view", "Sharp words.", "Riverside Library"):
        assert text in page
    assert "Once more." not in page
    for person in (cast.coach, cast.peer, cast.learner):
        read(site, person, appeal, 404)
        send(site, person, appeal, 404, decision="shown", answer="Yes.")
    send(site, cast.organizer, appeal, 422, decision="shown")
    send(site, cast.organizer, appeal, decision="kept", answer="Mark it as a quotation.")
    send(site, cast.administrator, appeal, 404, decision="shown", answer="Yes.")
    read(site, cast.peer, post, 404)
    own = words(read(site, cast.learner, post))
    assert "it stays hidden: Mark it as a quotation." in own and "Ask the organizers" not in own
    assert told(site, cast.learner) == ["moderation hidden", "moderation decided"]
    assert told(site, cast.coach) == ["moderation decided"]
    send(site, cast.coach, f"/cohorts/{cast.cohort.public_id}/coach/hidings/{hiding}/lift", 404)


def test_a_granted_appeal_shows_the_text_again_and_the_writer_reads_why(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    comment = comment_of(site, cast.peer, post, body="Nonsense, really.")
    send(site, cast.coach, f"{comment}/hide", reason="Too sharp.")
    assert "Nonsense" not in words(read(site, cast.learner, post)), "the writer of the post neither"
    assert "one answer" not in words(read(site, cast.learner, "/journals/lena-maes"))
    assert "Nonsense" in words(read(site, cast.peer, post))
    assert "Nonsense" in words(read(site, cast.coach, post))
    send(site, cast.peer, f"{comment}/appeal", words="It was a joke.")
    send(
        site,
        cast.organizer,
        f"/organize/appeals/{only_hiding(site)}",
        decision="shown",
        answer="A joke it is.",
    )
    assert "Nonsense" in words(read(site, cast.learner, post))
    assert "it is shown again: A joke it is." in words(read(site, cast.peer, f"{comment}/appeal"))
    read(site, cast.learner, f"{comment}/appeal", 404)


def test_a_coach_shows_again_what_coaches_hid_and_nothing_that_organizers_hid(site: Site) -> None:
    cast = site.cast
    first, second = (reflect(site, cast.learner, visibility="members") for _ in range(2))
    send(site, cast.coach, f"{first}/hide", reason="A mistake.")
    lift = read(site, cast.coach, first).css_first("form[action$=lift]").attributes["action"] or ""
    send(site, cast.other_coach, lift, 404)
    send(site, cast.coach, lift)
    read(site, cast.stranger, first)
    assert told(site, cast.learner) == ["moderation hidden", "moderation shown"]

    send(site, cast.organizer, f"{second}/hide", reason="Against the rules of the house.")
    read(site, cast.organizer, second, 404)
    page = read(site, cast.coach, second)
    assert "Omar Idrissi, an organizer, hid it" in words(page)
    assert page.css_first("form[action$=lift]") is None
    desk = read(site, cast.administrator, "/organize/reports")
    assert "Against the rules" in words(desk)
    send(site, cast.administrator, desk.css_first("form[action$=lift]").attributes["action"] or "")
    read(site, cast.stranger, second)


def test_what_a_coach_wrote_is_reported_to_the_organizers_who_get_a_copy(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner)
    comment = comment_of(site, cast.coach, post, body="That is **stupid**.", audience="coaches")
    page = words(read(site, cast.learner, f"{comment}/report"))
    assert "The organizers get your report." in page and "you hand them a copy" in page
    send(site, cast.learner, f"{comment}/report", **TO_DESK)
    assert told(site, cast.coach) == []
    desk = read(site, cast.organizer, "/organize/reports")
    assert "That is stupid" in words(desk) and "Lena Maes" in words(desk)
    assert "That is" not in words(read(site, cast.coach, reports(site)))
    send(
        site, cast.organizer, f"/organize/reports/{only_report(site)}", action="hide", reason="Not like this."
    )
    assert "That is stupid" not in words(read(site, cast.learner, post))
    assert "Not like this." in words(read(site, cast.coach, post))


def test_where_there_is_no_coach_the_organizers_look(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.loner, visibility="members", title="Alone", body="Buy this.")
    send(site, cast.peer, f"{post}/report", **TO_DESK)
    report = f"/organize/reports/{only_report(site)}"
    assert "Buy this." in words(read(site, cast.organizer, report))
    send(site, cast.organizer, report, action="fine")
    assert told(site, cast.peer) == ["moderation looked-at"]
    read(site, cast.stranger, post)
    assert "Somebody looked at it, and it stays." in words(read(site, cast.peer, f"{post}/report"))
    send(site, cast.peer, f"{post}/report", **TO_DESK)
    assert told(site, cast.organizer) == ["report report"], "one person reports a text once"


def test_nobody_hands_over_a_copy_that_they_were_not_told_of(site: Site) -> None:
    """The coach is gone between the page and the button."""
    cast = site.cast
    post = reflect(site, cast.learner)
    with site.db() as db:
        remove_coach(db, cast.cohort, cast.coach.id, actor_id=cast.organizer.id)
    page = send(site, cast.peer, f"{post}/report", 409, **TO_COACHES)
    assert "you hand them a copy" in words(page) and "Read the last line." in words(page)
    with site.db() as db:
        assert db.scalars(select(Report)).all() == []
    send(site, cast.peer, f"{post}/report", **TO_DESK)


def test_reports_wait_for_a_coach_where_the_last_one_left(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="Mine")
    send(site, cast.peer, f"{post}/report", **TO_COACHES)
    with site.db() as db:
        remove_coach(db, cast.cohort, cast.coach.id, actor_id=cast.organizer.id)
    desk = words(read(site, cast.organizer, "/organize/reports"))
    assert "1 report waits for a coach of Riverside Library, which has none now." in desk
    assert "Mine" not in desk and "Lena" not in desk
    read(site, cast.coach, reports(site), 404)
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_coach.id, actor_id=cast.organizer.id)
    assert "Mine" in words(read(site, cast.other_coach, reports(site)))


def test_a_report_follows_the_post_into_another_group(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="Mine")
    send(site, cast.peer, f"{post}/report", **TO_COACHES)
    with site.db() as db:
        join_cohort(db, cast.learner.id, cast.other_cohort)
    assert "No report waits" in words(read(site, cast.coach, reports(site)))
    send(site, cast.coach, f"{reports(site)}/{only_report(site)}", 404, action="fine")
    theirs = f"/cohorts/{cast.other_cohort.public_id}/coach/reports"
    assert "Mine" in words(read(site, cast.other_coach, theirs))


@pytest.mark.parametrize("gone", ["deleted", "private"])
def test_a_text_that_is_gone_meanwhile_is_shown_as_such(site: Site, gone: str) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="Mine")
    send(site, cast.peer, f"{post}/report", **TO_COACHES)
    with site.db() as db:
        found = db.scalars(select(Post)).one()
        name, changed = ("deleted_at", now()) if gone == "deleted" else ("visibility", "private")
        setattr(found, name, changed)
    report = f"{reports(site)}/{only_report(site)}"
    page = words(read(site, cast.coach, report))
    assert "The text is gone" in page and "Mine" not in page
    assert ("deleted meanwhile" in page) == (gone == "deleted")
    page = send(site, cast.coach, report, 409, action="hide", reason="Anyway.")
    assert "there is nothing to hide" in words(page)
    send(site, cast.coach, report, action="fine")


def test_a_coach_hides_in_their_own_group_alone_and_no_other_coach(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        add_coach(db, cast.cohort, cast.stranger.id, actor_id=cast.organizer.id)
    post = reflect(site, cast.learner, visibility="members")
    others = reflect(site, cast.other_learner, visibility="members")
    comment = comment_of(site, cast.stranger, post)
    elsewhere = comment_of(site, cast.learner, others)
    for url in (others, elsewhere, comment):
        assert f"{url}/hide" not in (read(site, cast.coach, url.partition("/answers")[0]).html or "")
        read(site, cast.coach, f"{url}/hide", 404)
        send(site, cast.coach, f"{url}/hide", 404, reason="Mine to say.")
        read(site, cast.coach, f"{url}/report")
    assert f"{post}/hide" in (read(site, cast.coach, post).html or "")
    send(site, cast.coach, f"{post}/hide", reason="Not kind.")


def test_a_report_says_what_it_is_about(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    page = send(site, site.cast.peer, f"{post}/report", 422, to="coaches")
    assert page.css_first("#f-reason-group-error") is not None
    page = send(site, site.cast.peer, f"{post}/report", 422, to="coaches", reason="other")
    assert "Say in a sentence what it is." in words(page, "#f-words-error")
    assert site.client(site.cast.peer).post(f"{post}/report", data={"reason": "hurts"}).status_code == 422


def test_the_log_tells_every_step_and_no_word_of_a_text(site: Site) -> None:
    cast = site.cast
    post = reflect(site, cast.learner, title="Rude find", body="You fool.")
    send(site, cast.peer, f"{post}/report", **TO_COACHES)
    send(site, cast.coach, f"{reports(site)}/{only_report(site)}", action="hide", reason="Not kind.")
    send(site, cast.learner, f"{post}/appeal", words="A quotation.")
    appeal = f"/organize/appeals/{only_hiding(site)}"
    send(site, cast.organizer, appeal, decision="shown", answer="It is.")
    page = read(site, cast.administrator, "/organize/log")
    assert [" ".join(line.text(separator=" ").split()[:-4]) for line in page.css("ol.rows li")] == [
        "Omar Idrissi decided that a hidden post is shown again Riverside Library",
        "The writer of a hidden post asked the organizers to look again Riverside Library",
        "Cora Janssens hid a post as coach Riverside Library",
        "A reader reported a post to the coaches Riverside Library",
    ]
    for text in ("Rude", "fool", "kind", "quotation", "Lena", "Piet", "last line"):
        assert text not in words(page)
    with site.db() as db:
        kept = str([event.data for event in db.scalars(select(Event).where(Event.object_type == MODERATION))])
    assert not [text for text in ("Rude", "fool", "kind", "quotation") if text in kept]
    read(site, cast.coach, "/organize/log", 404)


def test_the_log_goes_on_page_by_page_and_nothing_costs_more_for_twice_as_much(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        readers = crowd(db, [f"Reader {n}" for n in range(24)], cast.cohort)
    pages = (reports(site), "/organize/reports", "/organize/log")
    clients = (site.client(cast.coach), site.client(cast.organizer), site.client(cast.organizer))
    counts: list[int] = []
    for number in range(2):
        with site.db() as db:
            at = [now() - timedelta(minutes=n) for n in range(12)]
            posts = write_posts(db, enrolments_of(db, cast.cohort)[:1], at, visibility="members")
            urls = [f"/journals/{cast.learner.handle}/{post.public_id}" for post in posts]
        for reader, url in zip(readers[number * 12 :], urls, strict=False):
            send(site, reader, f"{url}/report", **TO_COACHES)
        for url in urls[:4]:
            send(site, cast.organizer, f"{url}/hide", reason="Not kind.")
            send(site, cast.learner, f"{url}/appeal", words="It is.")
        answered = [comment_of(site, reader, urls[11]) for reader in readers[:4]]
        send(site, cast.coach, f"{answered[0]}/hide", reason="Not kind.")
        for client, page in zip((*clients, clients[0]), (*pages, urls[11]), strict=True):
            with site.statements() as statements:
                see(client.get(page))
            counts.append(len(statements))
    assert counts[:4] == counts[4:]
    assert max(counts) <= 8
    page = see(clients[2].get("/organize/log"))
    assert len(page.css("ol.rows li")) == 42
    with site.db() as db:
        comments = db.scalars(select(Comment.id).where(Comment.hidden_at.is_not(None))).all()
    assert len(comments) == 2

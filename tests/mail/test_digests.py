"""Mail about what happened: at once or in digests, never more than was agreed, nothing that one may not see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from httpx2 import Response
from sqlalchemy import delete, select, update
from starlette.testclient import TestClient

from app.background import SCHEDULES, make_worker
from app.clock import now, set_to
from app.jobs.models import Job
from app.jobs.schedules import fire_due
from app.journals.digests import MAIL_DIGESTS, mail_digests
from app.journals.letters import MOST_TOLD
from app.journals.models import Reaction
from app.notices.models import AT_ONCE, DIRECT, POSTS, Frequency, Kind, Notice, NoticeMail
from app.notices.queries import choices_of
from app.notices.services import choose, tell
from app.notices.unsubscribing import Unwanted, unsubscribe_token
from app.people.models import Person
from tests.account.test_notices import (
    OF_POSTS,
    leave,
    make_it_feedback,
    narrow,
    post_at,
    take_the_answer_back,
    tell_of,
)
from tests.conftest import BASE_URL, Site
from tests.deeds import answer, enrolments_of, reflect, write_posts
from tests.mail.letters import html_of, text_of, told
from tests.pages import see, words
from tests.security.crawl import Seen
from tests.security.test_xss import MARKDOWN, SCRIPTS, attacks

ZONE = ZoneInfo("Europe/Brussels")
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 6, 0, 5, tzinfo=UTC)
LENA, PIET = "lena@example.org", "piet@example.org"


@pytest.fixture(autouse=True)
def confirmed(site: Site) -> Iterator[None]:
    """Everyone has shown that their address is theirs; it is Friday."""
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    with set_to(FRIDAY):
        yield


def morning(site: Site, at: datetime = MONDAY) -> list[EmailMessage]:
    """The letters of the digests at that moment."""
    with set_to(at):
        with site.db() as db:
            MAIL_DIGESTS.later(db)
        return site.mail()


def wants(site: Site, person: Person, frequency: Frequency, *kinds: str) -> None:
    with site.db() as db:
        choose(db, person.id, dict.fromkeys(kinds or choices_of(db, person.id), frequency))


def only(letters: list[EmailMessage], address: str) -> list[EmailMessage]:
    return [letter for letter in letters if letter["To"].addresses[0].addr_spec == address]


def test_a_direct_answer_is_mailed_at_once_with_its_text(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="My playlist")
    answer(site, site.cast.peer, post, body="Try **this** [one](/programmes).\n\n" + "and so on " * 20)
    (letter,) = site.mail()
    assert told([letter]) == [(LENA, "Piet Claes answered you")]
    text = text_of(letter)
    assert f"Piet Claes answered your post “My playlist”\n{BASE_URL}{post}#answer-" in text
    assert "\n> Try **this** [one](/programmes).\n>\n> and so on" in text
    assert max(len(line) for line in text.splitlines() if BASE_URL not in line) <= 72
    html = html_of(letter)
    assert "<strong>this</strong>" in html and f'href="{BASE_URL}/programmes"' in html
    assert f"{BASE_URL}/account/notices" in text and f"{BASE_URL}/account/notices" in html
    assert only(site.mail() + morning(site), LENA) == [], "and never again"


def test_nobody_is_written_to_at_an_address_that_may_not_be_theirs(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).email_verified_at = None
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    tell_of(site, site.cast.learner, Kind.MENTION, post)
    assert only(site.mail() + morning(site), LENA) == []


def test_an_answer_that_is_taken_back_is_not_mailed(site: Site) -> None:
    answer(site, site.cast.peer, reflect(site, site.cast.learner))
    take_the_answer_back(site, "")
    assert site.mail() == []
    with pytest.raises(ZeroDivisionError), site.db() as db:
        tell(db, site.cast.learner.id, Kind.ANSWER, once="undone")
        1 / 0  # noqa: B018
    with site.db() as db:
        assert db.scalars(select(Job)).all() == []


def test_the_weekly_digest_has_what_happened_with_its_text(site: Site) -> None:
    wants(site, site.cast.learner, Frequency.WEEKLY, "answer")
    post = reflect(site, site.cast.learner, title="My playlist")
    answer(site, site.cast.peer, post, body="Three more.")
    for number, name in enumerate(("peer", "coach", "other_coach")):
        with site.db() as db:
            about = {"post_id": post_at(db, post).id, "actor_id": getattr(site.cast, name).id}
            db.add(Reaction(post_id=about["post_id"], person_id=about["actor_id"], kind="will-try"))
            db.flush()
            tell(db, site.cast.learner.id, Kind.REACTION, once=f"reaction {number}", **about)
    other = reflect(site, site.cast.peer, title="A find", body="A map of bees.")
    hidden = reflect(site, site.cast.peer, title="Kumquat", visibility="private")
    assert only(site.mail(), LENA) == []
    letters = morning(site)
    (letter,) = only(letters, LENA)
    text = text_of(letter)
    assert letter["Subject"] == "What is new for you"
    assert "answered your post “My playlist”" in text and "> Three more." in text
    reacted = "Piet Claes, Cora Janssens and Oda Willems say “I’ll try this” about “My playlist”"
    assert reacted in " ".join(text.split())
    assert text.index("Three more") < text.index("New in your groups") < text.index("Piet Claes: “A find”")
    assert f"{BASE_URL}{other}" in text and "> A map of bees." in text and "Kumquat" not in text
    assert hidden not in text and "My playlist" not in text.partition("New in your groups")[2]
    assert Counter(to for to, _ in told(letters))[LENA] == 1
    assert morning(site) == [] and only(morning(site, MONDAY + timedelta(days=1)), LENA) == []
    assert only(morning(site, MONDAY + timedelta(days=7)), LENA) == [], "nothing is no mail"


def test_one_digest_for_each_person_and_day_whoever_looks(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    tell_of(site, site.cast.learner, Kind.MENTION, post)
    workers = [make_worker(site.app.state.settings, site.database) for _ in range(2)]
    for moment in (FRIDAY, MONDAY, MONDAY, MONDAY + timedelta(minutes=1)):
        with set_to(moment):
            for worker in workers:
                fire_due(site.database, SCHEDULES, ZONE)
                worker.run_due()
    with set_to(MONDAY + timedelta(hours=2)), site.db() as db:
        MAIL_DIGESTS.later(db, day="2026-11-30")
        MAIL_DIGESTS.later(db)
    assert Counter(to for to, _ in told(site.mail())) == {LENA: 1, PIET: 1, "cora@example.org": 1}


@pytest.mark.parametrize("change", [narrow, leave, take_the_answer_back, make_it_feedback])
def test_what_one_may_no_longer_see_when_it_is_sent_is_left_out(site: Site, change) -> None:
    post = reflect(site, site.cast.learner, title="Kumquat")
    answer(site, site.cast.coach, post, body="Kumquat answer")
    tell_of(site, site.cast.peer, Kind.MENTION, post)
    with set_to(MONDAY):
        collect(site)
        change(site, post)
        letters = only(site.mail(), PIET)
    if change in (take_the_answer_back, make_it_feedback):
        assert "Kumquat answer" not in str(letters[0]) and "mentioned" not in text_of(letters[0])
    else:
        assert letters == []


def collect(site: Site) -> None:
    """The digests are written, and lie in the outbox."""
    with site.db() as db:
        mail_digests(db, zone=ZONE)


def test_a_digest_that_is_no_longer_wanted_when_it_is_sent_is_not(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    tell_of(site, site.cast.peer, Kind.MENTION, post)
    with set_to(MONDAY):
        collect(site)
        token = unsubscribe_token(
            site.app.state.settings.secret(), Unwanted(site.cast.peer.public_id, "digest")
        )
        assert site.client().post(f"/unsubscribe?token={token}").status_code == 200
        assert only(site.mail(), PIET) == []


def test_it_speaks_the_language_of_its_reader(site: Site) -> None:
    post = reflect(site, site.cast.learner, title="My playlist")
    for role in ("learner", "peer"):
        tell_of(site, getattr(site.cast, role), Kind.MENTION, post)
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).language = "nl"
    with set_to(FRIDAY + timedelta(hours=2)):
        with set_to(FRIDAY):
            client = site.client(site.cast.peer)
        client.get("/", headers={"Accept-Language": "fr-BE"})
    letters = morning(site)
    (dutch,), (french,) = only(letters, LENA), only(letters, PIET)
    assert (dutch["Content-Language"], french["Content-Language"]) == ("nl", "fr")
    assert "Piet Claes noemde je bij “My playlist”" in text_of(dutch)
    assert "Cora Janssens vous a mentionné" in text_of(french) and french["Subject"].startswith(
        "Ce qu’il y a"
    )


def test_nobody_gets_more_than_two_mails_a_week_but_for_direct_answers(site: Site) -> None:
    """Three weeks in which everything happens all the time, to people who want to hear of it in every way."""
    cast = site.cast
    for person, frequency in ((cast.learner, Frequency.AT_ONCE), (cast.peer, Frequency.DAILY)):
        wants(site, person, frequency, *Kind)
    wants(site, cast.coach, Frequency.WEEKLY)
    wants(site, cast.stranger, Frequency.NEVER)
    wants(site, cast.loner, Frequency.AT_ONCE, Kind.MENTION)
    wants(site, cast.loner, Frequency.DAILY, Kind.REACTION, Kind.REPLY)
    people = [cast.learner, cast.peer, cast.coach, cast.stranger, cast.loner]
    with site.db() as db:
        post = post_at(db, reflect(site, cast.other_learner, visibility="public", title="Everywhere"))
        about = {"post_id": post.id, "actor_id": cast.other_coach.id}
        db.add(Reaction(post_id=post.id, person_id=cast.other_coach.id, kind="thanks"))
    sent: dict[str, list[datetime]] = {person.email or "": [] for person in people}
    direct = Counter[str]()
    worker = make_worker(site.app.state.settings, site.database)
    for hour in range(6, 21 * 24, 31):
        with set_to(FRIDAY + timedelta(hours=hour)):
            with site.db() as db:
                for person, kind in product(people, OF_POSTS):
                    if kind not in DIRECT or hour % 2 == 0:
                        tell(db, person.id, kind, once=f"{kind} {hour}", **about)
                write_posts(db, enrolments_of(db, cast.cohort), [now()])
            fire_due(site.database, SCHEDULES, ZONE)
            worker.run_due()
            for to, subject in told(site.letters()):
                if subject.endswith(("answered you", "replied to you", "look at something once more")):
                    direct[to] += 1
                elif to in sent:
                    sent[to].append(now())
    for moments in sent.values():
        for first in moments:
            assert sum(first <= other < first + timedelta(days=7) for other in moments) <= 2, moments
    counts = {address: len(moments) for address, moments in sent.items()}
    assert counts == {LENA: 6, PIET: 6, "cora@example.org": 5, "stien@example.org": 0, "lou@example.org": 6}
    assert set(direct) == {LENA, "lou@example.org"} and direct[LENA] > 6


def test_what_was_held_back_comes_with_the_next_digest(site: Site) -> None:
    wants(site, site.cast.learner, Frequency.AT_ONCE, "mention")
    wants(site, site.cast.learner, Frequency.NEVER, "posts")
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    for number in range(5):
        tell_of(site, site.cast.learner, Kind.MENTION, post, once=str(number))
    subjects = [subject for _, subject in told(only(site.mail(), LENA))]
    assert subjects == ["Piet Claes answered you"] + ["Piet Claes mentioned you"] * 2
    later = {day: only(morning(site, MONDAY + timedelta(days=day)), LENA) for day in range(6)}
    assert [day for day, letters in later.items() if letters] == [5], "a week after the first two"
    assert text_of(later[5][0]).count("mentioned you") == 3


def unsubscribing(letter: EmailMessage) -> str:
    """Its address, as a mail program reads it from the headers (RFC 8058)."""
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(rf"<({re.escape(BASE_URL)}/unsubscribe\?token=\S+)>", letter["List-Unsubscribe"])
    assert found and found[1] in text_of(letter) and found[1] in html_of(letter)
    return found[1].removeprefix(BASE_URL)


def one_click(client: TestClient, address: str) -> Response:
    foreign = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    response: Response = client.post(address, data={"List-Unsubscribe": "One-Click"}, headers=foreign)
    return response


def test_one_click_ends_such_mail_signed_out_and_from_elsewhere(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    answer(site, site.cast.peer, post)
    tell_of(site, site.cast.learner, Kind.MENTION, post)
    (at_once,), (digest,) = only(site.mail(), LENA), only(morning(site), LENA)
    stranger = site.client()
    in_digests = {*Kind, "posts"} - {"reply", "another_look", "message", "session", "soon"}
    in_digests = {*(kind for kind in (*Kind, POSTS) if kind not in AT_ONCE), "answer"}
    for letter, kinds in ((at_once, {"answer"}), (digest, in_digests)):
        address = unsubscribing(letter)
        assert "Stop this mail" in words(see(stranger.get(address)))
        with site.db() as db:
            before = choices_of(db, site.cast.learner.id)
        assert before["mention" if letter is digest else "answer"] != "never", "opening it changes nothing"
        for _ in range(2):
            assert "There will be no more mail about this." in words(see(one_click(stranger, address)))
        with site.db() as db:
            choices = choices_of(db, site.cast.learner.id)
        assert {kind for kind, frequency in choices.items() if frequency == "never"} == {
            str(kind) for kind in kinds
        }
    answer(site, site.cast.peer, post)
    tell_of(site, site.cast.learner, Kind.MENTION, post, once="again")
    assert only(site.mail() + morning(site, MONDAY + timedelta(days=7)), LENA) == []


def test_a_word_that_is_not_ours_ends_nothing_and_one_of_nobody_says_no_more(site: Site) -> None:
    client, secret = site.client(), site.app.state.settings.secret()
    good = unsubscribe_token(secret, Unwanted(site.cast.learner.public_id, "digest"))
    other = unsubscribe_token(secret, Unwanted(site.cast.peer.public_id, "digest")).rpartition(".")[2]
    for bad in (
        "",
        "x",
        good[:-1],
        good.replace("digest", "answer"),
        f"{good.rpartition('.')[0]}.{other}",
        "é.é.é",
    ):
        for ask in (client.get, client.post):
            assert "This link does not work" in words(see(ask("/unsubscribe", params={"token": bad}), 404))
    gone = unsubscribe_token(secret, Unwanted("nobodyathome", "digest"))
    pages = [client.post("/unsubscribe", params={"token": token}).text for token in (good, gone)]
    assert pages[0].replace(good, "") == pages[1].replace(gone, "")


def test_a_long_digest_says_that_there_is_more(site: Site) -> None:
    post = reflect(site, site.cast.learner)
    for number in range(MOST_TOLD + 1):
        tell_of(site, site.cast.learner, Kind.MENTION, post, once=str(number))
    (letter,) = only(morning(site), LENA)
    assert text_of(letter).count("mentioned you") == MOST_TOLD
    assert "There is more on your page of notices." in text_of(letter)


def test_what_people_write_runs_in_no_letter_and_writes_no_headers(site: Site) -> None:
    wants(site, site.cast.peer, Frequency.DAILY, "mention")
    header = "=?utf-8?q?x=0AReply-To=3A_e=40e.example=0A=0AYour_account_is_locked?="
    names = (*SCRIPTS, header, "Cora\u2028-- \u2028Dear Piet,")
    for day, name in enumerate(names, start=1):
        with site.db() as db:
            db.get_one(Person, site.cast.coach.id).name = name
        post = reflect(site, site.cast.learner, title=f"{name[:150]}\n\nDear Piet,", body=MARKDOWN)
        answer(site, site.cast.coach, post, body=MARKDOWN)
        tell_of(site, site.cast.peer, Kind.MENTION, post, once=post)
        letters = site.mail()
        with site.db() as db:
            db.execute(update(Notice).values(mail_id=None))
            db.execute(delete(NoticeMail))
        letters += morning(site, FRIDAY + timedelta(days=day))
        assert len(letters) >= 2
        for letter in letters:
            unstyled = re.sub(r' style="[^"]*"', "", html_of(letter))
            page = Response(200, headers={"content-type": "text/html"}, text=unstyled)
            assert not list(attacks(Seen("a letter", page))), unstyled
            assert not re.search(r"<(img|link|script)", unstyled)
            assert letter["Reply-To"] is None and letter["Bcc"] is None
            assert "\n\nDear Piet," not in text_of(letter) and text_of(letter).count("\n-- \n") == 1

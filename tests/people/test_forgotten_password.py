"""A new password by mail: for whoever has the address, once, and without telling who is here."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.jobs.models import Job
from app.mail.models import Mail
from app.mail.services import SEND
from app.people.mailed_links import mail_password_link
from app.people.models import Identity, LoginSession, Person, ResetLink
from app.people.queries import token_hash
from app.people.services import link_identity
from tests.cast import PASSWORD
from tests.conftest import Site
from tests.mail.letters import link_in, text_of, told
from tests.pages import see, words

NEW = "seven green umbrellas"
LENA, NOBODY = "lena@example.org", "nobody@example.org"


def ask(site: Site, email: str = LENA, client: TestClient | None = None):
    return (client or site.client()).post("/forgotten-password", data={"email": email})


def test_from_forgotten_to_signed_in_again(site: Site) -> None:
    elsewhere = site.client(site.cast.learner)
    client = site.client()
    answer = ask(site, " Lena@Example.org ", client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/forgotten-password/asked")
    assert "no mail server" in words(see(client.get("/forgotten-password/asked")))
    (letter,) = site.mail()
    assert told([letter]) == [(LENA, "Choose a new password")]
    link = link_in(letter)
    assert "For the account of Lena Maes" in words(see(client.get(link)))
    assert client.post(link, data={"password": NEW}).headers["location"] == "/sign-in"
    assert client.post("/sign-in", data={"email": LENA, "password": NEW}).status_code == 303
    assert elsewhere.get("/account").status_code == 303, "everywhere else one is signed out"
    assert site.client().post("/sign-in", data={"email": LENA, "password": PASSWORD}).status_code == 422
    assert told(site.mail()) == [(LENA, "Your password was changed")]


def test_opening_the_link_changes_nothing(site: Site) -> None:
    ask(site)
    link = link_in(site.mail()[0])
    for _ in range(3):
        see(site.client().get(link))
    assert site.client().post(link, data={"password": NEW}).status_code == 303


def test_the_link_works_once(site: Site) -> None:
    ask(site)
    link = link_in(site.mail()[0])
    assert site.client().post(link, data={"password": NEW}).status_code == 303
    see(site.client().get(link), 404)
    see(site.client().post(link, data={"password": "eight blue umbrellas"}), 404)
    assert site.client().post("/sign-in", data={"email": LENA, "password": NEW}).status_code == 303


def test_the_link_works_for_two_hours(site: Site) -> None:
    ask(site)
    link = link_in(site.mail()[0])
    with set_to(now() + timedelta(minutes=119)):
        see(site.client().get(link))
    with set_to(now() + timedelta(minutes=121)):
        see(site.client().get(link), 404)


def test_a_second_mail_leaves_the_first_link_alive_until_one_is_used(site: Site) -> None:
    """Mails overtake each other, and people open the older one."""
    ask(site)
    first = link_in(site.mail()[0])
    ask(site)
    second = link_in(site.mail()[0])
    assert first != second
    see(site.client().get(second))
    assert site.client().post(first, data={"password": NEW}).status_code == 303
    see(site.client().get(second), 404)


def test_asking_twice_before_the_mail_has_left_is_asking_once(site: Site) -> None:
    ask(site)
    ask(site, LENA.upper())
    assert told(site.mail()) == [(LENA, "Choose a new password")]


@pytest.mark.parametrize("email", ["", "x" * 300, "le\x00na@example.org"])
def test_an_address_that_cannot_be_is_told_kindly(site: Site, email: str) -> None:
    answer = ask(site, email)
    assert answer.status_code == 422 and 'id="f-email-error"' in answer.text
    assert site.mail() == []


# Who is here


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(site: Site) -> None:
    known, unknown = ask(site), ask(site, NOBODY)
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert comparable(known) == comparable(unknown)
    assert told(site.mail()) == [(LENA, "Choose a new password")]


def comparable(answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")}


def test_the_same_statements_run_whether_there_is_an_account_or_not(site: Site) -> None:
    """So that the time that it takes tells nothing either: nobody even looks."""
    seen = []
    ask(site, "somebody.else@example.org")
    for email in (LENA, NOBODY):
        with site.statements() as statements:
            ask(site, email)
        seen.append([re.sub(r"'[^']*'|\d+", "?", statement) for statement in statements])
        assert not any("person" in statement for statement in statements)
    assert seen[0] == seen[1]


def test_asking_is_limited_alike_for_known_and_unknown_addresses(site: Site) -> None:
    statuses = [[ask(site, email).status_code for _ in range(7)] for email in (LENA, NOBODY)]
    assert statuses[0] == statuses[1] == [303] * 5 + [429] * 2
    assert "many attempts" in ask(site).text
    with set_to(now() + timedelta(minutes=61)):
        assert ask(site).status_code == 303


def test_one_place_cannot_ask_for_everybody(site: Site) -> None:
    statuses = [ask(site, f"person{number}@example.org").status_code for number in range(61)]
    assert statuses == [303] * 60 + [429]


# What is kept


def test_no_table_holds_the_word_that_is_in_the_mail(site: Site) -> None:
    ask(site)
    token = link_in(site.mail()[0]).rpartition("/")[2]
    with site.db() as db:
        link = db.scalars(select(ResetLink)).one()
        assert link.token_hash == token_hash(token)
        rows = [repr(row) for table in (ResetLink, Mail, Job) for row in db.execute(select(table.__table__))]
    assert rows and not any(token in row for row in rows)


def test_a_mail_that_is_tried_again_has_the_same_link(site: Site) -> None:
    """The server took the first one, and died before it could say so."""
    ask(site)
    first = link_in(site.mail()[0])
    with site.db() as db:
        mail = db.scalars(select(Mail)).one()
        mail.ended_at = mail.sent_at = None
        SEND.later(db, mail_id=mail.id)
    assert link_in(site.mail()[0]) == first


def test_a_mail_whose_link_is_over_is_not_sent(site: Site) -> None:
    with site.db() as db:
        mail_password_link(db, LENA, "en", secret=site.app.state.settings.secret())
        db.execute(update(ResetLink).values(expires_at=now()))
    assert site.mail() == []
    with site.db() as db:
        mail = db.scalars(select(Mail)).one()
        assert mail.ended_at is not None and mail.sent_at is None


# Whose account it is


def test_a_mailed_link_shows_that_the_address_is_theirs(site: Site) -> None:
    ask(site)
    site.client().post(link_in(site.mail()[0]), data={"password": NEW})
    with site.db() as db:
        assert db.get_one(Person, site.cast.learner.id).email_verified_at is not None


def test_who_made_an_account_with_anothers_address_loses_every_way_in(site: Site) -> None:
    """Somebody signed up with Lena's address before her, and linked their own account elsewhere."""
    with site.db() as db:
        link_identity(db, site.cast.learner.id, "https://evil.example", "mallory")
    ask(site)
    site.client().post(link_in(site.mail()[0]), data={"password": NEW})
    with site.db() as db:
        assert db.scalars(select(Identity)).all() == []
        assert db.scalars(select(LoginSession)).all() == []


def test_who_had_shown_their_address_keeps_their_ways_in(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).email_verified_at = now()
        link_identity(db, site.cast.learner.id, "https://login.example", "lena")
    ask(site)
    site.client().post(link_in(site.mail()[0]), data={"password": NEW})
    with site.db() as db:
        assert len(db.scalars(select(Identity)).all()) == 1


def test_the_account_tells_of_links_that_were_mailed(site: Site) -> None:
    ask(site)
    site.work()
    page = words(see(site.client(site.cast.learner).get("/account")), "[aria-labelledby=reset-links]")
    assert "Asked for by mail on" in page and "Not used yet" in page


# Language


def test_the_mail_speaks_the_language_of_its_reader(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).language = "nl"
    site.client().post("/forgotten-password", data={"email": LENA}, headers={"accept-language": "fr"})
    (letter,) = site.mail()
    assert letter["Content-Language"] == "nl" and "Hallo Lena Maes," in text_of(letter)


def test_without_a_language_in_the_profile_it_speaks_that_of_the_page(site: Site) -> None:
    site.client().post("/forgotten-password", data={"email": LENA}, headers={"accept-language": "fr"})
    (letter,) = site.mail()
    assert letter["Content-Language"] == "fr" and "Bonjour Lena Maes," in text_of(letter)

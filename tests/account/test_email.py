"""One's own e-mail address: shown to be one's own by a link in a mail, and changed by nothing less."""

from __future__ import annotations

from datetime import timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.people.models import Person
from tests.account.visits import NEW_PASSWORD, learner
from tests.cast import PASSWORD
from tests.conftest import Site
from tests.mail.letters import html_of, link_in, text_of, told
from tests.pages import see, words

LENA, NEW = "lena@example.org", "lena.maes@example.com"


def ask(client: TestClient, email: str = LENA, password: str = "") -> Response:
    return client.post("/account/email", data={"email": email, "password_now": password})


def section(client: TestClient) -> str:
    return words(see(client.get("/account")), "[aria-labelledby=email]")


def signs_in(site: Site, email: str) -> bool:
    return site.client().post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303


def test_who_signs_up_confirms_the_address_by_a_mail(site: Site) -> None:
    client = site.client()
    form = {"name": "Nele Wouters", "email": "Nele@Example.org", "password": "seven green umbrellas"}
    assert client.post("/sign-up", data=form).status_code == 303
    assert "not confirmed yet" in section(client)
    (letter,) = site.mail()
    assert told([letter]) == [("nele@example.org", "Is this your address?")]
    link = link_in(letter)
    assert "nele@example.org" in words(see(client.get(link)))
    assert "not confirmed yet" in section(client), "opening the link changes nothing"
    assert client.post(link).headers["location"] == "/account"
    assert "nele@example.org confirmed" in section(client)


def test_confirming_works_once_within_a_week(site: Site) -> None:
    client = site.client(site.cast.learner)
    ask(client)
    link = link_in(site.mail()[0])
    with set_to(now() + timedelta(days=7, minutes=1)):
        see(client.get(link), 404)
        see(client.post(link), 404)
    with set_to(now() + timedelta(days=6)):
        assert client.post(link).headers["location"] == "/account"
        see(client.post(link), 404)
    assert learner(site).email_verified_at is not None


def test_only_who_is_signed_in_to_the_account_confirms_its_address(site: Site) -> None:
    """Or somebody makes an account with my address, I confirm it in good faith, and they go on using it."""
    ask(site.client(site.cast.learner))
    link = link_in(site.mail()[0])
    asked = site.client().get(link)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/sign-in?next={link}")
    assert site.client().post(link).headers["location"].startswith("/sign-in")
    see(site.client(site.cast.peer).get(link), 404)
    see(site.client(site.cast.peer).post(link), 404)
    assert learner(site).email_verified_at is None


def test_an_address_that_is_confirmed_needs_no_mail(site: Site) -> None:
    client = site.client(site.cast.learner)
    ask(client)
    client.post(link_in(site.mail()[0]))
    ask(client)
    assert site.mail() == []


def test_a_newer_link_replaces_the_older_one(site: Site) -> None:
    client = site.client(site.cast.learner)
    ask(client)
    first = link_in(site.mail()[0])
    ask(client)
    assert site.mail() == [], "a second press at once is the same question"
    with set_to(now() + timedelta(minutes=2)):
        ask(client)
        second = link_in(site.mail()[0])
        see(client.get(first), 404)
        see(client.get(second))


def test_a_new_address_counts_once_its_link_was_opened(site: Site) -> None:
    client = site.client(site.cast.learner)
    assert ask(client, NEW, PASSWORD).status_code == 303
    (letter,) = site.mail()
    assert f"We wrote to {NEW}." in section(client)
    assert told([letter]) == [(NEW, "Is this your address?")]
    assert signs_in(site, LENA) and not signs_in(site, NEW)
    assert client.post(link_in(letter)).status_code == 303
    assert signs_in(site, NEW) and not signs_in(site, LENA)
    (told_old,) = site.mail()
    assert told([told_old]) == [(LENA, "Your e-mail address was changed")]
    assert NEW in text_of(told_old)
    assert learner(site).email_verified_at is not None


@pytest.mark.parametrize("password", ["", "not the password"])
def test_another_address_takes_the_password(site: Site, password: str) -> None:
    """Who finds an open session cannot take the account along."""
    client = site.client(site.cast.learner)
    answer = ask(client, NEW, password)
    assert answer.status_code == 422 and 'id="f-password_now-error"' in answer.text
    assert f'value="{NEW}"' in answer.text and 'href="#f-password_now"' in answer.text
    assert site.mail() == []


@pytest.mark.parametrize("email", ["", "lena", "lena@", "a b@example.org", "x" * 300 + "@example.org"])
def test_an_address_that_cannot_be_is_told_beside_the_field(site: Site, email: str) -> None:
    answer = ask(site.client(site.cast.learner), email, PASSWORD)
    assert answer.status_code == 422 and 'id="f-email-error"' in answer.text


def test_an_address_that_somebody_has_is_not_given_away(site: Site) -> None:
    client = site.client(site.cast.learner)
    taken, free = ask(client, "piet@example.org", PASSWORD), ask(client, NEW, PASSWORD)
    assert (taken.status_code, taken.headers["location"]) == (free.status_code, free.headers["location"])
    letters = site.mail()
    assert told(letters) == [
        ("piet@example.org", "You have an account already"),
        (NEW, "Is this your address?"),
    ]


def test_the_account_says_the_same_of_a_free_address_and_of_one_that_somebody_has(site: Site) -> None:
    told_of = []
    for email in ("piet@example.org", NEW):
        client = site.client(site.cast.learner)
        ask(client, email, PASSWORD)
        before = section(client)
        site.work()
        assert section(client) == before
        told_of.append(before.replace(email, "…"))
    assert told_of[0] == told_of[1] and "We wrote to …" in told_of[0]


def test_an_address_that_somebody_gets_meanwhile_is_told(site: Site) -> None:
    client = site.client(site.cast.learner)
    ask(client, NEW, PASSWORD)
    link = link_in(site.mail()[0])
    with site.db() as db:
        db.get_one(Person, site.cast.peer.id).email = NEW
    answer = client.post(link)
    assert answer.status_code == 409 and "Somebody else has this address meanwhile." in answer.text
    assert learner(site).email == LENA


def test_a_changed_password_ends_a_change_of_address_that_is_under_way(site: Site) -> None:
    """Whoever had the old password may have begun it."""
    thief = site.client(site.cast.learner)
    ask(thief, "mallory@evil.example", PASSWORD)
    link = link_in(site.mail()[0])
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert site.client(site.cast.learner).post("/account/password", data=form).status_code == 303
    see(site.client(site.cast.learner).get(link), 404)
    assert learner(site).email == LENA


def test_so_it_does_where_the_mail_has_not_left_yet(site: Site) -> None:
    thief = site.client(site.cast.learner)
    ask(thief, "mallory@evil.example", PASSWORD)
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert site.client(site.cast.learner).post("/account/password", data=form).status_code == 303
    assert told(site.mail()) == [(LENA, "Your password was changed")]


def test_a_changed_address_ends_links_that_went_to_the_old_one(site: Site) -> None:
    client = site.client(site.cast.learner)
    site.client().post("/forgotten-password", data={"email": LENA})
    old = link_in(site.mail()[0])
    ask(client, NEW, PASSWORD)
    client.post(link_in(site.mail()[0]))
    see(site.client().get(old), 404)


def test_asking_for_mails_is_limited(site: Site) -> None:
    client = site.client(site.cast.learner)
    statuses = [ask(client).status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]


def test_guessing_the_password_here_is_limited_with_guessing_it_there(site: Site) -> None:
    client = site.client(site.cast.learner)
    for _ in range(10):
        assert ask(client, NEW, "not the password").status_code == 422
    assert ask(client, NEW, PASSWORD).status_code == 429
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert client.post("/account/password", data=form).status_code == 429


def test_who_has_no_address_gets_one(site: Site) -> None:
    with site.db() as db:
        person = db.get_one(Person, site.cast.learner.id)
        person.email = person.password_hash = None
    client = site.client(site.cast.learner)
    assert ask(client, NEW).status_code == 303
    assert client.post(link_in(site.mail()[0])).status_code == 303
    assert learner(site).email == NEW
    assert site.mail() == [], "there is nobody at an old address to tell"


@pytest.mark.parametrize(
    ("email", "written"),
    [("anna@straße.de", "anna@xn--strae-oqa.de"), ("Nikos@παράδειγμα.gr", "nikos@xn--hxajbheg2az3al.gr")],
)
def test_a_letter_goes_to_the_domain_that_was_meant(site: Site, email: str, written: str) -> None:
    """ß is not ss: that is another domain, and another owner (IDNA 2008)."""
    ask(site.client(site.cast.learner), email, PASSWORD)
    assert told(site.mail()) == [(written, "Is this your address?")]


def test_the_name_in_a_letter_is_text(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).name = "<b>Lena</b> & co, {{ 7 * 7 }}"
    ask(site.client(site.cast.learner))
    (letter,) = site.mail()
    assert "Hello <b>Lena</b> & co, {{ 7 * 7 }}," in text_of(letter)
    assert "Hello &lt;b&gt;Lena&lt;/b&gt; &amp; co, {{ 7 * 7 }}," in html_of(letter)

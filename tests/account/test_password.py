"""Changing one's own password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.people.models import Person
from app.people.services import revoke_sessions, set_password
from tests.account.visits import NEW_PASSWORD, PROFILE, is_signed_in, learner, section, signed_in
from tests.cast import PASSWORD
from tests.conftest import Site


def change_password(client: TestClient, current: str = PASSWORD, new: str = NEW_PASSWORD) -> Response:
    return client.post("/account/password", data={"current_password": current, "password": new})


def test_a_changed_password_ends_every_other_session_and_renews_this_one(site: Site) -> None:
    client, elsewhere = signed_in(site), signed_in(site)
    peer, before = site.client(site.cast.peer), client.cookies["dingen"]
    answer = change_password(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert client.cookies["dingen"] != before
    assert "Your new password is saved." in client.get("/account").text
    assert not is_signed_in(elsewhere) and is_signed_in(peer)
    thief = site.client()
    thief.cookies.set("dingen", before)
    assert not is_signed_in(thief)
    assert is_signed_in(signed_in(site, password=NEW_PASSWORD))
    old = {"email": "lena@example.org", "password": PASSWORD}
    assert site.client().post("/sign-in", data=old).status_code == 422


def test_on_a_shared_computer_the_renewed_cookie_still_ends_with_the_browser(site: Site) -> None:
    cookies = change_password(signed_in(site, shared_computer="1")).headers.get_list("set-cookie")
    renewed = next(cookie for cookie in cookies if cookie.startswith("dingen="))
    assert "max-age" not in renewed.lower() and "HttpOnly" in renewed


@pytest.mark.parametrize("current", ["", "not the password", PASSWORD.upper(), f" {PASSWORD}"])
def test_the_current_password_must_fit(site: Site, current: str) -> None:
    client, elsewhere = signed_in(site), signed_in(site)
    before = learner(site).password_hash
    answer = change_password(client, current)
    assert answer.status_code == 422
    assert 'id="f-current_password-error"' in answer.text and 'href="#f-current_password"' in answer.text
    assert NEW_PASSWORD not in answer.text
    assert learner(site).password_hash == before
    assert is_signed_in(client) and is_signed_in(elsewhere)


@pytest.mark.parametrize(
    "new", ["", "too short", "x y" * 100, "Password123!", "Lena-Maes-12", "lena@example.org"]
)
def test_a_weak_new_password_is_told_beside_the_field_and_changes_nothing(site: Site, new: str) -> None:
    client = signed_in(site)
    client.post("/account/profile", data=PROFILE)
    before = learner(site).password_hash
    answer = change_password(client, new=new)
    assert answer.status_code == 422
    assert 'id="f-password-error"' in answer.text and 'href="#f-password"' in answer.text
    assert PASSWORD not in answer.text and (
        not new or f'value="{new}"' not in section(answer.text, "password")
    )
    assert "Front desk, dry humour.</textarea>" in answer.text
    assert learner(site).password_hash == before and is_signed_in(client)


def test_ten_wrong_guesses_stop_more_for_a_quarter_of_an_hour(site: Site) -> None:
    client, at = signed_in(site), now()
    for _ in range(10):
        assert change_password(client, "not the password").status_code == 422
    refused = change_password(client)
    assert refused.status_code == 429 and "many attempts" in refused.text
    assert change_password(signed_in(site, "piet@example.org")).status_code == 303
    with set_to(at + timedelta(minutes=16)):
        assert change_password(client).status_code == 303


def test_a_changed_password_forgets_the_guesses_before(site: Site) -> None:
    client = signed_in(site)
    for current, new in [(PASSWORD, NEW_PASSWORD), (NEW_PASSWORD, PASSWORD)]:
        for _ in range(9):
            assert change_password(client, "not the password").status_code == 422
        assert change_password(client, current, new).status_code == 303


def test_who_signed_up_by_a_provider_sets_a_first_password(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).password_hash = None
    client = site.client(site.cast.learner)
    page = client.get("/account").text
    assert "You have no password here yet." in page and 'name="current_password"' not in page
    answer = site.client(site.cast.learner).post("/account/password", data={"password": NEW_PASSWORD})
    assert answer.status_code == 303
    assert is_signed_in(signed_in(site, password=NEW_PASSWORD))


@pytest.mark.parametrize("change", ["another password", "signed out"])
def test_who_is_signed_out_while_the_form_is_on_its_way_changes_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    client, passwords = signed_in(site), site.app.state.passwords
    hash_password, by_link = passwords.hash, passwords.hash("a password by a link")

    def hash_while_something_else_happens(password: str) -> str:
        with site.db() as db:
            person = db.get_one(Person, site.cast.learner.id)
            if change == "another password":
                set_password(db, person, by_link)
            revoke_sessions(db, person.id)
        return str(hash_password(password))

    before = learner(site).password_hash
    monkeypatch.setattr(passwords, "hash", hash_while_something_else_happens)
    answer = change_password(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "signed out meanwhile" in client.get("/sign-in").text
    assert learner(site).password_hash == (by_link if change == "another password" else before)
    assert not is_signed_in(client)


def test_without_an_address_there_is_no_password(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).email = None
    client = site.client(site.cast.learner)
    assert "New password" not in client.get("/account").text
    assert change_password(client).status_code == 404

"""Signing in and out with a password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.people.models import LoginSession, Person
from app.people.services import open_session
from tests.cast import PASSWORD
from tests.conftest import Site
from tests.pages import see

HOSTILE_NEXT = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    "/€",
    "/" + "a" * 4000,
    "",
]


def sign_in(client: TestClient, email: str = "lena@example.org", password: str = PASSWORD, **fields: str):
    return client.post("/sign-in", data={"email": email, "password": password, **fields})


def is_signed_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_right_password_opens_a_session_and_leads_on(site: Site) -> None:
    client = site.client()
    answer = sign_in(client, next="/programmes?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/programmes?x=1")
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["LENA@Example.ORG", "  lena@example.org "])
def test_the_address_may_be_typed_in_any_case(site: Site, email: str) -> None:
    assert sign_in(site.client(), email).status_code == 303


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(site: Site) -> None:
    wrong = sign_in(site.client(), password="not the password")
    unknown = sign_in(site.client(), email="nora@example.org")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("lena", "") == unknown.text.replace("nora", "")
    assert sorted(wrong.headers) == sorted(unknown.headers)


def test_what_was_typed_is_kept_but_the_password(site: Site) -> None:
    answer = sign_in(site.client(), password="not the password", next="/programmes", shared_computer="1")
    assert 'value="lena@example.org"' in answer.text
    assert 'name="next" value="/programmes"' in answer.text
    assert 'value="1" checked' in answer.text
    assert "not the password" not in answer.text


@pytest.mark.parametrize(
    "email", ["", "lena", "le\x00na@example.org", "x" * 300 + "@example.org", "' OR 1=1 --"]
)
def test_an_address_that_cannot_be_is_told_kindly(site: Site, email: str) -> None:
    assert sign_in(site.client(), email).status_code == 422


@pytest.mark.parametrize("password", ["", " ", "x" * 201, "x" * 1_000_000, "\x00" * 12])
def test_a_password_that_cannot_be_is_told_kindly(site: Site, password: str) -> None:
    assert sign_in(site.client(), password=password).status_code == 422


@pytest.mark.parametrize("url", HOSTILE_NEXT)
def test_signing_in_never_leads_to_another_site(site: Site, url: str) -> None:
    assert sign_in(site.client(), next=url).headers["location"] == "/"
    page = see(site.client().get("/sign-in", params={"next": url}))
    assert [field.attributes["value"] for field in page.css("main [name=next]")] == ["/"]
    assert site.client(site.cast.learner).get("/sign-in", params={"next": url}).headers["location"] == "/"


def test_a_page_for_members_asks_to_sign_in_and_comes_back(site: Site) -> None:
    client = site.client()
    asked = client.get("/account?x=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/account%3Fx%3D1")
    assert 'name="next" value="/account?x=1"' in client.get(asked.headers["location"]).text


def test_who_is_signed_in_already_is_sent_on(site: Site) -> None:
    client = site.client(site.cast.learner)
    for answer in (
        client.get("/sign-in?next=/programmes"),
        sign_in(client, next="/programmes"),
        client.get("/sign-up?next=/programmes"),
        client.post("/sign-up", data={"next": "/programmes"}),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/programmes")


def test_signing_in_gives_a_new_session_and_ends_the_one_the_browser_had(site: Site) -> None:
    client = site.client()
    with site.db() as db:
        planted = open_session(db, site.cast.stranger.id)
    client.cookies.set("dingen", planted)
    client.post("/sign-out")
    client.cookies.set("dingen", "chosen by somebody else")
    sign_in(client)
    token = client.cookies.get("dingen", domain="127.0.0.1") or ""
    assert token not in (planted, "chosen by somebody else") and len(token) > 40
    with site.db() as db:
        held = db.scalars(select(LoginSession.token_hash)).all()
    assert token not in held


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site) -> None:
    cookie = sign_in(site.client()).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert "Max-Age=2592000" in cookie


def test_on_a_shared_computer_the_cookie_ends_with_the_browser(site: Site) -> None:
    cookie = sign_in(site.client(), shared_computer="1").headers["set-cookie"]
    assert "max-age" not in cookie.lower() and "expires" not in cookie.lower()


def test_on_a_shared_computer_the_session_ends_after_half_an_hour_of_nothing(site: Site) -> None:
    client, at = site.client(), now()
    sign_in(client, shared_computer="1")
    for minutes in (20, 45, 74):
        with set_to(at + timedelta(minutes=minutes)):
            assert is_signed_in(client)
    with set_to(at + timedelta(minutes=74 + 31)):
        assert not is_signed_in(client)


def test_elsewhere_a_session_lasts_for_thirty_days(site: Site) -> None:
    client, at = site.client(), now()
    sign_in(client)
    for days in (3, 20, 29):
        with set_to(at + timedelta(days=days)):
            assert is_signed_in(client)
    with set_to(at + timedelta(days=30, minutes=1)):
        assert not is_signed_in(client)


def test_signing_out_ends_the_session_and_clears_the_browser(site: Site) -> None:
    client = site.client()
    sign_in(client)
    token = client.cookies["dingen"]
    answer = client.post("/sign-out")
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache"'
    assert not client.cookies.get("dingen")
    client.cookies.set("dingen", token)
    assert not is_signed_in(client)


def test_signing_out_after_hours_of_use_ends_the_session_too(site: Site) -> None:
    client, at = site.client(), now()
    sign_in(client)
    with set_to(at + timedelta(hours=5)):
        assert client.post("/sign-out").status_code == 303


def test_signing_out_twice_or_without_a_session_is_no_error(site: Site) -> None:
    client = site.client(site.cast.learner)
    assert [client.post("/sign-out").status_code for _ in range(2)] == [303, 303]
    assert client.get("/sign-out").status_code == 405


def test_expired_sessions_go_at_the_next_sign_in(site: Site) -> None:
    with site.db() as db, set_to(now() - timedelta(days=40)):
        open_session(db, site.cast.learner.id)
    sign_in(site.client())
    with site.db() as db:
        assert (
            len(db.scalars(select(LoginSession).where(LoginSession.person_id == site.cast.learner.id)).all())
            == 1
        )


def test_ten_wrong_passwords_close_an_account_for_a_quarter_of_an_hour(site: Site) -> None:
    client, at = site.client(), now()
    for _ in range(10):
        assert sign_in(client, password="not the password").status_code == 422
    refused = sign_in(client)
    assert refused.status_code == 429
    assert 'value="lena@example.org"' in refused.text and PASSWORD not in refused.text
    assert sign_in(client, email="piet@example.org").status_code == 303
    with set_to(at + timedelta(minutes=16)):
        assert sign_in(site.client()).status_code == 303


def test_an_unknown_address_is_limited_as_a_known_one_is(site: Site) -> None:
    statuses = [
        [sign_in(site.client(), email=email, password="not the password").status_code for _ in range(12)]
        for email in ("lena@example.org", "nora@example.org")
    ]
    assert statuses[0] == statuses[1] == [422] * 10 + [429] * 2


def test_signing_in_forgets_the_wrong_attempts_before(site: Site) -> None:
    for _ in range(3):
        for _ in range(6):
            sign_in(site.client(), password="not the password")
        assert sign_in(site.client()).status_code == 303


def test_sixty_wrong_passwords_from_one_place_close_it_for_all_accounts(site: Site) -> None:
    client = site.client()
    for number in range(60):
        assert sign_in(client, email=f"nobody{number}@example.org").status_code == 422
    assert sign_in(client).status_code == 429


def test_a_whole_group_signs_in_from_one_place(site: Site) -> None:
    assert {sign_in(site.client()).status_code for _ in range(70)} == {303}


def test_an_account_without_a_password_is_not_opened_by_one(site: Site) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).password_hash = None
    assert sign_in(site.client()).status_code == 422


def test_a_form_from_another_site_is_refused(site: Site) -> None:
    client = site.client()
    answer = client.post(
        "/sign-in",
        data={"email": "lena@example.org", "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403 and "dingen" not in client.cookies


def test_the_sign_in_page_links_on_with_the_next_page_kept(site: Site) -> None:
    page = site.client().get("/sign-in?next=/join/RIVERSIDE").text
    assert (
        'href="/sign-up?next=%2Fjoin%2FRIVERSIDE"' in page or 'href="/sign-up?next=/join/RIVERSIDE"' in page
    )
    assert 'href="/forgotten-password"' in page


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://127.0.0.1:8000/programmes?x=1", "/programmes%3Fx%3D1"),
        ("https://evil.example/programmes", "/"),
        ("http://127.0.0.1:8000//evil.example/", "/"),
        ("http://[x/", "/"),
        ("", "/"),
    ],
)
def test_after_a_form_that_needs_signing_in_one_is_back_at_its_page(
    site: Site, referer: str, back: str
) -> None:
    answer = site.client().post("/account/profile", headers={"referer": referer})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={back}")

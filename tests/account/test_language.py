"""The language of the interface: the profile's, the cookie's, the browser's."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.people.models import Person
from tests.conftest import Site

HOSTILE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/€",
    "/" + "a" * 4000,
    "",
]


def language_of(client: TestClient, path: str = "/sign-in", accept: str = "en") -> str:
    page = client.get(path, headers={"accept-language": accept})
    assert page.status_code == 200
    return page.text.partition('<html lang="')[2][:2]


def choose(client: TestClient, language: str, next: str = "/sign-in"):
    return client.post("/language", data={"language": language, "next": next})


def profile_language(site: Site) -> str | None:
    with site.db() as db:
        return db.get_one(Person, site.cast.learner.id).language


def test_signed_out_the_browser_asks_and_the_cookie_beats_it(site: Site) -> None:
    client = site.client()
    assert language_of(client, accept="fr-BE, nl;q=0.5") == "fr"
    answer = choose(client, "nl", "/sign-in?next=/programmes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/programmes")
    assert language_of(client, accept="fr-BE, nl;q=0.5") == "nl"


def test_the_cookie_lasts_a_year_and_stays_on_this_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = choose(site.client(), "fr").headers["set-cookie"]
    assert cookie.startswith("dingen_language=fr;") and "Max-Age=31536000" in cookie
    assert "Path=/" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    monkeypatch.setattr(site.app.state.pages, "secure", True)
    assert "Secure" in choose(site.client(), "fr").headers["set-cookie"]


def test_signed_in_the_profile_beats_the_cookie(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.cookies.set("dingen_language", "fr")
    assert language_of(client, "/account", accept="en") == "fr"
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).language = "nl"
    assert language_of(client, "/account", accept="en") == "nl"


def test_signed_in_the_switch_changes_the_profile_too(site: Site) -> None:
    client = site.client(site.cast.learner)
    choose(client, "nl", "/account")
    assert profile_language(site) == "nl"
    assert language_of(site.client(site.cast.learner), "/account") == "nl"
    client.post("/sign-out")
    assert language_of(client) == "nl"


def test_as_my_browser_asks_forgets_the_cookie_of_the_switch(site: Site) -> None:
    client = site.client(site.cast.learner)
    choose(client, "fr", "/account")
    client.post("/account/profile", data={"name": "Lena Maes", "language": ""})
    assert profile_language(site) is None
    assert language_of(client, "/account", accept="nl") == "nl"


@pytest.mark.parametrize("language", ["", "tlh", "EN", "nl\r\nSet-Cookie: x=1", "../fr"])
def test_a_language_that_we_do_not_speak_leads_back_and_changes_nothing(site: Site, language: str) -> None:
    for client in (site.client(), site.client(site.cast.learner)):
        answer = choose(client, language, "/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert "set-cookie" not in answer.headers
    assert profile_language(site) is None


@pytest.mark.parametrize("url", HOSTILE)
def test_the_switch_never_leads_to_another_site(site: Site, url: str) -> None:
    for language in ("nl", "tlh"):
        assert choose(site.client(), language, url).headers["location"] == "/"


@pytest.mark.parametrize(
    ("next", "leads_to"),
    [
        ("/account/profile", "/account"),
        ("/account/password?x=1", "/account"),
        ("/sign-out", "/"),
        ("/organize/cohorts/abc/coaches", "/organize/cohorts/abc"),
        ("/nothing/such", "/nothing/such"),
    ],
)
def test_from_an_answer_to_a_form_it_leads_to_the_page_above(site: Site, next: str, leads_to: str) -> None:
    assert choose(site.client(), "nl", next).headers["location"] == leads_to


def test_the_switch_on_a_refused_form_leads_to_a_page_that_opens(site: Site) -> None:
    client = site.client(site.cast.learner)
    refused = client.post("/account/profile", data={"name": ""})
    assert refused.status_code == 422
    back = refused.text.partition('name="next" value="')[2].partition('"')[0]
    assert language_of(client, choose(client, "nl", back).headers["location"]) == "nl"


def test_without_a_next_page_one_comes_back_to_where_the_browser_was(site: Site) -> None:
    client = site.client(site.cast.learner)
    referer = {"Referer": "http://127.0.0.1:8000/programmes?x=1"}
    answer = client.post("/language", data={"language": "nl"}, headers=referer)
    assert answer.headers["location"] == "/programmes?x=1"
    elsewhere = {"Referer": "https://evil.example/programmes"}
    answer = client.post("/language", data={"language": "nl"}, headers=elsewhere)
    assert answer.headers["location"] == "/"

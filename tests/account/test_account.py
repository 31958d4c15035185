"""One's own account: profile, ways to sign in, login sessions, reset links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.people.models import LoginSession, Person
from app.people.services import link_identity, make_reset_link, open_session
from app.settings import OidcProvider
from tests.account.visits import NEW_PASSWORD, PROFILE, is_signed_in, learner, section
from tests.conftest import Site

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def provider(site: Site) -> Iterator[OidcProvider]:
    """A provider in the settings; nobody speaks to it here."""
    provider = OidcProvider(
        issuer="https://login.example.org", client_id="dingen", client_secret="secret", label="Example"
    )
    site.app.state.settings.oidc["example"] = provider
    yield provider
    site.app.state.settings.oidc.clear()


def sessions_of(site: Site, person: Person) -> list[LoginSession]:
    with site.db() as db:
        rows = select(LoginSession).where(LoginSession.person_id == person.id).order_by(LoginSession.id)
        return list(db.scalars(rows))


def open_elsewhere(site: Site, person: Person, user_agent: str = "") -> TestClient:
    client = site.client()
    with site.db() as db:
        client.cookies.set("dingen", open_session(db, person.id, user_agent=user_agent))
    return client


# Profile


def test_the_page_asks_to_sign_in_first(site: Site) -> None:
    answer = site.client().get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")


def test_the_profile_is_saved_and_shown(site: Site) -> None:
    client = site.client(site.cast.learner)
    answer = client.post("/account/profile", data={**PROFILE, "name": "Magdalena Maes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = client.get("/account").text
    assert 'value="Magdalena Maes"' in page and "Front desk, dry humour.</textarea>" in page
    assert '<option value="nl" selected>' in page and 'name="shows_tiles" value="1" checked' in page
    assert 'class="flash"' in page
    person = learner(site)
    assert (person.name, person.name_key, person.shows_tiles) == ("Magdalena Maes", "magdalena maes", True)


def test_what_is_left_empty_is_taken_away(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.post("/account/profile", data=PROFILE)
    client.post("/account/profile", data={"name": "Lena Maes", "about": "", "language": ""})
    person = learner(site)
    assert (person.about, person.language, person.shows_tiles) == ("", None, False)


def test_fields_that_are_not_in_the_form_change_nothing(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.post(
        "/account/profile", data={**PROFILE, "role": "administrator", "email": "x@example.org", "id": "1"}
    )
    person = learner(site)
    assert (person.role, person.email) == ("member", "lena@example.org")


def test_four_hundred_signs_fit_whatever_ends_the_lines(site: Site) -> None:
    client = site.client(site.cast.learner)
    about = "é" * 199 + "\r\n" + "é" * 200
    assert client.post("/account/profile", data={**PROFILE, "about": about}).status_code == 303
    assert learner(site).about == "é" * 199 + "\n" + "é" * 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "Le\x07na"),
        ("about", "x" * 401),
        ("language", "tlh"),
        ("shows_tiles", "perhaps"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_field_and_the_rest_kept(
    site: Site, field: str, value: str
) -> None:
    client = site.client(site.cast.learner)
    typed = {**PROFILE, "name": "Magdalena Maes", field: value}
    answer = client.post("/account/profile", data=typed)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text and f'href="#f-{field}"' in answer.text
    kept = {
        "name": 'value="Magdalena Maes"',
        "about": "Front desk, dry humour.</textarea>",
        "language": '<option value="nl" selected>',
        "shows_tiles": 'name="shows_tiles" value="1" checked',
    }
    for name, shown in kept.items():
        assert name == field or shown in answer.text
    assert learner(site).about == "" and learner(site).name == "Lena Maes"


# Ways to sign in


def test_without_providers_the_page_says_nothing_of_them(site: Site) -> None:
    assert "Ways to sign in" not in site.client(site.cast.learner).get("/account").text


def test_a_provider_can_be_linked_until_it_is(site: Site, provider: OidcProvider) -> None:
    client = site.client(site.cast.learner)
    page = client.get("/account").text
    assert "Link with Example" in page and 'action="/account/identities/example"' in page
    with site.db() as db:
        link_identity(db, site.cast.learner.id, provider.issuer, "1")
    page = client.get("/account").text
    assert "login.example.org" in section(page, "identities") and "Link with Example" not in page
    assert "login.example.org" not in site.client(site.cast.peer).get("/account").text


def test_a_linked_provider_can_be_removed(site: Site, provider: OidcProvider) -> None:
    with site.db() as db:
        link_identity(db, site.cast.learner.id, provider.issuer, " a subject as it is ")
    client = site.client(site.cast.learner)
    form = LexborHTMLParser(client.get("/account").text).css_first(".rows form[action='/account/unlink']")
    fields = {field.attrs["name"] or "": field.attrs["value"] for field in form.css("input")}
    assert client.post("/account/unlink", data=fields).status_code == 303
    assert "Link with Example" in client.get("/account").text


# Login sessions


def test_the_page_lists_my_sessions_in_words(site: Site) -> None:
    with set_to(now() - timedelta(days=3)):
        open_elsewhere(site, site.cast.learner, FIREFOX)
    open_elsewhere(site, site.cast.peer, "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36")
    listed = section(site.client(site.cast.learner).get("/account").text, "sessions")
    assert "Firefox on Windows" in listed and "Last used 3 days ago" in listed
    assert listed.count("this one") == 1 and "Chrome" not in listed


def test_an_ended_session_is_really_ended(site: Site) -> None:
    elsewhere = open_elsewhere(site, site.cast.learner)
    client = site.client(site.cast.learner)
    public_id = sessions_of(site, site.cast.learner)[0].public_id
    assert f'action="/account/sessions/{public_id}/end"' in client.get("/account").text
    answer = client.post(f"/account/sessions/{public_id}/end")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert not is_signed_in(elsewhere) and is_signed_in(client)
    assert client.post(f"/account/sessions/{public_id}/end").status_code == 404


def test_everywhere_else_ends_all_sessions_but_this_one(site: Site) -> None:
    others = [open_elsewhere(site, site.cast.learner) for _ in range(3)]
    client, peer = site.client(site.cast.learner), site.client(site.cast.peer)
    assert "Sign out everywhere else" in client.get("/account").text
    assert client.post("/account/sessions/end-others").status_code == 303
    assert not any(is_signed_in(other) for other in others)
    assert is_signed_in(client) and is_signed_in(peer)
    assert "Sign out everywhere else" not in client.get("/account").text


@pytest.mark.parametrize("person", ["peer", "coach", "organizer", "administrator"])
def test_the_sessions_of_others_do_not_exist(site: Site, person: str) -> None:
    elsewhere = open_elsewhere(site, site.cast.learner)
    public_id = sessions_of(site, site.cast.learner)[0].public_id
    client = site.client(getattr(site.cast, person))
    assert client.post(f"/account/sessions/{public_id}/end").status_code == 404
    assert client.post("/account/sessions/nothing-such/end").status_code == 404
    assert is_signed_in(elsewhere)


def test_signed_out_nothing_is_changed(site: Site) -> None:
    elsewhere = open_elsewhere(site, site.cast.learner)
    public_id = sessions_of(site, site.cast.learner)[0].public_id
    for path in (
        "/account/profile",
        "/account/password",
        f"/account/sessions/{public_id}/end",
        "/account/sessions/end-others",
    ):
        answer = site.client().post(path, data=PROFILE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")
    assert is_signed_in(elsewhere)


# Reset links


def test_the_page_says_who_made_a_reset_link_and_when(site: Site) -> None:
    client = site.client(site.cast.learner)
    assert "Reset links" not in client.get("/account").text
    with site.db() as db:
        person = db.get_one(Person, site.cast.learner.id)
        token = make_reset_link(db, person, None)
        with set_to(now() + timedelta(hours=1)):
            make_reset_link(db, person, site.cast.administrator.id)
    page = client.get("/account").text
    listed = section(page, "reset-links")
    assert "Ada Vermeulen made one on" in listed and "Whoever runs this site made one on" in listed
    assert listed.index("Ada Vermeulen") < listed.index("Whoever runs this site")
    assert "Not used yet; works until" in listed and token not in page
    assert "Reset links" not in site.client(site.cast.peer).get("/account").text


def test_the_page_says_whether_a_reset_link_was_used(site: Site) -> None:
    at = now()
    with site.db() as db, set_to(at - timedelta(days=5)):
        make_reset_link(db, db.get_one(Person, site.cast.learner.id), None)
    with site.db() as db:
        token = make_reset_link(db, db.get_one(Person, site.cast.learner.id), None)
    site.client().post(f"/reset/{token}", data={"password": NEW_PASSWORD})
    listed = section(site.client(site.cast.learner).get("/account").text, "reset-links")
    assert "Used on" in listed and "Never used; it no longer works" in listed


# Cost


def test_the_number_of_statements_does_not_depend_on_how_much_there_is(site: Site) -> None:
    client = site.client(site.cast.learner)

    def statements_with_more() -> int:
        count = len(sessions_of(site, site.cast.learner))
        with site.db() as db:
            person = db.get_one(Person, site.cast.learner.id)
            for number in range(count):
                open_session(db, person.id)
                link_identity(db, person.id, "https://login.example.org", f"{count}-{number}")
                make_reset_link(db, person, site.cast.administrator.id)
        with site.statements() as seen:
            assert client.get("/account").status_code == 200
        return len(seen)

    assert statements_with_more() == statements_with_more() == statements_with_more() <= 6

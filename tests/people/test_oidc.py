"""Signing in with an OpenID Connect provider: npm's oidc-provider, running for real."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.people.attempts import NEW_ACCOUNTS_PER_ADDRESS, TAKEN_PER_ADDRESS
from app.people.models import Identity, LoginSession, Person
from app.people.queries import person_by_email, person_by_identity
from app.people.services import link_identity
from app.settings import is_safe_address
from tests.cast import PASSWORD
from tests.conftest import Site, settings_for
from tests.peers.oidc_provider import OidcProvider
from tests.people.oidc import CONFIRM, address_in, begin, come_back, is_signed_in, rows
from tests.people.test_sign_in import HOSTILE_NEXT

LENA = {"email": "lena@example.org", "password": PASSWORD}


SETTINGS = {"issuer": "https://id.example.org", "client_id": "dingen", "client_secret": "a secret"}


def sign_in(client: TestClient, provider: OidcProvider, login: str, **fields: str) -> httpx2.Response:
    return come_back(client, provider.sign_in(begin(client, **fields), login))


def person_of(site: Site, provider: OidcProvider, login: str) -> Person | None:
    with site.db() as db:
        return person_by_identity(db, provider.issuer, login)


def test_a_new_person_gets_an_account_and_is_led_on(site: Site, provider: OidcProvider) -> None:
    client, before = site.client(), rows(site)
    answer = sign_in(client, provider, "nora", next="/join/RIVERSIDE")
    assert (answer.status_code, answer.headers["location"]) == (303, "/join/RIVERSIDE")
    assert is_signed_in(client) and "dingen_flow" not in client.cookies
    person = person_of(site, provider, "nora")
    assert person is not None and person.name == "Nora Wouters" and person.email == "nora@example.org"
    assert person.role == "member" and person.password_hash is None
    assert rows(site).people == before.people + 1


def test_the_same_person_comes_back_to_the_same_account(site: Site, provider: OidcProvider) -> None:
    sign_in(site.client(), provider, "nora")
    before, client = rows(site), site.client()
    assert sign_in(client, provider, "nora", next="/programmes").headers["location"] == "/programmes"
    assert is_signed_in(client)
    assert (rows(site).people, rows(site).identities) == (before.people, before.identities)


def test_signing_in_ends_the_session_that_the_browser_had(site: Site, provider: OidcProvider) -> None:
    sign_in(site.client(), provider, "nora")
    client = site.client()
    address = begin(client)
    client.post("/sign-in", data=LENA)
    come_back(client, provider.sign_in(address, "nora"))
    with site.db() as db:
        assert not db.scalars(
            select(LoginSession).where(LoginSession.person_id == site.cast.learner.id)
        ).all()


def test_an_address_that_was_not_proved_is_not_kept(site: Site, provider: OidcProvider) -> None:
    sign_in(site.client(), provider, "una")
    person = person_of(site, provider, "una")
    assert person is not None and person.email is None and person.name == "Una Smet"
    with site.db() as db:
        assert person_by_email(db, "una@example.org") is None


def test_who_has_no_name_is_asked_for_one_and_gets_none_from_an_address(
    site: Site, provider: OidcProvider
) -> None:
    client = site.client()
    sign_in(client, provider, "nameless")
    person = person_of(site, provider, "nameless")
    assert person is not None and person.name == "New member" and person.email is None
    assert "you can write it there" in client.get("/forgotten-password").text


@pytest.mark.parametrize("login", ["lena", "lena-unproved"])
def test_an_address_that_somebody_has_never_links_by_itself(
    site: Site, provider: OidcProvider, login: str
) -> None:
    client, before = site.client(), rows(site)
    answer = sign_in(client, provider, login, next="/programmes")
    assert (answer.status_code, answer.headers["location"]) == (303, CONFIRM)
    asked = client.get(CONFIRM)
    assert asked.headers["location"] == f"/sign-in?next={CONFIRM}"
    page = client.get(asked.headers["location"])
    assert "An account here has the e-mail address that Local told us" in page.text
    assert "Maes" not in page.text and "lena" not in page.text.lower()
    assert client.post("/account/identities").headers["location"].startswith("/sign-in")
    assert not is_signed_in(client) and rows(site) == before


def test_who_signs_in_to_that_account_confirms_and_then_both_ways_lead_there(
    site: Site, provider: OidcProvider
) -> None:
    client = site.client()
    sign_in(client, provider, "lena", next="/join/RIVERSIDE")
    wrong = client.post("/sign-in", data={**LENA, "password": "not the password", "next": CONFIRM})
    assert wrong.status_code == 422 and "that Local told us" in wrong.text
    assert client.post("/sign-in", data={**LENA, "next": CONFIRM}).headers["location"] == CONFIRM
    assert person_of(site, provider, "lena") is None
    page = client.get(CONFIRM).text
    assert "Lena Maes" in page and "Lena@example.org" in page and 'action="/account/identities"' in page
    assert person_of(site, provider, "lena") is None
    done = client.post("/account/identities")
    assert (done.status_code, done.headers["location"]) == (303, "/join/RIVERSIDE")
    linked = person_of(site, provider, "lena")
    assert linked is not None and linked.id == site.cast.learner.id
    other = site.client()
    sign_in(other, provider, "lena")
    assert "Lena Maes" in other.get("/forgotten-password").text
    assert site.client().post("/sign-in", data=LENA).status_code == 303


def test_confirming_twice_has_one_effect(site: Site, provider: OidcProvider) -> None:
    client = site.client()
    sign_in(client, provider, "lena")
    client.post("/sign-in", data=LENA)
    waiting = client.cookies["dingen_identity"]
    assert client.post("/account/identities").status_code == 303
    client.cookies.set("dingen_identity", waiting)
    assert client.post("/account/identities").status_code == 303
    assert rows(site).identities == 1


def test_what_waits_to_be_confirmed_is_gone_after_signing_out_and_after_ten_minutes(
    site: Site, provider: OidcProvider
) -> None:
    client = site.client()
    sign_in(client, provider, "lena")
    client.post("/sign-in", data=LENA)
    with set_to(now() + timedelta(minutes=11)):
        assert client.get(CONFIRM).headers["location"] == "/account"
        assert client.post("/account/identities").headers["location"] == "/account"
    client.post("/sign-out")
    assert "dingen_identity" not in client.cookies
    client.post("/sign-in", data=LENA)
    assert client.post("/account/identities").headers["location"] == "/account"
    assert rows(site).identities == 0


def test_a_signed_in_person_links_an_account_after_confirming(site: Site, provider: OidcProvider) -> None:
    client = site.client(site.cast.learner)
    address = address_in(client.post("/account/identities/local"))
    answer = come_back(client, provider.sign_in(address, "nora"))
    assert answer.headers["location"] == CONFIRM
    assert rows(site).identities == 0 and "nora@example.org" in client.get(CONFIRM).text
    assert client.post("/account/identities").headers["location"] == "/account"
    linked = person_of(site, provider, "nora")
    assert linked is not None and linked.id == site.cast.learner.id


def test_who_is_not_signed_in_links_nothing(site: Site, provider: OidcProvider) -> None:
    assert site.client().post("/account/identities/local").headers["location"].startswith("/sign-in")
    assert site.client().post("/account/identities").headers["location"].startswith("/sign-in")


def test_an_unknown_account_elsewhere_is_not_linked_to_who_happens_to_be_signed_in(
    site: Site, provider: OidcProvider
) -> None:
    client = site.client()
    address = begin(client)
    client.post("/sign-in", data=LENA)
    before = rows(site)
    answer = come_back(client, provider.sign_in(address, "nora"))
    assert answer.headers["location"] == CONFIRM and rows(site) == before


def test_what_somebody_else_signs_in_with_cannot_be_linked(site: Site, provider: OidcProvider) -> None:
    sign_in(site.client(), provider, "nora")
    client = site.client(site.cast.learner)
    come_back(client, provider.sign_in(address_in(client.post("/account/identities/local")), "nora"))
    refused = client.post("/account/identities")
    assert refused.status_code == 409 and "Somebody signs in with that account already" in refused.text
    person = person_of(site, provider, "nora")
    assert person is not None and person.name == "Nora Wouters"


def test_who_stops_at_the_provider_comes_back_to_the_sign_in_page(site: Site, provider: OidcProvider) -> None:
    client, before = site.client(), rows(site)
    answer = come_back(client, provider.cancel(begin(client, next="/programmes", shared_computer="1")))
    assert answer.status_code == 200 and "You stopped before Local told us who you are" in answer.text
    assert 'name="next" value="/programmes"' in answer.text and 'value="1" checked' in answer.text
    assert rows(site) == before and "dingen_flow" not in client.cookies


def test_a_callback_is_good_once(site: Site, provider: OidcProvider) -> None:
    client = site.client()
    location = provider.sign_in(begin(client), "nora")
    flow = client.cookies["dingen_flow"]
    assert come_back(client, location).status_code == 303
    after, other = rows(site), site.client()
    other.cookies.set("dingen_flow", flow)
    for browser in (site.client(), other):
        assert come_back(browser, location).status_code in (400, 502)
        assert not is_signed_in(browser)
    assert rows(site) == after


def test_a_callback_is_good_in_the_browser_that_began_alone(site: Site, provider: OidcProvider) -> None:
    before = rows(site)
    attacker, victim, stranger = site.client(), site.client(), site.client()
    location = provider.sign_in(begin(attacker), "nora")
    begin(victim)
    for browser in (victim, stranger):
        answer = come_back(browser, location)
        assert answer.status_code == 400 and "Please start again" in answer.text
        assert not is_signed_in(browser)
    assert rows(site) == before


def test_a_forged_or_old_flow_is_none(site: Site, provider: OidcProvider) -> None:
    client, before = site.client(), rows(site)
    location = provider.sign_in(begin(client), "nora")
    flow = client.cookies["dingen_flow"]
    with set_to(now() + timedelta(minutes=11)):
        assert come_back(client, location).status_code == 400
    for forged in ("", "x", flow[:-1], flow.swapcase(), "null"):
        other = site.client()
        other.cookies.set("dingen_flow", forged)
        assert come_back(other, location).status_code == 400
    assert rows(site) == before


@pytest.mark.parametrize(
    "query", ["", "?state=", "?state=€&code=x", "?state=x&error=access_denied", "?error=<b>"]
)
def test_a_callback_that_nobody_asked_for_is_told_kindly(
    site: Site, provider: OidcProvider, query: str
) -> None:
    client = site.client()
    for _ in range(2):
        answer = client.get(f"/sign-in/local/callback{query}")
        assert answer.status_code == 400 and "Please start again" in answer.text
        assert answer.headers["cache-control"] == "no-store"
        begin(client)


@pytest.mark.parametrize("url", HOSTILE_NEXT)
def test_a_provider_never_leads_to_another_site(site: Site, provider: OidcProvider, url: str) -> None:
    assert sign_in(site.client(), provider, "nora", next=url).headers["location"] == "/"


def test_a_shared_computer_is_remembered_on_the_way(site: Site, provider: OidcProvider) -> None:
    client = site.client()
    for _ in range(2):
        answer = sign_in(client, provider, "nora", shared_computer="1")
        session = next(
            cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith("dingen=")
        )
        assert "max-age" not in session.lower()
        with site.db() as db:
            assert db.scalars(select(LoginSession.shared_computer)).all() == [True]
        client.post("/sign-out")


def test_a_shared_computer_is_remembered_until_the_password_is_typed(
    site: Site, provider: OidcProvider
) -> None:
    client = site.client()
    sign_in(client, provider, "lena", shared_computer="1")
    assert 'value="1" checked' in client.get(f"/sign-in?next={CONFIRM}").text
    assert 'value="1" checked' not in client.get("/sign-in").text


def test_nobody_gets_an_account_before_the_site_is_set_up(site: Site, provider: OidcProvider) -> None:
    with site.db() as db:
        for table in reversed(Person.metadata.sorted_tables):
            db.execute(delete(table))
    answer = sign_in(site.client(), provider, "nora")
    assert answer.status_code == 409 and "not open yet" in answer.text
    assert rows(site).people == 0


def test_new_accounts_count_as_those_with_a_password_do(site: Site, provider: OidcProvider) -> None:
    for _ in range(100):
        site.app.state.limiter.allows(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", "unknown")
    before = rows(site)
    assert sign_in(site.client(), provider, "nora").status_code == 429
    assert rows(site) == before


def test_few_taken_addresses_can_be_found_out_by_claiming_them(site: Site, provider: OidcProvider) -> None:
    assert sign_in(site.client(), provider, "lena-unproved").status_code == 303
    for _ in range(19):
        site.app.state.limiter.allows(TAKEN_PER_ADDRESS, "taken", "unknown")
    assert sign_in(site.client(), provider, "lena-unproved").status_code == 429
    assert sign_in(site.client(), provider, "una").status_code == 429
    assert sign_in(site.client(), provider, "nora").status_code == 303


def test_a_name_that_is_in_no_setting_is_not_found(site: Site, provider: OidcProvider) -> None:
    client = site.client(site.cast.learner)
    assert site.client().post("/sign-in/other").status_code == 404
    assert site.client().get("/sign-in/other/callback").status_code == 404
    assert client.post("/account/identities/other").status_code == 404


def test_the_way_to_the_provider_holds_nothing_that_another_site_may_see(
    site: Site, provider: OidcProvider
) -> None:
    page = site.client().post("/sign-in/local", data={"email": "lena@example.org", "password": PASSWORD})
    address = address_in(page)
    assert address.startswith(f"{provider.issuer}/") and "code_challenge_method=S256" in address
    for part in ("response_type=code", "scope=openid+profile+email", "state=", "nonce=", "code_challenge="):
        assert part in address
    assert "lena" not in address and PASSWORD not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "form-action 'self';" in page.headers["content-security-policy"]


def test_the_cookie_of_a_flow_is_out_of_reach(
    site: Site, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.app.state.pages, "secure", True)
    cookie = site.client().post("/sign-in/local").headers["set-cookie"]
    assert cookie.startswith("__Host-dingen_flow=")
    attributes = {attribute.strip().lower() for attribute in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=600"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)


def test_a_form_from_another_site_begins_nothing(site: Site, provider: OidcProvider) -> None:
    client = site.client(site.cast.learner)
    for path in ("/sign-in/local", "/account/identities/local", "/account/identities", "/account/unlink"):
        assert client.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_who_is_signed_in_already_goes_on(site: Site, provider: OidcProvider) -> None:
    answer = site.client(site.cast.learner).post("/sign-in/local", data={"next": "/programmes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/programmes")


def test_a_wrong_secret_is_told_to_the_administrator(
    site: Site, provider: OidcProvider, caplog: pytest.LogCaptureFixture
) -> None:
    site.app.state.settings.oidc["local"].client_secret = SecretStr("not the secret")
    assert sign_in(site.client(), provider, "nora").status_code == 502
    [record] = caplog.records
    expected = "Signing in with the provider local failed: '/token' answered 401, invalid_client"
    assert record.getMessage() == expected


def unlink(client: TestClient, issuer: str, subject: str) -> httpx2.Response:
    return client.post("/account/unlink", data={"issuer": issuer, "subject": subject})


def test_the_only_way_in_stays(site: Site, provider: OidcProvider) -> None:
    client = site.client()
    sign_in(client, provider, "nora")
    refused = unlink(client, provider.issuer, "nora")
    assert refused.status_code == 409 and "only way into your account" in refused.text
    person = person_of(site, provider, "nora")
    assert person is not None
    with site.db() as db:
        link_identity(db, person.id, "https://gone.example", "nora")
    assert unlink(client, provider.issuer, "nora").status_code == 409
    assert unlink(client, "https://gone.example", "nora").status_code == 303
    with site.db() as db:
        link_identity(db, person.id, provider.issuer, "another")
    assert unlink(client, provider.issuer, "nora").status_code == 303
    assert person_of(site, provider, "nora") is None


def test_who_has_a_password_takes_an_account_elsewhere_away(site: Site, provider: OidcProvider) -> None:
    with site.db() as db:
        link_identity(db, site.cast.learner.id, provider.issuer, "lena")
    for person in (site.cast.peer, site.cast.administrator):
        assert unlink(site.client(person), provider.issuer, "lena").status_code == 404
    client = site.client(site.cast.learner)
    assert unlink(client, provider.issuer, "other").status_code == 404
    assert client.post("/account/unlink").status_code == 404
    assert unlink(client, provider.issuer, "lena").headers["location"] == "/account"
    with site.db() as db:
        assert db.scalars(select(Identity)).all() == []
    other = site.client()
    assert sign_in(other, provider, "lena").headers["location"] == CONFIRM and not is_signed_in(other)


def test_a_password_without_an_address_is_no_way_in(site: Site, provider: OidcProvider) -> None:
    with site.db() as db:
        link_identity(db, site.cast.learner.id, provider.issuer, "lena")
        db.get_one(Person, site.cast.learner.id).email = None
    assert unlink(site.client(site.cast.learner), provider.issuer, "lena").status_code == 409


@pytest.mark.parametrize(
    "address",
    [
        "https://id.example.org",
        "https://id.example.org/",
        "https://id.example.org:8443/realms/library",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
    ],
)
def test_an_issuer_is_taken_as_it_is_written(address: str) -> None:
    settings = settings_for("sqlite://", oidc={"Library": {**SETTINGS, "issuer": address}})
    assert is_safe_address(address) and settings.oidc["library"].issuer == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "id.example.org",
        "http://id.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost@example.org",
        "https://name:word@id.example.org",
        "https://id.example.org?x",
        "https://id.example.org#x",
        "https://id.example.org\n",
        "https://ïd.example.org",
        "https://",
        "https://[::1",
        "https://id.example.org:port",
        "ftp://id.example.org",
        "https://" + "x" * 300,
    ],
)
def test_an_issuer_that_cannot_be_stops_the_start(address: str) -> None:
    with pytest.raises(ValidationError) as stopped:
        settings_for("sqlite://", oidc={"library": {**SETTINGS, "issuer": address}})
    [error] = stopped.value.errors()
    assert error["loc"] == ("oidc", "library", "issuer")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("lib/rary", {}),
        ("", {}),
        ("library", {"client_id": ""}),
        ("library", {"client_secret": ""}),
    ],
)
def test_a_provider_without_a_name_or_secret_stops_the_start(name: str, fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings_for("sqlite://", oidc={name: {**SETTINGS, **fields}})

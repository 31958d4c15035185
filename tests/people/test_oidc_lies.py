"""Signing in with a provider that lies: whatever it tells, nobody gets in and nothing is half made."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from time import time
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.people import oidc
from app.people.queries import person_by_identity
from tests.conftest import Site
from tests.peers.lying_provider import (
    EC,
    OKP,
    OTHER,
    RSA,
    LyingProvider,
    as_json,
    half_hash,
    signed,
    signed_by_secret,
    unsigned,
)
from tests.people.oidc import address_in, begin, come_back, is_signed_in, rows

DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = [DISCOVERY, "/token", "/keys", "/userinfo"]
PUBLIC_KEY = RSA.as_pem(private=False)
LONG_AGO, FAR_AWAY = 1_000_000_000, 4_000_000_000
SECRET = LyingProvider.client_secret.encode()


def sign_in(client: TestClient, liar: LyingProvider, **fields: str) -> httpx2.Response:
    """The whole way; it ends early where the site does not even send the browser away."""
    page = client.post("/sign-in/liar", data=fields)
    return page if page.status_code != 200 else come_back(client, liar.sign_in(address_in(page)))


def assert_refused(site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture) -> str:
    """Nobody is signed in, nothing is made, the page says so, and the log says why without secrets."""
    client, before = site.client(), rows(site)
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="app.people"):
        answer = sign_in(client, liar, next="/programmes", shared_computer="1")
    assert answer.status_code == 502
    assert "Signing in with Liar did not work" in answer.text and 'value="/programmes"' in answer.text
    assert 'value="1" checked' in answer.text
    assert not is_signed_in(client) and rows(site) == before and "dingen_flow" not in client.cookies
    [record] = caplog.records
    line = record.getMessage()
    for secret in (liar.access_token, liar.client_secret, "eyJ", "code-0"):
        assert secret not in line and secret not in answer.text
    assert "\n" not in line and len(line) < 500
    return line


def test_the_provider_is_believed_while_it_tells_the_truth(site: Site, liar: LyingProvider) -> None:
    client = site.client()
    assert sign_in(client, liar).status_code == 303 and is_signed_in(client)
    assert liar.asked == [DISCOVERY, DISCOVERY, "/token", "/keys", "/userinfo"]


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": "https://evil.example\n\n500 everything is fine" + "x" * 9000},
        {"issuer": None},
        {"issuer": ["http://127.0.0.1"]},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "//evil.example/authorize"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "http://[::1/token"},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"jwks_uri": None},
        {"jwks_uri": 7},
        {"userinfo_endpoint": "http://user@127.0.0.1/userinfo"},
        {"token_endpoint_auth_methods_supported": "client_secret_basic"},
        {"authorization_response_iss_parameter_supported": True},
    ],
    ids=str,
)
def test_lies_in_the_metadata(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, lie: dict[str, Any]
) -> None:
    liar.metadata = lie
    assert_refused(site, liar, caplog)
    assert "/token" not in liar.asked


@pytest.mark.parametrize(
    ("lie", "claim"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "somebody else"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["somebody else", "dingen"]}, "azp"),
        ({"azp": "somebody else"}, "azp"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"exp": LONG_AGO}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"iat": FAR_AWAY}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": FAR_AWAY}, "nbf"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"at_hash": half_hash("another token")}, "at_hash"),
        ({"at_hash": 7}, "at_hash"),
    ],
    ids=str,
)
def test_lies_in_the_claims(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, lie: dict[str, Any], claim: str
) -> None:
    liar.claims = lie
    assert claim in assert_refused(site, liar, caplog)


@pytest.mark.parametrize("subject", ["x" * 256, "é", "a\nb", "a\x00b"])
def test_a_subject_that_is_none(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, subject: str
) -> None:
    liar.claims = liar.userinfo = {"sub": subject}
    assert_refused(site, liar, caplog)


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        lambda claims: unsigned(claims) + "x",
        lambda claims: signed_by_secret(claims, SECRET),
        lambda claims: signed_by_secret(claims, SECRET, kid="rsa"),
        lambda claims: signed_by_secret(claims, PUBLIC_KEY, kid="rsa"),
        lambda claims: signed(claims, OTHER),
        lambda claims: signed(claims, OTHER, jwk=OTHER.as_dict(private=False)),
        lambda claims: signed(claims, OTHER, jku="https://evil.example/keys"),
        lambda claims: signed(claims, EC, "ES256", kid="rsa"),
        lambda claims: signed(claims, OKP, "Ed25519"),
        lambda claims: signed(claims, kid="unknown"),
        lambda claims: signed(claims, kid=None),
        lambda claims: signed(claims, crit=["exp"]),
        lambda claims: signed(claims)[:-4] + "AAAA",
        lambda claims: ".".join([signed({}).split(".")[0], *signed(claims, OTHER).split(".")[1:]]),
        lambda claims: "a.b.c",
        lambda claims: "",
        lambda claims: 7,
        lambda claims: signed({**claims, "more": "x" * 130_000}),
    ],
)
def test_lies_in_the_signature(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, sign: Callable[..., str]
) -> None:
    liar.sign = sign
    assert_refused(site, liar, caplog)
    assert "/userinfo" not in liar.asked


@pytest.mark.parametrize(
    "sign",
    [
        lambda claims: signed(claims, RSA, "PS256"),
        lambda claims: signed(claims, EC, "ES256"),
        lambda claims: signed({**claims, "aud": ["dingen"], "azp": "dingen"}),
    ],
)
def test_other_good_signatures_are_believed(
    site: Site, liar: LyingProvider, sign: Callable[..., str]
) -> None:
    liar.sign = sign
    assert sign_in(site.client(), liar).status_code == 303


@pytest.mark.parametrize(
    "lie",
    [
        {"id_token": None},
        {"access_token": None},
        {"id_token": {"sub": "subject"}},
        {"token_type": "mac"},
        {"expires_in": "soon"},
        {"expires_in": ["soon"]},
        {"expires_in": -3600},
        {"error": "invalid_grant"},
    ],
    ids=str,
)
def test_lies_in_the_token_answer(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, lie: dict[str, Any]
) -> None:
    liar.token = lie
    assert_refused(site, liar, caplog)


@pytest.mark.parametrize("subject", ["another", None, ["subject"]])
def test_userinfo_about_somebody_else(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, subject: object
) -> None:
    liar.userinfo = {"sub": subject}
    assert "somebody else" in assert_refused(site, liar, caplog)


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_an_answer_that_another_issuer_sent(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, issuer: str
) -> None:
    liar.redirect = {"iss": issuer}
    assert_refused(site, liar, caplog)
    assert "/token" not in liar.asked


@pytest.mark.parametrize(
    "lie",
    [{"code": None}, {"code": None, "error": "server_error"}, {"code": None, "error": "<b>\nx"}],
    ids=str,
)
def test_an_answer_without_a_code(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture, lie: dict[str, Any]
) -> None:
    liar.redirect = lie
    assert_refused(site, liar, caplog)


@pytest.mark.parametrize("state", ["another", "", None, "é"])
def test_an_answer_with_another_state(site: Site, liar: LyingProvider, state: str | None) -> None:
    client, before = site.client(), rows(site)
    liar.redirect = {"state": state}
    answer = sign_in(client, liar)
    assert answer.status_code == 400 and "Please start again" in answer.text
    assert not is_signed_in(client) and rows(site) == before and "/token" not in liar.asked


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "/elsewhere"}, b""),
        (307, {"Location": "http://169.254.169.254/"}, b"{}"),
        as_json({"access_token": "an access token", "id_token": "x"}, 400),
        as_json({}, 500),
        as_json([]),
        as_json(None),
        as_json("text"),
        as_json({"keys": [7], "issuer": {}, "sub": []}),
        as_json({"keys": [{"kty": "RSA", "n": "", "e": "AQAB"}, {"kty": "oct", "k": "AAAA"}]}),
        (200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>"),
        (200, {}, b"\xff\xfe\x00"),
        (200, {}, b"[" * 100_000),
        (200, {}, b'{"a":' * 30_000),
        (200, {}, b"0" * 1_000_000),
        (200, {"Content-Encoding": "gzip"}, b"{}"),
        (204, {}, b""),
    ],
    ids=lambda answer: f"{answer[0]}-{answer[2][:12]!r}",
)
def test_answers_that_are_none(
    site: Site,
    liar: LyingProvider,
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, dict[str, str], bytes],
) -> None:
    for endpoint in ENDPOINTS:
        liar.answers = {endpoint: answer}
        assert_refused(site, liar, caplog)
    assert "/elsewhere" not in liar.asked


def without_end(liar: LyingProvider) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not liar.released.is_set():
            handler.wfile.write(b" " * 10_000)

    return answer


def by_drops(liar: LyingProvider, start: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer that always goes on, but never ends: each drop comes soon enough for a timeout per read."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while not liar.released.wait(0.05):
            handler.wfile.write(b"x")

    return answer


def never(liar: LyingProvider) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: liar.released.wait() and None


@pytest.mark.parametrize(
    "kind",
    [
        never,
        without_end,
        lambda liar: by_drops(liar, b"HTTP/1.1 200 OK\r\nX-Header: "),
        lambda liar: by_drops(liar, b"HTTP/1.1 200 OK\r\n\r\n"),
        lambda liar: lambda handler: None,
    ],
    ids=["never", "without end", "header by drops", "body by drops", "hangs up"],
)
def test_answers_that_never_end(
    site: Site,
    liar: LyingProvider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    kind: Callable[[LyingProvider], Callable[[BaseHTTPRequestHandler], None]],
) -> None:
    monkeypatch.setattr(oidc, "PATIENCE_SECONDS", 0.25)
    for endpoint in ENDPOINTS:
        liar.answers = {endpoint: kind(liar)}
        began = time()
        assert_refused(site, liar, caplog)
        assert time() - began < 5


def test_a_provider_that_is_not_there(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture
) -> None:
    liar.server.shutdown()
    liar.server.server_close()
    assert "no connection" in assert_refused(site, liar, caplog)
    linking = site.client(site.cast.learner).post("/account/identities/liar")
    assert (linking.status_code, linking.headers["location"]) == (303, "/account")


def test_a_provider_that_takes_a_code_twice_opens_no_second_session(site: Site, liar: LyingProvider) -> None:
    client = site.client()
    location = liar.sign_in(begin(client, "liar"))
    flow = client.cookies["dingen_flow"]
    assert come_back(client, location).status_code == 303
    after, other = rows(site), site.client()
    other.cookies.set("dingen_flow", flow)
    assert come_back(other, location).status_code == 400
    assert not is_signed_in(other) and rows(site) == after


def test_the_code_of_another_sign_in_is_not_taken(
    site: Site, liar: LyingProvider, caplog: pytest.LogCaptureFixture
) -> None:
    """Injected into a flow of the same browser: PKCE and the nonce belong to the flow that the code is of."""
    client = site.client()
    liar.sign_in(begin(client, "liar"))
    liar.redirect = {"code": "code-0"}
    assert_refused(site, liar, caplog)


def test_failing_while_linking_leads_back_to_the_account(site: Site, liar: LyingProvider) -> None:
    client, before = site.client(site.cast.learner), rows(site)
    liar.claims = {"nonce": "another"}
    address = address_in(client.post("/account/identities/liar"))
    answer = come_back(client, liar.sign_in(address))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "did not work" in client.get("/forgotten-password").text
    after = rows(site)
    assert (after.people, after.identities) == (before.people, before.identities)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"name": "  Nora \n\t Wouters\x00 "}, "Nora Wouters"),
        ({"name": "x" * 5000}, "x" * 120),
        ({"name": ["Nora"], "nickname": "Noor"}, "Noor"),
        ({"name": "\u202e\u200b", "given_name": "Nora"}, "Nora"),
        ({"name": "", "preferred_username": "nora.w"}, "nora.w"),
        ({"name": None, "preferred_username": "nora@example.org"}, "New member"),
        ({"name": "<b>Nora</b>"}, "<b>Nora</b>"),
    ],
    ids=str,
)
def test_whatever_the_name_it_fits(site: Site, liar: LyingProvider, told: dict[str, Any], name: str) -> None:
    liar.userinfo = told
    client = site.client()
    assert sign_in(client, liar).status_code == 303
    with site.db() as db:
        person = person_by_identity(db, liar.issuer, "subject")
        assert person is not None and person.name == name
    assert "<b>Nora" not in client.get("/forgotten-password").text


@pytest.mark.parametrize(
    "told",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"email_verified": None},
        {"email": "nora"},
        {"email": ["nora@example.org"]},
        {"email": "nora@example.org\nbcc: all@example.org"},
        {"email": "x" * 300 + "@example.org"},
        {"email": None},
    ],
    ids=str,
)
def test_an_address_that_is_not_surely_theirs_is_not_kept(
    site: Site, liar: LyingProvider, told: dict[str, Any]
) -> None:
    liar.userinfo = told
    assert sign_in(site.client(), liar).status_code == 303
    with site.db() as db:
        person = person_by_identity(db, liar.issuer, "subject")
        assert person is not None and person.email is None


def test_an_address_in_the_id_token_needs_no_second_question(site: Site, liar: LyingProvider) -> None:
    liar.claims = {"name": "Nora", "email": "nora@example.org", "email_verified": True}
    liar.userinfo = {"sub": "another"}
    assert sign_in(site.client(), liar).status_code == 303
    assert "/userinfo" not in liar.asked


def test_a_proof_belongs_to_the_address_that_it_came_with(site: Site, liar: LyingProvider) -> None:
    liar.claims = {"email": "cora@example.com", "email_verified": False}
    liar.userinfo = {"email": None, "email_verified": True}
    assert sign_in(site.client(), liar).status_code == 303
    with site.db() as db:
        person = person_by_identity(db, liar.issuer, "subject")
        assert person is not None and person.email is None


def test_the_same_subject_at_another_issuer_is_somebody_else(site: Site, liar: LyingProvider) -> None:
    assert sign_in(site.client(), liar).status_code == 303
    liar.userinfo = {"email": None}
    with site.db() as db:
        assert person_by_identity(db, liar.issuer + "/", "subject") is None
        assert person_by_identity(db, liar.issuer, "Subject") is None


def test_a_client_secret_goes_by_form_where_the_provider_takes_it_so_alone(
    site: Site, liar: LyingProvider
) -> None:
    taken: list[dict[str, Any]] = []
    liar.metadata = {"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]}
    truth = liar.answer

    def watching(path: str, fields: Any) -> Any:
        taken.append(dict(fields))
        return truth(path, fields)

    liar.answer = watching  # type: ignore[method-assign]
    assert sign_in(site.client(), liar).status_code == 303
    [asked] = [fields for fields in taken if "code" in fields]
    assert asked["client_secret"] == [liar.client_secret] and json.dumps(asked)

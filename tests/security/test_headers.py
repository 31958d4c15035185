"""What goes along with every answer: the policy, the cookies' flags, what may be kept, and where redirects lead."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.main import create_app
from app.people.attempts import Limiter
from app.people.passwords import Passwords
from tests.cast import PASSWORD
from tests.conftest import BASE_URL, Site, settings_for
from tests.pages import see, value
from tests.security.crawl import BY_SCRIPT, Walk
from tests.security.world import World

SECURE_URL = "https://dingen.example.org"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
EXPECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "http:/evil.example",
    "https:///evil.example",
    "@evil.example",
    ".evil.example",
    "evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/foo/..//evil.example",
    "/programmes\r\nSet-Cookie: evil=1",
    "/programmes%0d%0aSet-Cookie: evil=1",
    "/\u2215/evil.example",
    "/\u3000/evil.example",
    "/\x00/evil.example",
    "/sign-in?next=//evil.example",
    "?next=//evil.example",
    "#//evil.example",
]


def test_every_answer_has_the_policy_and_its_companions(walk: Walk) -> None:
    for seen in walk.seen:
        check_headers(seen.answer, seen.what)
        assert "strict-transport-security" not in seen.answer.headers
        assert "server" not in seen.answer.headers and "x-powered-by" not in seen.answer.headers


def check_headers(answer: Response, what: str) -> None:
    for name, expected in EXPECTED.items():
        assert answer.headers.get_list(name) == [expected], (what, name)
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1, what
    rules = dict(rule.split(" ", 1) for rule in policies[0].split("; "))
    assert {**rules, "form-action": rules["form-action"].split()[0]} == POLICY, what
    assert len(answer.headers["x-request-id"]) == 16, what


def test_a_crash_has_them_too_and_tells_nothing(world: World) -> None:
    with crashing(world.site.app):
        client = TestClient(world.site.app, base_url=BASE_URL, raise_server_exceptions=False)
        answer = client.get("/programmes")
    assert answer.status_code == 500
    check_headers(answer, "a crash")
    assert answer.headers["cache-control"] == "no-store"
    assert (
        "kumquat" not in answer.text and "Traceback" not in answer.text and "RuntimeError" not in answer.text
    )
    assert "Something went wrong on our side" in answer.text


class crashing:  # noqa: N801
    """The catalogue is gone while inside."""

    def __init__(self, app: FastAPI) -> None:
        self.state = app.state

    def __enter__(self) -> None:
        self.library, self.state.library = self.state.library, None

    def __exit__(self, *_: object) -> None:
        self.state.library = self.library


def test_no_browser_keeps_what_was_shown_to_somebody_signed_in(walk: Walk) -> None:
    for seen in walk.seen:
        kept = seen.answer.headers.get("cache-control", "")
        if "/images/" in seen.what and seen.answer.status_code == 200:
            assert kept == "private, max-age=300", seen.what
        elif seen.is_page:
            assert kept == "no-store" or (walk.role == "out" and kept == "private, no-cache"), seen.what


@pytest.fixture
def secure(site: Site) -> Site:
    """The same site behind https."""
    app = create_app(settings_for("sqlite://", base_url=SECURE_URL), database=site.database)
    app.state.passwords = Passwords(cheap=True, at_once=4)
    app.state.limiter = Limiter(site.database)
    return Site(app, site.database, site.cast)


def test_by_https_every_cookie_is_bound_to_the_site(secure: Site) -> None:
    client = TestClient(secure.app, base_url=SECURE_URL, follow_redirects=False)
    form = {"email": "lena@example.org", "password": PASSWORD}
    signed_in = client.post("/sign-in", data=form)
    spoken = client.post("/language", data={"language": "nl"})
    profile = client.post("/account/profile", data={"name": "Lena"})
    out = client.post("/sign-out")
    names = set()
    for answer in (signed_in, spoken, profile, out):
        assert answer.status_code == 303
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        for cookie in answer.headers.get_list("set-cookie"):
            names.add(cookie.partition("=")[0])
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes, cookie
            assert not any(part.startswith("domain") for part in attributes), cookie
    assert {"__Host-dingen", "dingen_language", "dingen_flash"} <= names
    assert "dingen" not in names


def test_by_https_a_cookie_without_the_prefix_opens_nothing(secure: Site) -> None:
    token = secure.client(secure.cast.learner).cookies["dingen"]
    client = TestClient(secure.app, base_url=SECURE_URL, follow_redirects=False)
    client.cookies.set("dingen", token)
    assert client.get("/account").headers["location"].startswith("/sign-in")
    client.cookies.set("__Host-dingen", token)
    assert client.get("/account").status_code == 200


def test_by_https_plain_http_is_another_site(secure: Site) -> None:
    client = TestClient(secure.app, base_url=SECURE_URL, follow_redirects=False)
    for origin, status in ((SECURE_URL, 303), ("http://evil.example", 403)):
        answer = client.post("/language", data={"language": "nl"}, headers={"Origin": origin})
        assert answer.status_code == status


def test_no_cookie_can_be_read_by_a_script_or_sent_by_another_site(walk: Walk) -> None:
    for seen in walk.seen:
        for cookie in seen.answer.headers.get_list("set-cookie"):
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"httponly", "samesite=lax", "path=/"} <= attributes, (seen.what, cookie)
            assert "secure" not in attributes, (seen.what, cookie)


def test_a_session_ends_with_the_browser_on_a_shared_computer_only(site: Site) -> None:
    form = {"email": "lena@example.org", "password": PASSWORD}
    own = site.client().post("/sign-in", data=form)
    shared = site.client().post("/sign-in", data={**form, "shared_computer": "1"})
    assert "Max-Age=2592000" in own.headers["set-cookie"]
    assert "Max-Age" not in shared.headers["set-cookie"] and "expires" not in shared.headers["set-cookie"]


def test_signing_out_empties_the_browser(site: Site) -> None:
    answer = site.client(site.cast.learner).post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache"'


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_redirect_leads_to_another_site(site: Site, url: str) -> None:
    old = {"email": "lena@example.org", "password": PASSWORD, "next": url}
    new = {"name": "Nele", "email": "nele@example.org", "password": "seven green umbrellas", "next": url}
    learner = site.client(site.cast.learner)
    for answer in (
        site.client().post("/sign-in", data=old),
        site.client().post("/sign-up", data=new),
        site.client().post("/language", data={"language": "nl", "next": url}),
        site.client().post("/language", data={"language": "nl", "next": url}, headers=BY_SCRIPT),
        learner.post("/language", data={"language": "nonsense", "next": url}),
        learner.post("/sign-in", data=old),
        learner.post("/sign-up", data=new),
        learner.post("/sign-in/local", data={"next": url}),
        learner.get("/sign-in", params={"next": url}),
        learner.get("/sign-up", params={"next": url}),
    ):
        if "\0" not in url or answer.status_code not in (404, 422):
            assert leads_home(answer), answer.headers
    for path in ("/sign-in", "/sign-up") if "\0" not in url else ():
        page = see(site.client().get(path, params={"next": url}))
        assert {is_of_this_site(value(page, "next"))} == {True}


def leads_home(answer: Response) -> bool:
    location = answer.headers.get("location") or answer.headers["hx-redirect"]
    return is_of_this_site(location) and location.isprintable() and "evil" not in answer.cookies


def is_of_this_site(url: str) -> bool:
    """As browsers read an address: a backslash is a slash, and tabs and line ends are not there."""
    seen = "".join(sign for sign in url if sign not in "\t\r\n").strip().replace("\\", "/")
    target = urlsplit(urljoin(BASE_URL, seen))
    return f"{target.scheme}://{target.netloc}" == BASE_URL and not seen.startswith("//")


def test_nobody_is_led_anywhere_by_a_forged_message(world: World) -> None:
    """The message on the next page, with its Undo button, is signed."""
    browser = world.browser("learner")
    real = world.site.app.state.pages.signer.dumps({"text": "Real", "tone": "success", "undo_url": "/x"})
    for cookie in (real[::-1], real[:-9] + real[-9:].swapcase(), real + ".", real.partition(".")[0], "x.y.z"):
        browser.cookies.set("dingen_flash", cookie)
        assert "Real" not in browser.get("/programmes").text
        browser.cookies.delete("dingen_flash")
    browser.cookies.set("dingen_flash", real)
    assert "Real" in browser.get("/programmes").text

"""Whatever is sent, the answer is a page that helps, what was typed is kept, and nothing crashes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from app.cohorts.models import Cohort
from app.web.paging import decode_cursor, encode_cursor
from tests import proof
from tests.cast import PASSWORD
from tests.deeds import crowd as people
from tests.pages import see, words
from tests.security.routes import CALLS, READS, WRITES, Call, once_each
from tests.security.world import World

T = TypeVar("T")
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
WRONG_VALUES = [
    "",
    "   ",
    "\0",
    "before\0after",
    "no-such-thing",
    "-1",
    "1e999",
    "9" * 5000,
    "NaN",
    "2026-02-30",
    "0000-00-00",
    "😀" * 300,
    "\ufeff\u202e\u2028\x85\x1b",
    "' OR 1=1 --",
    "%s%n{0}{{7*7}}%(x)s",
    "x" * 150_000,
]
WRONG_BYTES = [b"%ff%fe", b"%ED%A0%80", b"%00", b"%", b"%zz", b"\xff\xfe", b"&&==&", b"%u0041"]
WRONG_PARAMETERS = [
    "%00",
    "%ff",
    "%ED%A0%80",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%0d%0aSet-Cookie:%20evil=1",
    "%27%22%3E%3Cscript%3E",
    "%F0%9F%98%80",
    "%3Fx%23y",
    "%5C..%5C",
    "a" * 5000,
    "-",
    "%20",
    "None",
]
WRONG_QUERIES = [
    "after=",
    "after=%00",
    "after=%ff&sort=%ff&show=%ff&q=%ff&group=%ff&next=%ff",
    "after=none&after=twice",
    "sort=&show=&q=",
    "sort=name&show=waiting&q=%25",
    "sort=progress&show=silent&q=_",
    "q=%5C",
    "q=%5C%25_%27%22",
    "q=%00",
    "q=" + "x" * 5000,
    "q=%F0%9F%98%80&sort[]=name&sort.x=1",
    "group=%00",
    "group=" + "9" * 5000,
    "next=//evil.example",
    "=&&=&%=%",
]
KEPT_NOT = ("password", "hidden", "submit", "checkbox", "radio", "file")


def fill(call: Call, world: World, form: dict[str, str]) -> Response:
    with world.undone():
        return world.browser(call.able[0]).post(call.path(world), data=form)


def is_helpful(answer: Response) -> None:
    """A page with a heading; or a redirect, a picture, or nothing at all."""
    assert answer.status_code < 500
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert len(LexborHTMLParser(answer.text).css("h1")) == 1


def taking_turns(number: int, values: Sequence[T], at_once: int = 4) -> list[T]:
    """A few of the values for each route or field, so that all of them are used again and again."""
    few = proof.size(at_once, len(values))
    return [values[(number * few + place) % len(values)] for place in range(few)]


def wrong_forms(call: Call) -> Iterator[dict[str, str]]:
    form = dict(call.form)
    turn = WELL_KNOWN.index(call)
    yield {}
    yield {"unknown": "field", "": "nameless", "__proto__": "x", "title[]": "y", "x" * 500: "long"}
    for number, name in enumerate(form):
        yield {other: value for other, value in form.items() if other != name}
        for value in taking_turns(turn + number, WRONG_VALUES, 6):
            yield {**form, name: value}


WELL_KNOWN = [call for call in once_each(WRITES) if call.form]


@pytest.mark.prove
@pytest.mark.parametrize("call", WELL_KNOWN, ids=str)
def test_a_form_that_is_wrong_comes_back_with_what_was_typed(world: World, call: Call) -> None:
    for form in wrong_forms(call):
        answer = fill(call, world, form)
        is_helpful(answer)
        assert answer.status_code in (200, 303, 404, 409, 422), form
        page = LexborHTMLParser(answer.text)
        for name, value in form.items():
            if "password" in name and len(value.strip()) > 9:
                assert value not in answer.text, "a password is never sent back"
            elif answer.status_code == 422:
                shown = value.replace("\0", "\ufffd")
                assert typed(page, name, shown) == shown, (name, value[:80])


def typed(page: LexborHTMLParser, name: str, default: str) -> str:
    """What stands in the field of that name; `default` where there is none that keeps text."""
    for field in page.css("main form [name]"):
        if field.attributes["name"] != name or field.attributes.get("type") in KEPT_NOT:
            continue
        if field.tag == "textarea":
            return (field.text() or "").removeprefix("\n")
        if field.tag == "input":
            return field.attributes.get("value") or ""
    return default


@pytest.mark.prove
def test_bytes_that_are_no_text_do_no_harm(world: World) -> None:
    fields = [(call, name) for call in WELL_KNOWN for name in call.form if "password" not in name]
    for number, (call, name) in enumerate(fields):
        rest = {other: value for other, value in call.form.items() if other != name}
        for body in taking_turns(number, WRONG_BYTES, 3):
            content = urlencode(rest).encode() + b"&" + name.encode() + b"=" + body
            with world.undone():
                browser = world.browser(call.able[0])
                is_helpful(browser.post(call.path(world), content=content, headers=URLENCODED))


OTHER_TYPES: list[tuple[str, bytes, int]] = [
    ("application/json", b'{"body": "x", "action": "publish"}', 415),
    ("text/plain", b"body=x&action=publish", 415),
    ("application/xml", b"<body/>", 415),
    ("multipart/form-data", b"--x\r\n", 400),
    ("multipart/form-data; boundary=", b"--x\r\n", 400),
    ("multipart/form-data; boundary=x", b"no part at all", 400),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n", 400),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="body"; filename="a.txt"\r\n\r\nfile\r\n--x--\r\n',
        400,
    ),
    (
        "multipart/form-data; boundary=x; charset=utf-7",
        b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n+2AA-\r\n--x--\r\n',
        422,
    ),
    (
        "multipart/form-data; boundary=x; charset=undefined",
        b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\nx\r\n--x--\r\n',
        415,
    ),
    ("application/x-www-form-urlencoded", b"&".join(b"x%d=" % number for number in range(2000)), 400),
]


TAKES_FILES = {
    "/cohorts/{cohort}/coach/blogs",
    "/cohorts/{cohort}/coach/invite",
    "/organize/cohorts/{cohort}/invite",
}
"""A file in another field than theirs is none to them."""


def test_only_forms_are_read(world: World) -> None:
    for call, (content_type, body, status) in product(WELL_KNOWN, OTHER_TYPES):
        with world.undone():
            browser = world.browser(call.able[0])
            answer = browser.post(call.path(world), content=body, headers={"Content-Type": content_type})
        is_helpful(answer)
        expected = (303, 404, 422) if status == 422 else (status,)
        if call.template in TAKES_FILES:
            expected = (*expected, 422)
        assert answer.status_code in expected, (call, content_type)


def test_a_body_that_is_too_large_is_refused_with_a_page(world: World) -> None:
    for role in ("out", "learner"):
        for path in ("/posts/new", "/sign-in", "/no-such-page", "/programmes"):
            answer = world.browser(role).post(path, data={"body": "x" * 3_000_000})
            assert "That is too large" in words(see(answer, 413))
            assert "content-security-policy" in answer.headers


def test_a_body_without_an_end_is_refused_with_a_page(world: World) -> None:
    endless = (b"body=" + b"x" * 65_536 for _ in range(50))
    answer = world.browser("learner").post("/posts/new", content=endless, headers=URLENCODED)
    assert "That is too large" in words(see(answer, 413))


@pytest.mark.prove
def test_strange_addresses_are_only_not_found(world: World) -> None:
    routes = [
        call for call in once_each(CALLS) if "{" in call.template and not call.template.startswith("/static")
    ]
    for number, call in enumerate(routes):
        turns = taking_turns(number, WRONG_PARAMETERS, 2)
        for path in (path for wrong in turns for path in strange_paths(call, world, wrong)):
            with world.undone():
                role = (call.able or ("administrator",))[0]
                answer = world.browser(role).request(call.method, path, data=dict(call.form) or None)
            is_helpful(answer)
            assert answer.status_code in (200, 303, 404, 405), path
            assert "evil" not in answer.headers, path


def strange_paths(call: Call, world: World, wrong: str) -> Iterator[str]:
    """The address with one part of it after the other replaced."""
    right = call.path(world)
    parts, names = right.partition("?")[0].split("/"), call.template.split("/")
    for place, name in enumerate(names):
        if name.startswith("{"):
            yield "/".join([*parts[:place], wrong, *parts[place + 1 :]])


@pytest.mark.prove
def test_strange_queries_change_nothing_but_what_is_listed(world: World) -> None:
    for number, call in enumerate(once_each(READS)):
        for role in call.able[:1]:
            path, browser = call.path(world).partition("?")[0], world.browser(role)
            for query in taking_turns(number, WRONG_QUERIES):
                is_helpful(browser.get(f"{path}?{query}"))


SEPARATORS = "\x1e{0.id}\x1f{0.public_id}\x1fForged"
"""What stands between the groups of somebody where they are read in one text."""


def test_the_name_of_a_group_forges_no_membership(world: World) -> None:
    other = world.site.cast.other_cohort
    form = {"name": f"A{SEPARATORS.format(other)}", "programme": "demo-programme", "mode": "self-paced"}
    browser = world.browser("organizer")
    page = see(browser.post("/organize/cohorts", data={**form, "code": "FORGED"}), 422)
    assert page.css_first("#f-name-error")
    see(browser.post("/join/FORGED"), 404)
    see(browser.get(f"/cohorts/{other.public_id}"), 404)


def test_a_name_that_is_in_the_database_already_forges_no_membership(world: World) -> None:
    cast = world.site.cast
    with world.site.db() as db:
        db.get_one(Cohort, cast.cohort.id).name = f"A{SEPARATORS.format(cast.other_cohort)}"
    see(world.browser("learner").get(f"/cohorts/{cast.cohort.public_id}"))
    see(world.browser("learner").get(f"/cohorts/{cast.other_cohort.public_id}"), 404)


@pytest.fixture
def crowd(world: World) -> World:
    """So many that every list has a second page."""
    with world.site.db() as db:
        people(db, [f"Person {number:02}" for number in range(65)], world.site.cast.cohort)
    return world


LISTS = [
    ("learner", "/cohorts/{cohort}?after={cursor}"),
    ("learner", "/cohorts/{cohort}/people?after={cursor}"),
    ("learner", "/journals/lena-maes?after={cursor}"),
    ("coach", "/cohorts/{cohort}/coach?after={cursor}"),
    ("coach", "/cohorts/{cohort}/coach?sort=name&after={cursor}"),
    ("coach", "/cohorts/{cohort}/coach?sort=progress&after={cursor}"),
    ("coach", "/cohorts/{cohort}/coach/inbox?after={cursor}"),
    ("organizer", "/organize/people?after={cursor}"),
]
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=())),
    st.sampled_from([2**63, -(2**63) - 1, 10**400, 1e308, -1e308, "\ud800", "\0", "9" * 5000]),
)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
cursors = st.one_of(
    st.text(max_size=60),
    st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()),
    st.lists(values, max_size=3).map(lambda many: forged(*many)),
)
quickly = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def forged(*many: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(many).encode()).decode().rstrip("=")


@given(cursor=cursors)
@settings(quickly, max_examples=400)
def test_a_forged_cursor_is_none(cursor: str) -> None:
    for kinds in ((str, int), (int, int), (float, int)):
        decoded = decode_cursor(cursor, *kinds)
        if decoded is not None:
            assert decode_cursor(encode_cursor(*decoded), *kinds) is not None
            assert all(isinstance(value, kind) for value, kind in zip(decoded, kinds, strict=True))


@given(cursor=cursors)
@quickly
def test_a_forged_cursor_opens_some_page(crowd: World, cursor: str) -> None:
    for role, template in LISTS:
        path = template.format(cohort=crowd.site.cast.cohort.public_id, cursor=quote(cursor, safe=""))
        see(crowd.browser(role).get(path), 404 if "\0" in cursor else 200)


@given(search=st.text(max_size=100), sort=st.text(max_size=20), show=st.text(max_size=20))
@quickly
def test_any_search_opens_a_page_that_keeps_it(crowd: World, search: str, sort: str, show: str) -> None:
    coach = f"/cohorts/{crowd.site.cast.cohort.public_id}/coach"
    for role, path in (("coach", coach), ("organizer", "/organize/people")):
        query = urlencode({"q": search, "sort": sort, "show": show})
        answer = crowd.browser(role).get(f"{path}?{query}")
        if "\0" in search or (role == "coach" and "\0" in sort + show):
            see(answer, 404)
        else:
            page = see(answer)
            kept = page.css_first("[name=q]").attributes.get("value") or ""
            assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", search[:80])


@pytest.mark.parametrize("sign", ["%", "_", "\\"])
def test_signs_of_patterns_are_letters_in_a_search(crowd: World, sign: str) -> None:
    coach = f"/cohorts/{crowd.site.cast.cohort.public_id}/coach"
    for role, path in (("coach", coach), ("organizer", "/organize/people")):
        page = see(crowd.browser(role).get(path, params={"q": f"P{sign}rson"}))
        assert "Person" not in words(page)


HEADERS = [
    {"Accept-Language": "*;q=nan, en;q=inf, nl;q=-1, fr;q=x, ;;;, é"},
    {"Accept-Language": "x" * 8000},
    {"Cookie": "dingen=%00; dingen_flash=.eJw; dingen_language=../../etc; dingen_flow=x; dingen_identity=y"},
    {"Cookie": "dingen=" + "x" * 4000 + "; dingen=é"},
    {"Cookie": ";;;=;="},
    {"Host": "evil.example:99999"},
    {"Host": "["},
    {"User-Agent": "é" * 3000},
    {"HX-Request": "true", "HX-Target": "<script>", "HX-Current-URL": "javascript:alert(1)"},
    {"Referer": "javascript:alert(1)"},
    {"Range": "bytes=0-1000000000000", "If-Modified-Since": "yesterday", "If-None-Match": '"'},
    {"Accept-Encoding": "gzip;q=x, br, \x7f"},
]


def test_strange_headers_do_no_harm(world: World) -> None:
    form = {"email": "lou@example.org", "password": PASSWORD}
    for headers in HEADERS:
        encoded = {name: value.encode() for name, value in headers.items()}
        for path in ("/", "/programmes/demo-programme/first", "/sign-in", "/account", "/nowhere"):
            is_helpful(world.browser("out").get(path, headers=encoded))
        with world.undone():
            is_helpful(world.browser("out").post("/sign-in", data=form, headers=encoded))

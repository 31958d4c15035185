"""No other site can make somebody's browser change anything, and opening a page changes nothing."""

from __future__ import annotations

from itertools import product

import pytest

from tests.conftest import BASE_URL
from tests.pages import see, words
from tests.security.routes import CALLS, CSRF_EXEMPT, READS, WRITES, Call, once_each, routes_of
from tests.security.tables import LAST_SEEN, rows_of
from tests.security.world import ROLES, World

FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": BASE_URL},
    {"Sec-Fetch-Site": "", "Origin": BASE_URL},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://evil.example/http://127.0.0.1:8000"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": ""},
]
FROM_HERE = [
    {"Sec-Fetch-Site": "same-origin", "Origin": BASE_URL},
    {"Sec-Fetch-Site": "none"},
    {"Origin": BASE_URL},
    {},
]
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def test_no_form_of_another_site_is_taken(world: World) -> None:
    browsers = {role: world.browser(role) for role in ROLES}
    before = rows_of(world.connection)
    for call, headers in product((call for call in WRITES if not is_exempt(call)), FROM_ELSEWHERE):
        for role in (*call.able[:1], *call.able[-1:]):
            answer = browsers[role].post(call.path(world), data=dict(call.form), headers=headers)
            assert "Open the page here and send the form again." in words(see(answer, 403)), call
            assert "set-cookie" not in answer.headers, call
    assert rows_of(world.connection) == before


def test_no_method_that_may_change_something_is_let_through(world: World) -> None:
    browser = world.browser("administrator", {"Sec-Fetch-Site": "cross-site"})
    for call, method in product((call for call in CALLS if not is_exempt(call)), UNSAFE):
        assert browser.request(method, call.path(world)).status_code == 403, (method, call)


def is_exempt(call: Call) -> bool:
    return call.template in CSRF_EXEMPT


def test_the_same_forms_are_taken_from_here(world: World) -> None:
    for call in WRITES:
        for role, headers in product(call.able[:1], FROM_HERE):
            with world.undone():
                answer = world.browser(role).post(call.path(world), data=dict(call.form), headers=headers)
                assert answer.status_code in (200, 303), (call, headers)


def test_the_forms_change_something(world: World) -> None:
    """So that the tests above can fail. With a provider that does not answer, nobody signs in or links; a
    picture takes a file; where no other site answers, no blog is found, and who has one is not asked; who
    takes no break comes back from none; a form here has one learner, who is no small group and no pair; who has a
    mentor looks for none."""
    before, changing = rows_of(world.connection), set()
    for call in WRITES:
        for role in call.able:
            if call.template not in changing:
                with world.undone():
                    world.browser(role).post(call.path(world), data=dict(call.form))
                    if rows_of(world.connection) != before:
                        changing.add(call.template)
    assert {call.template for call in WRITES} - changing == {
        "/account/blog",
        "/account/blog/confirm",
        "/account/blog/entries",
        "/account/identities",
        "/account/identities/{provider}",
        "/cohorts/{cohort}/coach/blogs",
        "/cohorts/{cohort}/coach/buddies",
        "/cohorts/{cohort}/coach/inbox/read",
        "/cohorts/{cohort}/coach/pods",
        "/cohorts/{cohort}/coach/pods/{pod}",
        "/enrolments/{enrolment}/break/end",
        "/enrolments/{enrolment}/mentor",
        "/programmes/{programme}/record/posts",
        "/sign-in/{provider}",
        "/start/{token}",
        *(call.template for call in WRITES if call.template.endswith("/pictures")),
    }


@pytest.mark.parametrize("role", ROLES)
def test_opening_a_page_changes_nothing(world: World, role: str) -> None:
    before = rows_of(world.connection, LAST_SEEN)
    for call in READS:
        world.browser(role).get(call.path(world))
    assert rows_of(world.connection, LAST_SEEN) == before


def test_every_method_but_get_head_and_post_is_refused(world: World) -> None:
    takes: dict[str, set[str]] = {}
    for method, template in routes_of(world.site.app):
        takes.setdefault(template, set()).update({method, "HEAD"} if method == "GET" else {method})
    for call in once_each(CALLS):
        if call.template.startswith("/static"):
            continue
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = world.browser("coach").request(method, call.path(world))
            assert answer.status_code == 405, (method, call)
            assert set(answer.headers["allow"].split(", ")) >= takes[call.template], call

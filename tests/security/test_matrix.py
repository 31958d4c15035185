"""Who gets what: every address, every role, every state that matters."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response

from app.main import CSRF_EXEMPT as EXEMPT
from app.main import create_app
from tests.conftest import settings_for
from tests.security import routes
from tests.security.routes import CALLS, DEMO_ONLY, READS, Call, routes_of
from tests.security.tables import LAST_SEEN, rows_of
from tests.security.world import ROLES, World

PASSING = ("x-request-id", "content-length", "date")


def test_every_route_is_in_the_matrix(application: FastAPI) -> None:
    assert routes_of(application) == {(call.method, call.template) for call in CALLS}


def test_a_demo_has_two_routes_more(application: FastAPI, tmp_path: Path) -> None:
    demo = create_app(settings_for(f"sqlite:///{tmp_path / 'demo.db'}", mode="demo"))
    assert routes_of(demo) - routes_of(application) == DEMO_ONLY


def test_no_address_is_exempt_from_the_check_where_a_form_comes_from() -> None:
    assert EXEMPT == routes.CSRF_EXEMPT


@pytest.mark.parametrize("role", ROLES)
def test_everyone_gets_exactly_what_the_matrix_says(world: World, role: str) -> None:
    ghosts: dict[tuple[str, str], Response] = {}
    wrong = []
    for call in CALLS:
        path, ghost = call.path(world), call.ghost()
        answer = send(world, role, call, path)
        found = outcome_of(answer, call)
        if found != call.outcomes[role]:
            wrong.append(f"{call}: {found} instead of {call.outcomes[role]}")
        if found == "404":
            if (call.method, ghost) not in ghosts:
                ghosts[call.method, ghost] = send(world, role, call, ghost)
            if told(answer, path) != told(ghosts[call.method, ghost], ghost):
                wrong.append(f"{call}: can be told from what never was")
    assert not wrong, "\n".join(wrong)


def test_signing_in_is_asked_alike_for_what_is_there_and_what_never_was(world: World) -> None:
    """Only what everybody may know can be told apart: the programmes, and the providers to sign in with."""
    apart = {
        call.template
        for call in CALLS
        if call.outcomes["out"] == "login" and "{" in call.template
        if outcome_of(send(world, "out", call, call.ghost()), call) != "login"
    }
    assert apart == {
        "/programmes/{programme}/{thing}",
        "/programmes/{programme}/{thing}/posts",
        "/account/identities/{provider}",
    }


@pytest.mark.parametrize("role", ["out", "coach"])
def test_head_tells_what_get_would(world: World, role: str) -> None:
    wrong, before = [], rows_of(world.connection, LAST_SEEN)
    for call in READS:
        get = world.browser(role).get(call.path(world))
        head = world.browser(role).head(call.path(world))
        if (get.status_code, kept(get)) != (head.status_code, kept(head)) or head.content:
            wrong.append(f"{call}: {get.status_code} and {head.status_code}")
    assert not wrong, "\n".join(wrong)
    assert rows_of(world.connection, LAST_SEEN) == before


def send(world: World, role: str, call: Call, path: str) -> Response:
    with world.undone():
        client = world.browser(role)
        if call.method == "GET":
            return client.get(path)
        return client.post(path, data=dict(call.form))


def outcome_of(answer: Response, call: Call) -> str:
    location = answer.headers.get("location", "")
    if answer.status_code == 200:
        return "page"
    if answer.status_code == 303:
        return "login" if location.startswith("/sign-in?next=") else "done"
    if answer.status_code == 404 and call.template.startswith(
        ("/reset/", "/confirm/", "/invited/", "/unsubscribe")
    ):
        return "gone"
    return str(answer.status_code)


def told(answer: Response, path: str) -> tuple[int, dict[str, str], str]:
    """All of an answer, but for its own address."""
    body = answer.text.replace(escape(path), "").replace(escape(path.partition("?")[0]), "")
    return answer.status_code, kept(answer), body


def kept(answer: Response) -> dict[str, str]:
    """Its headers, without what passes: a cookie is taken back with the second at which it ended."""
    kept = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return {name: re.sub("expires=[^;]+", "", value) for name, value in kept.items()}

"""The world that is attacked: content of its own, a provider to sign in with, and a secret in each field."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection

from app.db import Database
from app.main import create_app
from app.people.passwords import Passwords
from tests.cast import Cast
from tests.conftest import CONTENT, Site, settings_for
from tests.kept import Kept
from tests.security.crawl import Walk, walk_through
from tests.security.world import ROLES, World, make_world

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
INSIDE = """---
title: Inside programme
summary: For who is signed in.
language: en
license: CC-BY-4.0
access: members
complete: all
---
Welcome.
"""
THING = """---
title: The inner Thing
summary: Not for the web.
minutes: 5
---
A picture: ![a plan](images/plan.png)

## Try
- [ ] Look {#look}
"""


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(CONTENT, folder, dirs_exist_ok=True)
    inside = folder / "things" / "inside-programme"
    for programme in (inside, folder / "things" / "demo-programme"):
        (programme / "images").mkdir(parents=True)
        (programme / "images" / "plan.png").write_bytes(PNG)
    (inside / "programme.md").write_text(INSIDE, encoding="utf-8")
    (inside / "01-inner.md").write_text(THING, encoding="utf-8")
    provider = {
        "issuer": "http://127.0.0.1:9",
        "client_id": "dingen",
        "client_secret": "the secret of the client",
        "label": "Nowhere",
    }
    app = create_app(
        settings_for(
            f"sqlite:///{folder / 'unused.db'}",
            content_dir=folder,
            mail_dir=folder / "mail",
            oidc={"local": provider},
        )
    )
    app.state.passwords = Passwords(cheap=True, at_once=4)
    return app


@pytest.fixture(scope="session")
def kept_world(migrated: Database) -> Kept[tuple[Cast, World]]:
    """One for each of the databases."""
    return Kept()


@pytest.fixture
def world(
    site: Site, connection: Connection, kept_cast: Kept[Cast], kept_world: Kept[tuple[Cast, World]]
) -> World:
    def make() -> tuple[Cast, World]:
        return site.cast, make_world(site, connection)

    site.cast, world = kept_world.again(connection, make, over=kept_cast)
    world.site, world.connection = site, connection
    return world


ON_ONE_DATABASE = {
    "test_csrf.py": "sqlite",
    "test_headers.py": "sqlite",
    "test_mass_assignment.py": "sqlite",
    "test_raw_requests.py": "sqlite",
    "test_xss.py": "sqlite",
    "test_a_form_that_is_wrong_comes_back_with_what_was_typed": "sqlite",
    "test_head_tells_what_get_would": "sqlite",
    "test_nobody_gets_a_secret_of_somebody_else_and_everyone_their_own": "sqlite",
    "test_everyone_gets_exactly_what_the_matrix_says": "postgresql",
    "test_the_same_form_a_second_time_changes_nothing": "sqlite",
    "test_no_log_tells_a_secret": "sqlite",
    "test_once_near.py": "sqlite",
    "test_strange_addresses_are_only_not_found": "postgresql",
    "test_strange_queries_change_nothing_but_what_is_listed": "postgresql",
    "test_bytes_that_are_no_text_do_no_harm": "postgresql",
    "test_only_forms_are_read": "sqlite",
}
"""Walks over all routes that ask nothing of a database which the other one would answer in another way; of
values that a database may refuse, the stricter one is asked. Between the matrix and the search for secrets
everyone opens every address on both."""
SOME_SEE_ALL = {
    "test_every_answer_has_the_policy_and_its_companions": ("out", "learner", "coach", "administrator"),
    "test_our_own_pages_need_no_exception_from_the_policy": ("out", "learner", "coach", "administrator"),
}
"""Between them these see every page; what is looked at does not depend on who looks."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the walks that would be walked a second time for nothing."""
    items[:] = [item for item in items if not _is_second_walk(item)]


def _is_second_walk(item: pytest.Item) -> bool:
    function = getattr(item, "originalname", item.name)
    only = ON_ONE_DATABASE.get(function) or ON_ONE_DATABASE.get(item.path.name)
    callspec = getattr(item, "callspec", None)
    if callspec is not None and callspec.params.get("walk") not in SOME_SEE_ALL.get(
        function, (callspec.params.get("walk"),)
    ):
        return True
    if only is None or callspec is None or item.path.parent != Path(__file__).parent:
        return False
    return bool(callspec.params.get("migrated", only) != only)


_walks: dict[tuple[str, str], Walk] = {}


@pytest.fixture(params=ROLES)
def walk(request: pytest.FixtureRequest, migrated: Database) -> Walk:
    """Walked once on each database; nobody changes what was seen."""
    key = (migrated.engine.name, request.param)
    if key not in _walks:
        _walks[key] = walk_through(request.getfixturevalue("world"), request.param)
    return _walks[key]

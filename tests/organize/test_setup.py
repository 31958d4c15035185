"""The set-up page of an empty site: one page from nothing to a join link."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.clock import set_to
from app.cohorts.models import Cohort
from app.cohorts.queries import coaches_of
from app.db import Database
from app.organize.setup import setup_token
from app.people.attempts import Limiter
from app.people.models import Person
from app.people.queries import organization
from app.people.services import create_person
from tests.cast import PASSWORD
from tests.conftest import BASE_URL
from tests.pages import see, value, words

FORM = {
    "site_name": "Library of Hillside",
    "programme": "demo-programme",
    "group": "First steps",
    "mode": "coach-led",
    "starts_on": "2027-01-11",
    "name": "Rosa Ruys",
    "email": "Rosa@example.org",
    "password": PASSWORD,
}


@pytest.fixture
def client(application: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A browser before a site with nobody in it."""
    application.state.database = database
    application.state.limiter = Limiter(database)
    monkeypatch.setattr(application.state.site, "name", "Dingen")
    return TestClient(application, base_url=BASE_URL, follow_redirects=False)


@pytest.fixture
def url(application: FastAPI, database: Database) -> str:
    """The page's address, as `dingen start` prints it."""
    with database.transaction(write=False) as db:
        return f"/start/{setup_token(db, application.state.settings.secret())}"


def test_the_page_is_for_who_has_its_address(client: TestClient, url: str, database: Database) -> None:
    assert words(see(client.get(url)), "h1") == "Set up your site"
    for wrong in ("/start/x", f"{url}x", url[:-1], "/start/é"):
        see(client.get(wrong), 404)
        see(client.post(wrong, data=FORM), 404)
    with database.transaction() as db:
        assert db.query(Person).count() == 0


def test_the_page_suggests_what_most_want(client: TestClient, url: str) -> None:
    """Among them today, as the site's clock has it: an hour after midnight in Brussels is yesterday in UTC."""
    with set_to(datetime(2026, 11, 25, 23, 30, tzinfo=UTC)):
        page = see(client.get(url))
    assert value(page, "mode") == "coach-led"
    assert value(page, "starts_on") == "2026-11-26"
    offered = [option.attributes["value"] for option in page.css("[name=programme] option")]
    assert offered == ["demo-programme", "evening-walk"]


def test_one_form_makes_a_site_that_people_can_join(client: TestClient, url: str, database: Database) -> None:
    answer = client.post(url, data=FORM)
    assert answer.status_code == 303
    page = see(client.get(answer.headers["location"]))
    assert words(page, "h1") == "First steps"
    assert "Your site is ready." in words(page, ".flash")
    assert "Library of Hillside" in words(page, ".site-name")
    link = page.css_first("#join-link").attributes["href"] or ""
    assert link.startswith(f"{BASE_URL}/join/")
    assert "We begin on 11 January 2027." in value(page, "invitation")
    with database.transaction() as db:
        person, cohort = db.query(Person).one(), db.query(Cohort).one()
        assert (person.name, person.email, person.role) == ("Rosa Ruys", "rosa@example.org", "administrator")
        assert (cohort.mode, cohort.programme_slug) == ("coach-led", "demo-programme")
        assert [coach.name for coach in coaches_of(db, cohort.id)] == ["Rosa Ruys"]
        site = organization(db)
        assert site is not None
        assert site.name == "Library of Hillside"
    see(client.get("/organize"))
    guest = TestClient(client.app, base_url=BASE_URL, follow_redirects=False)
    invitation = see(guest.get(link))
    assert words(invitation, "h1") == "First steps"
    assert "Sign up and join" in words(invitation)
    signed_in = guest.post("/sign-in", data={"email": "rosa@example.org", "password": PASSWORD})
    assert signed_in.status_code == 303


def test_a_group_where_everyone_goes_alone_has_no_coach(
    client: TestClient, url: str, database: Database
) -> None:
    see(client.post(url, data={**FORM, "mode": "self-paced", "starts_on": ""}), 303)
    with database.transaction() as db:
        cohort = db.query(Cohort).one()
        assert (cohort.mode, cohort.starts_on) == ("self-paced", None)
        assert not coaches_of(db, cohort.id)


def test_the_page_is_gone_once_it_was_used(client: TestClient, url: str, database: Database) -> None:
    see(client.post(url, data=FORM), 303)
    see(client.get(url), 404)
    see(client.post(url, data={**FORM, "email": "second@example.org"}), 404)
    with database.transaction() as db:
        assert db.query(Person).count() == db.query(Cohort).count() == 1


@pytest.mark.parametrize("is_demo", [False, True])
def test_a_site_with_anybody_in_it_has_no_such_page(
    client: TestClient, url: str, database: Database, is_demo: bool
) -> None:
    with database.transaction() as db:
        create_person(db, name="Somebody", is_demo=is_demo)
    see(client.get(url), 404)
    see(client.post(url, data=FORM), 404)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("site_name", "", "Fill this in."),
        ("programme", "nothing", "Choose one of the options."),
        ("group", " ", "Fill this in."),
        ("mode", "", "Fill this in."),
        ("starts_on", "soon", "Write a date as"),
        ("name", "", "Fill this in."),
        ("email", "rosa", "Write an e-mail address"),
        ("password", "short", "Use at least 10 characters."),
        ("password", "1234567890", "among the first that anyone would try"),
        ("password", "rosa ruys 1", "too close to your name"),
        ("password", "library hillside", "too close to your name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    client: TestClient, url: str, database: Database, field: str, typed: str, said: str
) -> None:
    page = see(client.post(url, data={**FORM, field: typed}), 422)
    error = f"#f-{field}-group-error" if field == "mode" else f"#f-{field}-error"
    assert said in words(page, error)
    assert len(page.css(".field-error")) == 1
    for name in ("site_name", "group", "starts_on", "name", "email"):
        assert value(page, name) == {**FORM, field: typed}[name]
    assert value(page, "password") == ""
    with database.transaction() as db:
        assert db.query(Person).count() == db.query(Cohort).count() == 0

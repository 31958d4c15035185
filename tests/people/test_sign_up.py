"""Making an account."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from starlette.testclient import TestClient

from app.people.models import LoginSession, Organization, Person
from app.people.queries import person_by_email
from tests.cast import PASSWORD
from tests.conftest import Site

NEW = {"name": "Nora Wouters", "email": "nora@example.org", "password": "vier woorden bij elkaar"}


def sign_up(client: TestClient, **fields: str):
    return client.post("/sign-up", data={**NEW, **fields})


def count(site: Site) -> int:
    with site.db() as db:
        return db.scalar(select(func.count()).select_from(Person)) or 0


def test_a_new_person_is_signed_in_and_led_on(site: Site) -> None:
    client = site.client()
    answer = sign_up(client, next="/join/RIVERSIDE")
    assert (answer.status_code, answer.headers["location"]) == (303, "/join/RIVERSIDE")
    assert client.get("/account").status_code == 200
    with site.db() as db:
        person = person_by_email(db, "nora@example.org")
        assert person is not None and person.name == "Nora Wouters" and person.handle == "nora-wouters"
        assert person.role == "member" and NEW["password"] not in (person.password_hash or "")


def test_names_may_be_alike(site: Site) -> None:
    assert sign_up(site.client(), name="Lena Maes").status_code == 303


def test_fields_that_are_not_in_the_form_change_nothing(site: Site) -> None:
    sign_up(site.client(), role="administrator", is_demo="1", organization_id="7", id="1")
    with site.db() as db:
        person = person_by_email(db, "nora@example.org")
        assert person is not None and person.role == "member" and not person.is_demo


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("name", "No\x00ra"),
        ("email", ""),
        ("email", "nora"),
        ("email", "nora@"),
        ("email", "nora@example.org, piet@example.org"),
        ("email", "nora\n@example.org"),
        ("password", ""),
        ("password", "too short"),
        ("password", "x y" * 100),
        ("password", "Password123!"),
        ("password", "wachtwoord2026"),
        ("password", "1234567890"),
        ("password", "qwertyuiop"),
        ("password", "aaaaaaaaaaaa"),
        ("password", "Nora-Wouters-1"),
        ("password", "nora@example.org"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_field_and_the_rest_kept(
    site: Site, field: str, value: str
) -> None:
    before = count(site)
    answer = sign_up(site.client(), **{field: value})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text and f'href="#f-{field}"' in answer.text
    for name, typed in NEW.items():
        if name not in (field, "password"):
            assert f'value="{typed}"' in answer.text
    assert NEW["password"] not in answer.text
    assert count(site) == before


@pytest.mark.parametrize(
    "password", ["  ten spaces around  ", "éééé ligatuur ﬁets zee", "🌊 zee en duinen 🌊", "x9$kLq2#vB"]
)
def test_any_signs_make_a_password(site: Site, password: str) -> None:
    client = site.client()
    assert sign_up(client, password=password).status_code == 303
    client.post("/sign-out")
    data = {"email": NEW["email"], "password": password}
    assert client.post("/sign-in", data=data).status_code == 303
    if password != password.strip():
        other = {"email": NEW["email"], "password": password.strip()}
        assert site.client().post("/sign-in", data=other).status_code == 422


def test_an_address_that_is_taken_gets_an_answer_that_names_nobody(site: Site) -> None:
    before = count(site)
    answer = sign_up(site.client(), email="lena@example.org")
    assert answer.status_code == 422
    assert "Lena" not in answer.text and "If you have been here before" in answer.text
    assert count(site) == before


def test_signing_up_again_with_the_same_password_signs_in(site: Site) -> None:
    before = count(site)
    clients = [site.client() for _ in range(3)]
    assert {sign_up(client).status_code for client in clients} == {303}
    assert count(site) == before + 1
    assert {client.get("/account").status_code for client in clients} == {200}


def test_signing_up_is_no_way_around_the_limit_of_signing_in(site: Site) -> None:
    for _ in range(10):
        assert sign_up(site.client(), email="lena@example.org").status_code == 422
    assert sign_up(site.client(), email="lena@example.org", password=PASSWORD).status_code == 429
    data = {"email": "lena@example.org", "password": PASSWORD}
    assert site.client().post("/sign-in", data=data).status_code == 429


def test_few_taken_addresses_can_be_found_out_from_one_place(site: Site) -> None:
    taken = ["lena", "piet", "cora"]
    statuses = [
        sign_up(site.client(), email=f"{taken[number % 3]}@example.org").status_code for number in range(21)
    ]
    assert statuses == [422] * 20 + [429]
    assert sign_up(site.client(), email="free@example.org").status_code == 429


def test_one_place_makes_a_hundred_accounts_an_hour(site: Site) -> None:
    statuses = [sign_up(site.client(), email=f"nora{n}@example.org").status_code for n in range(101)]
    assert statuses == [303] * 100 + [429]


def test_nobody_signs_up_before_the_site_is_set_up(site: Site) -> None:
    from tests.cast import Cast  # noqa: F401

    with site.db() as db:
        organization = db.scalars(select(Organization)).one()
        for table in reversed(Person.metadata.sorted_tables):
            db.execute(delete(table))
        del organization
    assert "not open yet" in site.client().get("/sign-up").text
    answer = sign_up(site.client())
    assert answer.status_code == 409 and "not open yet" in answer.text
    assert count(site) == 0


def test_a_refused_form_opens_no_session(site: Site) -> None:
    client = site.client()
    sign_up(client, email="lena@example.org")
    assert "dingen" not in client.cookies
    with site.db() as db:
        assert db.scalar(select(func.count()).select_from(LoginSession)) == 0

"""How a test signs in with a provider: the two ends of the way that lie on the site."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.people.models import Identity, LoginSession, Person
from tests.conftest import BASE_URL, Site

CONFIRM = "/account/identities/new"


def address_in(page: httpx2.Response) -> str:
    """Where the page that leads to a provider sends the browser, by itself and by its button."""
    assert page.status_code == 200, page.text
    parsed = LexborHTMLParser(page.text)
    refresh = parsed.css_first('meta[http-equiv="refresh"]').attributes["content"]
    address = refresh.removeprefix("0; url=")
    assert parsed.css_first("main a.button").attributes["href"] == address
    return address


def begin(client: TestClient, provider: str = "local", **fields: str) -> str:
    return address_in(client.post(f"/sign-in/{provider}", data=fields))


def come_back(client: TestClient, location: str) -> httpx2.Response:
    assert location.startswith(BASE_URL)
    return client.get(location.removeprefix(BASE_URL))


def is_signed_in(client: TestClient) -> bool:
    return client.get("/sign-in").status_code == 303


@dataclass(frozen=True)
class Rows:
    people: int
    identities: int
    sessions: int


def rows(site: Site) -> Rows:
    with site.db() as db:
        return Rows(
            *(
                db.scalar(select(func.count()).select_from(table))
                for table in (Person, Identity, LoginSession)
            )
        )

"""What the tests of the account do again and again."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.people.models import Person
from tests.cast import PASSWORD
from tests.conftest import Site

PROFILE = {"name": "Lena Maes", "about": "Front desk, dry humour.", "language": "nl", "shows_tiles": "1"}
NEW_PASSWORD = "four words no rhyme"


def signed_in(
    site: Site, email: str = "lena@example.org", password: str = PASSWORD, **fields: str
) -> TestClient:
    client = site.client()
    assert client.post("/sign-in", data={"email": email, "password": password, **fields}).status_code == 303
    return client


def is_signed_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def learner(site: Site) -> Person:
    with site.db() as db:
        return db.get_one(Person, site.cast.learner.id)


def section(page: str, name: str) -> str:
    found = LexborHTMLParser(page).css_first(f"section[aria-labelledby='{name}']")
    return re.sub(r"\s+", " ", found.text()) if found else ""

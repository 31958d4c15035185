"""npm's oidc-provider as a real OpenID Provider, and the browser that signs in there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import httpx2
from selectolax.lexbor import LexborHTMLParser

FOLDER = Path(__file__).parent / "oidc"


class OidcProvider:
    """Runs inside a `with`; `accounts` are claims by what one types as login."""

    client_id = "dingen"
    client_secret = "a secret that only the two know"

    def __init__(self, redirect_uri: str, accounts: dict[str, dict[str, Any]]) -> None:
        self.redirect_uri = redirect_uri
        self.options = {
            "client": {"id": self.client_id, "secret": self.client_secret},
            "redirectUri": redirect_uri,
            "accounts": accounts,
        }

    def __enter__(self) -> OidcProvider:
        command = ["node", "provider.mjs", json.dumps(self.options)]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.issuer = self.process.stdout.readline().strip()
        if not self.issuer:
            raise RuntimeError("oidc-provider did not start: run tests/prepare.py")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def sign_in(self, address: str, login: str) -> str:
        """Open the address that the site sent us to, sign in and consent; where that leads back to."""
        with httpx2.Client() as browser:
            answer = browser.get(address)
            while not (location := self._leads_to(answer)).startswith(self.redirect_uri):
                answer = browser.get(location) if location else self._fill_in(browser, answer, login)
            return location

    def cancel(self, address: str) -> str:
        """Open the address and go back without signing in."""
        with httpx2.Client() as browser:
            answer = browser.get(address)
            while not (location := self._leads_to(answer)).startswith(self.redirect_uri):
                stop = LexborHTMLParser(answer.text).css_first('a[href$="/abort"]')
                answer = browser.get(location or urljoin(str(answer.url), stop.attributes["href"]))
            return location

    def _leads_to(self, answer: httpx2.Response) -> str:
        return urljoin(str(answer.url), answer.headers["location"]) if answer.is_redirect else ""

    def _fill_in(self, browser: httpx2.Client, answer: httpx2.Response, login: str) -> httpx2.Response:
        form = LexborHTMLParser(answer.raise_for_status().text).css_first("form")
        fields = {
            name: field.attributes.get("value") or ""
            for field in form.css("input")
            if (name := field.attributes.get("name"))
        }
        for name in fields.keys() & {"login", "password"}:
            fields[name] = login
        return browser.post(urljoin(str(answer.url), form.attributes["action"]), data=fields)

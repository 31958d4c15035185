"""Providers to sign in with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import BASE_URL, Site, settings_for
from tests.peers.lying_provider import LyingProvider
from tests.peers.oidc_provider import OidcProvider

ACCOUNTS = {
    "nora": {"name": "Nora Wouters", "email": "nora@example.org", "email_verified": True},
    "una": {"given_name": "Una", "family_name": "Smet", "email": "una@example.org", "email_verified": False},
    "nameless": {"preferred_username": "someone@example.org"},
    "lena": {"name": "Lena Elsewhere", "email": "Lena@Example.org", "email_verified": True},
    "lena-unproved": {"name": "Not Lena", "email": "lena@example.org", "email_verified": False},
}


@pytest.fixture(scope="session")
def oidc_provider() -> Iterator[OidcProvider]:
    with OidcProvider(f"{BASE_URL}/sign-in/local/callback", ACCOUNTS) as provider:
        yield provider


@pytest.fixture
def provider(site: Site, oidc_provider: OidcProvider) -> Iterator[OidcProvider]:
    """The real provider, which the site's settings name `local`."""
    with settings_that_name(site, local=oidc_provider):
        yield oidc_provider


@pytest.fixture
def lying_provider() -> Iterator[LyingProvider]:
    with LyingProvider() as provider:
        yield provider


@pytest.fixture
def liar(site: Site, lying_provider: LyingProvider) -> Iterator[LyingProvider]:
    """A provider that lies where it is asked to, which the site's settings name `liar`."""
    with settings_that_name(site, liar=lying_provider):
        yield lying_provider


@contextmanager
def settings_that_name(site: Site, **providers: OidcProvider | LyingProvider) -> Iterator[None]:
    oidc = {
        name: {
            "issuer": provider.issuer,
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "label": name.title(),
        }
        for name, provider in providers.items()
    }
    before = site.app.state.settings
    site.app.state.settings = settings_for("sqlite://", oidc=oidc)
    yield
    site.app.state.settings = before

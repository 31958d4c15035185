"""Speaking with an OpenID Connect provider: discovery, and the authorization code flow with PKCE.

A provider proves who somebody is, and is believed in nothing else. Each sign-in asks for its metadata and
keys anew, so that there is nothing to keep fresh. Whatever goes wrong on the way is ProviderFailed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from ssl import SSLContext
from typing import Any

import anyio
import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ValidationError

from app.clock import now
from app.people.identities import ProviderAccount
from app.people.oidc_claims import account_from
from app.settings import OidcProvider, is_safe_address

PATIENCE_SECONDS = 10.0
LARGEST_ANSWER = 200_000
LEEWAY_SECONDS = 60
SCOPE = "openid profile email"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
CODE = re.compile(r"[a-z0-9_.-]{1,60}")


class ProviderFailed(Exception):
    """The provider did not answer, or not as OpenID Connect asks. The text is for the log: it holds no token,
    and nothing that a provider could write there at will."""


class Cancelled(Exception):
    """The person did not let the provider tell us who they are."""


class Metadata(BaseModel):
    """What we use of a provider's description (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    def endpoints(self) -> list[str]:
        found = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.userinfo_endpoint)
        return [endpoint for endpoint in found if endpoint is not None]

    @property
    def client_authentication(self) -> str:
        supported = self.token_endpoint_auth_methods_supported
        by_form = "client_secret_post" in supported and "client_secret_basic" not in supported
        return "client_secret_post" if by_form else "client_secret_basic"


class TokenAnswer(BaseModel):
    access_token: str
    id_token: str


class Provider:
    """A provider that the settings name; `redirect_uri` is registered there."""

    def __init__(self, settings: OidcProvider, redirect_uri: str) -> None:
        self.issuer = settings.issuer
        self.client_id = settings.client_id
        self.client_secret = settings.client_secret.get_secret_value()
        self.redirect_uri = redirect_uri

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in. Raises ProviderFailed."""
        async with self._conversation() as client:
            metadata = await self._discover(client)
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
            return str(url)

    async def account(self, answer: Mapping[str, str], *, nonce: str, verifier: str) -> ProviderAccount:
        """Who signed in, from the query that the browser came back with, whose state was compared already.
        Raises Cancelled and ProviderFailed."""
        if answer.get("error") == "access_denied":
            raise Cancelled
        if "code" not in answer:
            raise ProviderFailed(f"it sent the browser back with {_code(answer.get('error'))}")
        async with self._conversation() as client:
            metadata = await self._discover(client)
            self._check_sender(metadata, answer.get("iss"))
            client.token_endpoint_auth_method = metadata.client_authentication
            token = TokenAnswer.model_validate(
                await client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=verifier,
                )
            )
            keys = (await client.request("GET", metadata.jwks_uri, withhold_token=True)).json()
            claims = self._claims(token, keys, nonce)
            return account_from(self.issuer, claims, await _userinfo(client, metadata, claims))

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[_Client]:
        """A client for one step of a sign-in, which as a whole takes no longer than PATIENCE_SECONDS."""
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                async with _Client(
                    self.client_id,
                    self.client_secret,
                    scope=SCOPE,
                    redirect_uri=self.redirect_uri,
                    code_challenge_method="S256",
                    timeout=None,
                    verify=_trusted(),
                    headers={"Accept-Encoding": "identity"},
                ) as client:
                    yield client
        except ProviderFailed:
            raise
        except Exception as error:  # a provider may send anything, and libraries raise everything
            raise ProviderFailed(_reason(error)) from error

    async def _discover(self, client: _Client) -> Metadata:
        address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = Metadata.model_validate_json(
            (await client.request("GET", address, withhold_token=True)).content
        )
        if metadata.issuer != self.issuer:
            raise ProviderFailed(f"it is not the issuer of the settings, but {metadata.issuer[:300]!a}")
        for endpoint in metadata.endpoints():
            leaves_https = self.issuer.startswith("https:") and not endpoint.startswith("https:")
            if leaves_https or not is_safe_address(endpoint):
                raise ProviderFailed(f"its endpoint {endpoint[:300]!a} is not safe")
        return metadata

    def _check_sender(self, metadata: Metadata, sender: str | None) -> None:
        """An answer that another provider sent for this one is refused (RFC 9207)."""
        if sender is None and not metadata.authorization_response_iss_parameter_supported:
            return
        if sender != self.issuer:
            raise ProviderFailed("the browser came back from another issuer")

    def _claims(self, token: TokenAnswer, keys: Any, nonce: str) -> dict[str, Any]:
        """The claims of the ID token, checked as OpenID Connect Core 1.0, 3.1.3.7 and 3.1.3.8 ask."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        decoded = jwt.decode(token.id_token, KeySet.import_key_set(keys), registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": self.client_id, "access_token": token.access_token},
        )
        claims.validate(now=int(now().timestamp()), leeway=LEEWAY_SECONDS)
        return dict(claims)


class _Client(AsyncOAuth2Client):  # type: ignore[misc]
    """Authlib's client; it takes plain answers of a bounded size, and follows no redirect."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        options.update(stream=True, follow_redirects=False)
        answer: httpx2.Response = await super().send(request, **options)
        try:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise ProviderFailed(f"{request.url.path!a} answered in an encoding that was not asked for")
            body = b""
            async for part in answer.aiter_raw():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise ProviderFailed(f"{request.url.path!a} answered more than {LARGEST_ANSWER} bytes")
        finally:
            await answer.aclose()
        whole = httpx2.Response(
            answer.status_code, headers=answer.headers, content=body, request=answer.request
        )
        if answer.status_code != httpx2.codes.OK:
            raise ProviderFailed(f"{request.url.path!a} answered {answer.status_code}, {_error_in(whole)}")
        return whole


@lru_cache
def _trusted() -> SSLContext:
    """The machine's certificate authorities; reading them takes longer than asking a provider."""
    return httpx2.create_ssl_context()


async def _userinfo(client: _Client, metadata: Metadata, claims: Mapping[str, Any]) -> dict[str, Any]:
    """What the ID token left out; many providers tell the address here alone."""
    complete = all(name in claims for name in ("name", "email", "email_verified"))
    if complete or metadata.userinfo_endpoint is None:
        return {}
    found = (await client.get(metadata.userinfo_endpoint)).json()
    if not isinstance(found, dict) or found.get("sub") != claims["sub"]:
        raise ProviderFailed("its userinfo is about somebody else")
    return found


def _code(value: object) -> str:
    """An error's code as it may stand in the log; providers and passers-by can write anything else."""
    return value if isinstance(value, str) and CODE.fullmatch(value) else "no code that we know"


def _error_in(answer: httpx2.Response) -> str:
    """The code in an OAuth error (RFC 6749, 5.2): `invalid_client` is what an administrator can mend."""
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        body = None
    return _code(body.get("error") if isinstance(body, dict) else None)


def _reason(error: Exception) -> str:
    """What went wrong, without what was sent: only our libraries' own words."""
    if isinstance(error, TimeoutError):
        return f"it took more than {PATIENCE_SECONDS:.0f} seconds"
    if isinstance(error, httpx2.ConnectError):
        return f"no connection, {str(error)[:200]!a}"
    if isinstance(error, ClaimError):
        return f"its ID token is not good, {_code(error.error)} {_code(error.claim)}"
    if isinstance(error, JoseError):
        return f"its ID token is not good, {_code(error.error)}"
    if isinstance(error, ValidationError):
        wrong = ", ".join(str(detail["loc"][0]) for detail in error.errors() if detail["loc"])
        return f"its answer lacks or mistakes {wrong or 'everything'}"
    return type(error).__name__

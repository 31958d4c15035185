"""The two steps of a sign-in that wait for a provider, as dependencies: who waits holds no thread and no
transaction."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from hmac import compare_digest

from fastapi import Depends, Request

from app.errors import NotFound
from app.people.identities import ProviderAccount
from app.people.oidc import Cancelled, Provider, ProviderFailed
from app.people.oidc_cookies import FLOW, Flow
from app.people.ways_in import label_of
from app.web.i18n import Message, message

log = logging.getLogger(__name__)

STALE = message("That took too long, or was begun in another window. Please start again.")


@dataclass(frozen=True)
class Departure:
    """A sign-in that may begin, and the provider's address where it does."""

    flow: Flow
    url: str


@dataclass(frozen=True)
class Arrival:
    """Somebody came back, and the provider proved who it is."""

    flow: Flow
    account: ProviderAccount


@dataclass(frozen=True)
class Failure:
    """It did not work; why, in words for the person."""

    why: Message
    status: int
    flow: Flow | None = None


async def _depart(request: Request, provider: str) -> Departure | Failure:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = await _asked(request, provider).authorization_url(state=state, nonce=nonce, verifier=verifier)
    except ProviderFailed as failure:
        return _failed(request, provider, failure)
    return Departure(Flow(provider, state, nonce, verifier), url)


async def _arrive(request: Request, provider: str) -> Arrival | Failure:
    """Nothing is asked but for the browser that began this sign-in."""
    asked, flow, answer = _asked(request, provider), FLOW.read(request), request.query_params
    if flow is None or flow.provider != provider or not _same(flow.state, answer.get("state", "")):
        return Failure(STALE, 400)
    try:
        return Arrival(flow, await asked.account(answer, nonce=flow.nonce, verifier=flow.verifier))
    except Cancelled:
        why = message(
            "You stopped before %(provider)s told us who you are. Nothing was changed.",
            provider=label_of(request, provider),
        )
        return Failure(why, 200, flow)
    except ProviderFailed as failure:
        return _failed(request, provider, failure, flow)


DEPARTURE = Depends(_depart)
ARRIVAL = Depends(_arrive)


def _asked(request: Request, name: str) -> Provider:
    settings = request.app.state.settings
    if name not in settings.oidc:
        raise NotFound
    return Provider(settings.oidc[name], f"{settings.base_url}/sign-in/{name}/callback")


def _same(ours: str, theirs: str) -> bool:
    return compare_digest(ours.encode(), theirs.encode())


def _failed(request: Request, name: str, failure: ProviderFailed, flow: Flow | None = None) -> Failure:
    log.warning("Signing in with the provider %s failed: %s", name, failure)
    why = message(
        "Signing in with %(provider)s did not work, and nothing was changed. Try again in a few minutes. "
        "If it goes on, tell the administrator of this site.",
        provider=label_of(request, name),
    )
    return Failure(why, 502, flow)

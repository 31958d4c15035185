"""What the browser keeps while somebody signs in with a provider: signed, for ten minutes, and out of reach
of scripts. Lax, since the way back from a provider is a link from another site."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

from fastapi import Request
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from starlette.responses import Response

from app.clock import now

LIFE_SECONDS = 600


@dataclass(frozen=True)
class Flow:
    """A sign-in that is under way at a provider: to open a session, or to link the identity to the account
    of whoever is signed in."""

    provider: str
    state: str
    nonce: str
    verifier: str
    next: str = "/"
    shared_computer: bool = False
    to_link: bool = False


@dataclass(frozen=True)
class Waiting:
    """An identity that proved itself, and waits for its person to sign in and confirm. `shown` is what they
    may know it by; `address_taken` says that an account here has its address."""

    provider: str
    issuer: str
    subject: str
    shown: str
    next: str
    shared_computer: bool = False
    address_taken: bool = False


Kept = TypeVar("Kept", Flow, Waiting)


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(now().timestamp())


class SignedCookie(Generic[Kept]):
    """A cookie that only this site can have written."""

    def __init__(self, name: str, kind: type[Kept]) -> None:
        self._base = name
        self._kind: type[Kept] = kind

    def read(self, request: Request) -> Kept | None:
        """None where there is none, where it is older than its life, or not ours."""
        try:
            fields = self._serializer(request).loads(
                request.cookies.get(self._name(request), ""), max_age=LIFE_SECONDS
            )
            return self._kind(**fields)
        except (BadData, TypeError):
            return None

    def keep(self, request: Request, response: Response, value: Kept) -> None:
        response.set_cookie(
            self._name(request),
            str(self._serializer(request).dumps(asdict(value))),
            max_age=LIFE_SECONDS,
            path="/",
            secure=request.app.state.pages.secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, request: Request, response: Response) -> None:
        secure = request.app.state.pages.secure
        response.delete_cookie(self._name(request), path="/", secure=secure, httponly=True, samesite="lax")

    def _name(self, request: Request) -> str:
        return f"__Host-{self._base}" if request.app.state.pages.secure else self._base

    def _serializer(self, request: Request) -> URLSafeTimedSerializer:
        secret = request.app.state.settings.secret()
        return URLSafeTimedSerializer(secret, salt=self._base, signer=_Signer)


FLOW = SignedCookie("dingen_flow", Flow)
WAITING = SignedCookie("dingen_identity", Waiting)

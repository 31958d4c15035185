"""Pure ASGI middleware; none of it touches the database."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def content_security_policy() -> str:
    """Only this site's own files; no inline script or style."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


class SecurityHeaders:
    """Adds a request id and the headers of OWASP's ASVS 5.0, chapter 3.4, to every answer. A crash is
    answered from outside all middleware, and finds them in the scope."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.fixed = [
            (b"content-security-policy", content_security_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
        ]
        if https:
            self.fixed.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        extra = [*self.fixed, (b"x-request-id", request_id.encode())]
        scope["dingen.headers"] = extra

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class RefuseCrossSite:
    """Refuses unsafe requests that a browser says come from another site.

    `Sec-Fetch-Site` decides; where a browser sends none (plain http, or before 2023) `Origin` must be this
    site's. A request with neither does not come from a browser and carries no ambient cookie. `exempt` are
    the paths whose senders are other sites by their nature.
    """

    def __init__(
        self, app: ASGIApp, *, refuse: Callable[[Request], Response], origin: str, exempt: frozenset[str]
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.origin = origin
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._allowed(scope):
            await self.refuse(Request(scope))(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["path"] in self.exempt:
            return True
        headers = Headers(scope=scope)
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return True
        host = headers.get("host", "")
        return origin in (self.origin, f"http://{host}", f"https://{host}")


class LimitBody:
    """Refuses a body of more than `largest` bytes with a page, or more than `largest_upload` for an address
    that ends with `uploads`: at once where it tells its length, else when it has grown too long. (FastAPI's
    own limit answers without a page, and outside all middleware.)"""

    def __init__(
        self,
        app: ASGIApp,
        *,
        refuse: Callable[[Request], Response],
        largest: int,
        uploads: str,
        largest_upload: int,
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.largest = largest
        self.uploads, self.largest_upload = uploads, largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = self.largest_upload if self._is_upload(scope) else self.largest
        for name, told in scope["headers"]:
            if name == b"content-length" and told.isdigit() and int(told[:20]) > largest:
                await self.refuse(Request(scope))(scope, receive, send)
                return
        if scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        length = 0

        async def limited() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > largest:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)

    def _is_upload(self, scope: Scope) -> bool:
        """Only multipart bodies are read onto the disk; others are read into memory."""
        kind = Headers(scope=scope).get("content-type", "")
        return scope["path"].endswith(self.uploads) and kind.startswith("multipart/form-data")

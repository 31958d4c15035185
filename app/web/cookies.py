"""The cookie that holds a login session's token."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

MAX_AGE_SECONDS = 30 * 24 * 3600


def _name(secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return "__Host-dingen" if secure else "dingen"


def session_token(request: Request) -> str | None:
    return request.cookies.get(_name(request.app.state.pages.secure))


def set_session(request: Request, response: Response, token: str, *, shared_computer: bool) -> None:
    """On a shared computer the cookie ends with the browser."""
    secure = request.app.state.pages.secure
    response.set_cookie(
        _name(secure),
        token,
        max_age=None if shared_computer else MAX_AGE_SECONDS,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def clear_session(request: Request, response: Response) -> None:
    """Forget the session; the browser is asked to forget what it cached too. What it keeps of unsaved texts
    is encrypted, each person's with a key of their own, and its own page has asked what shall become of
    it."""
    secure = request.app.state.pages.secure
    response.delete_cookie(_name(secure), path="/", secure=secure, httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache"'

"""What every way of signing in shares: the page that it fails on, and the session that it ends with."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from app.people.attempts import MAILS_PER_ACCOUNT, MAILS_PER_ADDRESS, Limiter, account_of, network_of
from app.people.oidc_cookies import WAITING, Waiting
from app.web.cookies import set_session
from app.web.forms import Bound
from app.web.i18n import message
from app.web.render import Flash, redirect, render

CONFIRM_PAGE = "/account/identities/new"
TOO_OFTEN = message("There were many attempts in a short time. Wait a quarter of an hour and try again.")
NOT_OPEN = message("This site is not open yet. Whoever started it first visits its set-up page.")


def sign_in_form(request: Request, form: Bound[Any], *, status: int = 200) -> Response:
    """The sign-in page; also where a failed sign-in by a provider ends."""
    next = form.value("next")
    waiting = waiting_identity(request, next)
    context = {
        "path": "/sign-in",
        "here": f"/sign-in?{urlencode({'next': next})}" if next else "/sign-in",
        "form": form,
        "providers": [(name, label_of(request, name)) for name in request.app.state.settings.oidc],
        "taken_at": label_of(request, waiting.provider) if waiting and waiting.address_taken else "",
    }
    return render(request, "people/sign_in.html", context, status=status)


def waiting_identity(request: Request, next: str) -> Waiting | None:
    """The identity that somebody signs in to confirm; None where they sign in for anything else."""
    return WAITING.read(request) if next == CONFIRM_PAGE else None


def label_of(request: Request, name: str) -> str:
    """What a provider is called on the pages."""
    provider = request.app.state.settings.oidc.get(name)
    return str(provider.label or name) if provider else name


def signed_in(
    request: Request, token: str, next: str, *, shared_computer: bool = False, flash: Flash | None = None
) -> Response:
    """To where the person wanted to go, which the form has checked, with the new session's cookie."""
    response = redirect(request, next, flash)
    set_session(request, response, token, shared_computer=shared_computer)
    return response


def host_of(request: Request) -> str | None:
    return request.client.host if request.client else None


def may_ask_for_mail(request: Request, email: str) -> bool:
    """Counts what is asked for, alike for addresses that are known here and others."""
    limiter: Limiter = request.app.state.limiter
    return limiter.allows(MAILS_PER_ADDRESS, "mail", network_of(host_of(request))) and limiter.allows(
        MAILS_PER_ACCOUNT, "mail", account_of(email)
    )


def sends_mail(request: Request) -> bool:
    """Whether letters leave the server; otherwise they wait in a folder for its administrator."""
    return request.app.state.settings.smtp is not None


def unkept(response: Response) -> Response:
    """No browser keeps a page whose address opens an account."""
    response.headers["Cache-Control"] = "no-store"
    return response

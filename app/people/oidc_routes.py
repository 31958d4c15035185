"""Signing in with an OpenID Connect provider.

The browser is sent there by a page and not by a redirect: Chromium holds the form-action of our content
security policy against every redirect behind a form, and only the provider knows through which sites it
leads a person.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response

from app.db import Database
from app.errors import Refused
from app.people.attempts import NEW_ACCOUNTS_PER_ADDRESS, ONE_USE, TAKEN_PER_ADDRESS, Limiter, network_of
from app.people.forms import ProviderForm, SignInForm, next_page
from app.people.identities import sign_in_by_identity, sign_up_by_identity
from app.people.oidc_cookies import FLOW, WAITING, Flow, Waiting
from app.people.oidc_steps import ARRIVAL, DEPARTURE, STALE, Arrival, Departure, Failure
from app.people.queries import organization
from app.people.services import EmailTaken, open_session
from app.people.viewer import Viewer
from app.people.ways_in import CONFIRM_PAGE, NOT_OPEN, TOO_OFTEN, host_of, label_of, sign_in_form, signed_in
from app.web.cookies import session_token
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.post("/sign-in/{provider}")
def begin_sign_in(
    request: Request,
    viewer: Viewer | None,
    form: Bound[ProviderForm] = posted(ProviderForm),
    departure: Departure | Failure = DEPARTURE,
) -> Response:
    if viewer:
        return redirect(request, next_page(form.value("next")))
    if not form.valid:
        return sign_in_form(request, form, status=422)
    if isinstance(departure, Failure):
        form.refuse("", departure.why)
        return sign_in_form(request, form, status=departure.status)
    flow = replace(departure.flow, next=form.data.next, shared_computer=form.data.shared_computer)
    return _leave(request, departure.url, flow)


@router.post("/account/identities/{provider}")
def begin_linking(
    request: Request, viewer: Viewer, locale: Locale, departure: Departure | Failure = DEPARTURE
) -> Response:
    if isinstance(departure, Failure):
        return _back_to_account(request, locale, departure)
    shared = viewer.shared_computer
    flow = replace(departure.flow, next="/account", shared_computer=shared, to_link=True)
    return _leave(request, departure.url, flow)


def _leave(request: Request, url: str, flow: Flow) -> Response:
    label = label_of(request, flow.provider)
    context = {"path": "/sign-in", "here": "/sign-in", "url": url, "provider": label}
    response = _unkept(render(request, "people/leaving.html", context))
    FLOW.keep(request, response, flow)
    return response


@router.get("/sign-in/{provider}/callback")
def come_back(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    arrival: Arrival | Failure = ARRIVAL,
) -> Response:
    """Where a provider sends the browser. A GET that changes something, as it must; only with the state that
    this browser was given, and once."""
    outcome = (
        arrival if isinstance(arrival, Failure) else _arrived(request, database, viewer, locale, arrival)
    )
    response = _refused(request, viewer, locale, outcome) if isinstance(outcome, Failure) else outcome
    FLOW.forget(request, response)
    return _unkept(response)


def _arrived(
    request: Request, database: Database, viewer: Viewer | None, locale: Locale, arrival: Arrival
) -> Response | Failure:
    if not request.app.state.limiter.allows(ONE_USE, "oidc", arrival.flow.state):
        return Failure(STALE, 400)
    if arrival.flow.to_link:
        return _ask_to_confirm(request, arrival)
    token = _session_of(request, database, arrival)
    if token:
        return _signed_in(request, arrival, token)
    if viewer:
        return _ask_to_confirm(request, arrival)
    return _new_here(request, database, locale, arrival)


def _session_of(request: Request, database: Database, arrival: Arrival) -> str | None:
    """The token of a new session; None where nobody here has the identity."""
    with database.transaction() as db:
        return sign_in_by_identity(
            db,
            arrival.account.issuer,
            arrival.account.subject,
            shared_computer=arrival.flow.shared_computer,
            user_agent=request.headers.get("user-agent", ""),
            ends=session_token(request),
        )


def _new_here(request: Request, database: Database, locale: Locale, arrival: Arrival) -> Response | Failure:
    """A new account; where somebody has the address, they sign in and confirm first. Addresses that were not
    proved to be the person's own are limited as at sign-up: they could be a list to try out."""
    limiter: Limiter = request.app.state.limiter
    place = network_of(host_of(request))
    account, proved = arrival.account, arrival.account.email_verified
    if not limiter.has_room(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", place) or not (
        proved or limiter.has_room(TAKEN_PER_ADDRESS, "taken", place)
    ):
        return Failure(TOO_OFTEN, 429, arrival.flow)
    try:
        token = _first_session(request, database, arrival, account.name or locale.gettext("New member"))
    except EmailTaken:
        if not proved:
            limiter.allows(TAKEN_PER_ADDRESS, "taken", place)
        return _ask_to_confirm(request, arrival, address_taken=True)
    if token is None:
        return Failure(NOT_OPEN, 409, arrival.flow)
    limiter.allows(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", place)
    welcome = locale.gettext("Welcome. Your account tells the others no name yet; you can write it there.")
    if account.name:
        welcome = locale.gettext("Welcome, %(name)s.") % {"name": account.name}
    return _signed_in(request, arrival, token, Flash(welcome))


def _first_session(request: Request, database: Database, arrival: Arrival, name: str) -> str | None:
    """The token of a new account's session; None before the site is set up. Raises EmailTaken."""
    try:
        with database.transaction() as db:
            if organization(db) is None:
                return None
            person = sign_up_by_identity(db, arrival.account, name)
            return open_session(
                db,
                person.id,
                shared_computer=arrival.flow.shared_computer,
                user_agent=request.headers.get("user-agent", ""),
                ends=session_token(request),
            )
    except (EmailTaken, Refused):
        token = _session_of(request, database, arrival)  # perhaps the same person came twice at once
        if token is None:
            raise
        return token


def _signed_in(request: Request, arrival: Arrival, token: str, flash: Flash | None = None) -> Response:
    flow = arrival.flow
    return signed_in(request, token, flow.next, shared_computer=flow.shared_computer, flash=flash)


def _ask_to_confirm(request: Request, arrival: Arrival, *, address_taken: bool = False) -> Response:
    """To the page that links the identity; it asks to sign in first."""
    flow, account = arrival.flow, arrival.account
    response = redirect(request, CONFIRM_PAGE)
    waiting = Waiting(
        provider=flow.provider,
        issuer=account.issuer,
        subject=account.subject,
        shown=account.email or account.name,
        next=flow.next,
        shared_computer=flow.shared_computer,
        address_taken=address_taken,
    )
    WAITING.keep(request, response, waiting)
    return response


def _refused(request: Request, viewer: Viewer | None, locale: Locale, failure: Failure) -> Response:
    if viewer:
        return _back_to_account(request, locale, failure)
    flow = failure.flow
    shared = "1" if flow and flow.shared_computer else ""
    form = blank(SignInForm, next=flow.next if flow else "/", shared_computer=shared)
    form.speak(locale.gettext)
    form.refuse("", failure.why)
    return sign_in_form(request, form, status=failure.status)


def _back_to_account(request: Request, locale: Locale, failure: Failure) -> Response:
    return redirect(request, "/account", Flash(failure.why.translated(locale.gettext), "warning"))


def _unkept(response: Response) -> Response:
    """No browser keeps a page whose address or text belongs to one sign-in."""
    response.headers["Cache-Control"] = "no-store"
    return response

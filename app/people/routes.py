"""Signing up, in and out."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.db import Database
from app.people import address_routes, identity_routes, oidc_routes, reset_routes
from app.people.attempts import (
    NEW_ACCOUNTS_PER_ADDRESS,
    TAKEN_PER_ADDRESS,
    Limiter,
    SignInAttempts,
    network_of,
)
from app.people.forms import SignInForm, SignUpForm, next_page
from app.people.mailed_links import ask_for_address_link
from app.people.oidc_cookies import WAITING
from app.people.password_rules import refuse_easy_password
from app.people.queries import organization, password_of
from app.people.services import EmailTaken, WrongPassword, close_session, create_person, open_session, sign_in
from app.people.turns import TURN
from app.people.viewer import Viewer
from app.people.ways_in import TOO_OFTEN, host_of, sends_mail, sign_in_form, signed_in, waiting_identity
from app.web.cookies import clear_session, session_token
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
router.pages_of(reset_routes.router)
router.pages_of(address_routes.router)
router.pages_of(oidc_routes.router)
router.pages_of(identity_routes.router)

WRONG = message("This address and password do not fit together. Check both and try again.")
NOT_NEW = message(
    "We could not make an account with this address and password. If you have been here before, sign in. "
    "If you no longer know your password, ask for a link below."
)


@router.get("/sign-in")
def sign_in_page(request: Request, viewer: Viewer | None, next: str = "") -> Response:
    if viewer:
        return redirect(request, next_page(next))
    waiting = waiting_identity(request, next)
    shared = "1" if waiting and waiting.shared_computer else ""
    return sign_in_form(request, blank(SignInForm, next=next_page(next), shared_computer=shared))


@router.post("/sign-in")
def sign_in_by_password(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    form: Bound[SignInForm] = posted(SignInForm),
    _turn: None = TURN,
) -> Response:
    if viewer:
        return redirect(request, next_page(form.value("next")))
    if not form.valid:
        return sign_in_form(request, form, status=422)
    data = form.data
    if not _attempts(request, data.email).allowed():
        form.refuse("", TOO_OFTEN)
        return sign_in_form(request, form, status=429)
    token = _session_by_password(
        request, database, data.email, data.password, shared_computer=data.shared_computer
    )
    if token is None:
        form.refuse("", WRONG)
        return sign_in_form(request, form, status=422)
    return signed_in(request, token, data.next, shared_computer=data.shared_computer)


def _session_by_password(
    request: Request, database: Database, email: str, password: str, *, shared_computer: bool = False
) -> str | None:
    """The token of a new session; None where address and password do not fit. Hashes once either way."""
    with database.transaction(write=False) as db:
        person_id, password_hash = password_of(db, email)
    fits = request.app.state.passwords.verify(password, password_hash)
    if not fits or person_id is None or password_hash is None:
        _attempts(request, email).failed()
        return None
    try:
        with database.transaction() as db:
            token = sign_in(
                db,
                person_id,
                password_hash,
                shared_computer=shared_computer,
                user_agent=request.headers.get("user-agent", ""),
                ends=session_token(request),
            )
    except WrongPassword:
        return None
    _attempts(request, email).succeeded()
    return token


def _attempts(request: Request, email: str) -> SignInAttempts:
    return SignInAttempts(request.app.state.limiter, host_of(request), email)


@router.get("/sign-up")
def sign_up_page(request: Request, db: Session, viewer: Viewer | None, next: str = "") -> Response:
    if viewer:
        return redirect(request, next_page(next))
    return _sign_up_form(
        request, blank(SignUpForm, next=next_page(next)), is_open=organization(db) is not None
    )


@router.post("/sign-up")
def sign_up(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    form: Bound[SignUpForm] = posted(SignUpForm),
    _turn: None = TURN,
) -> Response:
    """Who has an account already and gives its password is signed in: a repeated form has one effect."""
    if viewer:
        return redirect(request, next_page(form.value("next")))
    if form.parsed:
        refuse_easy_password(form, form.data.name, form.data.email, request.app.state.site.name)
    if not form.valid:
        return _sign_up_form(request, form, status=422)
    data = form.data
    if not _may_sign_up(request, data.email):
        form.refuse("", TOO_OFTEN)
        return _sign_up_form(request, form, status=429)
    with database.transaction(write=False) as db:
        if organization(db) is None:
            return _sign_up_form(request, form, status=409, is_open=False)
        is_free = password_of(db, data.email)[0] is None
    token = _new_account(request, database, data, locale.language) if is_free else None
    if token:
        welcome = locale.gettext("Welcome, %(name)s.") % {"name": data.name}
        if sends_mail(request):
            welcome += " " + locale.gettext(
                "A mail is on its way to %(email)s: confirm your address with it when you have a moment."
            ) % {"email": data.email}
        return signed_in(request, token, data.next, flash=Flash(welcome))
    token = _session_by_password(request, database, data.email, data.password)
    if token is None:
        request.app.state.limiter.allows(TAKEN_PER_ADDRESS, "taken", network_of(host_of(request)))
        form.refuse("", NOT_NEW)
        return _sign_up_form(request, form, status=422)
    return signed_in(request, token, data.next)


def _sign_up_form(
    request: Request, form: Bound[SignUpForm], *, status: int = 200, is_open: bool = True
) -> Response:
    return render(request, "people/sign_up.html", {"form": form, "is_open": is_open}, status=status)


def _may_sign_up(request: Request, email: str) -> bool:
    """The same for an address that is taken and one that is free: the answer must not tell them apart."""
    limiter: Limiter = request.app.state.limiter
    place = network_of(host_of(request))
    return (
        limiter.has_room(TAKEN_PER_ADDRESS, "taken", place)
        and limiter.has_room(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", place)
        and _attempts(request, email).allowed()
    )


def _new_account(request: Request, database: Database, data: SignUpForm, language: str) -> str | None:
    """The token of a first session; None where somebody took the address meanwhile."""
    password_hash = request.app.state.passwords.hash(data.password)
    try:
        with database.transaction() as db:
            person = create_person(db, name=data.name, email=data.email, password_hash=password_hash)
            secret = request.app.state.settings.secret()
            ask_for_address_link(db, person, data.email, language, secret=secret)
            agent = request.headers.get("user-agent", "")
            token = open_session(db, person.id, user_agent=agent, ends=session_token(request))
    except EmailTaken:
        return None
    request.app.state.limiter.allows(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", network_of(host_of(request)))
    return token


@router.post("/sign-out")
def sign_out(request: Request, db: Session, locale: Locale) -> Response:
    token = session_token(request)
    if token:
        close_session(db, token)
    response = redirect(request, "/", Flash(locale.gettext("You are signed out.")))
    clear_session(request, response)
    WAITING.forget(request, response)
    return response

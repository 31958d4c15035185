"""What a person keeps of their own: profile, language, privacy, login sessions."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.account import (
    blog_routes,
    email_routes,
    feed_routes,
    journal_routes,
    kept_routes,
    language_routes,
    notice_routes,
    record_routes,
)
from app.account.forms import PasswordForm, ProfileForm
from app.account.page import NOT_THE_CURRENT, account_page_with
from app.account.queries import own_password
from app.db import Database
from app.errors import NotFound, Refused
from app.people.attempts import OWN_PASSWORD_PER_PERSON
from app.people.password_rules import refuse_easy_password
from app.people.queries import own_person
from app.people.services import (
    WrongPassword,
    change_password,
    change_profile,
    revoke_session,
    revoke_sessions,
)
from app.people.turns import TURN
from app.people.viewer import Viewer
from app.people.ways_in import TOO_OFTEN, signed_in
from app.web.forms import Bound, posted
from app.web.i18n import LANGUAGE_COOKIE, Locale, choose_language
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()
router.pages_of(language_routes.router)
router.pages_of(email_routes.router)
router.pages_of(journal_routes.router)
router.pages_of(notice_routes.router)
router.pages_of(feed_routes.router)
router.pages_of(kept_routes.router)
router.pages_of(record_routes.router)
router.pages_of(blog_routes.router)


@router.get("/account")
def account_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    return account_page_with(request, db, viewer, locale)


@router.post("/account/profile")
def save_profile(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[ProfileForm] = posted(ProfileForm),
) -> Response:
    if not form.valid:
        return account_page_with(request, db, viewer, locale, profile=form, status=422)
    try:
        change_profile(db, own_person(db, viewer.person_id), **form.data.model_dump())
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return account_page_with(request, db, viewer, locale, profile=form, status=422)
    return _in_chosen_language(request, form.data.language)


def _in_chosen_language(request: Request, language: str | None) -> Response:
    """Back to the account. Who wants what the browser asks for loses the cookie of the language switch."""
    spoken = choose_language(language, None, request.headers.get("accept-language"))
    pages = request.app.state.pages
    response = redirect(request, "/account", Flash(pages.locales[spoken].gettext("Your profile is saved.")))
    if language is None:
        response.delete_cookie(LANGUAGE_COOKIE, path="/", secure=pages.secure, httponly=True, samesite="lax")
    return response


@router.post("/account/password")
def save_password(
    request: Request,
    database: Database,
    viewer: Viewer,
    locale: Locale,
    form: Bound[PasswordForm] = posted(PasswordForm),
    _turn: None = TURN,
) -> Response:
    with database.transaction(write=False) as db:
        old = own_password(db, viewer.person_id)
        if old.email is None:
            raise NotFound
    refused = _refuse_password(request, form, viewer, old)
    if refused:
        with database.transaction(write=False) as db:
            return account_page_with(request, db, viewer, locale, password=form, status=refused)
    password_hash = request.app.state.passwords.hash(form.data.password)
    try:
        with database.transaction() as db:
            token = change_password(
                db,
                viewer.person_id,
                old.password_hash,
                password_hash,
                session_id=viewer.session_id,
                language=locale.language,
            )
    except WrongPassword:
        meanwhile = locale.gettext("You were signed out meanwhile, or your password changed. Sign in again.")
        return redirect(request, "/sign-in", Flash(meanwhile, "warning"))
    request.app.state.limiter.forget(OWN_PASSWORD_PER_PERSON, "password", viewer.public_id)
    done = locale.gettext("Your new password is saved. Everywhere else you are signed out.")
    return signed_in(request, token, "/account", shared_computer=viewer.shared_computer, flash=Flash(done))


def _refuse_password(
    request: Request, form: Bound[PasswordForm], viewer: Viewer, old: Row[str, str | None, str | None]
) -> int | None:
    """Add to the form why the password stays as it is; the status that says so, None where nothing does."""
    state = request.app.state
    refuse_easy_password(form, old.name, old.email, state.site.name)
    if not form.valid:
        return 422
    if not state.limiter.allows(OWN_PASSWORD_PER_PERSON, "password", viewer.public_id):
        form.refuse("", TOO_OFTEN)
        return 429
    if old.password_hash and not state.passwords.verify(form.data.current_password, old.password_hash):
        form.refuse("current_password", NOT_THE_CURRENT)
        return 422
    return None


@router.post("/account/sessions/end-others")
def end_other_sessions(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    revoke_sessions(db, viewer.person_id, keep=viewer.session_id)
    return redirect(request, "/account", Flash(locale.gettext("Everywhere else you are signed out.")))


@router.post("/account/sessions/{public_id}/end")
def end_session(request: Request, db: Session, viewer: Viewer, locale: Locale, public_id: str) -> Response:
    if not revoke_session(db, viewer.person_id, public_id):
        raise NotFound
    return redirect(request, "/account", Flash(locale.gettext("You are signed out there.")))

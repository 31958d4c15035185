"""Forgotten passwords: a link that works once, by mail to who asks for it, or from an administrator."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound, Refused
from app.people.attempts import PER_ACCOUNT, account_of
from app.people.forms import ForgottenForm, ResetForm
from app.people.mailed_links import PASSWORD_LINK_LIFE, ask_for_password_link
from app.people.models import Person
from app.people.password_rules import refuse_easy_password
from app.people.queries import person_of_organization, reset_link
from app.people.services import RESET_LINK_LIFE, make_reset_link, use_reset_link
from app.people.turns import TURN
from app.people.viewer import Viewer
from app.people.ways_in import TOO_OFTEN, may_ask_for_mail, sends_mail, unkept
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/forgotten-password")
def forgotten_password_page(request: Request) -> Response:
    return _forgotten_form(request, blank(ForgottenForm))


@router.post("/forgotten-password")
def ask_for_link(
    request: Request, database: Database, locale: Locale, form: Bound[ForgottenForm] = posted(ForgottenForm)
) -> Response:
    """The same for an address that somebody here has and for one that nobody has: see mailed_links."""
    if not form.valid:
        return _forgotten_form(request, form, status=422)
    if not may_ask_for_mail(request, form.data.email):
        form.refuse("", TOO_OFTEN)
        return _forgotten_form(request, form, status=429)
    with database.transaction() as db:
        ask_for_password_link(db, form.data.email, locale.language)
    return redirect(request, "/forgotten-password/asked")


@router.get("/forgotten-password/asked")
def link_asked_page(request: Request) -> Response:
    context = {"hours": PASSWORD_LINK_LIFE // timedelta(hours=1), "sends_mail": sends_mail(request)}
    return render(request, "people/link_asked.html", context)


def _forgotten_form(request: Request, form: Bound[ForgottenForm], *, status: int = 200) -> Response:
    return render(request, "people/forgotten_password.html", {"form": form}, status=status)


@router.get("/reset/{token}")
def reset_page(request: Request, db: Session, token: str) -> Response:
    link = reset_link(db, token)
    return _reset_form(request, blank(ResetForm), link.person) if link else _dead_link(request)


@router.post("/reset/{token}")
def reset(
    request: Request,
    database: Database,
    locale: Locale,
    token: str,
    form: Bound[ResetForm] = posted(ResetForm),
    _turn: None = TURN,
) -> Response:
    with database.transaction(write=False) as db:
        link = reset_link(db, token)
    if link is None:
        return _dead_link(request)
    person = link.person
    refuse_easy_password(form, person.name, person.email or "", request.app.state.site.name)
    if not form.valid:
        return _reset_form(request, form, person, status=422)
    password_hash = request.app.state.passwords.hash(form.data.password)
    try:
        with database.transaction() as db:
            use_reset_link(db, link.id, password_hash, language=locale.language)
    except Refused:
        return _dead_link(request)
    if person.email:
        request.app.state.limiter.forget(PER_ACCOUNT, "sign-in", account_of(person.email))
    done = locale.gettext("Your password is changed. Sign in with the new one.")
    return redirect(request, "/sign-in", Flash(done))


def _reset_form(request: Request, form: Bound[ResetForm], person: Person, *, status: int = 200) -> Response:
    return unkept(render(request, "people/reset.html", {"form": form, "person": person}, status=status))


def _dead_link(request: Request) -> Response:
    """The same page for a link that was used, one that has expired and one that never was."""
    return unkept(render(request, "people/reset_gone.html", status=404))


@router.get("/organize/people/{public_id}/reset-link")
def reset_link_page(request: Request, db: Session, viewer: Viewer, public_id: str) -> Response:
    return _link_page(request, _administered(db, viewer, public_id))


@router.post("/organize/people/{public_id}/reset-link")
def make_link(request: Request, db: Session, viewer: Viewer, public_id: str) -> Response:
    """Shown once, in the answer itself: no cookie or address ever holds the link."""
    person = _administered(db, viewer, public_id)
    token = make_reset_link(db, person, viewer.person_id)
    return _link_page(request, person, f"{request.app.state.settings.base_url}/reset/{token}")


def _administered(db: Session, viewer: Viewer, public_id: str) -> Person:
    """A person with an address, for an administrator. Raises NotFound for anybody else: a coach or organizer
    with a link could read private posts."""
    if not viewer.is_administrator:
        raise NotFound
    person = person_of_organization(db, viewer.organization_id, public_id)
    if person.email is None:
        raise NotFound
    return person


def _link_page(request: Request, person: Person, link: str = "") -> Response:
    context = {"person": person, "link": link, "days": RESET_LINK_LIFE.days}
    return render(request, "people/reset_link.html", context)

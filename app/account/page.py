"""The account page, which each of its forms comes back to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.account.browsers import browser_in_words
from app.account.forms import EmailForm, PasswordForm, ProfileForm
from app.account.queries import account_of
from app.clock import now
from app.people.models import Identity, Person
from app.people.viewer import Viewer
from app.people.ways_in import label_of
from app.web.forms import Bound, blank
from app.web.i18n import Locale, message
from app.web.render import render

NOT_THE_CURRENT = message("This is not your current password. Check it and try again.")


def account_page_with(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    *,
    profile: Bound[ProfileForm] | None = None,
    password: Bound[PasswordForm] | None = None,
    email: Bound[EmailForm] | None = None,
    status: int = 200,
) -> Response:
    """The account page, with the form that came back."""
    account = account_of(db, viewer.person_id)
    person = account.person
    context: dict[str, Any] = {
        "person": person,
        "profile": profile or _profile_of(person),
        "password": password or blank(PasswordForm),
        "email": email or blank(EmailForm, email=account.asked_address or person.email or ""),
        "asked_address": account.asked_address,
        "identities": [(identity, urlsplit(identity.issuer).hostname) for identity in account.identities],
        "providers": _providers_to_link(request, account.identities),
        "sessions": [(session, browser_in_words(session.user_agent, locale)) for session in account.sessions],
        "reset_links": account.reset_links,
        "base_url": request.app.state.settings.base_url,
        "moment": now(),
    }
    return render(request, "account/account.html", context, status=status)


def _profile_of(person: Person) -> Bound[ProfileForm]:
    return blank(
        ProfileForm,
        name=person.name,
        real_name=person.real_name or "",
        handle=person.handle,
        about=person.about,
        language=person.language or "",
        shows_tiles="1" if person.shows_tiles else "",
    )


def _providers_to_link(request: Request, identities: list[Identity]) -> list[tuple[str, str]]:
    """(name, label) of each provider that the person does not sign in with yet."""
    linked = {identity.issuer for identity in identities}
    providers = request.app.state.settings.oidc.items()
    return [(name, label_of(request, name)) for name, provider in providers if provider.issuer not in linked]

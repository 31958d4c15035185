"""The page that an invitation by mail leads to. Opening it changes nothing; its button joins, and makes the
account where there is none: whoever has the link has the address."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.conversation_ends import leave_conversations_behind
from app.cohorts.invitations import invitation_by_token
from app.cohorts.models import Invitation
from app.db import Database
from app.errors import Refused
from app.journals.joining import join_by_invitation
from app.learn.cohort_queries import invitation_view
from app.learn.forms import InvitedForm
from app.learn.reader import reader_of
from app.people.attempts import NEW_ACCOUNTS_PER_ADDRESS, Limiter, network_of
from app.people.password_rules import refuse_easy_password
from app.people.queries import password_of
from app.people.services import EmailTaken, create_person, open_session
from app.people.turns import TURN
from app.people.viewer import Viewer
from app.people.ways_in import TOO_OFTEN, host_of, signed_in, unkept
from app.things.library import catalogue_of
from app.web.cookies import session_token
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
INVITED = "/invited/{token}"


@router.get(INVITED)
def invited_page(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, token: str
) -> Response:
    invitation = invitation_by_token(db, token)
    if invitation is None:
        return _dead_link(request)
    return _page(request, db, viewer, locale, token, invitation)


@router.post(INVITED)
def join_invited(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    token: str,
    form: Bound[InvitedForm] = posted(InvitedForm),
    _turn: None = TURN,
) -> Response:
    with database.transaction(write=False) as db:
        invitation = invitation_by_token(db, token)
        if invitation is None:
            return _dead_link(request)
        has_account = viewer is None and password_of(db, invitation.email)[0] is not None
    if has_account:
        return redirect(request, _sign_in_url(token))
    if viewer is None and (status := _check(request, form, invitation)):
        with database.transaction(write=False) as db:
            return _page(request, db, viewer, locale, token, invitation, form=form, status=status)
    try:
        return _joined(request, database, viewer, locale, invitation, form)
    except EmailTaken:
        return redirect(request, _sign_in_url(token))
    except Refused as refused:
        with database.transaction(write=False) as db:
            if invitation_by_token(db, token) is None:
                return _dead_link(request)
            said = refused.message.translated(locale.gettext)
            return _page(request, db, viewer, locale, token, invitation, form=form, refusal=said, status=409)


def _check(request: Request, form: Bound[InvitedForm], invitation: Invitation) -> int:
    """The status of the page that says what is wrong; 0 where nothing is."""
    if form.parsed:
        refuse_easy_password(form, form.data.name, invitation.email, request.app.state.site.name)
    if not form.valid:
        return 422
    if _limiter(request).has_room(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", network_of(host_of(request))):
        return 0
    form.refuse("", TOO_OFTEN)
    return 429


def _joined(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    invitation: Invitation,
    form: Bound[InvitedForm],
) -> Response:
    """Account, membership and the end of the link in one transaction."""
    catalogue = catalogue_of(request)
    welcome = Flash(locale.gettext("Welcome to %(group)s.") % {"group": invitation.cohort.name})
    if viewer is not None:
        with database.transaction() as db:
            join_by_invitation(db, catalogue, viewer.person_id, invitation)
            leave_conversations_behind(db, viewer, viewer.person_id, invitation.cohort)
        return redirect(request, "/", welcome)
    password_hash = request.app.state.passwords.hash(form.data.password)
    with database.transaction() as db:
        person = create_person(
            db,
            name=form.data.name,
            email=invitation.email,
            password_hash=password_hash,
            email_verified=True,
        )
        join_by_invitation(db, catalogue, person.id, invitation)
        agent = request.headers.get("user-agent", "")
        session = open_session(db, person.id, user_agent=agent, ends=session_token(request))
    _limiter(request).allows(NEW_ACCOUNTS_PER_ADDRESS, "sign-up", network_of(host_of(request)))
    return signed_in(request, session, "/", flash=welcome)


def _limiter(request: Request) -> Limiter:
    limiter: Limiter = request.app.state.limiter
    return limiter


def _sign_in_url(token: str) -> str:
    return f"/sign-in?next={quote(f'/invited/{token}', safe='')}"


def _page(
    request: Request,
    db: Session,
    viewer: Viewer | None,
    locale: Locale,
    token: str,
    invitation: Invitation,
    *,
    form: Bound[InvitedForm] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    context = {
        "view": invitation_view(reader_of(request, db, viewer, locale), invitation.cohort),
        "url": f"/invited/{token}",
        "email": invitation.email,
        "has_account": viewer is None and password_of(db, invitation.email)[0] is not None,
        "sign_in_url": _sign_in_url(token),
        "form": form or blank(InvitedForm, name=invitation.name),
        "refusal": refusal,
    }
    return unkept(render(request, "learn/invited.html", context, status=status))


def _dead_link(request: Request) -> Response:
    """The same page for a link that was used, taken back or is too old, of a group that has ended, and one
    that never was."""
    return unkept(render(request, "learn/invited_gone.html", status=404))

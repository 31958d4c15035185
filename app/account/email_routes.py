"""One's own e-mail address: show that it is yours, or ask for another one. Either ends with a link in a
mail."""

from __future__ import annotations

from fastapi import Request, Response

from app.account.forms import EmailForm
from app.account.page import NOT_THE_CURRENT, account_page_with
from app.account.queries import own_password
from app.db import Database, fold_address
from app.people.attempts import OWN_PASSWORD_PER_PERSON
from app.people.mailed_links import ask_for_address_link
from app.people.queries import own_person
from app.people.turns import TURN
from app.people.viewer import Viewer
from app.people.ways_in import TOO_OFTEN, may_ask_for_mail, sends_mail
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()


@router.post("/account/email")
def save_email(
    request: Request,
    database: Database,
    viewer: Viewer,
    locale: Locale,
    form: Bound[EmailForm] = posted(EmailForm),
    _turn: None = TURN,
) -> Response:
    """Nothing changes before the link in the mail is opened, and the answer tells nothing of other
    accounts."""
    refused = _refuse_email(request, database, viewer, form)
    if refused:
        with database.transaction(write=False) as db:
            return account_page_with(request, db, viewer, locale, email=form, status=refused)
    with database.transaction() as db:
        person = own_person(db, viewer.person_id)
        secret = request.app.state.settings.secret()
        ask_for_address_link(db, person, form.data.email, locale.language, secret=secret)
    on_its_way = locale.gettext("A mail is on its way to %(email)s. Open the link in it within a week.")
    in_a_file = locale.gettext(
        "This site has no mail server: the mail to %(email)s waits in a file for its administrator."
    )
    told = on_its_way if sends_mail(request) else in_a_file
    return redirect(request, "/account", Flash(told % {"email": form.data.email}))


def _refuse_email(request: Request, database: Database, viewer: Viewer, form: Bound[EmailForm]) -> int | None:
    """Add to the form why no mail is sent; the status that says so, None where nothing does. Another address
    takes the password: who finds an open session must not take the account along."""
    state = request.app.state
    if not form.valid:
        return 422
    with database.transaction(write=False) as db:
        old = own_password(db, viewer.person_id)
    if old.password_hash and fold_address(form.data.email) != old.email:
        if not state.limiter.allows(OWN_PASSWORD_PER_PERSON, "password", viewer.public_id):
            form.refuse("", TOO_OFTEN)
            return 429
        if not state.passwords.verify(form.data.password_now, old.password_hash):
            form.refuse("password_now", NOT_THE_CURRENT)
            return 422
    if not may_ask_for_mail(request, form.data.email):
        form.refuse("", TOO_OFTEN)
        return 429
    return None

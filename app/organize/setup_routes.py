"""The set-up page of an empty site."""

from __future__ import annotations

from fastapi import Request, Response

from app.clock import now
from app.cohorts.models import Mode
from app.db import Database
from app.organize.forms import SetUpForm
from app.organize.queries import programme_choices
from app.organize.setup import FirstGroup, check_token, set_up
from app.people.password_rules import refuse_easy_password
from app.people.services import open_session
from app.things.library import catalogue_of
from app.web.cookies import set_session
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/start/{token}")
def setup_page(request: Request, database: Database, locale: Locale, token: str) -> Response:
    with database.transaction(write=False) as db:
        check_token(db, request.app.state.settings.secret(), token)
    form = blank(SetUpForm, mode=Mode.COACH_LED.value, starts_on=locale.local(now()).date().isoformat())
    return _form(request, locale, form)


@router.post("/start/{token}")
def set_up_page(
    request: Request,
    database: Database,
    locale: Locale,
    token: str,
    form: Bound[SetUpForm] = posted(SetUpForm),
) -> Response:
    secret = request.app.state.settings.secret()
    with database.transaction(write=False) as db:
        check_token(db, secret, token)
    if form.parsed and catalogue_of(request).programme(form.data.programme) is None:
        form.refuse("programme", message("Choose one of the options."))
    if form.parsed:
        refuse_easy_password(form, form.data.name, form.data.email, form.data.site_name)
    if not form.valid:
        return _form(request, locale, form, status=422)
    data = form.data
    password_hash = request.app.state.passwords.hash(data.password)
    with database.transaction() as db:
        check_token(db, secret, token)
        person, cohort = set_up(
            db,
            site_name=data.site_name,
            name=data.name,
            email=data.email,
            password_hash=password_hash,
            group=FirstGroup(data.programme, data.group, data.mode, data.starts_on),
        )
        session = open_session(db, person.id, user_agent=request.headers.get("user-agent", ""))
    request.app.state.site.name = data.site_name
    response = redirect(
        request,
        f"/organize/cohorts/{cohort.public_id}",
        Flash(locale.gettext("Your site is ready. Invite the first people with the link below.")),
    )
    set_session(request, response, session, shared_computer=False)
    return response


def _form(request: Request, locale: Locale, form: Bound[SetUpForm], *, status: int = 200) -> Response:
    programmes = programme_choices(catalogue_of(request), locale)
    return render(request, "organize/setup.html", {"form": form, "programmes": programmes}, status=status)

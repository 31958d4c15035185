"""The set-up page of an empty site."""

from __future__ import annotations

from fastapi import Request, Response

from app.clock import now
from app.cohorts.models import Mode
from app.db import Database
from app.organize.forms import SetUpForm
from app.organize.queries import programme_lines
from app.organize.setup import FirstGroup, check_token, set_up
from app.people.password_rules import weakness
from app.people.services import open_session
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
    if form.parsed and request.app.state.library.catalogue.programme(form.data.programme) is None:
        form.refuse("programme", message("Choose one of the options."))
    _refuse_easy_password(form)
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


def _refuse_easy_password(form: Bound[SetUpForm]) -> None:
    if form.parsed:
        data = form.data
        easy = weakness(data.password, data.name, data.email, data.site_name)
        if easy:
            form.refuse("password", easy)


def _form(request: Request, locale: Locale, form: Bound[SetUpForm], *, status: int = 200) -> Response:
    programmes = [
        (line.programme.slug, line.text.title)
        for line in programme_lines(request.app.state.library.catalogue, locale)
    ]
    return render(request, "organize/setup.html", {"form": form, "programmes": programmes}, status=status)

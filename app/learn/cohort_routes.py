"""A group: its page, its people, and joining it."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.conversation_ends import leave_conversations_behind
from app.cohorts.models import Cohort, Joining
from app.cohorts.queries import cohort_by_code, learners_of, own_cohort
from app.cohorts.requests import ask, take_back
from app.db import Database
from app.errors import NotFound, Refused
from app.journals.joining import join_and_place
from app.learn.cohort_queries import cohort_view, invitation_view, questions_view
from app.learn.forms import CodeForm
from app.learn.journal_queries import STREAM_KEY
from app.learn.reader import reader_of
from app.people.attempts import CODES_PER_PERSON
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.paging import decode_cursor, encode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
PEOPLE_A_PAGE = 60

TOO_OFTEN = message("There were many attempts in a short time. Wait a quarter of an hour and try again.")
UNKNOWN = message("No group has this code. Check each letter, or ask whoever gave it to you.")


@router.get("/cohorts/{cohort}")
def cohort_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    after: str = "",
    show: str = "",
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    view = cohort_view(reader, viewer, cohort, decode_cursor(after, *STREAM_KEY), show)
    return render(request, "learn/cohort.html", {"view": view, "paged": bool(after)})


@router.get("/cohorts/{cohort}/people")
def people_page(request: Request, db: Session, viewer: Viewer, cohort: str, after: str = "") -> Response:
    group = own_cohort(db, viewer, cohort)
    found = learners_of(db, group.id, after=decode_cursor(after, str, int), limit=PEOPLE_A_PAGE + 1)
    more, found = len(found) > PEOPLE_A_PAGE, found[:PEOPLE_A_PAGE]
    context = {
        "cohort": group,
        "people": found,
        "next": encode_cursor(found[-1].name_key, found[-1].id) if more else "",
        "paged": bool(after),
    }
    return render(request, "learn/people.html", context)


@router.get("/cohorts/{cohort}/questions")
def questions_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    show: str = "",
    after: str = "",
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    view = questions_view(reader, viewer, cohort, show, decode_cursor(after, *STREAM_KEY))
    return render(request, "learn/questions.html", {"view": view, "paged": bool(after)})


@router.get("/join")
def code_page(request: Request, viewer: Viewer) -> Response:  # noqa: ARG001  signed in only
    return render(request, "learn/join_code.html", {"form": blank(CodeForm)})


@router.post("/join")
def look_up_code(
    request: Request, database: Database, viewer: Viewer, form: Bound[CodeForm] = posted(CodeForm)
) -> Response:
    """Attempts are counted: codes are short enough to be read aloud."""
    found = None
    if form.parsed:
        if not request.app.state.limiter.allows(CODES_PER_PERSON, "code", viewer.public_id):
            form.refuse("code", TOO_OFTEN)
            return render(request, "learn/join_code.html", {"form": form}, status=429)
        with database.transaction(write=False) as db:
            found = cohort_by_code(db, form.data.code)
        if found is None:
            form.refuse("code", UNKNOWN)
    if found is None:
        return render(request, "learn/join_code.html", {"form": form}, status=422)
    return redirect(request, f"/join/{found.code}")


@router.get("/join/{code}")
def join_page(request: Request, db: Session, viewer: Viewer | None, locale: Locale, code: str) -> Response:
    view = invitation_view(reader_of(request, db, viewer, locale), _invited(db, code))
    return render(request, "learn/join.html", {"view": view, "refusal": ""})


@router.post("/join/{code}")
def join_group(request: Request, db: Session, viewer: Viewer, locale: Locale, code: str) -> Response:
    cohort = _invited(db, code)
    asks = cohort.joining == Joining.APPROVAL and cohort.id not in viewer.cohort_ids
    try:
        if asks:
            ask(db, viewer.person_id, cohort)
        else:
            join_and_place(db, catalogue_of(request), viewer.person_id, cohort)
            leave_conversations_behind(db, viewer, viewer.person_id, cohort)
    except Refused as refused:
        view = invitation_view(reader_of(request, db, viewer, locale), cohort)
        context = {"view": view, "refusal": refused.message.translated(locale.gettext)}
        return render(request, "learn/join.html", context, status=409)
    if asks:
        return redirect(request, f"/join/{cohort.code}")
    welcome = locale.gettext("Welcome to %(group)s.") % {"group": cohort.name}
    return redirect(request, "/", Flash(welcome))


@router.post("/join/{code}/take-back")
def take_request_back(request: Request, db: Session, viewer: Viewer, locale: Locale, code: str) -> Response:
    cohort = _invited(db, code)
    take_back(db, viewer.person_id, cohort)
    return redirect(request, f"/join/{cohort.code}", Flash(locale.gettext("You no longer ask to join.")))


def _invited(db: Session, code: str) -> Cohort:
    """Raises NotFound for a code that no group has."""
    cohort = cohort_by_code(db, code)
    if cohort is None:
        raise NotFound
    return cohort

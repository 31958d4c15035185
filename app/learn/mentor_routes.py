"""A learner and their mentor: asking, accepting, what is shown, and the end of it."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.mentoring import (
    accept,
    ask_mentor,
    mentorship_of,
    offered_by_word,
    offered_to,
    own_mentoring,
    show_tiles,
    word_of,
)
from app.cohorts.models import Enrolment, Mentorship
from app.cohorts.queries import own_enrolment
from app.errors import NotFound, Refused
from app.journals.mentors import part_from_mentor
from app.learn.forms import AskMentorForm, TilesForm
from app.learn.journal_queries import STREAM_KEY
from app.learn.mentoring import mentoring_view, title_of
from app.learn.reader import reader_of
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
MENTOR, OFFER = "/enrolments/{enrolment}/mentor", "/mentor/{token}"


@router.get(MENTOR)
def mentor_page(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    found = own_enrolment(db, viewer, enrolment)
    return _mentor_page(request, db, locale, found, blank(AskMentorForm))


@router.post(MENTOR)
def ask(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[AskMentorForm] = posted(AskMentorForm),
) -> Response:
    """One is looked for at a time, so that a repeated press changes nothing."""
    found = own_enrolment(db, viewer, enrolment)
    if not form.valid:
        return _mentor_page(request, db, locale, found, form, status=422)
    ask_mentor(db, found, form.data.email)
    return _back(request, enrolment, locale.gettext("Now hand over the link, or wait for an answer."))


@router.post(MENTOR + "/tiles")
def choose_tiles(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[TilesForm] = posted(TilesForm),
) -> Response:
    mentorship = _own(db, own_enrolment(db, viewer, enrolment))
    show_tiles(db, mentorship, shown=form.parsed is not None and form.data.shown)
    return _back(request, enrolment, locale.gettext("It is saved."))


@router.post(MENTOR + "/end")
def end(request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str) -> Response:
    mentorship = _own(db, own_enrolment(db, viewer, enrolment))
    part_from_mentor(db, mentorship, actor_id=viewer.person_id)
    return _back(request, enrolment, locale.gettext("It has ended. Nothing of yours is read there any more."))


@router.get(OFFER)
def offer_page(request: Request, db: Session, viewer: Viewer, locale: Locale, token: str) -> Response:
    mentorship = offered_by_word(db, _secret(request), viewer, token)
    return _offer_page(request, db, viewer, locale, mentorship, token)


@router.post(OFFER)
def accept_by_link(request: Request, db: Session, viewer: Viewer, locale: Locale, token: str) -> Response:
    mentorship = offered_by_word(db, _secret(request), viewer, token)
    try:
        accept(db, viewer, mentorship)
    except Refused as refused:
        refusal = refused.message.translated(locale.gettext)
        return _offer_page(request, db, viewer, locale, mentorship, token, refusal=refusal, status=409)
    return redirect(request, "/mentoring", Flash(_welcome(locale, mentorship)))


@router.get("/mentoring")
def mentoring_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, after: str = ""
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    view = mentoring_view(reader, viewer, decode_cursor(after, *STREAM_KEY))
    return render(request, "learn/mentoring.html", {"view": view, "paged": bool(after)})


@router.post("/mentoring/{mentorship}/accept")
def accept_offer(request: Request, db: Session, viewer: Viewer, locale: Locale, mentorship: str) -> Response:
    found = offered_to(db, viewer, mentorship)
    try:
        accept(db, viewer, found)
        done = _welcome(locale, found)
    except Refused as refused:
        done = refused.message.translated(locale.gettext)
    return redirect(request, "/mentoring", Flash(done))


@router.post("/mentoring/{mentorship}/end")
def end_as_mentor(request: Request, db: Session, viewer: Viewer, locale: Locale, mentorship: str) -> Response:
    """Also to say no to who asks."""
    part_from_mentor(db, own_mentoring(db, viewer, mentorship), actor_id=viewer.person_id)
    return redirect(request, "/mentoring", Flash(locale.gettext("It has ended.")))


def _secret(request: Request) -> str:
    secret: str = request.app.state.settings.secret()
    return secret


def _own(db: Session, enrolment: Enrolment) -> Mentorship:
    found = mentorship_of(db, enrolment.id)
    if found is None:
        raise NotFound
    return found


def _back(request: Request, enrolment: str, done: str) -> Response:
    return redirect(request, f"/enrolments/{enrolment}/mentor", Flash(done))


def _welcome(locale: Locale, mentorship: Mentorship) -> str:
    name = mentorship.enrolment.person.name
    return locale.gettext("You are the mentor of %(name)s now.") % {"name": name}


def _mentor_page(
    request: Request,
    db: Session,
    locale: Locale,
    enrolment: Enrolment,
    form: Bound[AskMentorForm],
    *,
    status: int = 200,
) -> Response:
    mentorship = mentorship_of(db, enrolment.id)
    word = word_of(_secret(request), mentorship) if mentorship and not mentorship.mentor else ""
    programme = catalogue_of(request).programme(enrolment.programme_slug)
    context = {
        "enrolment": enrolment,
        "title": programme.text(locale.reading_order()).title if programme else "",
        "mentorship": mentorship,
        "link": f"{request.app.state.settings.base_url}/mentor/{word}" if word else "",
        "form": form,
    }
    return render(request, "learn/mentor.html", context, status=status)


def _offer_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    mentorship: Mentorship,
    token: str,
    *,
    refusal: str = "",
    status: int = 200,
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    context = {
        "name": mentorship.enrolment.person.name,
        "programme": title_of(reader, mentorship.enrolment.programme_slug),
        "token": token,
        "refusal": refusal,
    }
    return render(request, "learn/mentor_offer.html", context, status=status)

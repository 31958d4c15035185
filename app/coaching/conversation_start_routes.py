"""Conversations of somebody, and the ways to begin one: a coach proposes times, a learner asks."""

from __future__ import annotations

from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.conversation_forms import TimesForm, WishForm, proposal_of
from app.coaching.conversation_page import cards_for
from app.coaching.conversation_queries import conversations_as_coach, conversations_as_learner
from app.coaching.conversations import ask_to_talk, propose_talk
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import CohortLine, coached_cohort, coaches_of, learners_named, own_enrolment
from app.errors import NotFound, Refused
from app.people.viewer import Viewer
from app.sessions.times import zone_in_words
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
BEGIN = "/cohorts/{cohort}/coach/learners/{handle}/conversations"
ASK = "/enrolments/{enrolment}/conversation"


@router.get("/conversations")
def conversations_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    context = {
        "own": cards_for(conversations_as_learner(db, viewer), viewer.person_id, locale),
        "coached": cards_for(conversations_as_coach(db, viewer), viewer.person_id, locale),
        "groups": [(one.public_id, one.cohort) for one in viewer.enrolments if one.cohort],
        "coaches": bool(viewer.coached),
    }
    return render(request, "coaching/conversations.html", context)


@router.get(f"{BEGIN}/new")
def new_conversation_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    group, _ = _learner_of(db, viewer, cohort, handle)
    return _new_page(request, locale, group, handle, blank(TimesForm, minutes=30))


@router.post(BEGIN)
def propose(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    form: Bound[TimesForm] = posted(TimesForm),
) -> Response:
    group, enrolment = _learner_of(db, viewer, cohort, handle)
    proposal = proposal_of(form, ZoneInfo(group.time_zone))
    if proposal is None:
        return _new_page(request, locale, group, handle, form, status=422)
    once, language = form.data.once or str(uuid4()), group.language or locale.language
    try:
        made = propose_talk(db, viewer, enrolment, group.id, proposal, language=language, once=once)
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _new_page(request, locale, group, handle, form, status=422)
    done = Flash(locale.gettext("It is proposed, and the learner is told."))
    return redirect(request, f"/conversations/{made.public_id}", done)


def _learner_of(db: Session, viewer: Viewer, cohort: str, handle: str) -> tuple[CohortLine, Enrolment]:
    """A learner of a group that the viewer coaches. Raises NotFound."""
    group = coached_cohort(db, viewer, cohort)
    found = learners_named(db, group.id, [handle])
    if not found:
        raise NotFound
    return group, found[0]


def _new_page(
    request: Request,
    locale: Locale,
    group: CohortLine,
    handle: str,
    form: Bound[TimesForm],
    *,
    status: int = 200,
) -> Response:
    zone = zone_in_words(ZoneInfo(group.time_zone), locale)
    context = {"cohort": group, "handle": handle, "form": form, "zone": zone}
    return render(request, "coaching/conversation_new.html", context, status=status)


@router.get(ASK)
def ask_page(request: Request, db: Session, viewer: Viewer, enrolment: str) -> Response:
    _, cohort = _own_group(db, viewer, enrolment)
    return _ask_page(request, db, enrolment, cohort, blank(WishForm))


@router.post(ASK)
def ask(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[WishForm] = posted(WishForm),
) -> Response:
    own, cohort = _own_group(db, viewer, enrolment)
    if not form.valid:
        return _ask_page(request, db, enrolment, cohort, form, status=422)
    once, language = form.data.once or str(uuid4()), locale.language
    made = ask_to_talk(db, viewer, own, cohort, form.data.wish, language=language, once=once)
    done = Flash(locale.gettext("Your coach is told, and proposes times."))
    return redirect(request, f"/conversations/{made.public_id}", done)


def _own_group(db: Session, viewer: Viewer, enrolment: str) -> tuple[Enrolment, Cohort]:
    """Raises NotFound for who learns alone."""
    own = own_enrolment(db, viewer, enrolment)
    if own.cohort is None:
        raise NotFound
    return own, own.cohort


def _ask_page(
    request: Request, db: Session, enrolment: str, cohort: Cohort, form: Bound[WishForm], *, status: int = 200
) -> Response:
    context = {
        "enrolment": enrolment,
        "cohort": cohort,
        "coaches": [coach.name for coach in coaches_of(db, cohort.id)],
        "form": form,
    }
    return render(request, "coaching/conversation_ask.html", context, status=status)

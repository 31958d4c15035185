"""Conversations: one page for both sides, and the ways to begin one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.conversation_forms import (
    ActionForm,
    ChoiceForm,
    DoneForm,
    PointForm,
    SummaryForm,
    TimesForm,
    WishForm,
    proposal_of,
)
from app.coaching.conversation_page import ConversationForms, cards_for, conversation_page
from app.coaching.conversation_queries import (
    Seat,
    action_in,
    conversations_as_coach,
    conversations_as_learner,
    point_in,
    seat_at,
)
from app.coaching.conversations import (
    add_action,
    add_point,
    agree,
    ask_for_others,
    ask_to_talk,
    call_off,
    propose_talk,
    propose_times,
    summarize,
    take_action_away,
    take_point_away,
    tick_off,
)
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import (
    CohortLine,
    coached_cohort,
    coaches_of,
    learners_named,
    own_enrolment,
)
from app.errors import NotFound, Refused
from app.people.viewer import Viewer
from app.sessions.times import zone_in_words
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
CONVERSATION = "/conversations/{conversation}"
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


@router.get(CONVERSATION)
def show(request: Request, db: Session, viewer: Viewer, locale: Locale, conversation: str) -> Response:
    return conversation_page(request, db, viewer, locale, seat_at(db, viewer, conversation))


def _seat(db: Session, viewer: Viewer, public_id: str, *, learner: bool | None = None) -> Seat:
    """To be changed; by one of the sides alone where `learner` says which. Raises NotFound."""
    seat = seat_at(db, viewer, public_id, to_change=True)
    if learner is not None and seat.is_learner is not learner:
        raise NotFound
    return seat


def _done(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    seat: Seat,
    forms: ConversationForms,
    form: Bound[Any],
    act: Callable[[], None],
    *,
    flash: str = "",
    at: str = "",
) -> Response:
    """Back to its page once that is done; with the form and why not, where it cannot be."""
    if form.valid:
        try:
            act()
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return conversation_page(request, db, viewer, locale, seat, forms, status=422)
    url = f"/conversations/{seat.conversation.public_id}{at}"
    return redirect(request, url, Flash(flash) if flash else None)


@router.post(f"{CONVERSATION}/times")
def propose_others(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[TimesForm] = posted(TimesForm),
) -> Response:
    seat = _seat(db, viewer, conversation, learner=False)
    proposal = proposal_of(form, ZoneInfo(seat.cohort.time_zone))

    def act() -> None:
        if proposal is not None:
            propose_times(db, viewer, seat, proposal)

    told = locale.gettext("It is proposed, and the learner is told.")
    forms = ConversationForms(times=form)
    return _done(request, db, viewer, locale, seat, forms, form, act, flash=told)


@router.post(f"{CONVERSATION}/agree")
def choose_time(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[ChoiceForm] = posted(ChoiceForm),
) -> Response:
    seat = _seat(db, viewer, conversation, learner=True)
    told = locale.gettext("It is agreed, and stands in your calendar here.")
    forms = ConversationForms(choice=form)
    return _done(
        request,
        db,
        viewer,
        locale,
        seat,
        forms,
        form,
        lambda: agree(db, viewer, seat, form.data.time),
        flash=told,
    )


@router.post(f"{CONVERSATION}/others")
def ask_others(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[WishForm] = posted(WishForm),
) -> Response:
    seat = _seat(db, viewer, conversation, learner=True)
    told = locale.gettext("Your coach is told, and proposes other times.")
    forms = ConversationForms(others=form)
    return _done(
        request,
        db,
        viewer,
        locale,
        seat,
        forms,
        form,
        lambda: ask_for_others(db, viewer, seat, form.data.wish),
        flash=told,
    )


@router.post(f"{CONVERSATION}/cancel")
def cancel(request: Request, db: Session, viewer: Viewer, locale: Locale, conversation: str) -> Response:
    """Either side; what took place answers 409."""
    seat = _seat(db, viewer, conversation)
    call_off(db, viewer, seat)
    told = locale.gettext("It does not take place. The other side is told.")
    return redirect(request, f"/conversations/{conversation}", Flash(told))


@router.post(f"{CONVERSATION}/agenda")
def put_on_agenda(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[PointForm] = posted(PointForm),
) -> Response:
    seat = _seat(db, viewer, conversation)
    forms = ConversationForms(point=form)

    def act() -> None:
        add_point(db, viewer, seat, form.data.point, once=form.data.once or str(uuid4()))

    return _done(request, db, viewer, locale, seat, forms, form, act, at="#agenda")


@router.post(f"{CONVERSATION}/agenda/{{point}}/remove")
def take_off_agenda(request: Request, db: Session, viewer: Viewer, conversation: str, point: str) -> Response:
    seat = _seat(db, viewer, conversation)
    take_point_away(db, viewer, point_in(db, seat.conversation, point))
    return redirect(request, f"/conversations/{conversation}#agenda")


@router.post(f"{CONVERSATION}/summary")
def write_summary(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[SummaryForm] = posted(SummaryForm),
) -> Response:
    seat = _seat(db, viewer, conversation, learner=False)
    forms, saved = ConversationForms(summary=form), locale.gettext("It is saved.")
    return _done(
        request,
        db,
        viewer,
        locale,
        seat,
        forms,
        form,
        lambda: summarize(db, seat, form.data.summary),
        flash=saved,
        at="#summary",
    )


@router.post(f"{CONVERSATION}/actions")
def agree_on(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[ActionForm] = posted(ActionForm),
) -> Response:
    seat = _seat(db, viewer, conversation)
    forms = ConversationForms(action=form)

    def act() -> None:
        data = form.data
        by_learner, once = data.who == "learner", data.once or str(uuid4())
        add_action(db, viewer, seat, data.action, by_learner=by_learner, due_on=data.due_on, once=once)

    return _done(request, db, viewer, locale, seat, forms, form, act, at="#actions")


@router.post(f"{CONVERSATION}/actions/{{action}}")
def tick_action(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    action: str,
    form: Bound[DoneForm] = posted(DoneForm),
) -> Response:
    seat = _seat(db, viewer, conversation)
    found = action_in(db, seat.conversation, action)
    if not form.valid:
        return conversation_page(request, db, viewer, locale, seat, status=422)
    tick_off(db, found, done=form.data.done == "1")
    return redirect(request, f"/conversations/{conversation}#actions")


@router.post(f"{CONVERSATION}/actions/{{action}}/remove")
def remove_action(request: Request, db: Session, viewer: Viewer, conversation: str, action: str) -> Response:
    seat = _seat(db, viewer, conversation)
    take_action_away(db, action_in(db, seat.conversation, action))
    return redirect(request, f"/conversations/{conversation}#actions")

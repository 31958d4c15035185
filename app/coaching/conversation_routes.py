"""One conversation: a page for both sides, and what each may do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from app.coaching.conversation_page import ConversationForms, conversation_page
from app.coaching.conversation_queries import Seat, action_in, point_in, seat_at
from app.coaching.conversations import (
    add_action,
    add_point,
    agree,
    ask_for_others,
    call_off,
    propose_times,
    summarize,
    take_action_away,
    take_point_away,
    tick_off,
)
from app.errors import NotFound, Refused
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()
CONVERSATION = "/conversations/{conversation}"


@router.get(CONVERSATION)
def show(request: Request, db: Session, viewer: Viewer, locale: Locale, conversation: str) -> Response:
    return conversation_page(request, db, viewer, locale, seat_at(db, viewer, conversation))


@dataclass(frozen=True)
class Act:
    """One side changes a conversation."""

    request: Request
    db: Session
    viewer: Viewer
    locale: Locale
    seat: Seat

    def done(
        self, name: str, form: Bound[Any], act: Callable[[], None], *, told: str = "", at: str = ""
    ) -> Response:
        """Back to the page once that is done; with the form `name` and why not, where it cannot be."""
        if form.valid:
            try:
                act()
            except Refused as refused:
                form.refuse(refused.field, refused.message)
        if not form.valid:
            forms = ConversationForms(**{name: form})
            where = (self.request, self.db, self.viewer, self.locale, self.seat)
            return conversation_page(*where, forms, status=422)
        url = f"/conversations/{self.seat.conversation.public_id}{at}"
        return redirect(self.request, url, Flash(told) if told else None)


def _act(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    public_id: str,
    *,
    learner: bool | None = None,
) -> Act:
    """By one of the sides alone where `learner` says which. Raises NotFound."""
    seat = seat_at(db, viewer, public_id, to_change=True)
    if learner is not None and seat.is_learner is not learner:
        raise NotFound
    return Act(request, db, viewer, locale, seat)


@router.post(f"{CONVERSATION}/times")
def propose_others(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[TimesForm] = posted(TimesForm),
) -> Response:
    act = _act(request, db, viewer, locale, conversation, learner=False)
    proposal = proposal_of(form, ZoneInfo(act.seat.cohort.time_zone))

    def propose() -> None:
        if proposal is not None:
            propose_times(db, viewer, act.seat, proposal)

    return act.done("times", form, propose, told=locale.gettext("It is proposed, and the learner is told."))


@router.post(f"{CONVERSATION}/agree")
def choose_time(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[ChoiceForm] = posted(ChoiceForm),
) -> Response:
    act = _act(request, db, viewer, locale, conversation, learner=True)
    told = locale.gettext("It is agreed, and stands in your calendar here.")
    return act.done("choice", form, lambda: agree(db, viewer, act.seat, form.data.time), told=told)


@router.post(f"{CONVERSATION}/others")
def ask_others(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[WishForm] = posted(WishForm),
) -> Response:
    act = _act(request, db, viewer, locale, conversation, learner=True)
    told = locale.gettext("Your coach is told, and proposes other times.")
    return act.done("others", form, lambda: ask_for_others(db, viewer, act.seat, form.data.wish), told=told)


@router.post(f"{CONVERSATION}/cancel")
def cancel(request: Request, db: Session, viewer: Viewer, locale: Locale, conversation: str) -> Response:
    """Either side; what took place answers 409."""
    call_off(db, viewer, _act(request, db, viewer, locale, conversation).seat)
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
    act = _act(request, db, viewer, locale, conversation)

    def add() -> None:
        add_point(db, viewer, act.seat, form.data.point, once=form.data.once or str(uuid4()))

    return act.done("point", form, add, at="#agenda")


@router.post(f"{CONVERSATION}/agenda/{{point}}/remove")
def take_off_agenda(
    request: Request, db: Session, viewer: Viewer, locale: Locale, conversation: str, point: str
) -> Response:
    act = _act(request, db, viewer, locale, conversation)
    take_point_away(db, viewer, point_in(db, act.seat.conversation, point))
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
    act = _act(request, db, viewer, locale, conversation, learner=False)
    saved = locale.gettext("It is saved.")

    def write() -> None:
        summarize(db, act.seat, form.data.summary)

    return act.done("summary", form, write, told=saved, at="#summary")


@router.post(f"{CONVERSATION}/actions")
def agree_on(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    conversation: str,
    form: Bound[ActionForm] = posted(ActionForm),
) -> Response:
    act = _act(request, db, viewer, locale, conversation)

    def add() -> None:
        data = form.data
        by_learner, once = data.who == "learner", data.once or str(uuid4())
        add_action(db, viewer, act.seat, data.action, by_learner=by_learner, due_on=data.due_on, once=once)

    return act.done("action", form, add, at="#actions")


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
    act = _act(request, db, viewer, locale, conversation)
    found = action_in(db, act.seat.conversation, action)
    return act.done("action", form, lambda: tick_off(db, found, done=form.data.done == "1"), at="#actions")


@router.post(f"{CONVERSATION}/actions/{{action}}/remove")
def remove_action(
    request: Request, db: Session, viewer: Viewer, locale: Locale, conversation: str, action: str
) -> Response:
    act = _act(request, db, viewer, locale, conversation)
    take_action_away(db, action_in(db, act.seat.conversation, action))
    return redirect(request, f"/conversations/{conversation}#actions")

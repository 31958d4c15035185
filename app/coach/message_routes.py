"""A coach writes to one learner or many."""

from __future__ import annotations

from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.message_forms import MessageForm
from app.coach.messages import message_view, suggestions
from app.coach.queries import cohort_and_programme
from app.coach.time_forms import MOST_LEARNERS
from app.coaching.nudges import Recipient, recipients, send
from app.cohorts.announcements import announcement_line, not_yet_readers
from app.cohorts.queries import CohortLine
from app.people.viewer import Viewer
from app.things.catalogue import Programme
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/coach/message")
def message_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    learner: str = "",
    about: str = "",
    unread: str = "",
) -> Response:
    """`learner` is chosen already, or who has not read the announcement `unread` yet; `about` is the reason
    why they are written to."""
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    chosen = [learner] if learner else []
    if unread:
        line = announcement_line(db, viewer, group, unread, all_=False)
        chosen = [one.handle for one in not_yet_readers(db, group, line.id)]
    form = blank(MessageForm, learner=chosen, **suggestions(request, about))
    return _page(request, db, locale, group, programme, form)


@router.post("/cohorts/{cohort}/coach/message")
def write_message(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[MessageForm] = posted(MessageForm),
) -> Response:
    """Looks at it first; sends it on the second press."""
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    if not form.valid:
        return _page(request, db, locale, group, programme, form, status=422)
    data = form.data
    sends = data.action == "send"
    to = recipients(db, group, data.learner, group.language or programme.language, lock=sends)
    if not to:
        form.refuse("learner", message("Choose at least one person."))
    for language in sorted({one.language for one in to if not one.why_not}):
        if not data.texts[language]:
            form.refuse(f"text_{language}", message("Somebody of these reads this language. Fill this in."))
    if not form.valid:
        return _page(request, db, locale, group, programme, form, to=to, status=422)
    if not sends:
        return _page(request, db, locale, group, programme, form, to=to, looks=True)
    count = send(db, viewer, to, data.texts, once=data.once or str(uuid4()))
    done = locale.ngettext("It is sent to %(num)s person.", "It is sent to %(num)s people.", count)
    return redirect(request, f"/cohorts/{cohort}/coach/today", Flash(done % {"num": count}))


def _page(
    request: Request,
    db: Session,
    locale: Locale,
    group: CohortLine,
    programme: Programme,
    form: Bound[MessageForm],
    *,
    to: list[Recipient] | None = None,
    looks: bool = False,
    status: int = 200,
) -> Response:
    if to is None:
        typed = [handle for handle in form.value("learner") or [] if handle.isprintable()]
        to = recipients(db, group, typed[:MOST_LEARNERS], group.language or programme.language)
    view = message_view(db, request, group, programme, locale, to, form)
    context = {"cohort": group, "view": view, "form": form, "looks": looks}
    return render(request, "coach/message.html", context, status=status)

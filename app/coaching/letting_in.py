"""Letting people into a group, or not: the same for its coaches and for organizers."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import Desk
from app.coaching.conversation_ends import leave_conversations_behind
from app.cohorts.models import Joining
from app.cohorts.requests import asking, decline, requests_of
from app.errors import Refused
from app.journals.joining import let_in
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render


def requests_page(
    request: Request, db: Session, desk: Desk, *, refusal: str = "", status: int = 200
) -> Response:
    context = {
        "desk": desk,
        "cohort": desk.cohort,
        "asking": requests_of(db, desk.cohort.id),
        "asks": desk.cohort.joining == Joining.APPROVAL,
        "refusal": refusal,
    }
    return render(request, "coaching/requests.html", context, status=status)


def let_person_in(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, handle: str
) -> Response:
    try:
        person = let_in(db, catalogue_of(request), desk.cohort, handle, actor_id=viewer.person_id)
    except Refused as refused:
        said = refused.message.translated(locale.gettext)
        return requests_page(request, db, desk, refusal=said, status=409)
    leave_conversations_behind(db, viewer, person.id, desk.cohort)
    done = locale.gettext("%(name)s is in the group now.") % {"name": person.name}
    return redirect(request, desk.requests_url, Flash(done))


def decline_person(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, handle: str
) -> Response:
    person_id = asking(db, desk.cohort.id, handle)
    decline(db, person_id, desk.cohort, actor_id=viewer.person_id)
    done = locale.gettext("You said no. They are told, without a reason.")
    return redirect(request, desk.requests_url, Flash(done))

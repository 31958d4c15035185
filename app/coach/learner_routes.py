"""One learner of a group."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.inbox_forms import TalkForm
from app.coach.learner_page import LearnerForms, learner_page
from app.coach.queries import cohort_and_programme
from app.coaching.queries import learner
from app.errors import Refused
from app.people.viewer import Viewer
from app.progress.talks import mark_talk
from app.things.library import catalogue_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect
from app.web.routing import page_router

router = page_router()
LEARNER = "/cohorts/{cohort}/coach/learners/{handle}"


@router.get(LEARNER)
def show_learner(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str, after: str = ""
) -> Response:
    return learner_page(request, db, viewer, locale, cohort, handle, after=after)


@router.post(f"{LEARNER}/talks")
def say_we_talked(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    form: Bound[TalkForm] = posted(TalkForm),
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    thing = programme.thing(form.data.thing) if form.valid else None
    if form.valid and thing is None:
        form.refuse("thing", message("Choose one of the options."))
    if form.valid and thing is not None:
        try:
            mark_talk(db, viewer, found.enrolment, programme, thing)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return learner_page(request, db, viewer, locale, cohort, handle, LearnerForms(talk=form), status=422)
    asked = locale.gettext("%(name)s is asked to confirm it.") % {"name": found.person.name}
    return redirect(request, f"/cohorts/{cohort}/coach/learners/{handle}#talks", Flash(asked))

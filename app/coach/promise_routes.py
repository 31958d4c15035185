"""What the coaches of a group promise to answer, set by one of them."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.forms import PromiseForm, promise_form
from app.cohorts.models import Cohort
from app.cohorts.promises import promise_in_words, promise_replies
from app.cohorts.queries import CohortLine, coached_cohort
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
PROMISE = "/cohorts/{cohort}/coach/promise"


@router.get(PROMISE)
def promise_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    group = coached_cohort(db, viewer, cohort)
    return _promise_page(request, locale, group, promise_form(group))


def _promise_page(
    request: Request, locale: Locale, group: CohortLine, form: Bound[PromiseForm], *, status: int = 200
) -> Response:
    context = {"cohort": group, "form": form, "now": promise_in_words(group, locale)}
    return render(request, "coach/promise.html", context, status=status)


@router.post(PROMISE)
def set_promise(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[PromiseForm] = posted(PromiseForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    if not form.valid:
        return _promise_page(request, locale, group, form, status=422)
    promise_replies(db, db.get_one(Cohort, group.id), **form.data.model_dump(), actor_id=viewer.person_id)
    done = Flash(locale.gettext("It is saved. Your learners read it on the group’s page."))
    return redirect(request, f"/cohorts/{cohort}/coach/promise", done)

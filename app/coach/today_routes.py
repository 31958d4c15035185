"""The coach's Monday: who needs somebody, and not now."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.checklist import checklist_view
from app.coach.queries import cohort_and_programme
from app.coach.today import today_view
from app.coach.today_forms import PutOffForm, ThresholdsForm
from app.coaching.attention import Thresholds, thresholds_of
from app.coaching.putting_off import put_off, set_thresholds
from app.coaching.queries import learner
from app.cohorts.models import Cohort
from app.cohorts.queries import CohortLine
from app.people.viewer import Viewer
from app.things.catalogue import Programme
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/coach/today")
def today_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    return _today_page(request, db, viewer, locale, group, programme)


def _today_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    group: CohortLine,
    programme: Programme,
    *,
    status: int = 200,
) -> Response:
    context = {
        "cohort": group,
        "view": today_view(db, viewer, group, programme, locale),
        "checks": checklist_view(db, viewer, group, programme, locale),
    }
    return render(request, "coach/today.html", context, status=status)


@router.post("/cohorts/{cohort}/coach/today/{handle}/later")
def not_now(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    form: Bound[PutOffForm] = posted(PutOffForm),
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    if not form.valid:
        return _today_page(request, db, viewer, locale, group, programme, status=422)
    put_off(db, viewer, found.enrolment, form.data.rule)
    done = locale.gettext("You see %(name)s here again in a week, unless there is another reason.")
    return redirect(
        request, f"/cohorts/{cohort}/coach/today", Flash(done % {"name": found.person.name.split()[0]})
    )


@router.get("/cohorts/{cohort}/coach/today/rules")
def rules_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    group, _ = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    limits = thresholds_of(group.attention, None)
    return render(
        request, "coach/rules.html", {"cohort": group, "form": blank(ThresholdsForm, **limits.model_dump())}
    )


@router.post("/cohorts/{cohort}/coach/today/rules")
def change_rules(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[ThresholdsForm] = posted(ThresholdsForm),
) -> Response:
    group, _ = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    if not form.valid:
        return render(request, "coach/rules.html", {"cohort": group, "form": form}, status=422)
    limits = Thresholds(**form.data.model_dump())
    set_thresholds(db, db.get_one(Cohort, group.id), limits, actor_id=viewer.person_id)
    return redirect(request, f"/cohorts/{cohort}/coach/today", Flash(locale.gettext("It is saved.")))

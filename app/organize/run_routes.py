"""How a group runs its programme: rhythm and rule, its Things, and what stands above them."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort
from app.cohorts.queries import organized_cohort
from app.cohorts.running import set_run
from app.cohorts.runs import Rhythm, run_of
from app.errors import NotFound
from app.organize.run_forms import RunForm, ThingsForm, form_of_run
from app.organize.run_view import things_view
from app.people.viewer import Viewer
from app.progress.services import place_learners
from app.things.catalogue import Programme
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


def _run_by_organizer(
    request: Request, db: Session, viewer: Viewer, public_id: str
) -> tuple[Cohort, Programme]:
    """A group with its programme as the files have it. Raises NotFound."""
    cohort = organized_cohort(db, viewer, public_id)
    programme = catalogue_of(request).programme(cohort.programme_slug)
    if programme is None:
        raise NotFound
    return cohort, programme


@router.get("/organize/cohorts/{cohort}/run")
def run_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    found, programme = _run_by_organizer(request, db, viewer, cohort)
    context = {"cohort": found, "form": form_of_run(run_of(programme, found.run))}
    return render(request, "organize/run.html", context)


@router.post("/organize/cohorts/{cohort}/run")
def change_run(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[RunForm] = posted(RunForm),
) -> Response:
    found, programme = _run_by_organizer(request, db, viewer, cohort)
    if form.parsed and form.data.rhythm in (Rhythm.WEEKLY, Rhythm.FORTNIGHTLY) and not found.starts_on:
        form.refuse("rhythm", message("The weeks need a first day. Give the group one first."))
    if form.parsed and form.data.rule == "number" and form.data.number is None:
        form.refuse("number", message("Fill this in."))
    if not form.valid:
        return render(request, "organize/run.html", {"cohort": found, "form": form}, status=422)
    set_run(db, found, form.data.changed(run_of(programme, found.run)), actor_id=viewer.person_id)
    place_learners(db, catalogue_of(request), found)
    done = locale.gettext("It is saved. Look at the Things and their days.")
    return redirect(request, f"/organize/cohorts/{cohort}/things", Flash(done))


@router.get("/organize/cohorts/{cohort}/things")
def things_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    found, programme = _run_by_organizer(request, db, viewer, cohort)
    context = {"view": things_view(found, programme, locale), "form": blank(ThingsForm)}
    return render(request, "organize/things.html", context)


@router.post("/organize/cohorts/{cohort}/things")
def choose_things(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[ThingsForm] = posted(ThingsForm),
) -> Response:
    found, programme = _run_by_organizer(request, db, viewer, cohort)
    if not form.valid:
        context = {"view": things_view(found, programme, locale, form.raw), "form": form}
        return render(request, "organize/things.html", context, status=422)
    run = run_of(programme, found.run).model_copy(update={"slots": form.data.slots(programme)})
    set_run(db, found, run, actor_id=viewer.person_id)
    place_learners(db, catalogue_of(request), found)
    return redirect(request, f"/organize/cohorts/{cohort}/things", Flash(locale.gettext("It is saved.")))

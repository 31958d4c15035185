"""Groups on the organizer's desk: starting, changing, copying and ending them."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.conversation_ends import end_conversations
from app.coaching.invitation import invitation
from app.coaching.models import Conversation
from app.cohorts.forms import PromiseForm
from app.cohorts.models import Cohort, Enrolment, Mode
from app.cohorts.promises import promise_replies
from app.cohorts.queries import coaches_of, cohorts_of_organization, members_count, organized_cohort
from app.cohorts.running import CHANGEABLE, change_cohort, copy_cohort, end_run
from app.cohorts.services import add_coach, create_cohort
from app.errors import Refused
from app.organize import run_routes
from app.organize.cohort_page import cohort_page
from app.organize.forms import CohortForm, CopyForm, GroupForm
from app.organize.queries import organizer, programme_choices
from app.people.queries import people_by_email
from app.people.viewer import Viewer
from app.plans.services import follow_dates
from app.progress.services import place_learners
from app.sessions.copying import copy_meetings, meetings_to_copy
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
router.pages_of(run_routes.router)


@router.get("/organize/cohorts")
def cohorts_page(request: Request, db: Session, viewer: Viewer) -> Response:
    rows = cohorts_of_organization(db, organizer(viewer).organization_id)
    return render(request, "organize/cohorts.html", {"cohorts": rows})


@router.get("/organize/cohorts/new")
def new_cohort_page(request: Request, viewer: Viewer, locale: Locale) -> Response:
    organizer(viewer)
    zone = request.app.state.settings.time_zone
    return _new_form(request, locale, blank(CohortForm, mode=Mode.COACH_LED.value, time_zone=zone))


@router.post("/organize/cohorts")
def create_cohort_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[CohortForm] = posted(CohortForm),
) -> Response:
    organizer(viewer)
    if form.parsed and catalogue_of(request).programme(form.data.programme) is None:
        form.refuse("programme", message("Choose one of the options."))
    coaches = people_by_email(db, viewer.organization_id, form.data.coach_addresses) if form.parsed else {}
    unknown = [found for found in form.data.coach_addresses if found not in coaches] if form.parsed else []
    if unknown:
        form.refuse("coaches", message("Nobody here has the address %(who)s.", who=", ".join(unknown)))
    if not form.valid:
        return _new_form(request, locale, form, status=422)
    try:
        cohort = create_cohort(
            db,
            organization_id=viewer.organization_id,
            created_by_id=viewer.person_id,
            programme_slug=form.data.programme,
            code=form.data.code,
            once=form.data.once or None,
            **_values(form.data),
        )
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _new_form(request, locale, form, status=422)
    for coach in coaches.values():
        add_coach(db, cohort, coach, actor_id=viewer.person_id)
    return redirect(
        request, f"/organize/cohorts/{cohort.public_id}", Flash(locale.gettext("The group is ready."))
    )


def _values(form: GroupForm) -> dict[str, Any]:
    return {name: value for name, value in form.model_dump(mode="python").items() if name in CHANGEABLE}


def _new_form(request: Request, locale: Locale, form: Bound[CohortForm], *, status: int = 200) -> Response:
    programmes = programme_choices(catalogue_of(request), locale)
    return render(
        request, "organize/cohort_new.html", {"form": form, "programmes": programmes}, status=status
    )


@router.get("/organize/cohorts/{cohort}")
def one_cohort_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    return cohort_page(request, db, viewer, locale, cohort)


@router.get("/organize/cohorts/{cohort}/edit")
def edit_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    found = organized_cohort(db, viewer, cohort)
    form = blank(GroupForm, code=found.code, **{name: getattr(found, name) or "" for name in CHANGEABLE})
    return render(request, "organize/cohort_edit.html", {"cohort": found, "form": form})


@router.post("/organize/cohorts/{cohort}/edit")
def edit(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[GroupForm] = posted(GroupForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    dates = (found.time_zone, found.ends_on)
    if form.valid:
        try:
            values = {**_values(form.data), "code": form.data.code}
            change_cohort(db, found, values, actor_id=viewer.person_id)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return render(request, "organize/cohort_edit.html", {"cohort": found, "form": form}, status=422)
    place_learners(db, catalogue_of(request), found)
    if dates != (found.time_zone, found.ends_on):
        follow_dates(db, Enrolment.cohort_id == found.id)
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(locale.gettext("It is saved.")))


@router.get("/organize/cohorts/{cohort}/copy")
def copy_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    found = organized_cohort(db, viewer, cohort)
    form = blank(CopyForm, name=found.name, starts_on=found.starts_on or "", meetings="1", is_next="1")
    return _copy_form(request, db, found, form)


def _copy_form(
    request: Request, db: Session, cohort: Cohort, form: Bound[CopyForm], *, status: int = 200
) -> Response:
    meetings = len(meetings_to_copy(db, cohort.id)) if cohort.starts_on else 0
    context = {"cohort": cohort, "form": form, "meetings": meetings}
    return render(request, "organize/cohort_copy.html", context, status=status)


@router.post("/organize/cohorts/{cohort}/copy")
def copy(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[CopyForm] = posted(CopyForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    if form.parsed and found.starts_on and form.data.starts_on is None:
        form.refuse("starts_on", message("Write the first day of the new run: its other dates move along."))
    if not form.valid:
        return _copy_form(request, db, found, form, status=422)
    data = form.data
    made = copy_cohort(
        db,
        found,
        name=data.name,
        starts_on=data.starts_on,
        is_next=data.is_next is not None,
        actor_id=viewer.person_id,
        once=data.once or None,
    )
    done = locale.gettext("The new group is ready. Nobody is in it yet but its coaches.")
    copied = copy_meetings(db, found, made, actor_id=viewer.person_id) if data.meetings else 0
    if copied:
        said = locale.ngettext(
            "%(num)s meeting came along: look at its place and link.",
            "%(num)s meetings came along: look at their places and links.",
            copied,
        )
        done = f"{done} {said % {'num': copied}}"
    return redirect(request, f"/organize/cohorts/{made.public_id}", Flash(done))


@router.get("/organize/cohorts/{cohort}/end")
def end_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    found = organized_cohort(db, viewer, cohort)
    context = {
        "cohort": found,
        "learners": members_count(db, found.id),
        "coaches": [coach.name for coach in coaches_of(db, found.id)],
    }
    return render(request, "organize/cohort_end.html", context)


@router.post("/organize/cohorts/{cohort}/end")
def end(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    found = organized_cohort(db, viewer, cohort)
    end_conversations(db, viewer, Conversation.cohort_id == found.id)
    end_run(db, found, actor_id=viewer.person_id)
    done = locale.gettext("%(group)s has ended.") % {"group": found.name}
    return redirect(request, "/organize/cohorts", Flash(done))


@router.post("/organize/cohorts/{cohort}/promise")
def set_promise(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[PromiseForm] = posted(PromiseForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    if not form.valid:
        return cohort_page(request, db, viewer, locale, cohort, promise=form, status=422)
    promise_replies(db, found, **form.data.model_dump(), actor_id=viewer.person_id)
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(locale.gettext("It is saved.")))


@router.get("/organize/cohorts/{cohort}/poster")
def poster_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    found = organized_cohort(db, viewer, cohort)
    context = {"cohort": found, "invitation": invitation(request.app.state.settings.base_url, found, locale)}
    return render(request, "coaching/poster.html", context)

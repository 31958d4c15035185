"""A coach gives days and pauses, writes above Things, and takes somebody out of the group."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.queries import cohort_and_programme
from app.coach.time_forms import ThingNoteForm, TimeForm
from app.coaching.conversation_ends import end_conversations
from app.coaching.models import Conversation
from app.coaching.queries import learner
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import CohortLine, learners_named, learners_of, thing_note
from app.cohorts.running import give_days, pause, write_note
from app.cohorts.runs import run_of
from app.cohorts.schedule import today_in
from app.errors import NotFound
from app.journals.services import leave_cohort
from app.people.viewer import Viewer
from app.plans.services import follow_dates
from app.progress.services import place_learners
from app.things.catalogue import Programme
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
MOST_SHOWN = 500


@router.get("/cohorts/{cohort}/coach/time")
def time_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, learner: str = ""
) -> Response:
    """`learner` is chosen already."""
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    form = blank(TimeForm, what="days", learner=[learner], first=today_in(group.time_zone).isoformat())
    return _time_form(request, db, locale, group, programme, form)


@router.post("/cohorts/{cohort}/coach/time")
def give_time(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[TimeForm] = posted(TimeForm),
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    if form.parsed:
        _ask_for_what_is_missing(form, programme)
    found = learners_named(db, group.id, form.data.learner) if form.valid else []
    if form.valid and len(found) != len(set(form.data.learner)):
        form.refuse("learner", message("Somebody of these has left the group. Look again."))
    if not form.valid:
        return _time_form(request, db, locale, group, programme, form, status=422)
    data = form.data
    if data.what == "days":
        give_days(db, found, data.days or 0, data.thing, actor_id=viewer.person_id)
    elif data.first and data.back:
        before = {enrolment.id: enrolment.timing for enrolment in found}
        pause(db, found, data.first, data.back, actor_id=viewer.person_id)
        moved = [enrolment.id for enrolment in found if enrolment.timing != before[enrolment.id]]
        follow_dates(db, Enrolment.id.in_(moved))
    place_learners(db, catalogue_of(request), group, only=[enrolment.id for enrolment in found])
    done = locale.ngettext("It is given to %(num)s person.", "It is given to %(num)s people.", len(found))
    return redirect(request, f"/cohorts/{cohort}/coach", Flash(done % {"num": len(found)}))


def _ask_for_what_is_missing(form: Bound[TimeForm], programme: Programme) -> None:
    data, wanted = form.data, message("Fill this in.")
    if not data.learner:
        form.refuse("learner", message("Choose at least one person."))
    if data.what == "days" and data.days is None:
        form.refuse("days", wanted)
    if data.what == "days" and data.thing and programme.thing(data.thing) is None:
        form.refuse("thing", message("Choose one of the options."))
    if data.what == "pause" and data.first is None:
        form.refuse("first", wanted)
    if data.what == "pause" and data.back is None:
        form.refuse("back", wanted)


def _time_form(
    request: Request,
    db: Session,
    locale: Locale,
    group: CohortLine,
    programme: Programme,
    form: Bound[TimeForm],
    *,
    status: int = 200,
) -> Response:
    order = locale.reading_order()
    context = {
        "cohort": group,
        "form": form,
        "learners": [(one.handle, one.name) for one in learners_of(db, group.id, limit=MOST_SHOWN)],
        "things": [(thing.slug, f"{thing.label}. {thing.text(order).title}") for thing in programme.things],
    }
    return render(request, "coach/time.html", context, status=status)


@router.get("/cohorts/{cohort}/coach/notes")
def notes_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    noted, order = run_of(programme, group.run).noted, locale.reading_order()
    things = [(thing, thing.text(order).title, thing.slug in noted) for thing in programme.things]
    return render(request, "coach/notes.html", {"cohort": group, "things": things})


@router.get("/cohorts/{cohort}/coach/notes/{thing}")
def note_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, thing: str
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    form = blank(ThingNoteForm, body=thing_note(db, group.id, thing))
    return _note_form(request, locale, group, programme, thing, form)


@router.post("/cohorts/{cohort}/coach/notes/{thing}")
def note(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    thing: str,
    form: Bound[ThingNoteForm] = posted(ThingNoteForm),
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    if not form.valid:
        return _note_form(request, locale, group, programme, thing, form, status=422)
    what = programme.thing(thing)
    if what is None:
        raise NotFound
    write_note(db, db.get_one(Cohort, group.id), what.slug, form.data.body, actor_id=viewer.person_id)
    return redirect(request, f"/cohorts/{cohort}/coach/notes", Flash(locale.gettext("It is saved.")))


def _note_form(
    request: Request,
    locale: Locale,
    group: CohortLine,
    programme: Programme,
    slug: str,
    form: Bound[ThingNoteForm],
    *,
    status: int = 200,
) -> Response:
    thing = programme.thing(slug)
    if thing is None or thing.slug != slug:
        raise NotFound
    title = thing.text(locale.reading_order()).title
    context = {"cohort": group, "thing": thing, "title": title, "form": form}
    return render(request, "coach/note.html", context, status=status)


@router.get("/cohorts/{cohort}/coach/learners/{handle}/remove")
def remove_page(request: Request, db: Session, viewer: Viewer, cohort: str, handle: str) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    return render(request, "coach/remove.html", {"cohort": group, "person": found.person})


@router.post("/cohorts/{cohort}/coach/learners/{handle}/remove")
def remove(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    end_conversations(db, viewer, Conversation.enrolment_id == found.enrolment.id)
    leave_cohort(db, found.enrolment, actor_id=viewer.person_id)
    done = locale.gettext("%(name)s is no longer in this group.") % {"name": found.person.name}
    return redirect(request, f"/cohorts/{cohort}/coach", Flash(done))

"""Notes about a learner among the coaches of a group."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import Request, Response
from pydantic import AfterValidator, StringConstraints
from sqlalchemy.orm import Session

from app.coach.learner_page import LearnerForms, learner_page
from app.coach.queries import cohort_and_programme
from app.coaching.notes import change_coach_note, delete_coach_note, own_note, write_coach_note
from app.coaching.queries import learner
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, Form, blank, invalid, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
NOTES = "/cohorts/{cohort}/coach/learners/{handle}/notes"
NOTE = f"{NOTES}/{{note}}"
LONGEST = 10_000


def _not_empty(text: str) -> str:
    if not text.strip():
        raise invalid(message("Fill this in."))
    return text


class CoachNoteForm(Form):
    """A note in Markdown."""

    body: Annotated[
        str, StringConstraints(max_length=LONGEST, strip_whitespace=False), AfterValidator(_not_empty)
    ]
    once: Annotated[str, StringConstraints(max_length=36)] = ""


@router.post(NOTES)
def note(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    form: Bound[CoachNoteForm] = posted(CoachNoteForm),
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    if not form.valid:
        forms = LearnerForms(note=form)
        return learner_page(request, db, viewer, locale, cohort, handle, forms, status=422)
    once = form.data.once or str(uuid4())
    write_coach_note(
        db, viewer, group.id, found.enrolment, form.data.body, language=locale.language, once=once
    )
    return redirect(request, _back(cohort, handle), Flash(locale.gettext("It is noted.")))


@router.get(f"{NOTE}/edit")
def edit_note_page(
    request: Request, db: Session, viewer: Viewer, cohort: str, handle: str, note: str
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    own = own_note(db, viewer, group, found.enrolment, note)
    context = {
        "cohort": group,
        "person": found.person,
        "note": own,
        "form": blank(CoachNoteForm, body=own.body),
    }
    return render(request, "coach/coach_note.html", context)


@router.post(f"{NOTE}/edit")
def change_note(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    note: str,
    form: Bound[CoachNoteForm] = posted(CoachNoteForm),
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    own = own_note(db, viewer, group, found.enrolment, note)
    if not form.valid:
        context = {"cohort": group, "person": found.person, "note": own, "form": form}
        return render(request, "coach/coach_note.html", context, status=422)
    change_coach_note(db, own, form.data.body)
    return redirect(request, _back(cohort, handle), Flash(locale.gettext("It is saved.")))


@router.post(f"{NOTE}/delete")
def delete_note(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str, note: str
) -> Response:
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    found = learner(db, group, programme, handle)
    delete_coach_note(db, own_note(db, viewer, group, found.enrolment, note))
    return redirect(request, _back(cohort, handle), Flash(locale.gettext("It is deleted.")))


def _back(cohort: str, handle: str) -> str:
    return f"/cohorts/{cohort}/coach/learners/{handle}#coach-notes"

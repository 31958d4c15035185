"""Ticking the list before the start, taking part in one's own group, and the poster for the kick-off."""

from __future__ import annotations

from typing import Literal

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.queries import cohort_and_programme
from app.coaching.checklist import DISMISSED, Item, tick_item
from app.coaching.invitation import invitation
from app.cohorts.models import Cohort
from app.cohorts.queries import coached_cohort
from app.errors import NotFound
from app.journals.joining import join_and_place
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, Form, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


class CheckForm(Form):
    """How an item shall be, so that a repeated press changes nothing; or that one wants the list no more."""

    item: Item | Literal["dismissed"]
    done: Literal["0", "1"]


@router.post("/cohorts/{cohort}/coach/checklist")
def tick(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[CheckForm] = posted(CheckForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    flash = None
    if form.valid:
        tick_item(db, viewer, group, str(form.data.item), done=form.data.done == "1")
        if form.data.item == DISMISSED:
            flash = Flash(locale.gettext("The list is gone."))
    return redirect(request, f"/cohorts/{cohort}/coach/today", flash)


@router.post("/cohorts/{cohort}/coach/take-part")
def take_part(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    """A coach learns in the group, too, and shares with it; who learns the same in another group cannot."""
    group, programme = cohort_and_programme(db, catalogue_of(request), viewer, cohort)
    enrolled = viewer.enrolled_in(group.programme_slug)
    if enrolled is not None and enrolled.cohort is not None and enrolled.cohort.cohort_id != group.id:
        raise NotFound
    join_and_place(db, catalogue_of(request), viewer.person_id, db.get_one(Cohort, group.id))
    first = f"/{programme.things[0].slug}/reflect" if programme.things else ""
    done = locale.gettext("You take part. What you share with your group, its learners read.")
    return redirect(request, f"/programmes/{programme.slug}{first}", Flash(done))


@router.get("/cohorts/{cohort}/coach/poster")
def poster_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    group = coached_cohort(db, viewer, cohort)
    context = {"cohort": group, "invitation": invitation(request.app.state.settings.base_url, group, locale)}
    return render(request, "coaching/poster.html", context)

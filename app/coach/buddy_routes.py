"""A coach finds buddies: by hand, or paired and looked at first."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.pod_forms import BuddiesForm, PairedForm, PairForm
from app.coach.pod_routes import back_to_pods
from app.coach.pods import Proposed, looked_at, paired
from app.cohorts.companions import companions_in, part
from app.cohorts.pods import pair_up
from app.cohorts.queries import CohortLine, coached_cohort, learners_named
from app.errors import NotFound, Refused
from app.people.viewer import Viewer
from app.web.forms import Bound, bind, blank, posted
from app.web.i18n import Locale
from app.web.render import render
from app.web.routing import page_router

router = page_router()
BUDDIES = "/cohorts/{cohort}/coach/buddies"


@router.get(BUDDIES + "/new")
def new_buddies_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    return _by_hand(request, db, coached_cohort(db, viewer, cohort), blank(BuddiesForm))


@router.post(BUDDIES)
def make_buddies(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[BuddiesForm] = posted(BuddiesForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    if form.valid:
        try:
            pair_up(db, group.id, [form.data.learner], actor_id=viewer.person_id, once=form.data.once)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return _by_hand(request, db, group, form, status=422)
    return back_to_pods(request, group, locale.gettext("They are each other’s buddies, and are told."))


@router.get(BUDDIES + "/deal")
def pairs_page(request: Request, db: Session, viewer: Viewer, cohort: str, within: str = "") -> Response:
    """Who would be with whom. What does not fit is as usual."""
    group = coached_cohort(db, viewer, cohort)
    wanted = bind(PairForm, {"within": within}).parsed or PairForm()
    found = paired(companions_in(db, group.id), wanted)
    return _paired_page(request, group, blank(PairedForm), found)


@router.post(BUDDIES + "/deal")
def make_pairs(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[PairedForm] = posted(PairedForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    if form.valid:
        pairs = [handles.split() for handles in form.data.members]
        try:
            pair_up(db, group.id, pairs, actor_id=viewer.person_id, once=form.data.once)
        except Refused as refused:
            form.refuse("members", refused.message)
    if not form.valid:
        found = looked_at(companions_in(db, group.id), (), form.value("members", []))
        return _paired_page(request, group, form, found, status=422)
    return back_to_pods(request, group, locale.gettext("They are each other’s buddies, and are told."))


@router.post(BUDDIES + "/{handle}/part")
def part_buddies(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    found = learners_named(db, group.id, [handle])
    if not found:
        raise NotFound
    part(db, found[0])
    return back_to_pods(request, group, locale.gettext("It is changed."))


def _by_hand(
    request: Request, db: Session, group: CohortLine, form: Bound[BuddiesForm], *, status: int = 200
) -> Response:
    learners = [(one.handle, one.name) for one in companions_in(db, group.id).members]
    context = {"cohort": group, "form": form, "learners": learners}
    return render(request, "coach/buddies.html", context, status=status)


def _paired_page(
    request: Request,
    group: CohortLine,
    form: Bound[PairedForm],
    found: list[Proposed],
    *,
    status: int = 200,
) -> Response:
    context = {"cohort": group, "form": form, "found": found}
    return render(request, "coach/paired.html", context, status=status)

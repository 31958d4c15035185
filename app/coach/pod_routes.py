"""A coach makes small groups: by hand, or dealt and looked at first."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.pod_forms import DealForm, DealtForm, PairForm, PodForm
from app.coach.pods import Proposed, choices, dealt, looked_at
from app.cohorts.companions import companions_in
from app.cohorts.models import Pod
from app.cohorts.pods import change_pod, dissolve, make_pods, pod_of
from app.cohorts.queries import CohortLine, coached_cohort
from app.errors import Refused
from app.people.viewer import Viewer
from app.web.forms import Bound, bind, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
PODS = "/cohorts/{cohort}/coach/pods"
POD = PODS + "/{pod}"


@router.get(PODS)
def pods_page(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    group = coached_cohort(db, viewer, cohort)
    context = {
        "cohort": group,
        "companions": companions_in(db, group.id),
        "form": blank(DealForm, **DealForm().model_dump()),
        "pairs": blank(PairForm, **PairForm().model_dump()),
    }
    return render(request, "coach/pods.html", context)


@router.get(PODS + "/new")
def new_pod_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    return _pod_form(request, db, locale, coached_cohort(db, viewer, cohort), blank(PodForm))


@router.post(PODS)
def make_pod(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[PodForm] = posted(PodForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    if form.valid:
        data = form.data
        try:
            make_pods(db, group.id, [(data.name, data.learner)], actor_id=viewer.person_id, once=data.once)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return _pod_form(request, db, locale, group, form, status=422)
    return back_to_pods(request, group, locale.gettext("It is made, and its members are told."))


@router.get(PODS + "/deal")
def deal_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    size: str = "",
    mix: str = "",
    anew: str = "",
) -> Response:
    """What would become of it. What does not fit is as usual: a mistyped address still gives a page."""
    group = coached_cohort(db, viewer, cohort)
    wanted = bind(DealForm, {"size": size, "mix": mix, "anew": anew}).parsed or DealForm()
    found = dealt(companions_in(db, group.id), wanted, locale)
    return _dealt_page(request, group, blank(DealtForm, anew="1" if wanted.anew else ""), found)


@router.post(PODS + "/deal")
def make_dealt(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[DealtForm] = posted(DealtForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    if form.valid:
        data = form.data
        wanted = [(name, of.split()) for name, of in zip(data.name, data.members, strict=False)]
        try:
            make_pods(db, group.id, wanted, anew=data.anew, actor_id=viewer.person_id, once=data.once)
        except Refused as refused:
            form.refuse("name", refused.message)
    if not form.valid:
        found = looked_at(companions_in(db, group.id), form.value("name", []), form.value("members", []))
        return _dealt_page(request, group, form, found, status=422)
    return back_to_pods(
        request, group, locale.gettext("The small groups are made, and their members are told.")
    )


@router.get(POD)
def pod_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, pod: str
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    found = pod_of(db, group.id, pod)
    return _pod_form(request, db, locale, group, blank(PodForm, name=found.name), found)


@router.post(POD)
def save_pod(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    pod: str,
    form: Bound[PodForm] = posted(PodForm),
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    found = pod_of(db, group.id, pod)
    if form.valid:
        try:
            change_pod(db, found, form.data.name, form.data.learner, actor_id=viewer.person_id)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return _pod_form(request, db, locale, group, form, found, status=422)
    return back_to_pods(request, group, locale.gettext("It is saved. Who is new in it is told."))


@router.post(POD + "/dissolve")
def dissolve_pod(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, pod: str
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    dissolve(db, pod_of(db, group.id, pod), actor_id=viewer.person_id)
    return back_to_pods(request, group, locale.gettext("The small group is dissolved."))


def back_to_pods(request: Request, group: CohortLine, done: str) -> Response:
    return redirect(request, f"/cohorts/{group.public_id}/coach/pods", Flash(done))


def _dealt_page(
    request: Request,
    group: CohortLine,
    form: Bound[DealtForm],
    found: list[Proposed],
    *,
    status: int = 200,
) -> Response:
    context = {"cohort": group, "form": form, "found": found}
    return render(request, "coach/dealt.html", context, status=status)


def _pod_form(
    request: Request,
    db: Session,
    locale: Locale,
    group: CohortLine,
    form: Bound[PodForm],
    pod: Pod | None = None,
    *,
    status: int = 200,
) -> Response:
    companions, pod_id = companions_in(db, group.id), pod.id if pod else None
    if pod and status == 200:
        form.raw["learner"] = [one.handle for one in companions.members if one.pod_id == pod_id]
    context = {
        "cohort": group,
        "form": form,
        "pod": pod,
        "learners": choices(companions, locale, but=pod_id),
    }
    return render(request, "coach/pod.html", context, status=status)

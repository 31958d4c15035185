"""The organizer's desk: content health, groups, people."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.forms import PromiseForm, promise_form
from app.cohorts.models import Mode
from app.cohorts.promises import promise_replies
from app.cohorts.queries import coaches_of, cohorts_of_organization, members_count, organized_cohort
from app.cohorts.services import add_coach, ask_for_words, create_cohort, remove_coach
from app.errors import NotFound, Refused
from app.organize import background_routes, moderation_routes, setup_routes
from app.organize.forms import CoachForm, CohortForm, WordsForm
from app.organize.invitation import invitation
from app.organize.queries import (
    language_names,
    other_problems,
    problems_of,
    programme_choices,
    programme_lines,
)
from app.people.queries import people, people_by_email, person_by_email
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.paging import decode_cursor, encode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
router.pages_of(setup_routes.router)
router.pages_of(background_routes.router)
router.pages_of(moderation_routes.router)
PEOPLE_A_PAGE = 50


def organizer(viewer: Viewer) -> Viewer:
    """Raises NotFound for anyone else: the desk does not exist for them."""
    if not viewer.is_organizer:
        raise NotFound
    return viewer


@router.get("/organize")
def desk_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    organizer(viewer)
    catalogue = catalogue_of(request)
    return render(
        request,
        "organize/desk.html",
        {
            "programmes": programme_lines(catalogue, locale),
            "other_problems": other_problems(catalogue),
            "cohorts": cohorts_of_organization(db, viewer.organization_id, limit=8),
        },
    )


@router.get("/organize/programmes/{programme}")
def content_page(request: Request, viewer: Viewer, locale: Locale, programme: str) -> Response:
    organizer(viewer)
    catalogue = catalogue_of(request)
    found = catalogue.programme(programme)
    if found is None:
        raise NotFound
    order = locale.reading_order()
    return render(
        request,
        "organize/programme.html",
        {
            "programme": found,
            "text": found.text(order),
            "things": [(thing, thing.text(order)) for thing in found.things],
            "languages_of_things": language_names(found.languages),
            "problems": problems_of(catalogue, programme),
        },
    )


@router.get("/organize/cohorts")
def cohorts_page(request: Request, db: Session, viewer: Viewer) -> Response:
    organizer(viewer)
    rows = cohorts_of_organization(db, viewer.organization_id)
    return render(request, "organize/cohorts.html", {"cohorts": rows})


@router.get("/organize/cohorts/new")
def new_cohort_page(request: Request, viewer: Viewer, locale: Locale) -> Response:
    organizer(viewer)
    form = blank(CohortForm, mode=Mode.COACH_LED.value)
    return _cohort_form(request, locale, form)


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
        return _cohort_form(request, locale, form, status=422)
    data = form.data
    try:
        cohort = create_cohort(
            db,
            organization_id=viewer.organization_id,
            created_by_id=viewer.person_id,
            programme_slug=data.programme,
            name=data.name,
            mode=data.mode,
            code=data.code,
            starts_on=data.starts_on,
            ends_on=data.ends_on,
            seats=data.seats,
            default_visibility=data.default_visibility.value if data.default_visibility else None,
            minimum_words=data.minimum_words,
            once=data.once or None,
        )
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _cohort_form(request, locale, form, status=422)
    for coach in coaches.values():
        add_coach(db, cohort, coach, actor_id=viewer.person_id)
    return redirect(
        request, f"/organize/cohorts/{cohort.public_id}", Flash(locale.gettext("The group is ready."))
    )


def _cohort_form(request: Request, locale: Locale, form: Bound[CohortForm], *, status: int = 200) -> Response:
    programmes = programme_choices(catalogue_of(request), locale)
    return render(
        request, "organize/cohort_new.html", {"form": form, "programmes": programmes}, status=status
    )


@router.get("/organize/cohorts/{cohort}")
def cohort_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    return _cohort_page(request, db, viewer, locale, cohort)


@router.post("/organize/cohorts/{cohort}/coaches")
def add_coach_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[CoachForm] = posted(CoachForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    person = person_by_email(db, form.data.email) if form.parsed else None
    if form.parsed and (person is None or person.organization_id != viewer.organization_id):
        form.refuse("email", message("Nobody here has this address. Ask them to sign up first."))
    if not form.valid or person is None:
        return _cohort_page(request, db, viewer, locale, cohort, coach=form, status=422)
    add_coach(db, found, person.id, actor_id=viewer.person_id)
    done = locale.gettext("%(name)s coaches this group now.") % {"name": person.name}
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(done))


@router.post("/organize/cohorts/{cohort}/coaches/{handle}/remove")
def remove_coach_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, handle: str
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    coach = next((person for person in coaches_of(db, found.id) if person.handle == handle), None)
    if coach is None:
        raise NotFound
    remove_coach(db, found, coach.id, actor_id=viewer.person_id)
    done = locale.gettext("%(name)s no longer coaches this group.") % {"name": coach.name}
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(done))


@router.post("/organize/cohorts/{cohort}/words")
def set_minimum_words(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[WordsForm] = posted(WordsForm),
) -> Response:
    found = organized_cohort(db, viewer, cohort)
    if not form.valid:
        return _cohort_page(request, db, viewer, locale, cohort, words=form, status=422)
    ask_for_words(db, found, form.data.minimum_words, actor_id=viewer.person_id)
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(locale.gettext("It is saved.")))


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
        return _cohort_page(request, db, viewer, locale, cohort, promise=form, status=422)
    promise_replies(db, found, **form.data.model_dump(), actor_id=viewer.person_id)
    return redirect(request, f"/organize/cohorts/{cohort}", Flash(locale.gettext("It is saved.")))


def _cohort_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    public_id: str,
    *,
    coach: Bound[CoachForm] | None = None,
    words: Bound[WordsForm] | None = None,
    promise: Bound[PromiseForm] | None = None,
    status: int = 200,
) -> Response:
    cohort = organized_cohort(db, viewer, public_id)
    programme = catalogue_of(request).programme(cohort.programme_slug)
    context = {
        "cohort": cohort,
        "programme": programme.text(locale.reading_order()) if programme else None,
        "coaches": coaches_of(db, cohort.id),
        "learners": members_count(db, cohort.id),
        "invitation": invitation(request.app.state.settings.base_url, cohort, locale),
        "form": coach or blank(CoachForm),
        "words": words or blank(WordsForm, minimum_words=cohort.minimum_words or ""),
        "promise": promise or promise_form(cohort),
    }
    return render(request, "organize/cohort.html", context, status=status)


@router.get("/organize/cohorts/{cohort}/poster")
def poster_page(request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str) -> Response:
    found = organized_cohort(db, viewer, cohort)
    context = {"cohort": found, "invitation": invitation(request.app.state.settings.base_url, found, locale)}
    return render(request, "organize/poster.html", context)


@router.get("/organize/people")
def people_page(request: Request, db: Session, viewer: Viewer, q: str = "", after: str = "") -> Response:
    organizer(viewer)
    found = people(
        db,
        viewer.organization_id,
        search=q[:80],
        after=decode_cursor(after, str, int),
        limit=PEOPLE_A_PAGE + 1,
    )
    more = len(found) > PEOPLE_A_PAGE
    found = found[:PEOPLE_A_PAGE]
    cursor = encode_cursor(found[-1].name_key, found[-1].id) if more else ""
    return render(request, "organize/people.html", {"people": found, "q": q[:80], "next": cursor})

"""The organizer's desk: content health, groups, people."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.admission import organizer_desk
from app.coaching.joining_routes import joining_pages
from app.cohorts.queries import cohorts_of_organization
from app.errors import NotFound
from app.organize import (
    background_routes,
    coach_routes,
    cohort_routes,
    health_routes,
    moderation_routes,
    setup_routes,
)
from app.organize.queries import language_names, organizer, other_problems, problems_of, programme_lines
from app.people.queries import people
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.i18n import Locale
from app.web.paging import decode_cursor, encode_cursor
from app.web.render import render
from app.web.routing import page_router

router = page_router()
router.pages_of(setup_routes.router)
router.pages_of(background_routes.router)
router.pages_of(moderation_routes.router)
router.pages_of(cohort_routes.router)
router.pages_of(coach_routes.router)
router.pages_of(health_routes.router)
router.pages_of(joining_pages("/organize/cohorts/{cohort}", organizer_desk))
PEOPLE_A_PAGE = 50


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

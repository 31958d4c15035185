"""The learner's pages: home, programmes, Things and their activities."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.responses import FileResponse

from app.coaching import conversation_routes, conversation_start_routes
from app.cohorts.services import enrol
from app.errors import NotFound
from app.learn import (
    announcement_routes,
    answer_routes,
    break_routes,
    calendar_routes,
    cohort_routes,
    feed_routes,
    growth_routes,
    invited_routes,
    journal_routes,
    keep_routes,
    mentor_routes,
    message_routes,
    moderation_routes,
    opml_routes,
    picture_routes,
    plan_routes,
    record_routes,
    revision_routes,
    search_routes,
    session_routes,
    stuck_routes,
    talk_routes,
    writing_routes,
)
from app.learn.forms import TickForm
from app.learn.home_queries import home
from app.learn.programme_queries import programme_cards, programme_view
from app.learn.reader import found_programme, found_thing, reader_of
from app.learn.thing_queries import thing_view, ticked_view, try_html
from app.people.viewer import Viewer
from app.progress.services import complete_activity, enrolment_of, undo_activity
from app.things.catalogue import Programme
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.page import sign_in_first
from app.web.render import Flash, fragment, is_htmx, redirect, render
from app.web.routing import page_router

router = page_router()
router.pages_of(record_routes.router)
PICTURE_AGE_SECONDS = 300


@router.get("/programmes/{programme}/{thing}")
def thing_page(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, programme: str, thing: str
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    found = found_programme(reader.catalogue, programme)
    what = found_thing(found, thing)
    if what.slug != thing:
        return redirect(request, f"/programmes/{found.slug}/{what.slug}", status=301)
    if _is_closed(found, viewer):
        return sign_in_first(request)
    return render(request, "learn/thing.html", {"view": thing_view(reader, found, what)})


def _is_closed(programme: Programme, viewer: Viewer | None) -> bool:
    return viewer is None and programme.access != "public"


@router.post("/programmes/{programme}/{thing}/activities/{activity}")
def tick(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    programme: str,
    thing: str,
    activity: str,
    form: Bound[TickForm] = posted(TickForm),
) -> Response:
    """The first tick enrols: who tries a Thing is in the programme."""
    reader = reader_of(request, db, viewer, locale)
    found = found_programme(reader.catalogue, programme)
    what = found_thing(found, thing)
    if activity not in what.activity_ids or what.slug in reader.course(found).closed:
        raise NotFound
    if not form.valid:
        return render(request, "learn/thing.html", {"view": thing_view(reader, found, what)}, status=422)
    act = complete_activity if form.data.done == "1" else undo_activity
    progress = act(db, enrolment_of(db, viewer, found), found, what, activity)
    if not is_htmx(request):
        return redirect(request, f"/programmes/{found.slug}/{what.slug}#activity-{activity}")
    return fragment(request, try_html(ticked_view(reader, found, what, progress)))


@router.get("/")
def home_page(request: Request, db: Session, viewer: Viewer | None, locale: Locale) -> Response:
    reader = reader_of(request, db, viewer, locale)
    if viewer is None:
        return render(request, "learn/landing.html", {"programmes": programme_cards(reader)})
    return render(request, "learn/home.html", {"home": home(reader, viewer)})


@router.get("/programmes")
def programmes_page(request: Request, db: Session, viewer: Viewer | None, locale: Locale) -> Response:
    cards = programme_cards(reader_of(request, db, viewer, locale))
    return render(request, "learn/programmes.html", {"programmes": cards})


@router.get("/programmes/{programme}")
def programme_page(
    request: Request, db: Session, viewer: Viewer | None, locale: Locale, programme: str
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    view = programme_view(reader, found_programme(reader.catalogue, programme))
    return render(request, "learn/programme.html", {"view": view})


@router.post("/programmes/{programme}/enrol")
def enrol_alone(request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str) -> Response:
    reader = reader_of(request, db, viewer, locale)
    found = found_programme(reader.catalogue, programme)
    enrol(db, viewer.person_id, found.slug)
    welcome = locale.gettext("You are in. Begin where you like; the first Thing is a good place.")
    return redirect(request, f"/programmes/{found.slug}", Flash(welcome))


@router.get("/programmes/{programme}/images/{path:path}")
def picture(request: Request, viewer: Viewer | None, programme: str, path: str) -> Response:
    """A picture of a programme, for whoever may read its Things."""
    library = request.app.state.library
    found = found_programme(library.catalogue, programme)
    file = None if _is_closed(found, viewer) else library.image(found.slug, path)
    if file is None:
        raise NotFound
    return FileResponse(file, headers={"Cache-Control": f"private, max-age={PICTURE_AGE_SECONDS}"})


router.pages_of(writing_routes.router)
router.pages_of(picture_routes.router)
router.pages_of(feed_routes.router)
router.pages_of(journal_routes.router)
router.pages_of(answer_routes.router)
router.pages_of(revision_routes.router)
router.pages_of(cohort_routes.router)
router.pages_of(invited_routes.router)
router.pages_of(break_routes.router)
router.pages_of(plan_routes.router)
router.pages_of(message_routes.router)
router.pages_of(moderation_routes.router)
router.pages_of(search_routes.router)
router.pages_of(keep_routes.router)
router.pages_of(opml_routes.router)
router.pages_of(stuck_routes.router)
router.pages_of(mentor_routes.router)
router.pages_of(session_routes.router)
router.pages_of(calendar_routes.router)
router.pages_of(talk_routes.router)
router.pages_of(announcement_routes.router)
router.pages_of(conversation_start_routes.router)
router.pages_of(conversation_routes.router)
router.pages_of(growth_routes.router)

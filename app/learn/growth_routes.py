"""What learners say of Things and of themselves."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.courses import Course
from app.errors import NotFound
from app.growth.models import Moment
from app.growth.queries import own_answers, own_ratings
from app.growth.services import (
    add_line,
    look_back,
    rate_oneself,
    rather_not_look_back,
    rather_not_rate_oneself,
    say_use,
    take_back,
)
from app.learn.growth_forms import LineForm, LookBackForm, QuestionsForm, UseForm
from app.learn.looking_back import looking_back_view, questions_form, questions_view
from app.learn.offers import completed, fresh
from app.learn.reader import Reader, found_programme, found_thing, reader_of
from app.learn.said import said_html
from app.learn.thing_queries import thing_view
from app.people.viewer import Enrolled, Viewer
from app.progress.packs import pack_of
from app.things.catalogue import Thing
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, fragment, is_htmx, redirect, render
from app.web.routing import page_router

router = page_router()


class Place(NamedTuple):
    """A Thing of a programme that the viewer is in."""

    reader: Reader
    course: Course
    enrolled: Enrolled
    thing: Thing

    @property
    def url(self) -> str:
        return f"/programmes/{self.course.programme.slug}/{self.thing.slug}"


def _place(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, thing: str
) -> Place:
    """Raises NotFound for a Thing that the viewer does not learn, or cannot read yet."""
    reader = reader_of(request, db, viewer, locale)
    course = reader.course(found_programme(reader.catalogue, programme))
    what = found_thing(course.programme, thing)
    if course.enrolled is None or what.slug in course.closed:
        raise NotFound
    return Place(reader, course, course.enrolled, what)


@router.post("/programmes/{programme}/{thing}/use")
def say_whether_used(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    programme: str,
    thing: str,
    form: Bound[UseForm] = posted(UseForm),
) -> Response:
    place = _place(request, db, viewer, locale, programme, thing)
    if not form.valid:
        return _thing_page(request, place, status=422)
    if form.data.on == "1":
        say_use(db, place.enrolled.enrolment_id, place.thing, form.data.use)
    else:
        take_back(db, place.enrolled.enrolment_id, place.thing)
    return _said(request, place, locale.gettext("Noted."))


@router.post("/programmes/{programme}/{thing}/use/line")
def write_line(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    programme: str,
    thing: str,
    form: Bound[LineForm] = posted(LineForm),
) -> Response:
    place = _place(request, db, viewer, locale, programme, thing)
    if not form.valid:
        return _thing_page(request, place, form, status=422)
    quotable = form.data.quotable == "1"
    add_line(db, place.enrolled.enrolment_id, place.thing, form.data.line, quotable=quotable)
    return _said(request, place, locale.gettext("Your line is saved."))


def _said(request: Request, place: Place, told: str) -> Response:
    if not is_htmx(request):
        return redirect(request, f"{place.url}#said", Flash(told))
    pack = pack_of(place.enrolled, place.course.programme)
    return fragment(request, said_html(place.reader, place.course, place.thing, pack, told=told))


def _thing_page(
    request: Request, place: Place, line: Bound[LineForm] | None = None, *, status: int
) -> Response:
    programme = place.course.programme.whole or place.course.programme
    context = {"view": thing_view(place.reader, programme, place.thing, line)}
    return render(request, "learn/thing.html", context, status=status)


def _own_course(
    request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str
) -> tuple[Reader, Course, Enrolled]:
    """One of the viewer's own that has not ended, whose programme exists. Raises NotFound."""
    reader = reader_of(request, db, viewer, locale)
    enrolled = next((found for found in viewer.enrolments if found.public_id == enrolment), None)
    programme = reader.catalogue.programme(enrolled.programme_slug) if enrolled else None
    if enrolled is None or programme is None:
        raise NotFound
    return reader, reader.course(programme), enrolled


@router.get("/enrolments/{enrolment}/looking-back")
def looking_back_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str
) -> Response:
    """What one says of all Things that are done, to be changed at will."""
    reader, course, _ = _own_course(request, db, viewer, locale, enrolment)
    context = {"view": looking_back_view(reader, course), "form": blank(LookBackForm)}
    return render(request, "learn/looking_back.html", context)


@router.post("/enrolments/{enrolment}/looking-back")
def say_how_they_were(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    form: Bound[LookBackForm] = posted(LookBackForm),
) -> Response:
    reader, course, enrolled = _own_course(request, db, viewer, locale, enrolment)
    if not form.valid:
        context = {"view": looking_back_view(reader, course), "form": form}
        return render(request, "learn/looking_back.html", context, status=422)
    done = completed(course.programme, pack_of(enrolled, course.programme))
    if form.data.action == "skip":
        left = fresh(done, own_answers(db, enrolled.enrolment_id, course.programme))
        rather_not_look_back(db, enrolled.enrolment_id, left)
        return _turned_down(request, locale)
    senses = form.data.senses
    look_back(
        db, enrolled.enrolment_id, {thing: senses[thing.slug] for thing in done if thing.slug in senses}
    )
    return redirect(
        request, f"/enrolments/{enrolment}/looking-back", Flash(locale.gettext("Thank you. It is saved."))
    )


def _turned_down(request: Request, locale: Locale) -> Response:
    told = locale.gettext("That is fine. You are not asked again.")
    if is_htmx(request):
        return fragment(request, request.app.state.pages.part("learn/_turned_down.html", locale, told=told))
    return redirect(request, "/", Flash(told))


@router.get("/enrolments/{enrolment}/questions/{moment}")
def questions_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, enrolment: str, moment: str
) -> Response:
    _, course, enrolled = _own_course(request, db, viewer, locale, enrolment)
    when = _moment(moment)
    form = questions_form(own_ratings(db, enrolled.enrolment_id).get(when))
    context = {"view": questions_view(enrolled, course, when, locale), "form": form}
    return render(request, "learn/questions_for_oneself.html", context)


@router.post("/enrolments/{enrolment}/questions/{moment}")
def answer_questions(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    enrolment: str,
    moment: str,
    form: Bound[QuestionsForm] = posted(QuestionsForm),
) -> Response:
    _, course, enrolled = _own_course(request, db, viewer, locale, enrolment)
    when = _moment(moment)
    if not form.valid:
        context = {"view": questions_view(enrolled, course, when, locale), "form": form}
        return render(request, "learn/questions_for_oneself.html", context, status=422)
    if form.data.action == "skip":
        rather_not_rate_oneself(db, enrolled.enrolment_id, when)
        return _turned_down(request, locale)
    rate_oneself(db, enrolled.enrolment_id, when, form.data.sureness)
    kept = Flash(locale.gettext("It is kept for you. Nobody else sees it."))
    return redirect(request, f"/enrolments/{enrolment}/looking-back#then-and-now", kept)


def _moment(word: str) -> Moment:
    """Raises NotFound."""
    try:
        return Moment(word)
    except ValueError:
        raise NotFound from None

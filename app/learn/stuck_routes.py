"""“I’m stuck”: asking somebody about a Thing, from its page."""

from __future__ import annotations

from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.courses import course_in
from app.cohorts.queries import active_enrolment
from app.journals.asking import ask_about, helpers
from app.journals.models import Visibility
from app.journals.readers import circle_of
from app.journals.services import About
from app.learn.forms import StuckForm
from app.learn.reader import found_programme, found_thing
from app.people.viewer import Viewer
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
STUCK = "/programmes/{programme}/{thing}/stuck"


@router.get(STUCK)
def stuck_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, thing: str
) -> Response:
    return _page(request, db, viewer, locale, programme, thing, blank(StuckForm))


@router.post(STUCK)
def ask_for_help(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    programme: str,
    thing: str,
    form: Bound[StuckForm] = posted(StuckForm),
) -> Response:
    return _page(request, db, viewer, locale, programme, thing, form, sent=True)


def _page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    programme: str,
    thing: str,
    form: Bound[StuckForm],
    *,
    sent: bool = False,
) -> Response:
    found = found_programme(catalogue_of(request), programme)
    what = found_thing(found, thing)
    url = f"/programmes/{found.slug}/{what.slug}"
    if what.slug in course_in(found, viewer.enrolled_in(found.slug)).closed:
        return redirect(request, url)
    enrolment = active_enrolment(db, viewer.person_id, found.slug)
    circle = circle_of(db, enrolment)
    to = helpers(circle, request.app.state.site.name, locale)
    if sent and form.valid and form.data.to not in [choice[0] for choice in to]:
        form.refuse("to", message("Choose one of the options."))
    if sent and form.valid and enrolment is not None:
        ask_about(
            db,
            About(enrolment, found, what),
            circle,
            body=form.data.body,
            visibility=Visibility(form.data.to),
            language=locale.language,
            once=form.data.once or str(uuid4()),
        )
        asked = locale.gettext("Your question is asked. You are told as soon as somebody answers.")
        return redirect(request, f"{url}#questions", Flash(asked))
    if to and not form.value("to"):
        names = [choice[0] for choice in to]
        form.raw["to"] = Visibility.COACHES.value if Visibility.COACHES in names else names[0]
    text = what.text(locale.reading_order())
    context = {
        "form": form,
        "to": to,
        "enrolment": enrolment,
        "thing": what,
        "text": text,
        "lang": locale.lang(text.language),
        "url": url,
    }
    return render(request, "learn/stuck.html", context, status=422 if sent else 200)

"""What a coach says that they talked about with the learner, who confirms it or does not."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.learn.forms import ConfirmForm
from app.learn.reader import found_programme, found_thing
from app.people.viewer import Viewer
from app.progress.queries import own_talk, talks_to_confirm
from app.progress.talks import confirm_talk, decline_talk
from app.things.library import catalogue_of
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/talks")
def talks_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    return _talks_page(request, db, viewer, locale)


def _talks_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, *, status: int = 200
) -> Response:
    rows = []
    for talk, slug, name in talks_to_confirm(db, viewer.person_id):
        programme = catalogue_of(request).programme(slug)
        thing = programme.thing(talk.thing_slug) if programme else None
        if thing is not None:
            title = thing.text(locale.reading_order()).title
            rows.append((talk, name or locale.gettext("Your coach"), thing, title))
    return render(request, "learn/talks.html", {"rows": rows}, status=status)


@router.post("/talks/{talk}")
def answer_talk(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    talk: str,
    form: Bound[ConfirmForm] = posted(ConfirmForm),
) -> Response:
    found, enrolment = own_talk(db, viewer, talk)
    programme = found_programme(catalogue_of(request), enrolment.programme_slug)
    thing = found_thing(programme, found.thing_slug)
    if not form.valid:
        return _talks_page(request, db, viewer, locale, status=422)
    if form.data.confirmed == "1":
        confirm_talk(db, found, enrolment, programme, thing)
        done = locale.gettext("It counts as your reflection.")
        return redirect(request, f"/programmes/{programme.slug}/{thing.slug}", Flash(done))
    decline_talk(db, found, enrolment, programme, thing)
    return redirect(request, "/talks", Flash(locale.gettext("You said no. Nothing else has changed.")))

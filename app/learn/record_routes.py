"""The record of a learner, for themselves: to print, and to choose the posts in it."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.journals.cards import thing_of, title_of
from app.keeping.records import choose_posts, own_posts_in
from app.learn.forms import RecordForm
from app.learn.reader import Reader, found_programme, reader_of
from app.learn.record import record_url, record_view, recorded_enrolment
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/programmes/{programme}/record")
def record_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, of: str = ""
) -> Response:
    """Of the newest enrolment, or of another one of the viewer's."""
    reader = reader_of(request, db, viewer, locale)
    view = record_view(reader, viewer, found_programme(reader.catalogue, programme), of)
    return render(request, "learn/record.html", {"view": view})


@router.get("/programmes/{programme}/record/posts")
def record_posts_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, programme: str, of: str = ""
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    enrolment = _enrolment(reader, viewer, programme, of)
    chosen = [post for post in own_posts_in(db, enrolment) if post.whole is not None]
    whole = "1" if any(post.whole for post in chosen) else "0"
    form = blank(RecordForm, post=[post.public_id for post in chosen], whole=whole)
    return _posts_page(request, reader, enrolment, form)


@router.post("/programmes/{programme}/record/posts")
def choose_record_posts(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    programme: str,
    of: str = "",
    form: Bound[RecordForm] = posted(RecordForm),
) -> Response:
    reader = reader_of(request, db, viewer, locale)
    enrolment = _enrolment(reader, viewer, programme, of)
    if not form.valid:
        return _posts_page(request, reader, enrolment, form, status=422)
    choose_posts(db, enrolment, form.data.post, whole=form.data.whole == "1")
    return redirect(request, record_url(enrolment), Flash(locale.gettext("Your choice is saved.")))


def _enrolment(reader: Reader, viewer: Viewer, programme: str, of: str) -> Enrolment:
    return recorded_enrolment(reader, viewer, found_programme(reader.catalogue, programme), of)[0]


def _posts_page(
    request: Request, reader: Reader, enrolment: Enrolment, form: Bound[RecordForm], *, status: int = 200
) -> Response:
    locale = reader.locale
    options = [
        (
            post.public_id,
            f"{title_of(post, thing_of(post, reader.catalogue), locale)}, {locale.date(post.published_at)}",
        )
        for post in own_posts_in(reader.db, enrolment)
    ]
    context = {"record_url": record_url(enrolment), "enrolment": enrolment, "options": options, "form": form}
    return render(request, "learn/record_posts.html", context, status=status)

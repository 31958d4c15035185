"""Telling a group something: its coaches do, and who organizes it; who has read it, its coaches alone see."""

from __future__ import annotations

from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.announcement_forms import AnnouncementForm, is_complete, values_of
from app.cohorts.announcements import (
    announcement_in,
    announcement_line,
    not_yet_readers,
    readers_of,
    text_for,
)
from app.cohorts.announcing import (
    announce,
    change_announcement,
    restore_announcement,
    take_back_announcement,
)
from app.cohorts.models import Announcement
from app.cohorts.queries import CohortLine, coached_cohort
from app.people.viewer import Viewer
from app.sessions.queries import managed_cohort
from app.things.library import catalogue_of
from app.web.forms import Bound, blank, posted
from app.web.i18n import DEFAULT_LANGUAGE, LANGUAGES, Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
ANNOUNCEMENTS = "/cohorts/{cohort}/coach/announcements"
ANNOUNCEMENT = f"{ANNOUNCEMENTS}/{{announcement}}"


@router.get(f"{ANNOUNCEMENTS}/new")
def new_announcement_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    return _form_page(request, locale, group, _first(request, group), blank(AnnouncementForm))


@router.post(ANNOUNCEMENTS)
def publish(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[AnnouncementForm] = posted(AnnouncementForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    first = _first(request, group)
    if not is_complete(form, first):
        return _form_page(request, locale, group, first, form, status=422)
    once = form.data.once or str(uuid4())
    made = announce(db, group.id, form.data.said, language=first, actor_id=viewer.person_id, once=once)
    done = Flash(locale.gettext("It is announced, and the learners are told."))
    return redirect(request, _url(group, made), done)


@router.get(f"{ANNOUNCEMENT}/edit")
def edit_announcement_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, announcement: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = announcement_in(db, group, announcement)
    form = blank(AnnouncementForm, **values_of(found.texts))
    return _form_page(request, locale, group, found.language, form, found)


@router.post(f"{ANNOUNCEMENT}/edit")
def change(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    announcement: str,
    form: Bound[AnnouncementForm] = posted(AnnouncementForm),
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = announcement_in(db, group, announcement)
    if not is_complete(form, found.language):
        return _form_page(request, locale, group, found.language, form, found, status=422)
    change_announcement(db, found, form.data.said, actor_id=viewer.person_id)
    return redirect(request, _url(group, found), Flash(locale.gettext("It is saved.")))


@router.post(f"{ANNOUNCEMENT}/take-back")
def take_back(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, announcement: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = announcement_in(db, group, announcement)
    take_back_announcement(db, found, actor_id=viewer.person_id)
    done = Flash(locale.gettext("It is taken back: the learners see it no more."))
    return redirect(request, _url(group, found), done)


@router.post(f"{ANNOUNCEMENT}/restore")
def restore(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, announcement: str
) -> Response:
    group = managed_cohort(db, viewer, cohort)
    found = announcement_in(db, group, announcement)
    restore_announcement(db, found, actor_id=viewer.person_id)
    done = Flash(locale.gettext("The learners see it again. Nobody gets another mail."))
    return redirect(request, _url(group, found), done)


@router.get(f"{ANNOUNCEMENT}/readers")
def readers_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, announcement: str
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    line = announcement_line(db, viewer, group, announcement, all_=True)
    context = {
        "cohort": group,
        "line": line,
        "text": text_for(line.texts, locale.reading_order(), line.language),
        "readers": readers_of(db, group, line.id),
        "people": not_yet_readers(db, group, line.id),
    }
    return render(request, "coach/announcement_readers.html", context)


def _first(request: Request, group: CohortLine) -> str:
    """The language that every announcement is written in: the group's, else the programme's."""
    programme = catalogue_of(request).programme(group.programme_slug)
    wished = group.language or (programme.language if programme else "")
    return wished if wished in LANGUAGES else DEFAULT_LANGUAGE


def _url(group: CohortLine, found: Announcement) -> str:
    return f"/cohorts/{group.public_id}/announcements/{found.public_id}"


def _form_page(
    request: Request,
    locale: Locale,
    group: CohortLine,
    first: str,
    form: Bound[AnnouncementForm],
    found: Announcement | None = None,
    *,
    status: int = 200,
) -> Response:
    order = [first, *(language for language in LANGUAGES if language != first)]
    context = {
        "cohort": group,
        "announcement": found,
        "form": form,
        "order": [(language, locale.language_name(language)) for language in order],
    }
    return render(request, "coach/announcement_form.html", context, status=status)

"""What a group is told: all of it, one of it, and that one has read it."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.cohorts.announcements import announcement_line
from app.cohorts.announcing import say_read
from app.errors import NotFound
from app.learn.announcement_queries import announcement_view, announcements_view
from app.learn.reader import reader_of
from app.people.viewer import Viewer
from app.sessions.queries import open_cohort
from app.web.i18n import Locale
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
ANNOUNCEMENT_KEY = (datetime, int)


@router.get("/cohorts/{cohort}/announcements")
def announcements_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, after: str = ""
) -> Response:
    group = open_cohort(db, viewer, cohort)
    reader = reader_of(request, db, viewer, locale)
    view = announcements_view(reader, viewer, group, decode_cursor(after, *ANNOUNCEMENT_KEY))
    return render(request, "learn/announcements.html", {"view": view, "paged": bool(after)})


@router.get("/cohorts/{cohort}/announcements/{announcement}")
def announcement_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, announcement: str
) -> Response:
    group = open_cohort(db, viewer, cohort)
    view = announcement_view(reader_of(request, db, viewer, locale), viewer, group, announcement)
    return render(request, "learn/announcement.html", {"view": view})


@router.post("/cohorts/{cohort}/announcements/{announcement}/read")
def have_read(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, announcement: str
) -> Response:
    """For who learns in the group."""
    group = open_cohort(db, viewer, cohort)
    line = announcement_line(db, viewer, group, announcement, all_=False)
    if group.id not in viewer.cohort_ids:
        raise NotFound
    say_read(db, line.id, viewer.person_id)
    return redirect(request, f"/cohorts/{cohort}", Flash(locale.gettext("Thank you. It is marked as read.")))

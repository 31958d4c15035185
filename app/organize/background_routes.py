"""What waits in the background and what failed for good, for administrators."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.jobs.queries import DEAD_SHOWN, count_dead, dead_job, dead_jobs, waiting
from app.jobs.services import bury, revive
from app.organize.background import lines
from app.organize.forms import OnceForm
from app.organize.letters import TRIAL
from app.people.queries import own_person
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
HERE = "/organize/background"


def administrator(viewer: Viewer) -> Viewer:
    """Raises NotFound for anyone else."""
    if not viewer.is_administrator:
        raise NotFound
    return viewer


@router.get("/organize/background")
def background_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    administrator(viewer)
    settings = request.app.state.settings
    context = {
        "waiting": waiting(db),
        "dead": lines(db, dead_jobs(db), locale),
        "dead_count": count_dead(db),
        "most": DEAD_SHOWN,
        "server": settings.smtp.host if settings.smtp else "",
        "sender": settings.sender,
        "folder": settings.mail_dir,
        "work_inside": settings.work_inside,
        "person": own_person(db, viewer.person_id),
        "trial": blank(OnceForm),
    }
    return render(request, "organize/background.html", context)


@router.post("/organize/background/trial-mail")
def send_trial_mail(
    request: Request, db: Session, viewer: Viewer, locale: Locale, form: Bound[OnceForm] = posted(OnceForm)
) -> Response:
    administrator(viewer)
    person = own_person(db, viewer.person_id)
    if person.email is None:
        raise NotFound
    once = f"trial {person.public_id} {form.data.once}" if form.valid and form.data.once else None
    TRIAL.post(db, person.id, locale.language, once=once)
    told = locale.gettext("A mail to %(email)s is under way. It takes a few seconds.") % {
        "email": person.email
    }
    return redirect(request, HERE, Flash(told))


@router.post("/organize/background/retry")
def retry_all(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    administrator(viewer)
    for job in dead_jobs(db):
        revive(db, job)
    return redirect(request, HERE, Flash(locale.gettext("They are tried again.")))


@router.post("/organize/background/{job}/retry")
def retry(request: Request, db: Session, viewer: Viewer, locale: Locale, job: str) -> Response:
    administrator(viewer)
    revive(db, dead_job(db, job))
    return redirect(request, HERE, Flash(locale.gettext("It is tried again.")))


@router.post("/organize/background/{job}/drop")
def drop(request: Request, db: Session, viewer: Viewer, locale: Locale, job: str) -> Response:
    administrator(viewer)
    bury(db, dead_job(db, job))
    return redirect(request, HERE, Flash(locale.gettext("It is dropped, and never done.")))

"""Secret addresses of a cohort's report, for who has no account: each is there until it is withdrawn, or its
last day is over, whoever made it coaches the cohort still or not."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.cohorts.models import Cohort
from app.cohorts.queries import CohortLine
from app.cohorts.schedule import today_in
from app.cohorts.services import lock_cohort
from app.db import new_public_id
from app.errors import NotFound, Refused
from app.events.log import record
from app.insight.models import ReportLink
from app.people.mailed_links import link_word, opened_by
from app.people.viewer import Viewer
from app.statements import insert_once
from app.web.i18n import message

MOST_LINKS = 20
ENOUGH = message("There are twenty links already. Withdraw one that nobody needs any more.")


def report_word(secret: str, public_id: str) -> str:
    """The word in the address. It follows from the site's secret, so that coaches can see it again and no
    table holds it."""
    return link_word(secret, "report", public_id)


def cohort_by_word(db: Session, secret: str, word: str) -> CohortLine:
    """Whose report the word opens. Raises NotFound for any other word, for a link that was withdrawn, and
    after its last day."""
    public_id = opened_by(secret, "report", word)
    found = db.execute(
        select(ReportLink.ends_on, *(getattr(Cohort, name) for name in CohortLine._fields))
        .join(Cohort, Cohort.id == ReportLink.cohort_id)
        .where(ReportLink.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound
    ends_on, *values = found
    cohort = CohortLine(*values)
    if ends_on is not None and ends_on < today_in(cohort.time_zone):
        raise NotFound
    return cohort


def links_of(db: Session, cohort_id: int) -> list[ReportLink]:
    """Those of a cohort with who made them, the newest first."""
    found = select(ReportLink).where(ReportLink.cohort_id == cohort_id).order_by(ReportLink.id.desc())
    return list(db.scalars(found.options(joinedload(ReportLink.made_by))))


def link_of(db: Session, cohort_id: int, public_id: str) -> ReportLink:
    """Raises NotFound."""
    found = select(ReportLink).where(ReportLink.cohort_id == cohort_id, ReportLink.public_id == public_id)
    link = db.scalars(found).first()
    if link is None:
        raise NotFound
    return link


def make_link(
    db: Session, viewer: Viewer, cohort: CohortLine, *, ends_on: date | None, once: str | None
) -> ReportLink:
    """Raises Refused for more than anybody can keep an eye on."""
    once = once or new_public_id()
    lock_cohort(db, cohort.id)
    others = select(func.count()).where(ReportLink.cohort_id == cohort.id, ReportLink.once != once)
    if (db.scalar(others) or 0) >= MOST_LINKS:
        raise Refused(ENOUGH, "ends_on")
    values = {
        "public_id": new_public_id(),
        "cohort_id": cohort.id,
        "made_by_id": viewer.person_id,
        "ends_on": ends_on,
        "once": once,
    }
    link, made = insert_once(db, ReportLink, ("made_by_id", "once"), values)
    if made:
        record(db, viewer.person_id, "gave", "report-link", link.public_id)
    return link


def withdraw_link(db: Session, viewer: Viewer, link: ReportLink) -> None:
    """Whoever has the address finds nothing there from now on."""
    record(db, viewer.person_id, "withdrew", "report-link", link.public_id)
    db.delete(link)
    db.flush()

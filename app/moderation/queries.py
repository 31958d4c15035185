"""Reading what was reported, by whoever may: coaches in their cohort, organizers on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.cohorts.models import Cohort, CohortCoach
from app.cohorts.queries import CohortLine
from app.errors import NotFound
from app.journals.models import Comment, Post
from app.moderation.models import Report
from app.moderation.texts import Rows, Text, is_readable, owner, text_of, with_people, writer
from app.people.models import Person
from app.people.viewer import Viewer

OPEN_SHOWN = 30
CLOSED_SHOWN = 10

_reporter = aliased(Person)


class ReportLine(NamedTuple):
    """A report as its handlers see it. Of a text that this handler may read, title and html; to organizers,
    the copy that came with the report."""

    public_id: str
    reason: str
    words: str
    at: datetime
    closed_at: datetime | None
    outcome: str | None
    reporter_name: str
    writer_name: str
    owner_handle: str
    post_id: str
    comment_id: str | None
    language: str
    is_deleted: bool
    is_readable: bool
    title: str
    html: str
    copy_title: str
    copy: str

    @property
    def url(self) -> str:
        post = f"/journals/{self.owner_handle}/{self.post_id}"
        return f"{post}#answer-{self.comment_id}" if self.comment_id else post


def _reports(viewer: Viewer) -> Rows:
    readable = is_readable(viewer, Report)
    shown = (
        Report.public_id,
        Report.reason,
        Report.words,
        Report.at,
        Report.closed_at,
        Report.outcome,
        _reporter.name,
        writer.name,
        owner.handle,
        Post.public_id,
        Comment.public_id,
        Post.language,
        or_(Post.deleted_at.is_not(None), Comment.deleted_at.is_not(None)),
        func.coalesce(readable, False),
        case((readable, Post.title), else_=""),
        case((readable, func.coalesce(Comment.html, Post.html)), else_=""),
        Report.copy_title,
        Report.copy,
    )
    return with_people(
        select(*(column.label(name) for name, column in zip(ReportLine._fields, shown, strict=True)))
        .select_from(Report)
        .join(Post, Post.id == Report.post_id)
        .outerjoin(Comment, Comment.id == Report.comment_id)
        .join(_reporter, _reporter.id == Report.reporter_id)
    )


def _for_coaches(viewer: Viewer, cohort: CohortLine) -> tuple[ColumnElement[bool], ...]:
    """They follow the post, should it move with its writer; nobody handles what is said of themselves."""
    return (
        Report.for_organizers.is_(False),
        Post.cohort_id == cohort.id,
        writer.id != viewer.person_id,
    )


def _for_desk(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    return (
        Report.for_organizers.is_(True),
        writer.organization_id == viewer.organization_id,
        writer.id != viewer.person_id,
    )


@dataclass(frozen=True)
class Queue:
    """The reports that wait, the oldest first and only so many of them, and those closed last."""

    waiting: Sequence[ReportLine]
    more: bool
    closed: Sequence[ReportLine]


def reports_for_coaches(db: Session, viewer: Viewer, cohort: CohortLine) -> Queue:
    return _queue(db, viewer, _for_coaches(viewer, cohort))


def reports_for_desk(db: Session, viewer: Viewer) -> Queue:
    return _queue(db, viewer, _for_desk(viewer))


def _queue(db: Session, viewer: Viewer, whose: tuple[ColumnElement[bool], ...]) -> Queue:
    reports = _reports(viewer).where(*whose)
    waiting = reports.where(Report.closed_at.is_(None)).order_by(Report.id).limit(OPEN_SHOWN + 1)
    closed = (
        reports.where(Report.closed_at.is_not(None))
        .order_by(Report.closed_at.desc(), Report.id.desc())
        .limit(CLOSED_SHOWN)
    )
    found = [ReportLine(*row) for row in db.execute(waiting)]
    return Queue(
        found[:OPEN_SHOWN], len(found) > OPEN_SHOWN, [ReportLine(*row) for row in db.execute(closed)]
    )


def report_line_for_coach(db: Session, viewer: Viewer, cohort: CohortLine, public_id: str) -> ReportLine:
    """One of the reports to the coaches. Raises NotFound."""
    return _line(db, viewer, public_id, _for_coaches(viewer, cohort))


def report_line_for_desk(db: Session, viewer: Viewer, public_id: str) -> ReportLine:
    """One of the reports to the organizers. Raises NotFound."""
    return _line(db, viewer, public_id, _for_desk(viewer))


def _line(db: Session, viewer: Viewer, public_id: str, whose: tuple[ColumnElement[bool], ...]) -> ReportLine:
    found = db.execute(_reports(viewer).where(Report.public_id == public_id, *whose)).first()
    if found is None:
        raise NotFound
    return ReportLine(*found)


def report_for_coach(
    db: Session, viewer: Viewer, cohort: CohortLine, public_id: str
) -> tuple[Report, Text, bool]:
    """A report to the coaches, its text, and whether that is there for them still. Raises NotFound."""
    report = _report(db, public_id, _for_coaches(viewer, cohort))
    is_there = (
        select(Report.id)
        .join(Post, Post.id == Report.post_id)
        .outerjoin(Comment, Comment.id == Report.comment_id)
        .where(Report.id == report.id, is_readable(viewer, Report))
    )
    return report, Text(report.post, report.comment), db.scalar(is_there) is not None


def report_for_desk(db: Session, viewer: Viewer, public_id: str) -> tuple[Report, Text]:
    """A report to the organizers, who act by the copy. Raises NotFound."""
    report = _report(db, public_id, _for_desk(viewer))
    return report, Text(report.post, report.comment)


def _report(db: Session, public_id: str, whose: tuple[ColumnElement[bool], ...]) -> Report:
    statement = (
        select(Report)
        .join(Report.post)
        .outerjoin(Report.comment)
        .where(Report.public_id == public_id, *whose)
        .options(*text_of(Report))
    )
    report: Report | None = db.scalars(with_people(statement)).first()
    if report is None:
        raise NotFound
    return report


def groups_without_coach(db: Session, viewer: Viewer) -> list[tuple[str, str, int]]:
    """(public id, name, number of reports) of cohorts where reports wait for coaches that there are none of
    any more."""
    coached = exists().where(CohortCoach.cohort_id == Cohort.id, CohortCoach.ended_at.is_(None))
    waiting = (
        select(Cohort.public_id, Cohort.name, func.count())
        .select_from(Report)
        .join(Post, Post.id == Report.post_id)
        .join(Cohort, Cohort.id == Post.cohort_id)
        .where(
            Report.for_organizers.is_(False),
            Report.closed_at.is_(None),
            Cohort.organization_id == viewer.organization_id,
            ~coached,
        )
        .group_by(Cohort.id, Cohort.public_id, Cohort.name)
        .order_by(Cohort.name, Cohort.id)
        .limit(OPEN_SHOWN)
    )
    return [(public_id, name, count) for public_id, name, count in db.execute(waiting)]

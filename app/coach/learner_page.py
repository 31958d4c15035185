"""The page of one learner of a group, which each of its forms comes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.inbox_forms import TalkForm
from app.coach.queries import cohort_and_programme, learner_view
from app.coach.session_queries import SAID
from app.coaching.conversation_page import ConversationCard, cards_for
from app.coaching.conversation_queries import conversations_with
from app.coaching.notes import NoteLine, notes_on
from app.coaching.queries import Learner
from app.cohorts.queries import CohortLine
from app.people.viewer import Viewer
from app.sessions.cards import card_of
from app.sessions.models import Coming
from app.sessions.queries import past_sessions_of
from app.things.library import catalogue_of
from app.web.forms import Bound, Form, blank
from app.web.i18n import Locale
from app.web.render import render


@dataclass(frozen=True)
class LearnerForms:
    """The forms of the page, where one of them came back."""

    talk: Bound[Any] | None = None
    note: Bound[Any] | None = None


@dataclass(frozen=True)
class MeetingLine:
    """A past meeting of the group beside a learner; `answer` is what they had said, in words."""

    url: str
    title: str
    lang: str
    when: str
    was_there: bool
    answer: str


@dataclass(frozen=True)
class LearnerDesk:
    """What coaches do for one learner, beside reading them."""

    notes: Sequence[NoteLine]
    meetings: Sequence[MeetingLine]
    conversations: Sequence[ConversationCard]


def learner_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    handle: str,
    forms: LearnerForms | None = None,
    *,
    after: str = "",
    status: int = 200,
) -> Response:
    """Raises NotFound for who does not coach the group, or does not learn in it."""
    catalogue, forms = catalogue_of(request), forms or LearnerForms()
    group, _ = cohort_and_programme(db, catalogue, viewer, cohort)
    view = learner_view(db, viewer, group, catalogue, request.app.state.pages, locale, handle, after=after)
    context = {
        "cohort": group,
        "view": view,
        "desk": _desk(db, viewer, group, view.learner, locale),
        "form": forms.talk or blank(TalkForm),
        "paged": bool(after),
        "note_form": forms.note or blank(Form),
    }
    return render(request, "coach/learner.html", context, status=status)


def _desk(db: Session, viewer: Viewer, cohort: CohortLine, found: Learner, locale: Locale) -> LearnerDesk:
    return LearnerDesk(
        notes_on(db, cohort, found.enrolment),
        _meetings(db, cohort, found, locale),
        cards_for(conversations_with(db, found.enrolment.id), viewer.person_id, locale),
    )


def _meetings(db: Session, cohort: CohortLine, found: Learner, locale: Locale) -> list[MeetingLine]:
    """Those since they joined, the last first."""
    since = found.enrolment.joined_at or found.enrolment.started_at
    lines = []
    for line in past_sessions_of(db, found.person.id, cohort):
        if line.cancelled_at is not None or line.ends_at < since:
            continue
        card = card_of(line, locale)
        said = SAID[Coming(line.coming)].translated(locale.gettext) if line.coming else ""
        url = f"/cohorts/{cohort.public_id}/coach/sessions/{line.public_id}/attendance"
        lines.append(MeetingLine(url, card.title, card.lang, card.when, card.was_there, said))
    return lines

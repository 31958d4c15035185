"""Somebody is stuck with a Thing, and asks: a question about it, which is no reflection."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.cohorts.models import Enrolment
from app.cohorts.promises import promises_answers
from app.journals.models import Post, Visibility
from app.journals.readers import Circle, choices
from app.journals.services import About, publish_post, start_post
from app.journals.talk import tell_pod
from app.web.i18n import Locale

HELPERS = (Visibility.MENTOR, Visibility.COACHES, Visibility.POD, Visibility.COHORT)


def helpers(circle: Circle, site: str, locale: Locale) -> list[tuple[str, str, str]]:
    """Whom somebody can ask: (visibility, what they are called, who that is)."""
    return [choice for choice in choices(circle, site, locale, asks=True) if choice[0] in HELPERS]


def ask_about(
    db: Session,
    about: About,
    circle: Circle,
    *,
    body: str,
    visibility: Visibility,
    language: str,
    once: str,
) -> Post:
    """Ask; the same `once` asks once. Who asks their coaches waits for an answer, whatever the group
    promises; who asks others waits for the coaches where they promise one."""
    enrolment: Enrolment = about.enrolment
    post = start_post(
        db,
        enrolment.person_id,
        once=once,
        language=language,
        visibility=visibility,
        about=about,
        is_question=True,
    )
    if post.published_at is not None or post.deleted_at is not None:
        return post
    promised = enrolment.cohort is not None and promises_answers(enrolment.cohort)
    asks = visibility is Visibility.COACHES or promised
    publish_post(
        db,
        post,
        title="",
        body=body,
        visibility=visibility,
        version=post.version,
        asks=asks and visibility is not Visibility.MENTOR,
        mentorship_id=circle.mentorship_id if visibility is Visibility.MENTOR else None,
    )
    if visibility is Visibility.POD:
        tell_pod(db, post, enrolment)
    return post

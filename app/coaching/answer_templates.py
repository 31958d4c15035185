"""Answers that a coach gives often: theirs alone, in the language of whoever they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.coaching.models import AnswerTemplate
from app.errors import NotFound, Refused
from app.people.viewer import Viewer
from app.statements import insert_once
from app.web.i18n import LANGUAGES, message

MOST_TEMPLATES = 50
NAME, THING = "{name}", "{thing}"
"""What stands in a text for who is answered, and for what they wrote about."""


def templates_of(db: Session, viewer: Viewer) -> Sequence[AnswerTemplate]:
    """By title."""
    own = select(AnswerTemplate).where(AnswerTemplate.person_id == viewer.person_id)
    return db.scalars(own.order_by(func.lower(AnswerTemplate.title), AnswerTemplate.id)).all()


def own_template(db: Session, viewer: Viewer, public_id: str) -> AnswerTemplate:
    """Raises NotFound."""
    found = db.scalars(
        select(AnswerTemplate).where(
            AnswerTemplate.public_id == public_id, AnswerTemplate.person_id == viewer.person_id
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def texts_of(template: AnswerTemplate) -> Mapping[str, str]:
    """{language: text}, without those that are empty."""
    texts = {language: getattr(template, f"text_{language}") for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text}


def keep_template(
    db: Session, viewer: Viewer, *, title: str, texts: Mapping[str, str], once: str
) -> AnswerTemplate:
    """A new one; the same `once` gives the same. Raises Refused for more than anybody finds their way in."""
    if sum(found.once != once for found in templates_of(db, viewer)) >= MOST_TEMPLATES:
        raise Refused(message("You have %(count)s of them. Delete one first.", count=MOST_TEMPLATES), "title")
    kept = {"person_id": viewer.person_id, "once": once, "title": title, **_columns(texts)}
    return insert_once(db, AnswerTemplate, ("person_id", "once"), kept)[0]


def change_template(db: Session, template: AnswerTemplate, *, title: str, texts: Mapping[str, str]) -> None:
    template.title = title
    for name, text in _columns(texts).items():
        setattr(template, name, text)
    db.flush()


def delete_template(db: Session, template: AnswerTemplate) -> None:
    db.delete(template)
    db.flush()


def filled(template: AnswerTemplate, languages: Sequence[str], *, name: str, thing: str) -> tuple[str, str]:
    """(language, text) for somebody who reads these languages, the best first; in another language where the
    coach has no text in these."""
    texts = texts_of(template)
    language = next((one for one in (*languages, *texts) if one in texts), "")
    parts = texts.get(language, "").split(NAME)
    return language, name.join(part.replace(THING, thing) for part in parts)


def _columns(texts: Mapping[str, str]) -> dict[str, str]:
    return {f"text_{language}": texts.get(language, "") for language in LANGUAGES}

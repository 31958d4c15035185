"""What a person said of Things and of themselves, as a file to take along."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.growth.models import Moment, SelfRating, ThingAnswer, Use
from app.growth.queries import all_answers, all_ratings
from app.growth.words import QUESTIONS, SURE, USEFUL, USES, minutes_in_words
from app.things.catalogue import Catalogue
from app.web.i18n import Locale


def said_file(db: Session, person_id: int, catalogue: Catalogue, locale: Locale) -> str:
    """Markdown; "" where nothing was ever said."""
    parts = [
        *(_thing(slug, answer, catalogue, locale) for slug, answer in all_answers(db, person_id)),
        *(_self(slug, rating, catalogue, locale) for slug, rating in all_ratings(db, person_id)),
    ]
    found = [part for part in parts if part]
    return "\n\n".join((f"# {locale.gettext('What I said')}", *found)) + "\n" if found else ""


def _thing(programme_slug: str, answer: ThingAnswer, catalogue: Catalogue, locale: Locale) -> str:
    lines = list(_of_thing(answer, locale))
    return (
        "\n".join((f"## {_title(programme_slug, answer.thing_slug, catalogue, locale)}\n", *lines))
        if lines
        else ""
    )


def _of_thing(answer: ThingAnswer, locale: Locale) -> Iterator[str]:
    if answer.use:
        use = USES[Use(answer.use)].translated(locale.gettext)
        yield "- " + locale.gettext("At work: %(use)s") % {"use": use}
    if answer.minutes:
        yield f"- {minutes_in_words(answer.minutes, locale)}"
    if answer.useful:
        yield f"- {USEFUL[answer.useful - 1].translated(locale.gettext)}"
    if answer.line:
        quoted = f" ({locale.gettext('may be quoted')})" if answer.quotable else ""
        yield f"- {' '.join(answer.line.split())}{quoted}"


def _title(programme_slug: str, slug: str, catalogue: Catalogue, locale: Locale) -> str:
    programme = catalogue.programme(programme_slug)
    thing = programme.thing(slug) if programme else None
    return f"{thing.label}. {thing.text(locale.reading_order()).title}" if thing else slug


def _self(programme_slug: str, rating: SelfRating, catalogue: Catalogue, locale: Locale) -> str:
    programme = catalogue.programme(programme_slug)
    title = programme.text(locale.reading_order()).title if programme else programme_slug
    moment = locale.gettext("At the end") if rating.moment == Moment.END else locale.gettext("At the start")
    lines = [
        f"- {words.translated(locale.gettext)}: {SURE[answer - 1].translated(locale.gettext)}"
        for name, words in QUESTIONS.items()
        if (answer := getattr(rating, name))
    ]
    return "\n".join((f"## {moment}: {title}\n", *lines)) if lines else ""

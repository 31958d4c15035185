"""When somebody means to learn, and what they chose for their record, as files of their archive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from app.journals.cards import thing_of, title_of
from app.keeping.records import ChosenPost, all_chosen
from app.people.viewer import Viewer
from app.plans.queries import PlanLine, plans_of
from app.plans.words import LEADS, time_in_words
from app.sessions.times import zone_in_words
from app.things.catalogue import Catalogue
from app.web.i18n import Locale

EVER = datetime(2000, 1, 1, tzinfo=UTC)


def plan_file(db: Session, viewer: Viewer, catalogue: Catalogue, locale: Locale) -> str:
    """Markdown; "" where there is no plan."""
    plans = [plan for plan in plans_of(db, viewer, EVER).values() if plan.times]
    return _file(locale.gettext("My plan"), (_plan(plan, catalogue, locale) for plan in plans))


def _plan(plan: PlanLine, catalogue: Catalogue, locale: Locale) -> str:
    lines = [time_in_words(weekly, locale) for weekly in plan.times]
    lines.append(locale.gettext("Time zone: %(zone)s") % {"zone": zone_in_words(plan.bounds.zone, locale)})
    lead = LEADS["" if plan.lead is None else str(plan.lead)].translated(locale.gettext)
    lines.append(locale.gettext("Reminder by mail: %(when)s") % {"when": lead})
    return _section(plan.programme_slug, lines, catalogue, locale)


def record_file(db: Session, viewer: Viewer, catalogue: Catalogue, locale: Locale, base_url: str) -> str:
    """Markdown; "" where nothing was chosen."""
    journal = f"{base_url}/journals/{viewer.handle}"
    records = groupby(all_chosen(db, viewer.person_id), key=lambda post: post.of)
    sections = (
        _section(slug, [_post(post, journal, catalogue, locale) for post in posts], catalogue, locale)
        for slug, posts in records
    )
    return _file(locale.gettext("What I chose for my record"), sections)


def _post(post: ChosenPost, journal: str, catalogue: Catalogue, locale: Locale) -> str:
    title = title_of(post, thing_of(post, catalogue), locale)
    part = locale.gettext("the whole text") if post.whole else locale.gettext("how it begins")
    return f"[{title}]({journal}/{post.public_id}): {part}"


def _section(programme_slug: str, lines: Iterable[str], catalogue: Catalogue, locale: Locale) -> str:
    programme = catalogue.programme(programme_slug)
    title = programme.text(locale.reading_order()).title if programme else programme_slug
    return "\n".join((f"## {title}\n", *(f"- {line}" for line in lines)))


def _file(title: str, sections: Iterable[str]) -> str:
    found = list(sections)
    return "\n\n".join((f"# {title}", *found)) + "\n" if found else ""

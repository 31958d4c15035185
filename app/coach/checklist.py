"""The list before the start, in words, each item with where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.coaching.checklist import Check, Item, checklist
from app.cohorts.queries import CohortLine
from app.people.viewer import Viewer
from app.things.catalogue import Programme
from app.web.i18n import Locale


@dataclass(frozen=True)
class CheckView:
    """`joins` where the coach takes part in the group first; its `url` then takes a form."""

    item: str
    title: str
    why: str
    act: str
    url: str
    is_done: bool
    is_shown: bool
    joins: bool = False


def checklist_view(
    db: Session, viewer: Viewer, cohort: CohortLine, programme: Programme, locale: Locale
) -> Sequence[CheckView]:
    """`programme` is that of the group's run."""
    first = programme.things[0].slug if programme.things else ""
    checks = checklist(db, viewer, cohort, first)
    return [_view(check, viewer, cohort, f"/programmes/{programme.slug}/{first}", locale) for check in checks]


def _view(check: Check, viewer: Viewer, cohort: CohortLine, thing: str, locale: Locale) -> CheckView:
    _, base = locale.gettext, f"/cohorts/{cohort.public_id}"
    joins = check.item is Item.THING and _may_join(viewer, cohort)
    words = {
        Item.THING: (
            _("Write about the first Thing yourself"),
            _("Short, and with something that went wrong: who reads that dares to write, too."),
            _("Take part in the group, and write") if joins else _("Write it"),
            f"{base}/coach/take-part" if joins else f"{thing}/reflect",
        ),
        Item.PROMISE: (
            _("Say what you promise to answer"),
            _("Your learners read it where they write, and know what to count on."),
            _("Set it"),
            f"{base}/coach/promise",
        ),
        Item.KICK_OFF: (
            _("Plan the kick-off"),
            _("Everyone joins in the room, by the QR code, and posts once: the first post is the hardest."),
            _("Plan it"),
            f"{base}/coach/sessions/new?{urlencode({'title': _('Kick-off')})}",
        ),
        Item.BUDDIES: (
            _("Give each learner a buddy"),
            _("Who has one person to ask goes on longer."),
            _("Find buddies"),
            f"{base}/coach/pods#buddies",
        ),
    }
    return CheckView(check.item.value, *words[check.item], check.is_done, check.is_shown, joins)


def _may_join(viewer: Viewer, cohort: CohortLine) -> bool:
    """Whether they do not learn in the group yet, nor in another one of the same programme, which they would
    leave."""
    enrolled = viewer.enrolled_in(cohort.programme_slug)
    return enrolled is None or enrolled.cohort is None

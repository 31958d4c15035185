"""Who needs a coach, in words: the reason with its evidence, what to do, and the rule behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.blogs.words import trouble_in_words
from app.coaching.attention import SHOWN, Case, Rule, Thresholds, thresholds_of
from app.coaching.needs import who_needs_somebody
from app.cohorts.queries import CohortLine
from app.people.viewer import Viewer, initials
from app.things.catalogue import Programme
from app.web.i18n import Locale

MOST_SHOWN = 60
"""With those for later. Nobody works through more at once, and a page of a thousand would be slow."""


@dataclass(frozen=True)
class CaseView:
    case: Case
    initials: str
    url: str
    reason: str
    rule: str
    act: str
    act_url: str


@dataclass(frozen=True)
class TodayView:
    """Those who need somebody now, at most ten, and the next for later; and how many there are beyond."""

    now: Sequence[CaseView]
    later: Sequence[CaseView]
    beyond: int


def today_view(
    db: Session, viewer: Viewer, cohort: CohortLine, programme: Programme, locale: Locale
) -> TodayView:
    limits = thresholds_of(cohort.attention, cohort.reply_days)
    found = who_needs_somebody(db, viewer, cohort, programme)
    cases = [case_view(case, cohort, limits, locale) for case in found[:MOST_SHOWN]]
    return TodayView(cases[:SHOWN], cases[SHOWN:], len(found) - len(cases))


def case_view(case: Case, cohort: CohortLine, limits: Thresholds, locale: Locale) -> CaseView:
    base = f"/cohorts/{cohort.public_id}/coach"
    act, act_url = _act(case, base, locale)
    return CaseView(
        case,
        initials(case.name),
        f"{base}/learners/{case.handle}",
        reason_in_words(case, locale),
        _rule_in_words(case.rule, limits, locale),
        act,
        act_url,
    )


def reason_in_words(case: Case, locale: Locale) -> str:
    """What holds, with when; never a word of what anybody wrote."""
    _, ago = locale.gettext, locale.ago(case.since)
    if case.rule is Rule.BEHIND:
        day = locale.date(date.fromisoformat(case.detail))
        return _("Something of the run was for %(date)s, and is not done.") % {"date": day}
    if case.rule is Rule.BLOG:
        trouble = trouble_in_words(case.detail, None).translated(_) if case.detail else ""
        return (_("Their blog cannot be read; that began %(ago)s.") % {"ago": ago} + " " + trouble).strip()
    if case.rule is Rule.TICKS_ONLY:
        sentence = locale.ngettext(
            "Tried %(num)s Thing and wrote about none.",
            "Tried %(num)s Things and wrote about none.",
            int(case.detail),
        )
        return sentence % {"num": case.detail}
    if case.rule is Rule.ASKED and case.detail:
        return _("Asked to talk with you %(ago)s.") % {"ago": ago}
    sentences = {
        Rule.FIRST_POST: _("Shared a first post %(ago)s; nobody has reacted."),
        Rule.ASKED: _("Asked for an answer %(ago)s."),
        Rule.DUE: _("Wrote %(ago)s; the answer that was promised is due."),
        Rule.NOT_BEGUN: _("Joined %(ago)s and has not begun."),
        Rule.SILENT: _("Was last here %(ago)s, longer than usual."),
        Rule.FINISHED: _("Finished %(ago)s; no coach has said anything yet."),
    }
    return sentences[case.rule] % {"ago": ago}


def _rule_in_words(rule: Rule, limits: Thresholds, locale: Locale) -> str:
    """Why this person is here."""
    _ = locale.gettext
    words = {
        Rule.FIRST_POST: _(
            "A first post that nobody reacted to after %(first_days)s working days comes first: this is "
            "where people stop."
        ),
        Rule.ASKED: _(
            "Who asks for an answer is here at once, until a coach answers or reacts; who asks to talk, "
            "until a coach proposes times."
        ),
        Rule.DUE: _("Your group promised an answer, and it is due after %(answer_days)s working days."),
        Rule.NOT_BEGUN: _("Who has done nothing %(begin_days)s days after joining may need a hand."),
        Rule.SILENT: _(
            "Who is away at least %(silent_days)s days, and twice as long as they usually are between two "
            "days here."
        ),
        Rule.TICKS_ONLY: _(
            "Who has tried %(ticked_things)s Things and written nothing. A reflection that they keep for "
            "themselves counts as writing."
        ),
        Rule.BEHIND: _(
            "Something was for %(behind_days)s days ago or longer, by their own dates: breaks and days that "
            "they were given are counted in."
        ),
        Rule.BLOG: _("Their own blog could not be read more than once in a row."),
        Rule.FINISHED: _("Who finished hears from a coach."),
    }
    return words[rule] % limits.model_dump()


def _act(case: Case, base: str, locale: Locale) -> tuple[str, str]:
    """What to do first: read and answer, propose times, or write to them."""
    if case.rule is Rule.ASKED and case.detail:
        return locale.gettext("Propose times"), f"/conversations/{case.detail}"
    if case.post:
        return locale.gettext("Read and answer"), f"{base}/inbox/{case.post}"
    query = urlencode({"learner": case.handle, "about": case.rule.value})
    return locale.gettext("Write to %(name)s") % {"name": case.name.split()[0]}, f"{base}/message?{query}"

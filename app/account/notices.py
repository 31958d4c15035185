"""What the pages of notices show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.account.forms import NoticesForm
from app.journals.notices import ICONS, NoticeLine, notices_page, place, sentence, title_in
from app.markdown import excerpt
from app.notices.models import CHOOSABLE, MONDAY, PLAN, POSTS, REMINDER, Frequency, Kind
from app.notices.queries import choices_of
from app.notices.services import DIGEST
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue
from app.web.forms import Bound, blank
from app.web.i18n import Locale, message
from app.web.paging import encode_cursor

PREVIEW_LENGTH = 140

KINDS = {
    Kind.ANSWER: message("Somebody answers a post of yours"),
    Kind.ANOTHER_LOOK: message("Your coach asks you to look at a post once more"),
    Kind.APPROVED: message("Your coach approves a post of yours"),
    Kind.TALK: message("Your coach says that you talked about a Thing"),
    Kind.MESSAGE: message("Your coach writes to you, at most once a week"),
    Kind.REPLY: message("Somebody replies to an answer of yours"),
    Kind.MENTION: message("Somebody mentions you"),
    Kind.REACTION: message("Somebody reacts to what you wrote"),
    Kind.QUESTION: message("Somebody asks your group"),
    Kind.ACCEPTED: message("Your answer to a question is accepted"),
    Kind.LET_IN: message("You are let into a group that you asked to join"),
    Kind.NOT_LET_IN: message("You are not let into a group that you asked to join"),
    Kind.POD: message("You come into a small group"),
    Kind.BUDDY: message("You have another buddy"),
    Kind.COACH: message("Your group has another coach"),
    Kind.MENTOR_ASKED: message("Somebody asks you to be their mentor"),
    Kind.MENTOR: message("Somebody becomes your mentor"),
    Kind.SHARED: message("A learner whose mentor you are shares a post with you"),
    Kind.JOIN_REQUEST: message("Somebody asks to join a group of yours"),
    POSTS: message("The newest posts in your groups"),
    Kind.ANNOUNCEMENT: message("Your coach announces something to your group"),
    Kind.MODERATION: message("There is a decision about what you wrote or reported"),
    Kind.BLOG: message("There is something to look at with your own blog"),
    Kind.SESSION: message("A meeting of your group is planned, changed or cancelled"),
    Kind.SOON: message("A meeting of your group is tomorrow"),
    Kind.TIMES: message("Your coach proposes times to talk"),
    Kind.WANTS_TO_TALK: message("A learner would like to talk with you"),
    Kind.CONVERSATION: message("Something is new about a conversation of yours"),
    Kind.REPORT: message("Something is reported, and you are asked to look at it"),
    PLAN: message("It is the time that you picked: your next step"),
    REMINDER: message("You were away for two weeks, or four"),
    Kind.STOPPED: message("Somebody in a group that you coach stops for now"),
    MONDAY: message("On Monday: who needs you in the groups that you coach"),
    Kind.HANDED_OVER: message("Another coach hands you a post to answer"),
}
"""What somebody chooses the frequency of, in the order of the page."""
FREQUENCIES = {
    Frequency.AT_ONCE: message("At once"),
    Frequency.DAILY: message("In a daily mail"),
    Frequency.WEEKLY: message("In a weekly mail"),
    Frequency.NEVER: message("Never"),
}
CONCERNS: Mapping[str, Callable[[Viewer], bool]] = {
    **dict.fromkeys(
        (Kind.REPORT, Kind.JOIN_REQUEST), lambda viewer: bool(viewer.coached) or viewer.is_organizer
    ),
    Kind.SHARED: lambda viewer: bool(viewer.mentoring),
    Kind.MENTOR: lambda viewer: bool(viewer.enrolments),
    **dict.fromkeys(
        (Kind.HANDED_OVER, Kind.STOPPED, Kind.WANTS_TO_TALK, MONDAY), lambda viewer: bool(viewer.coached)
    ),
    **dict.fromkeys(
        (Kind.ANNOUNCEMENT, Kind.TIMES, Kind.POD, Kind.BUDDY, Kind.COACH), lambda viewer: bool(viewer.cohorts)
    ),
    **dict.fromkeys(
        (Kind.SESSION, Kind.SOON, Kind.CONVERSATION),
        lambda viewer: bool(viewer.cohorts) or bool(viewer.coached),
    ),
}
"""Whom a kind concerns, where that is not everyone."""
OFFERED: Mapping[str, Sequence[Frequency]] = {
    POSTS: (Frequency.DAILY, Frequency.WEEKLY, Frequency.NEVER),
    MONDAY: (Frequency.WEEKLY, Frequency.NEVER),
    **dict.fromkeys((Kind.SOON, REMINDER, PLAN), (Frequency.AT_ONCE, Frequency.NEVER)),
}
"""How often a kind can be told, where that is not anyhow."""
DIGESTS = message("The daily and weekly mail about what happened")


@dataclass(frozen=True)
class Entry:
    """A notice on its page. `url` is where it leads, and `preview` how what was written begins."""

    public_id: str
    icon: str
    sentence: str
    url: str
    preview: str
    lang: str
    at: datetime
    ago: str
    is_unread: bool


@dataclass(frozen=True)
class NoticesView:
    """`newest` is the cursor of the first entry: what comes later was not seen on this page."""

    entries: Sequence[Entry]
    newest: str
    next: str


def notices_view(
    db: Session, viewer: Viewer, catalogue: Catalogue, locale: Locale, after: tuple[object, ...] | None
) -> NoticesView:
    page = notices_page(db, viewer.person_id, after)
    entries = [_entry(line, catalogue, locale) for line in page.items]
    newest = encode_cursor(page.items[0].at, page.items[0].id) if page.items else ""
    return NoticesView(entries, newest, page.next)


def _entry(line: NoticeLine, catalogue: Catalogue, locale: Locale) -> Entry:
    about = line.post_id or line.session_id or line.announcement_id
    title = title_in(line, catalogue, locale) if about else ""
    return Entry(
        line.public_id,
        ICONS[Kind(line.kind)],
        sentence(line, title, locale),
        place(line),
        excerpt(line.html, PREVIEW_LENGTH) if line.html else "",
        locale.lang(line.language) if line.post_id else "",
        line.at,
        locale.ago(line.at),
        line.read_at is None,
    )


def choices_form(db: Session, viewer: Viewer) -> Bound[NoticesForm]:
    """As things are."""
    return blank(NoticesForm, **choices_of(db, viewer.person_id))


def choice_rows(viewer: Viewer, locale: Locale) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(kind, what that is, [(frequency, its name)]) for each that concerns the viewer."""
    _ = locale.gettext
    names = [(frequency.value, _(name.text)) for frequency, name in FREQUENCIES.items()]
    rows = []
    for kind, name in KINDS.items():
        if kind not in CONCERNS or CONCERNS[kind](viewer):
            offered = [pair for pair in names if Frequency(pair[0]) in OFFERED.get(kind, FREQUENCIES)]
            rows.append((str(kind), _(name.text), offered))
    return rows


def unwanted_in_words(what: str, locale: Locale) -> str:
    """What a word for unsubscribing ends."""
    return locale.gettext((DIGESTS if what == DIGEST else KINDS[_kind(what)]).text)


def _kind(what: str) -> str:
    return next(kind for kind in CHOOSABLE if kind == what)

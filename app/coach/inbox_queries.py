"""What the pages of the inbox show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.coach.inbox_words import SHELVES, Standing, standing_in_words
from app.coaching.answer_templates import filled, own_template, templates_of
from app.coaching.inbox import InboxLine, Neighbour, Place, Shelf, inbox, neighbours, place_in
from app.coaching.reviewed import InboxDetail
from app.cohorts.queries import CohortLine, coaches_of
from app.journals.cards import PostCard, card, thing_of, title_of
from app.journals.conversations import Audiences, ThreadView, audiences_of, conversation_about
from app.journals.reactions import ReactionsView
from app.journals.review_rules import State, state_of
from app.people.viewer import Viewer
from app.things.catalogue import Catalogue
from app.web.i18n import Locale


@dataclass(frozen=True)
class Desk:
    """Whose inbox it is, and what of it the coach looks at; `place` is where they are on that shelf."""

    viewer: Viewer
    cohort: CohortLine
    shelf: Shelf
    place: Place | None = None

    @property
    def base(self) -> str:
        return f"/cohorts/{self.cohort.public_id}/coach/inbox"

    @property
    def url(self) -> str:
        """Of the shelf."""
        return self.base if self.shelf is Shelf.TO_READ else f"{self.base}?{urlencode({'show': self.shelf})}"

    def url_of(self, public_id: str, place: Place | None) -> str:
        return f"{self.base}/{public_id}{self.query_of(place)}"

    def query_of(self, place: Place | None) -> str:
        values = {} if self.shelf is Shelf.TO_READ else {"show": self.shelf.value}
        if place is not None:
            values["at"] = place.cursor
        return f"?{urlencode(values)}" if values else ""


def desk_of(viewer: Viewer, cohort: CohortLine, show: str, at: str = "") -> Desk:
    """A mistyped address still gives a page."""
    shelf = next((one for one in Shelf if one.value == show), Shelf.TO_READ)
    return Desk(viewer, cohort, shelf, place_in(shelf, at))


@dataclass(frozen=True)
class InboxRow:
    public_id: str
    card: PostCard
    standing: Standing
    is_unread: bool


@dataclass(frozen=True)
class InboxView:
    shelves: Sequence[tuple[str, str, bool]]
    rows: Sequence[InboxRow]
    unread: int
    first_url: str | None
    next_url: str | None


def inbox_view(db: Session, desk: Desk, catalogue: Catalogue, locale: Locale, *, cursor: str) -> InboxView:
    page = inbox(db, desk.viewer, desk.cohort.id, desk.shelf, cursor=cursor)
    rows = [_row(desk, line, catalogue, locale) for line in page.items]
    more = "" if desk.shelf is Shelf.TO_READ else f"show={desk.shelf.value}&"
    return InboxView(
        [
            (replace(desk, shelf=shelf).url, words.translated(locale.gettext), shelf is desk.shelf)
            for shelf, words in SHELVES.items()
        ],
        rows,
        sum(row.is_unread for row in rows),
        desk.url if cursor else None,
        f"{desk.base}?{more}after={page.next}" if page.next else None,
    )


def _row(desk: Desk, line: InboxLine, catalogue: Catalogue, locale: Locale) -> InboxRow:
    shown = card(line.post, catalogue, locale)
    return InboxRow(
        line.post.public_id,
        replace(shown, url=desk.url_of(line.post.public_id, line.place)),
        standing_in_words(line.review, desk.cohort, desk.viewer.person_id, locale),
        line.review.read_at is None,
    )


@dataclass(frozen=True)
class Sides:
    """Addresses of the posts beside; empty where there is none."""

    previous: str
    next: str


@dataclass(frozen=True)
class ReadingView:
    """One post in the inbox; `holder` is the handle of the coach who has it, `query` what their place is."""

    card: PostCard
    learner_url: str
    standing: Standing
    is_unread: bool
    is_approved: bool
    reactions: ReactionsView
    threads: Sequence[ThreadView]
    audiences: Audiences
    coaches: Sequence[tuple[str, str]]
    """(handle, name) of all, for who shares the group with others."""
    holder: str
    templates: Sequence[tuple[str, str]]
    sides: Sides
    query: str


def reading_view(
    db: Session, desk: Desk, catalogue: Catalogue, locale: Locale, found: InboxDetail
) -> ReadingView:
    post, viewer = found.post, desk.viewer
    shown = card(post, catalogue, locale)
    audiences = audiences_of(viewer, post, desk.cohort.id, locale)
    talk = conversation_about(db, viewer, post, locale, url=shown.url, audiences=audiences)
    coaches = coaches_of(db, desk.cohort.id)
    return ReadingView(
        replace(shown, body=Markup(found.html)),  # noqa: S704  cleaned when it was stored
        f"/cohorts/{desk.cohort.public_id}/coach/learners/{post.author_handle}",
        standing_in_words(found.review, desk.cohort, viewer.person_id, locale),
        found.review.read_at is None,
        state_of(found.review) is State.APPROVED,
        replace(
            talk.reactions(None, may_press=True),
            url=f"{desk.base}/{post.public_id}/reactions{desk.query_of(desk.place)}",
        ),
        talk.threads,
        audiences,
        [(one.handle, one.name) for one in coaches] if len(coaches) > 1 else [],
        next((one.handle for one in coaches if one.id == found.review.claimed_by_id), ""),
        [(one.public_id, one.title) for one in templates_of(db, viewer)],
        sides_of(db, desk, post.id),
        desk.query_of(desk.place),
    )


def sides_of(db: Session, desk: Desk, post_id: int) -> Sides:
    beside = neighbours(db, desk.viewer, desk.cohort.id, desk.shelf, post_id, desk.place)
    return Sides(_url(desk, beside.previous), _url(desk, beside.next))


def _url(desk: Desk, beside: Neighbour | None) -> str:
    return desk.url_of(beside.public_id, beside.place) if beside else ""


@dataclass(frozen=True)
class FilledIn:
    """What a template says to somebody; `language` is named where it is not theirs."""

    text: str = ""
    language: str = ""


def filled_in(
    db: Session, desk: Desk, catalogue: Catalogue, locale: Locale, found: InboxDetail, template: str
) -> FilledIn:
    """Raises NotFound for a template of somebody else's."""
    chosen = own_template(db, desk.viewer, template)
    wanted = found.author_language or found.post.language
    thing = thing_of(found.post, catalogue)
    about = thing.text((wanted, found.post.language)).title if thing else title_of(found.post, None, locale)
    languages = (wanted, found.post.language)
    language, text = filled(chosen, languages, name=found.post.author_name, thing=about)
    return FilledIn(text, "" if language == wanted else locale.language_name(language))

"""The forms of one's own account."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, EmailStr, StringConstraints

from app.notices.models import Frequency
from app.people.forms import Name, NewPassword, Next, Password
from app.web.forms import Form, invalid
from app.web.i18n import LANGUAGES, message


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise invalid(message("Choose one of the options."))
    return language


Language = Annotated[str, AfterValidator(_spoken)]
About = Annotated[str, StringConstraints(max_length=400)]


def _addressable(handle: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", handle):
        raise invalid(message("Use small letters a to z, digits, and single hyphens between them."))
    return handle


Handle = Annotated[str, StringConstraints(max_length=60), AfterValidator(_addressable)]


class ProfileForm(Form):
    """Without a `language` the interface speaks what the browser asks for; without a `handle` the journal
    stays where it is."""

    name: Name
    real_name: Name | None = None
    handle: Handle | None = None
    about: About = ""
    language: Language | None = None
    shows_tiles: bool = False


class PasswordForm(Form):
    """Who has no password yet has no current one to give."""

    current_password: Password = ""
    password: NewPassword


class EmailForm(Form):
    """One's own address once more, to show that it is, or another one, which takes the password of who has
    one."""

    email: EmailStr
    password_now: Password = ""


def _not_at_once(frequency: Frequency) -> Frequency:
    if frequency is Frequency.AT_ONCE:
        raise invalid(message("Choose one of the options."))
    return frequency


def _weekly(frequency: Frequency) -> Frequency:
    if frequency not in (Frequency.WEEKLY, Frequency.NEVER):
        raise invalid(message("Choose one of the options."))
    return frequency


def _at_once(frequency: Frequency) -> Frequency:
    if frequency not in (Frequency.AT_ONCE, Frequency.NEVER):
        raise invalid(message("Choose one of the options."))
    return frequency


class NoticesForm(Form):
    """How often mail of each kind; what is left out stays as it is."""

    answer: Frequency | None = None
    reply: Frequency | None = None
    mention: Frequency | None = None
    reaction: Frequency | None = None
    question: Frequency | None = None
    accepted: Frequency | None = None
    another_look: Frequency | None = None
    approved: Frequency | None = None
    talk: Frequency | None = None
    handed_over: Frequency | None = None
    report: Frequency | None = None
    moderation: Frequency | None = None
    blog: Frequency | None = None
    join_request: Frequency | None = None
    let_in: Frequency | None = None
    not_let_in: Frequency | None = None
    pod: Frequency | None = None
    buddy: Frequency | None = None
    coach: Frequency | None = None
    mentor_asked: Frequency | None = None
    mentor: Frequency | None = None
    shared: Frequency | None = None
    announcement: Frequency | None = None
    times: Frequency | None = None
    wants_to_talk: Frequency | None = None
    conversation: Frequency | None = None
    message: Frequency | None = None
    stopped: Frequency | None = None
    reminder: Annotated[Frequency, AfterValidator(_at_once)] | None = None
    plan: Annotated[Frequency, AfterValidator(_at_once)] | None = None
    monday: Annotated[Frequency, AfterValidator(_weekly)] | None = None
    session: Frequency | None = None
    soon: Annotated[Frequency, AfterValidator(_at_once)] | None = None
    posts: Annotated[Frequency, AfterValidator(_not_at_once)] | None = None


class ReadForm(Form):
    """`until` is the newest notice that was seen, as a cursor."""

    until: Annotated[str, StringConstraints(max_length=200)] = ""


class NoteForm(Form):
    """A note to what one keeps; an empty one is none."""

    note: Annotated[str, StringConstraints(max_length=4000)] = ""


class LanguageForm(Form):
    """The language switch, which stands on every page."""

    language: Language
    next: Next = "/"


class FeedForm(Form):
    """The path of a feed."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=200)]

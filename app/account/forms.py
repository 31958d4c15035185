"""The forms of one's own account."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, EmailStr, StringConstraints

from app.people.forms import Name, NewPassword, Next, Password
from app.web.forms import Form, invalid
from app.web.i18n import LANGUAGES, message


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise invalid(message("Choose one of the options."))
    return language


Language = Annotated[str, AfterValidator(_spoken)]
About = Annotated[str, StringConstraints(max_length=400)]


class ProfileForm(Form):
    """Without a `language` the interface speaks what the browser asks for."""

    name: Name
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


class NoteForm(Form):
    """A note to what one keeps; an empty one is none."""

    note: Annotated[str, StringConstraints(max_length=4000)] = ""


class LanguageForm(Form):
    """The language switch, which stands on every page."""

    language: Language
    next: Next = "/"

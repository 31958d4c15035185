"""Forms of signing up and signing in. Passwords are taken as typed, spaces included."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, EmailStr, StringConstraints

from app.people.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH
from app.web.forms import Form
from app.web.render import safe_next

LONGEST_NEXT = 2000

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Address = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f\x7f]+$")]
Password = Annotated[str, StringConstraints(max_length=MAXIMUM_LENGTH, strip_whitespace=False)]
NewPassword = Annotated[
    str, StringConstraints(min_length=MINIMUM_LENGTH, max_length=MAXIMUM_LENGTH, strip_whitespace=False)
]


def next_page(url: str | None) -> str:
    """Where to go after signing in: a page of this site, home where `url` is none."""
    return safe_next(url if url and len(url) < LONGEST_NEXT and url.isascii() else None)


Next = Annotated[str, AfterValidator(next_page)]


class SignInForm(Form):
    """`email` is not checked for its shape: an administrator may have given an unusual one."""

    email: Address
    password: Password
    shared_computer: bool = False
    next: Next = "/"


class SignUpForm(Form):
    name: Name
    email: EmailStr
    password: NewPassword
    next: Next = "/"


class ForgottenForm(Form):
    """Ask for a link by mail; the address is checked as little as for signing in."""

    email: Address


class ResetForm(Form):
    """Choose a new password by a link."""

    password: NewPassword


class ProviderForm(Form):
    """Begin to sign in with a provider; the button stands in the sign-in form."""

    shared_computer: bool = False
    next: Next = "/"


class UnlinkForm(Form):
    """One of one's own accounts elsewhere, by what it is known by."""

    issuer: Annotated[str, StringConstraints(max_length=300)]
    subject: Annotated[str, StringConstraints(max_length=255, strip_whitespace=False)]

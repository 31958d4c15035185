"""Reading what an OpenID Connect provider says of a person (OpenID Connect Core 1.0, 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import EmailStr, TypeAdapter, ValidationError

from app.people.identities import ProviderAccount

EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)


def account_from(issuer: str, *sources: Mapping[str, Any]) -> ProviderAccount:
    """Whom the claims of the ID token and of userinfo, in this order, are about. Raises ValueError."""
    subject = sources[0]["sub"]
    if not (0 < len(subject) <= 255 and subject.isascii() and subject.isprintable()):
        raise ValueError("a subject is 1 to 255 ASCII characters (OpenID Connect Core 1.0, 2)")
    addresses = [address for claims in sources if (address := _address(claims))]
    email, verified = max(addresses, key=lambda address: address[1], default=(None, False))
    name = next(filter(None, map(_name, sources)), "")
    return ProviderAccount(issuer, subject, name, email, email_verified=verified)


def _address(claims: Mapping[str, Any]) -> tuple[str, bool] | None:
    """The e-mail address, and whether the provider has seen that it is the person's own."""
    try:
        return EMAIL.validate_python(claims.get("email")), claims.get("email_verified") is True
    except ValidationError:
        return None


def _name(claims: Mapping[str, Any]) -> str:
    """The fullest name that is told; no name is made from an address, which is private."""
    parts = f"{_line(claims.get('given_name'))} {_line(claims.get('family_name'))}".strip()
    username = _line(claims.get("preferred_username"))
    wishes = (
        _line(claims.get("name")),
        parts,
        _line(claims.get("nickname")),
        "" if "@" in username else username,
    )
    return next(filter(None, wishes), "")


def _line(value: object) -> str:
    """A claim as one line of text, short enough for a name."""
    text = value if isinstance(value, str) else ""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:120].strip()

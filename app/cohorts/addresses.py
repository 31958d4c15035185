"""What is wrong with an e-mail address, said so that somebody can mend it."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from app.db import fold_address
from app.web.i18n import Message, message

LONGEST = 254
_USUAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")

TOO_LONG = message(
    "This address is too long: no mailbox has one of more than %(most)s characters.", most=LONGEST
)
SPACE = message("There is a space inside this address. Take it out.")
SEVERAL_AT = message("There is more than one @ in this address. Leave one.")
NO_NAME = message("What stands before the @ is missing. Write it as name@example.org.")
NO_PLACE = message("What stands behind the @ is missing. Write it as name@example.org.")
NO_ENDING = message("The ending is missing behind the @: .org, .be, .nl and so on.")
DOTS = message("There is a dot too many in this address. Take it out.")
NO_ADDRESS = message("No e-mail address looks like this. Write it as name@example.org.")


def address_problem(address: str) -> Message | None:
    """By its letters alone: nobody is asked whether there is such a mailbox."""
    name, _, place = address.rpartition("@")
    if len(fold_address(address)) > LONGEST:
        return TOO_LONG
    if re.search(r"\s", address):
        return SPACE
    if "@" in name:
        return SEVERAL_AT
    if not name or not place:
        return NO_PLACE if name else NO_NAME
    if ".." in address or name.startswith(".") or name.endswith(".") or place.startswith("."):
        return DOTS
    if "." not in place.rstrip("."):
        return NO_ENDING
    if place.endswith("."):
        return DOTS
    usual = _USUAL.fullmatch(name) is not None
    return None if _is_valid(f"{'name' if usual else name}@{place}") else NO_ADDRESS


@lru_cache(maxsize=4096)
def _is_valid(address: str) -> bool:
    """Most addresses of a list share a few domains, and those are what takes time."""
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True

"""What forms ask of whatever takes place somewhere at some time."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from app.web.forms import invalid
from app.web.i18n import message

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def _near(day: date) -> date:
    if not EARLIEST <= day < LATEST:
        raise invalid(message("Write a date as day, month and year, for example 2026-11-23."))
    return day


def _link(url: str) -> str:
    """With https:// where it was left out; only what a browser opens as a page."""
    full = url if "://" in url or not url else f"https://{url}"
    try:
        parts = urlsplit(full)
        is_link = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        is_link = is_link and (parts.port is None or parts.port > 0)
    except ValueError:
        is_link = False
    if url and (not is_link or any(character <= " " or character in '"<>\\' for character in full)):
        raise invalid(message("Write an address such as https://meet.example.org/our-group."))
    return full


def one_line(text: str) -> str:
    return " ".join(text.split())


Day = Annotated[date, AfterValidator(_near)]
Place = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
Link = Annotated[str, StringConstraints(max_length=990), AfterValidator(_link)]

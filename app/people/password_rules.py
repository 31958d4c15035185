"""Which passwords are too easy to guess (NIST SP 800-63B-4, 3.1.1.2: a list, and no rules of composition)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.db import fold
from app.web.forms import Bound
from app.web.i18n import Message, message

COMMON = Path(__file__).with_name("common_passwords.txt")
KEYBOARDS = (
    "1234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
FEWEST_SIGNS = 5
SHORTEST_NAME = 3
LETTERS_OF_ITS_OWN = 4

EASY = message(
    "This is among the first that anyone would try. Three or four words that do not belong together are easy "
    "to remember and hard to guess."
)
OWN_NAME = message("This is too close to your name or address. Take words that nobody connects with you.")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def refuse_easy_password(form: Bound[Any], *known: str) -> None:
    """Add to a form with a `password` why it is too easy to guess; `known` as for `weakness`."""
    easy = weakness(form.data.password, *known) if form.parsed else None
    if easy:
        form.refuse("password", easy)


def weakness(password: str, *known: str) -> Message | None:
    """Why a password is too easy to guess, or None; `known` is what others know: name, address, site."""
    plain = re.sub(r"[\W_]", "", fold(password))
    word = re.sub(r"\d", "", plain)
    if plain in _common() or word in _common() or len(set(plain)) < FEWEST_SIGNS or _runs(plain):
        return EASY
    own = _without(word, known)
    if own != word and len(own) < LETTERS_OF_ITS_OWN:
        return OWN_NAME
    return None


def _runs(plain: str) -> bool:
    """Neighbours on a keyboard or in the alphabet, forwards or backwards."""
    return any(plain in row or plain[::-1] in row for row in KEYBOARDS)


def _without(word: str, known: Iterable[str]) -> str:
    """What is left of the letters when the words that others know are taken out, the longest first."""
    parts = {part for text in known for part in re.findall(r"[^\W\d_]+", fold(text))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_NAME:
            word = word.replace(part, "")
    return word

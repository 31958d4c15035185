"""The word of the day, by which learners say that they are there, and when it counts.

Nobody is at a meeting who guesses its word: a noun alone could be tried out, so a number goes with it, and
attempts are limited where it is entered.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from app.db import fold

OPENS_BEFORE, CLOSES_AFTER = timedelta(minutes=30), timedelta(hours=3)
"""The start and the end of a meeting."""
SHORTEST_WORD = 4

NOUNS = {
    "en": (
        "anchor apple bridge butter button candle carpet castle cherry cloud copper engine feather "
        "forest garden hammer harbour island kettle ladder lantern lemon marble meadow mirror needle "
        "orchard paper pepper pillow pocket pumpkin ribbon river saddle silver spoon thunder velvet "
        "window"
    ),
    "nl": (
        "appel berg boter brug deksel draad emmer fluit garage gordijn haven hamer honing kaars "
        "kasteel kelder klaver knoop koffer ladder lamp lepel mandje molen naald oever paraplu peper "
        "plank rivier schommel sleutel spiegel tuin trommel veer venster vlieger wolk zadel"
    ),
    "fr": (
        "aiguille ardoise avion balcon ballon beurre bouton cerise chemin citron cloche corde cuivre "
        "dentelle fontaine four galet glacier jardin lampe lanterne marteau miroir moulin nuage "
        "orange panier papier parapluie poivre pont prairie rideau ruban sable savon soleil tambour "
        "tapis valise"
    ),
}


def new_word(language: str) -> str:
    """A noun and a number, to be read aloud: "lantern 47"."""
    return f"{secrets.choice(NOUNS.get(language, NOUNS['en']).split())} {10 + secrets.randbelow(90)}"


def plain(word: str) -> str:
    """What of a word matters: capitals, accents and spaces do not."""
    return "".join(character for character in fold(word) if character.isalnum())


def is_word(word: str, typed: str) -> bool:
    return secrets.compare_digest(plain(word).encode(), plain(typed).encode())


def is_shown(ends_at: datetime, at: datetime) -> bool:
    """Whether there is still a reason to show the word at that moment."""
    return at <= ends_at + CLOSES_AFTER


def counts(starts_at: datetime, ends_at: datetime, at: datetime) -> bool:
    """Whether one may say at that moment that one is there."""
    return starts_at - OPENS_BEFORE <= at and is_shown(ends_at, at)

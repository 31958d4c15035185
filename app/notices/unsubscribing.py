"""The word in a letter's foot and headers that ends letters like it (RFC 8058): whoever has it need not be
signed in. It names a person and what they no longer want, follows from the site's secret, and is nowhere
stored."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import NamedTuple


class Unwanted(NamedTuple):
    """`what` is a kind of notice, or "digest"; `public_id` a person's."""

    public_id: str
    what: str


def unsubscribe_token(secret: str, unwanted: Unwanted) -> str:
    digest = hmac.digest(
        secret.encode(), f"unsubscribe {unwanted.public_id} {unwanted.what}".encode(), hashlib.sha256
    )
    mark = urlsafe_b64encode(digest).decode().rstrip("=")
    return f"{unwanted.public_id}.{unwanted.what}.{mark}"


def read_token(secret: str, token: str) -> Unwanted | None:
    """None for one that this site has not made."""
    public_id, _, rest = token.partition(".")
    unwanted = Unwanted(public_id, rest.partition(".")[0])
    made = unsubscribe_token(secret, unwanted)
    return unwanted if hmac.compare_digest(made.encode(), token.encode()) else None

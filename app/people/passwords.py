"""Argon2 hashing (OWASP's parameters by pwdlib), a bounded number at a time: each takes 64 MiB."""

from __future__ import annotations

import secrets
import unicodedata
from base64 import b64encode
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 200


class Passwords:
    """Hashes and verifies; `cheap` is for tests."""

    def __init__(self, *, at_once: int = 2, cheap: bool = False) -> None:
        hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else Argon2Hasher()
        self.at_once = at_once
        self._hasher = PasswordHash((hasher,))
        self._room = BoundedSemaphore(at_once)
        self._nobody = _hash_of_nothing(hasher)

    def hash(self, password: str) -> str:
        with self._room:
            return self._hasher.hash(_normal(password))

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password fits. Takes as long where there is no hash: an unknown address must not be
        told from a wrong password by the clock."""
        with self._room:
            fits = self._hasher.verify(_normal(password), password_hash or self._nobody)
        return fits and password_hash is not None


def _normal(password: str) -> str:
    """One form of letters that keyboards make in several, such as é (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _hash_of_nothing(hasher: Argon2Hasher) -> str:
    """A hash with this hasher's cost that no password has, made without the cost of making one."""
    costs = hasher._hasher
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (costs.salt_len, costs.hash_len)
    )
    parameters = f"m={costs.memory_cost},t={costs.time_cost},p={costs.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${digest}"

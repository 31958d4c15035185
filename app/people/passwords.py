"""Argon2 hashing (OWASP's parameters by pwdlib), a bounded number at a time: each takes 64 MiB."""

from __future__ import annotations

from functools import cached_property
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 200


class Passwords:
    """Hashes and verifies; `cheap` is for tests."""

    def __init__(self, *, at_once: int = 2, cheap: bool = False) -> None:
        hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else Argon2Hasher()
        self._hasher = PasswordHash((hasher,))
        self._room = BoundedSemaphore(at_once)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        with self._room:
            return self._hasher.hash(password)

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password fits. Takes as long where there is no hash: an unknown address must not be
        told from a wrong password by the clock."""
        with self._room:
            fits = self._hasher.verify(password, password_hash or self._nobody)
        return fits and password_hash is not None

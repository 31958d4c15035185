"""Limits on attempts, counted in the database so that all processes share them."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import case, delete, select
from sqlalchemy.orm import Session

from app.clock import now
from app.db import Database, fold_address
from app.people.models import Attempt
from app.statements import upsert

PER_ACCOUNT = parse("10/15 minutes")
PER_ADDRESS = parse("60/15 minutes")
NEW_ACCOUNTS_PER_ADDRESS = parse("100/hour")
TAKEN_PER_ADDRESS = parse("20/hour")
OWN_PASSWORD_PER_PERSON = parse("10/15 minutes")
ONE_USE = parse("1/15 minutes")
MAILS_PER_ADDRESS = parse("60/hour")
MAILS_PER_ACCOUNT = parse("5/hour")
CODES_PER_PERSON = parse("20/15 minutes")
WORDS_PER_PERSON = parse("10/hour")
FETCHES_PER_PERSON = parse("30/15 minutes")
EXPIRED_AT_ONCE = 100


class DatabaseStorage(Storage):
    """Fixed windows in the `attempt` table; each count is a transaction of its own."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        at = now()
        ends = at + timedelta(seconds=expiry)
        with self.database.transaction() as db:
            insert = upsert(db, Attempt).values(key=key, count=amount, expires_at=ends)
            over = Attempt.expires_at <= at
            statement = insert.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": case((over, amount), else_=Attempt.count + amount),
                    "expires_at": case((over, ends), else_=Attempt.expires_at),
                },
            ).returning(Attempt.count)
            count = int(db.execute(statement).scalar_one())
            if count == amount:
                _forget_expired(db)
            return count

    def get(self, key: str) -> int:
        with self.database.transaction(write=False) as db:
            count = db.scalar(select(Attempt.count).where(Attempt.key == key, Attempt.expires_at > now()))
            return count or 0

    def get_expiry(self, key: str) -> float:
        with self.database.transaction(write=False) as db:
            return (db.scalar(select(Attempt.expires_at).where(Attempt.key == key)) or now()).timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with self.database.transaction() as db:
            db.execute(delete(Attempt))
        return None

    def clear(self, key: str) -> None:
        with self.database.transaction() as db:
            db.execute(delete(Attempt).where(Attempt.key == key))


def _forget_expired(db: Session) -> None:
    """Some of the windows that are over, so that the table stays small; those in use elsewhere wait."""
    over = (
        select(Attempt.key)
        .where(Attempt.expires_at <= now())
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    db.execute(delete(Attempt).where(Attempt.key.in_(over)))


def network_of(host: str | None) -> str:
    """What attempts from an internet address count against: of IPv6 the /64, which one household has."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False).network_address)


def account_of(email: str) -> str:
    """What attempts on an account count against, known or not; short, and no address in the table."""
    return sha256(fold_address(email).encode()).hexdigest()[:32]


class Limiter:
    """Asks before an attempt: `allows` counts it and says whether it is within the limit."""

    def __init__(self, database: Database) -> None:
        self._limiter = FixedWindowRateLimiter(DatabaseStorage(database))

    def allows(self, limit: RateLimitItem, *who: str) -> bool:
        return self._limiter.hit(limit, *who)

    def has_room(self, limit: RateLimitItem, *who: str) -> bool:
        """Whether one more would be within the limit, without counting it."""
        return self._limiter.test(limit, *who)

    def forget(self, limit: RateLimitItem, *who: str) -> None:
        self._limiter.clear(limit, *who)


class SignInAttempts:
    """Attempts to get into one account, which need not exist, from one place. Only failures count, so that
    a whole group behind one address can sign in; between asking and counting at most as many slip through
    as hash at once."""

    def __init__(self, limiter: Limiter, host: str | None, email: str) -> None:
        self._limiter = limiter
        self._limits = (
            (PER_ADDRESS, "sign-in", network_of(host)),
            (PER_ACCOUNT, "sign-in", account_of(email)),
        )

    def allowed(self) -> bool:
        return all(self._limiter.has_room(limit, *who) for limit, *who in self._limits)

    def failed(self) -> None:
        for limit, *who in self._limits:
            self._limiter.allows(limit, *who)

    def succeeded(self) -> None:
        limit, *who = self._limits[1]
        self._limiter.forget(limit, *who)

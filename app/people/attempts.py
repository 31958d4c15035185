"""Limits on attempts, counted in the database so that all processes share them."""

from __future__ import annotations

from datetime import timedelta

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import case, delete, select

from app.clock import now
from app.db import Database, upsert
from app.people.models import Attempt

PER_ACCOUNT = parse("10/15 minutes")
PER_ADDRESS = parse("60/15 minutes")
NEW_ACCOUNTS_PER_ADDRESS = parse("100/hour")
CODES_PER_PERSON = parse("20/15 minutes")


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
            return int(db.execute(statement).scalar_one())

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


class Limiter:
    """Asks before an attempt: `allows` counts it and says whether it is within the limit."""

    def __init__(self, database: Database) -> None:
        self._limiter = FixedWindowRateLimiter(DatabaseStorage(database))

    def allows(self, limit: RateLimitItem, *who: str) -> bool:
        return self._limiter.hit(limit, *who)

    def forget(self, limit: RateLimitItem, *who: str) -> None:
        self._limiter.clear(limit, *who)

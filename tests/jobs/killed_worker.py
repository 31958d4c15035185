"""A worker that is there to be killed: `python -m tests.jobs.killed_worker URL FILE`.

Work of one kind writes to the database, in one transaction with the end of its job; work of the other kind writes a
line to FILE, which stands for the world outside, and ends its job afterwards.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from functools import partial
from threading import Event

from sqlalchemy.orm import Session

from app.db import Database
from app.events.log import record
from app.jobs.models import Priority
from app.jobs.services import Task
from app.jobs.worker import Worker

INSIDE = Task("inside", attempts=1000)
OUTSIDE = Task("outside", Priority.BULK, attempts=1000)
LEASE = timedelta(seconds=1)


def inside(db: Session, number: int) -> None:
    record(db, None, "did", "test", str(number))


def outside(database: Database, number: int, *, file: str) -> None:
    """One write is one line, whoever else writes (POSIX, O_APPEND)."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{number}\n".encode())
    os.close(descriptor)


def main(url: str, file: str) -> None:
    runners = {INSIDE: inside, OUTSIDE: partial(outside, file=file)}
    Worker(Database(url), runners, threads=2, lease=LEASE, look_every=0.05).start()
    sys.stdout.write("working\n")
    sys.stdout.flush()
    Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Workers are killed in the middle of their work, again and again: each job is done, and none that was undone."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.events.models import Event
from app.jobs.models import Job
from tests import proof
from tests.conftest import migrated_database
from tests.crew import Crew
from tests.jobs.killed_worker import INSIDE, OUTSIDE

WORKERS = 2
AT_ONCE = 20
PATIENCE = 60.0


class Undone(Exception):
    pass


class Employer:
    """Asks for work in transactions, of which one in four is rolled back."""

    def __init__(self, database: Database, draw: random.Random) -> None:
        self.database, self._draw = database, draw
        self.wanted: list[int] = []
        self.undone: list[int] = []

    def ask(self) -> None:
        numbers = range(self.count, self.count + AT_ONCE)
        try:
            with self.database.transaction() as db:
                for number in numbers:
                    INSIDE.later(db, number=number)
                    OUTSIDE.later(db, number=number)
                if self._draw.random() < 0.25:
                    raise Undone
        except Undone:
            self.undone += numbers
        else:
            self.wanted += numbers

    @property
    def count(self) -> int:
        return len(self.wanted) + len(self.undone)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_job_survives_the_workers_that_were_killed(kind: str, tmp_path: Path, worker_id: str) -> None:
    kills, draw, file = proof.size(4, 100), random.Random(4), tmp_path / "outside"
    with migrated_database(kind, tmp_path, f"worked_{worker_id}") as database:
        url, employer = database.url.render_as_string(hide_password=False), Employer(database, draw)
        with Crew("tests.jobs.killed_worker", url, str(file), size=WORKERS) as crew:
            for _ in range(kills):
                _work_for(draw.uniform(0.1, 0.4), employer)
                crew.kill(draw.randrange(WORKERS))
            _wait_until_all_is_done(database)
        with database.transaction(write=False) as db:
            inside = Counter(int(number) for number in db.scalars(select(Event.object_id)))
    outside = Counter(int(number) for number in file.read_text().split())
    wanted = set(employer.wanted)
    assert employer.undone and wanted
    assert inside == Counter(wanted), "exactly once"
    assert set(outside) == wanted, "at least once, and none that was rolled back"
    twice = outside.total() - len(wanted)
    assert twice <= kills * 3, "only what a killed worker had under way"
    proof.note(
        f"kill -9 of workers, {kind}",
        f"{kills} kills, {len(wanted)} jobs of each kind and {len(employer.undone)} rolled back: in the database "
        f"each once, outside each at least once and {twice} twice",
    )


def _work_for(seconds: float, employer: Employer) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        employer.ask()
        time.sleep(0.05)


def _wait_until_all_is_done(database: Database) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with database.transaction(write=False) as db:
            left = db.scalar(select(func.count()).select_from(Job))
        if not left:
            return
        time.sleep(0.05)
    raise AssertionError(f"{left} jobs are left")

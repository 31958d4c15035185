"""Ten thousand letters to ten thousand people, by a real mail server and workers that are killed meanwhile."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import func, insert, select

from app.db import Database
from app.jobs.models import Job
from app.mail.models import Mail
from app.organize.letters import TRIAL
from app.people.models import Person
from app.people.services import the_organization
from tests import proof
from tests.conftest import migrated_database
from tests.crew import Crew
from tests.mail.killed_postman import THREADS
from tests.peers.smtp import Box, smtp_server

WORKERS = 2


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everyone_gets_their_letter_whoever_is_killed(kind: str, tmp_path: Path, worker_id: str) -> None:
    people, kills = proof.size(200, 10_000), proof.size(3, 100)
    box, draw = Box(keeps_text=False), random.Random(10)
    with migrated_database(kind, tmp_path, f"mailed_{worker_id}") as database, smtp_server(box) as port:
        wanted = write_to(database, people)
        url = database.url.render_as_string(hide_password=False)
        with Crew("tests.mail.killed_postman", url, str(port), size=WORKERS) as crew:
            killed = 0
            while killed < kills and left(database):
                wait_until(lambda: not left(database), draw.uniform(0.1, 0.6))
                crew.kill(draw.randrange(WORKERS))
                killed += 1
            assert wait_until(lambda: not left(database), 120), f"{left(database)} are left"
        with database.transaction(write=False) as db:
            assert db.scalar(select(func.count()).select_from(Mail).where(Mail.sent_at.is_(None))) == 0
    arrived = Counter(box.recipients)
    assert set(arrived) == wanted, "everyone"
    twice = arrived.total() - people
    assert twice <= killed * (THREADS + 1), "only what a killed worker was just handing in"
    assert max(arrived.values()) <= 3
    proof.note(
        f"letters by SMTP, {kind}",
        f"{people} people, {killed} kills: each got theirs, {twice} of them once more",
    )


def write_to(database: Database, count: int) -> set[str]:
    """The addresses of everyone to whom a letter is under way; one in ten was taken back."""
    addresses = [f"person{number}@example.org" for number in range(count)]
    with database.transaction() as db:
        organization = the_organization(db).id
        rows = [
            {
                "organization_id": organization,
                "name": f"Person {number}",
                "name_key": f"person {number}",
                "handle": f"person-{number}",
                "email": address,
            }
            for number, address in enumerate(addresses)
        ]
        db.execute(insert(Person), rows)
        ids = list(db.scalars(select(Person.id).order_by(Person.id)))
    for person_id in ids[::10]:
        with pytest.raises(ZeroDivisionError), database.transaction() as db:
            TRIAL.post(db, person_id, "en", once=f"undone {person_id}")
            1 / 0  # noqa: B018
    with database.transaction() as db:
        for person_id in ids:
            for _ in range(2):
                TRIAL.post(db, person_id, "en", once=f"week 48, {person_id}")
    return set(addresses)


def left(database: Database) -> int:
    with database.transaction(write=False) as db:
        return db.scalar(select(func.count()).select_from(Job)) or 0


def wait_until(happened: Callable[[], bool], seconds: float) -> bool:
    pause, deadline = Event(), monotonic() + seconds
    while monotonic() < deadline:
        if happened():
            return True
        pause.wait(0.05)
    return False

"""Ten thousand digests to ten thousand people, by a real mail server and workers that are killed meanwhile."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import func, insert, select

from app.clock import now
from app.db import Database
from app.jobs.models import Job
from app.journals.digests import MAIL_DIGESTS
from app.journals.models import Visibility
from app.journals.services import publish_post, start_post
from app.mail.models import Mail
from app.notices.models import Frequency, Kind, NoticeChoice
from app.notices.services import tell
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
def test_everyone_gets_one_digest_whoever_is_killed(kind: str, tmp_path: Path, worker_id: str) -> None:
    people, kills = proof.size(120, 10_000), proof.size(3, 100)
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
            assert wait_until(lambda: not left(database), proof.size(120, 900)), f"{left(database)} are left"
        with database.transaction(write=False) as db:
            assert db.scalar(select(func.count()).select_from(Mail).where(Mail.sent_at.is_(None))) == 0
            assert db.scalar(select(func.count()).select_from(Mail)) == people
    arrived = Counter(box.recipients)
    assert set(arrived) == wanted, "everyone"
    twice = arrived.total() - people
    assert twice <= killed * (THREADS + 1), "only what a killed worker was just handing in"
    assert max(arrived.values()) <= 3
    proof.note(
        f"digests by SMTP, {kind}",
        f"{people} people, {killed} kills: each got one, {twice} of them once more",
    )


def write_to(database: Database, count: int) -> set[str]:
    """The addresses of everyone for whom a digest is due: each was told of a post, and in the transactions
    that are undone of another one. The morning comes twice."""
    addresses = [f"person{number}@example.org" for number in range(count)]
    moment = now()
    with database.transaction() as db:
        organization = the_organization(db).id
        rows = [
            {
                "organization_id": organization,
                "name": f"Person {number}",
                "name_key": f"person {number}",
                "handle": f"person-{number}",
                "email": address,
                "email_verified_at": moment,
            }
            for number, address in enumerate(addresses)
        ]
        db.execute(insert(Person), rows)
        ids = list(db.scalars(select(Person.id).order_by(Person.id)))
        post = start_post(db, ids[0], once="post", language="en", visibility=Visibility.PUBLIC)
        text = {"title": "For everyone", "body": "Hello.", "visibility": Visibility.PUBLIC}
        publish_post(db, post, version=post.version, **text)
    with database.transaction() as db:
        for person_id in ids:
            db.add(NoticeChoice(person_id=person_id, kind="mention", frequency=Frequency.DAILY))
            tell(db, person_id, Kind.MENTION, once="all", post_id=post.id)
    for person_id in ids[::10]:
        with pytest.raises(ZeroDivisionError), database.transaction() as db:
            tell(db, person_id, Kind.ANSWER, once="undone", post_id=post.id)
            1 / 0  # noqa: B018
    with database.transaction() as db:
        for _ in range(2):
            MAIL_DIGESTS.later(db)
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

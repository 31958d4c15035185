"""The server is killed in the middle of its work, again and again: whatever it had answered is there, once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from app.cohorts.queries import active_enrolment
from app.db import Database
from app.events.models import Event
from app.journals.models import Post
from app.migrate import upgrade
from app.people.models import Person
from app.people.services import open_session
from app.progress.models import ProgressState, Tick
from app.progress.queries import facts_of
from app.progress.rules import derive
from app.things.library import Library
from tests import proof
from tests.cast import PROGRAMME, make_cast
from tests.conftest import CONTENT, new_database, settings_for
from tests.test_cli import running

FIRST = f"/programmes/{PROGRAMME}/first"
WRITERS = ("learner", "peer", "loner", "stranger")


@dataclass
class Writer:
    """Somebody who ticks and writes without a pause, and remembers what was answered."""

    person: Person
    token: str
    attempts: int = 0
    ticked: bool = False
    asked: bool = False
    published: list[str] = field(default_factory=list)

    def work(self, base_url: str, stop: threading.Event) -> None:
        with httpx2.Client(base_url=base_url, cookies={"dingen": self.token}) as client:
            while not stop.is_set():
                try:
                    self._tick(client)
                    self._publish(client)
                except httpx2.TransportError:
                    return

    def _tick(self, client: httpx2.Client) -> None:
        self.asked = not self.ticked
        done = "1" if self.asked else "0"
        answer = client.post(f"{FIRST}/activities/a", data={"done": done})
        assert answer.status_code == 303, answer.text
        self.ticked = self.asked

    def _publish(self, client: httpx2.Client) -> None:
        self.attempts += 1
        mark = f"mark-{self.attempts}"
        form = {"body": f"Text {mark}", "visibility": "private", "action": "publish", "once": mark}
        answer = client.post(f"{FIRST}/reflect", data=form)
        assert answer.status_code == 303, answer.text
        self.published.append(mark)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_answered_survives_every_kill(kind: str, tmp_path: Path, worker_id: str) -> None:
    kills, draw = proof.size(2, 100), random.Random(23)
    with new_database(kind, tmp_path, f"killed_{worker_id}") as url:
        database = Database(settings_for(url).sqlalchemy_url, pool_size=2)
        upgrade(database)
        with database.transaction() as db:
            cast = make_cast(db, "no password")
            writers = [Writer(p, open_session(db, p.id)) for p in (getattr(cast, name) for name in WRITERS)]
        for _ in range(kills):
            _work_until_killed(tmp_path, url, writers, draw.uniform(0.1, 0.5))
        answered = sum(len(writer.published) for writer in writers)
        for writer in writers:
            _hold(database, writer)
        database.close()
    assert answered >= kills
    proof.note(
        f"kill -9 of the server, {kind}", f"{kills} kills, {answered} answered posts, none lost or twice"
    )


def _work_until_killed(folder: Path, url: str, writers: list[Writer], seconds: float) -> None:
    stop, answered = threading.Event(), sum(len(writer.published) for writer in writers)
    with running(folder, "serve", DINGEN_DATABASE_URL=url) as (port, process):
        threads = [
            threading.Thread(target=writer.work, args=(f"http://127.0.0.1:{port}", stop))
            for writer in writers
        ]
        for thread in threads:
            thread.start()
        _wait(lambda: sum(len(writer.published) for writer in writers) > answered)
        stop.wait(seconds)
        process.kill()
        stop.set()
        for thread in threads:
            thread.join(20)


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)


def _hold(database: Database, writer: Writer) -> None:
    """Every answered post is there once and whole; ticks are as last answered or as last asked; the pack says
    what the facts say."""
    programme = Library(CONTENT).catalogue.programmes[PROGRAMME]
    with database.transaction(write=False) as db:
        enrolment = active_enrolment(db, writer.person.id, PROGRAMME)
        assert enrolment is not None
        written = db.execute(select(Post.once, Post.body).where(Post.author_id == writer.person.id))
        posts = {mark: body for mark, body in written if mark}
        assert set(writer.published) <= set(posts) <= {f"mark-{n}" for n in range(1, writer.attempts + 1)}
        assert all(body == f"Text {mark}" for mark, body in posts.items())
        told = db.scalar(
            select(func.count())
            .select_from(Event)
            .where(Event.actor_id == writer.person.id, Event.verb == "published")
        )
        assert told == len(posts)
        ticked = db.scalar(select(func.count()).select_from(Tick).where(Tick.enrolment_id == enrolment.id))
        assert bool(ticked) in {writer.ticked, writer.asked}
        pack = db.scalar(select(ProgressState.pack).where(ProgressState.enrolment_id == enrolment.id))
        assert pack == derive(programme, facts_of(db, enrolment.id))

"""Doing the work: threads that take jobs, each from the most urgent on.

A task's function asks by parameter name, as a page does: with `db` it runs in one transaction with the end of
its job, so that its effect is there exactly once. One that speaks to the network asks for `database` instead:
it runs at least once, and again where the process dies between its effect and the end of its job.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from zoneinfo import ZoneInfo

from app.db import Database
from app.jobs.models import Priority
from app.jobs.queries import due_priorities
from app.jobs.schedules import Recurring, fire_due
from app.jobs.services import Taken, Task, extend, finish, hold, in_words, leave, put_back, take

Runner = Callable[..., None]

LEASE = timedelta(minutes=2)
"""How long a worker is waited for that says nothing more: then another one begins again."""
LOOK_EVERY_SECONDS = 1.0
SCHEDULES_EVERY_SECONDS = 15.0

log = logging.getLogger(__name__)


class Worker:
    """`threads` take anything; one more takes only what is urgent, so that nothing else can be in its way."""

    def __init__(
        self,
        database: Database,
        runners: Mapping[Task, Runner],
        schedules: Sequence[Recurring] = (),
        *,
        zone: str = "UTC",
        threads: int = 1,
        lease: timedelta = LEASE,
        look_every: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self.database = database
        self.tasks = {task.name: task for task in runners}
        self._runners = {task.name: runner for task, runner in runners.items()}
        self._inside = {
            task.name for task, run in runners.items() if "db" in inspect.signature(run).parameters
        }
        self._schedules, self._zone = schedules, ZoneInfo(zone)
        self._lease, self._look_every = lease, look_every
        self._stopping, self._ended = Event(), Event()
        self._under_way: dict[int, Taken] = {}
        lanes = [(Priority.URGENT, "urgent"), *((Priority.BULK, f"any-{n}") for n in range(threads))]
        self._threads = [
            Thread(target=self._work, args=(least,), name=f"jobs-{name}", daemon=True)
            for least, name in lanes
        ]

    def start(self) -> None:
        Thread(target=self._keep_leases, name="jobs-leases", daemon=True).start()
        for thread in self._threads:
            thread.start()

    def stop(self, grace: float = 10.0) -> bool:
        """Take nothing more, and wait for what is under way. False where that takes longer than `grace`
        seconds: another worker begins it again when its lease has ended."""
        self._stopping.set()
        deadline = monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))
        ended = not any(thread.is_alive() for thread in self._threads)
        if ended:
            self._ended.set()
        return ended

    def run_due(self) -> int:
        """Do what is due, here and now; how many attempts that took."""
        count = 0
        while job := self._taken(Priority.BULK):
            self._run(job)
            count += 1
        return count

    def _work(self, least: Priority) -> None:
        looked = -SCHEDULES_EVERY_SECONDS
        while not self._stopping.is_set():
            try:
                if least is Priority.URGENT and monotonic() - looked >= SCHEDULES_EVERY_SECONDS:
                    looked = monotonic()
                    fire_due(self.database, self._schedules, self._zone)
                job = self._taken(least)
                if job is not None:
                    self._run(job)
                    continue
            except Exception:
                log.exception("a worker could not reach its queue; going on")
            self._stopping.wait(self._look_every)

    def _keep_leases(self) -> None:
        """What takes its time, such as a slow mail server, stays ours for as long as this process lives."""
        while not self._ended.wait(self._lease.total_seconds() / 3):
            try:
                with self.database.transaction() as db:
                    for job in list(self._under_way.values()):
                        extend(db, job, self._lease)
            except Exception:
                log.exception("a worker could not hold its leases; going on")

    def _taken(self, least: Priority) -> Taken | None:
        """Looking needs no lock, so that idle workers disturb nobody."""
        with self.database.transaction(write=False) as db:
            due = [priority for priority in due_priorities(db) if priority <= least]
        for priority in due:
            while job := self._take(priority):
                if job.kind in self.tasks:
                    return job
        return None

    def _take(self, priority: Priority) -> Taken | None:
        with self.database.transaction() as db:
            job = take(db, priority, self._lease)
            if job is not None and job.kind not in self.tasks:
                leave(db, job)
            return job

    def _run(self, job: Taken) -> None:
        task, runner = self.tasks[job.kind], self._runners[job.kind]
        try:
            if job.attempts > task.attempts:
                raise RuntimeError("The worker stopped in the middle of it, again and again.")
            if task.name in self._inside:
                with self.database.transaction() as db:
                    if hold(db, job):
                        runner(db=db, **job.arguments)
                        finish(db, job)
            else:
                self._under_way[job.id] = job
                runner(database=self.database, **job.arguments)
                with self.database.transaction() as db:
                    finish(db, job)
        except Exception as error:
            with self.database.transaction() as db:
                alive = put_back(db, job, error, attempts=task.attempts)
            log.warning("%s failed%s: %s", task.name, "" if alive else " for good", in_words(error))
        finally:
            self._under_way.pop(job.id, None)

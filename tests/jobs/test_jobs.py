"""Work in the background: written with what asks for it, done once, tried again, and given up in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now, set_to
from app.db import Database
from app.events import models
from app.events.log import record
from app.jobs.models import Job, Priority
from app.jobs.queries import dead_job, dead_jobs
from app.jobs.schedules import Recurring, fire_due, next_time
from app.jobs.services import (
    DEAD_KEPT,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Hopeless,
    Task,
    bury,
    forget_dead,
    pause_after,
    revive,
)
from app.jobs.worker import Runner, Worker
from app.migrate import upgrade
from tests.conftest import migrated_database, new_database, settings_for

NOTE = Task("note", attempts=3)
URGENT = Task("urgent", Priority.URGENT)
BULK = Task("bulk", Priority.BULK)
BRUSSELS = ZoneInfo("Europe/Brussels")
PATIENCE = 20.0


def note(db: Session, what: str = "it") -> None:
    record(db, None, "did", "test", what)


def note_and_fail(db: Session, what: str = "it") -> None:
    note(db, what)
    raise RuntimeError("the moon is in the wrong phase")


class Crash(BaseException):
    """What is left behind is what a killed process leaves behind."""


def crash(db: Session) -> None:
    note(db)
    raise Crash


def work(database: Database, runner: Runner = note, task: Task = NOTE) -> int:
    return Worker(database, {task: runner}).run_due()


def later(database: Database, task: Task = NOTE, **options: object) -> bool:
    with database.transaction() as db:
        return task.later(db, **options)  # type: ignore[arg-type]


def done(database: Database) -> list[str]:
    with database.transaction(write=False) as db:
        return list(db.scalars(select(models.Event.object_id).order_by(models.Event.id)))


def jobs(database: Database) -> list[Job]:
    with database.transaction(write=False) as db:
        return list(db.scalars(select(Job).order_by(Job.id)))


@pytest.fixture(params=["sqlite", "postgresql"])
def real(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Database]:
    """A database that threads and processes share."""
    with migrated_database(request.param, tmp_path, f"jobs_{worker_id}") as database:
        yield database


@contextmanager
def working(worker: Worker) -> Iterator[Worker]:
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(PATIENCE)


# What one asks for


def test_work_is_done_once_and_leaves_nothing_behind(database: Database) -> None:
    later(database, what="this")
    assert work(database) == 1
    assert work(database) == 0
    assert done(database) == ["this"] and jobs(database) == []


def test_what_was_taken_back_was_never_asked_for(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as db:
        NOTE.later(db)
        1 / 0  # noqa: B018
    assert work(database) == 0
    assert done(database) == [] and jobs(database) == []


def test_work_for_later_waits_for_its_time(database: Database) -> None:
    at = now() + timedelta(hours=1)
    later(database, due_at=at)
    assert work(database) == 0
    with set_to(at):
        assert work(database) == 1


def test_the_most_urgent_goes_first_and_then_who_waits_longest(database: Database) -> None:
    begin = now() - timedelta(seconds=1)
    for number, (what, priority) in enumerate(
        [("letter", Priority.BULK), ("feed", Priority.NORMAL), ("feed 2", Priority.NORMAL), ("sign-in", 0)]
    ):
        with set_to(begin + timedelta(milliseconds=number)):
            later(database, what=what, priority=priority)
    work(database)
    assert done(database) == ["sign-in", "feed", "feed 2", "letter"]


def test_work_that_this_version_does_not_know_is_left_for_one_that_does(database: Database) -> None:
    later(database, Task("from tomorrow"))
    later(database)
    assert work(database) == 1
    with set_to(now() + timedelta(minutes=1)):
        assert work(database, task=Task("from tomorrow")) == 1


# Keys


def test_of_jobs_with_one_key_one_is_alive(database: Database) -> None:
    assert [later(database, key="feed 12"), later(database, key="feed 12")] == [True, False]
    assert later(database, key="feed 13") and later(database) and later(database)
    assert work(database) == 4
    assert later(database, key="feed 12")


def test_a_dead_job_keeps_no_key(database: Database) -> None:
    later(database, key="feed 12")
    work(database, hopeless)
    assert later(database, key="feed 12")
    with database.transaction() as db:
        (dead,) = dead_jobs(db)
        revive(db, dead)
    assert len(jobs(database)) == 1, "the one that is alive does its work"
    assert work(database) == 1


def hopeless(db: Session) -> None:
    note(db)
    raise Hopeless("Nobody has this address.")


# Failing


def test_what_failed_is_undone_and_tried_again_later(database: Database) -> None:
    later(database, what="this")
    assert work(database, note_and_fail) == 1
    assert done(database) == []
    assert work(database) == 0, "not at once"
    (job,) = jobs(database)
    assert "the moon" in job.error and job.lease is None
    with set_to(job.due_at):
        assert work(database) == 1
    assert done(database) == ["this"] and jobs(database) == []


def test_after_its_last_attempt_it_is_dead_and_can_be_revived(database: Database) -> None:
    later(database, what="this")
    assert fail_until_dead(database, note_and_fail) == NOTE.attempts
    with set_to(now() + timedelta(days=365)):
        assert work(database) == 0
    with database.transaction() as db:
        (dead,) = dead_jobs(db)
        assert "RuntimeError: the moon is in the wrong phase" in dead.error
        revive(db, dead_job(db, dead.public_id))
    assert work(database) == 1
    assert done(database) == ["this"]


def test_a_dead_job_can_be_buried(database: Database) -> None:
    later(database)
    work(database, hopeless)
    with database.transaction() as db:
        bury(db, dead_jobs(db)[0])
    assert jobs(database) == []


def test_after_a_quarter_of_a_year_a_dead_job_is_forgotten(database: Database) -> None:
    later(database)
    work(database, hopeless)
    for moment, left in [(now() + DEAD_KEPT - timedelta(days=1), 1), (now() + DEAD_KEPT, 0)]:
        with set_to(moment), database.transaction() as db:
            forget_dead(db)
        assert len(jobs(database)) == left


def test_what_is_hopeless_is_not_tried_again(database: Database) -> None:
    later(database)
    assert fail_until_dead(database, hopeless) == 1
    assert [job.error for job in jobs(database)] == ["Nobody has this address."]


def test_work_that_kills_its_worker_is_given_up_like_any_other(database: Database) -> None:
    later(database)
    at = now()
    for attempt in range(NOTE.attempts):
        with set_to(at + attempt * timedelta(minutes=3)), pytest.raises(Crash):
            work(database, crash)
    assert done(database) == []
    with set_to(at + timedelta(hours=1)):
        assert work(database) == 1
    (job,) = jobs(database)
    assert job.died_at and "again and again" in job.error and done(database) == []


def fail_until_dead(database: Database, runner: Runner) -> int:
    """How many attempts that took."""
    attempts, at = 0, now()
    while not jobs(database)[0].died_at:
        with set_to(at):
            attempts += work(database, runner)
        at += LONGEST_PAUSE * 2
        assert attempts < 100
    return attempts


def test_pauses_double_differ_and_end_at_six_hours() -> None:
    for attempt in range(1, 30):
        pauses = [pause_after(attempt) for _ in range(50)]
        middle = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
        assert middle / 2 <= min(pauses) < max(pauses) <= middle * 1.5
        assert len(set(pauses)) > 40


# Leases


def test_nobody_else_takes_it_before_the_lease_has_ended(database: Database) -> None:
    at = now()
    later(database)
    with pytest.raises(Crash):
        work(database, crash)
    for seconds, attempts in [(30, 0), (119, 0), (121, 1)]:
        with set_to(at + timedelta(seconds=seconds)):
            assert work(database) == attempts
    assert done(database) == ["it"]


def test_who_took_too_long_does_not_end_the_next_attempt(database: Database) -> None:
    """The other one failed and will try again: that the slow one came through is not known to count."""

    def slow(database: Database) -> None:
        with set_to(now() + timedelta(minutes=3)):
            assert work(database, note_and_fail) == 1

    later(database)
    assert work(database, slow) == 1
    (job,) = jobs(database)
    assert job.attempts == 2 and "the moon" in job.error


def test_who_lost_the_lease_before_beginning_has_no_effect(real: Database) -> None:
    """A worker that was held up between taking and doing: another one is done meanwhile."""
    later(real, what="once")
    slow, quick = Worker(real, {NOTE: note}), Worker(real, {NOTE: note})
    held_up = slow._taken(Priority.BULK)
    assert held_up is not None
    with set_to(now() + timedelta(minutes=3)):
        assert quick.run_due() == 1
    slow._run(held_up)
    assert done(real) == ["once"]


# Threads


def test_bulk_never_delays_what_somebody_waits_for(real: Database) -> None:
    free, arrived = Event(), Event()
    runners: dict[Task, Runner] = {
        BULK: lambda database: free.wait(PATIENCE),
        URGENT: lambda database: arrived.set(),
    }
    for _ in range(5):
        later(real, BULK)
    with working(Worker(real, runners, look_every=0.02)):
        wait_until(lambda: any(job.lease for job in jobs(real)))
        later(real, URGENT)
        assert arrived.wait(PATIENCE)
        free.set()
        wait_until(lambda: jobs(real) == [])


def test_stopping_ends_what_is_under_way_and_begins_nothing(real: Database) -> None:
    begun, free = Event(), Event()

    def slow(database: Database) -> None:
        begun.set()
        free.wait(PATIENCE)

    for _ in range(3):
        later(real)
    worker = Worker(real, {NOTE: slow}, look_every=0.02)
    worker.start()
    assert begun.wait(PATIENCE)
    assert not worker.stop(0.05), "it is told that something is under way"
    free.set()
    assert worker.stop(PATIENCE)
    assert [bool(job.lease) for job in jobs(real)] == [False, False]


def test_long_work_stays_with_who_does_it(real: Database) -> None:
    """For as long as that process lives: its lease is renewed meanwhile."""
    free, begun = Event(), []

    def slow(database: Database) -> None:
        begun.append(1)
        free.wait(PATIENCE)

    later(real)
    short = timedelta(seconds=0.3)
    with working(Worker(real, {NOTE: slow}, lease=short, look_every=0.02)):
        wait_until(lambda: bool(begun))
        first = jobs(real)[0].due_at
        wait_until(lambda: jobs(real)[0].due_at > first + 2 * short)
        assert Worker(real, {NOTE: slow}).run_due() == 0
        free.set()
        wait_until(lambda: jobs(real) == [])
    assert len(begun) == 1


def test_workers_go_on_when_their_database_is_back(tmp_path: Path) -> None:
    with new_database("sqlite", tmp_path, "away") as url:
        database = Database(settings_for(url).sqlalchemy_url)
        with working(Worker(database, {NOTE: note}, look_every=0.02)):
            upgrade(database)
            later(database)
            wait_until(lambda: done(database) == ["it"])
        database.close()


def test_many_workers_do_each_job_once(real: Database) -> None:
    for number in range(60):
        later(real, what=str(number))
    workers = [Worker(real, {NOTE: note}, threads=2, look_every=0.02) for _ in range(3)]
    for worker in workers:
        worker.start()
    wait_until(lambda: jobs(real) == [])
    assert all(worker.stop(PATIENCE) for worker in workers)
    assert sorted(done(real), key=int) == [str(number) for number in range(60)]


def wait_until(happened: Callable[[], bool]) -> None:
    pause = Event()
    for _ in range(int(PATIENCE / 0.02)):
        if happened():
            return
        pause.wait(0.02)
    raise AssertionError("it never happened")


# Schedules

DAILY = Recurring(NOTE, "10 3 * * *")


def fire(database: Database, at: datetime, recurring: Recurring = DAILY) -> int:
    """How many jobs wait afterwards; they are done."""
    with set_to(at):
        fire_due(database, [recurring], BRUSSELS)
        return work(database)


def test_a_schedule_fires_at_its_time_and_makes_up_for_lost_ones_once(database: Database) -> None:
    night = datetime(2026, 11, 25, 2, 10, tzinfo=UTC)
    assert fire(database, night - timedelta(hours=2)) == 0, "it is only planned"
    assert fire(database, night - timedelta(seconds=1)) == 0
    assert [fire(database, night), fire(database, night)] == [1, 0]
    assert fire(database, night + timedelta(days=5, hours=1)) == 1
    assert fire(database, night + timedelta(days=5, hours=2)) == 0
    assert fire(database, night + timedelta(days=6)) == 1


def test_a_schedule_with_new_times_begins_anew(database: Database) -> None:
    at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    fire(database, at)
    hourly = Recurring(NOTE, "0 * * * *")
    assert fire(database, at + timedelta(minutes=30), hourly) == 0
    assert fire(database, at + timedelta(minutes=60), hourly) == 1


def test_it_fires_once_however_many_workers_look(real: Database) -> None:
    at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    with set_to(at):
        fire_due(real, [DAILY], BRUSSELS)
    many = 6
    together = Barrier(many)

    def look() -> None:
        with set_to(at + timedelta(hours=12)):
            together.wait(PATIENCE)
            fire_due(real, [DAILY], BRUSSELS)

    for _ in range(5):
        threads = [Thread(target=look) for _ in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert len(jobs(real)) == 1


def test_its_hour_is_that_of_the_clock_on_the_wall() -> None:
    summer, winter = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    for at, hour in ((summer, 1), (winter, 2)):
        with set_to(at):
            assert next_time("10 3 * * *", BRUSSELS).astimezone(UTC).hour == hour


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)]
)
def test_on_a_day_with_an_hour_less_or_more_it_fires_once(database: Database, day: datetime) -> None:
    """At half past two there is no such hour in spring, and there are two in autumn."""
    nightly = Recurring(NOTE, "30 2 * * *")
    fire(database, day, nightly)
    fired = sum(fire(database, day + timedelta(minutes=10 * step), nightly) for step in range(1, 6 * 23))
    assert fired == 1
